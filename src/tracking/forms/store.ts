import { and, asc, eq, gt, or, sql } from '../../core/sql.ts';
import type { SQL } from '../../core/sql.ts';
import type { Ctx } from '../../core/ctx.ts';
import { rows } from '../../core/db.ts';
import type { SourceKind } from '../contract.ts';
import { source } from '../schema.ts';
import { formDefinition } from './contract.ts';
import type { FormCounts, FormDefinition } from './contract.ts';
import { form, formSubmission, formVersion, formView } from './schema.ts';

/** Forms and their versions. */

export type FormRow = typeof form.$inferSelect;
export type SourceOfForm = { name: string; kind: SourceKind; origins: string[]; disabled: boolean };
/** A form with its present definition and its source. */
export type WholeForm = FormRow & { definition: FormDefinition; source: SourceOfForm };

const ofSource = {
  name: source.name,
  kind: source.kind,
  origins: source.origins,
  disabled: sql<boolean>`${source.disabledAt} is not null`,
};

export async function findForm(ctx: Ctx, formId: string, lock = false): Promise<WholeForm | undefined> {
  const query = ctx.db
    .select({ form, definition: formVersion.definition, source: ofSource })
    .from(form)
    .innerJoin(formVersion, and(eq(formVersion.formId, form.formId), eq(formVersion.version, form.version)))
    .innerJoin(source, eq(source.sourceId, form.sourceId))
    .where(eq(form.formId, formId));
  const [found] = await (lock ? query.for('update', { of: form }) : query);
  if (found === undefined) return undefined;
  return { ...found.form, definition: formDefinition.parse(found.definition), source: found.source };
}

/** The definition at a version; undefined when there was none. */
export async function definitionAt(
  ctx: Ctx,
  formId: string,
  version: number,
): Promise<FormDefinition | undefined> {
  const [found] = await ctx.db
    .select({ definition: formVersion.definition })
    .from(formVersion)
    .where(and(eq(formVersion.formId, formId), eq(formVersion.version, version)));
  return found === undefined ? undefined : formDefinition.parse(found.definition);
}

export async function insertForm(ctx: Ctx, row: Omit<FormRow, 'live' | 'version'>): Promise<void> {
  await ctx.db.insert(form).values(row);
}

export async function insertVersion(
  ctx: Ctx,
  row: { formId: string; version: number; definition: FormDefinition },
): Promise<void> {
  await ctx.db.insert(formVersion).values({ ...row, createdBy: ctx.actor.id, createdAt: ctx.clock.now() });
}

export async function updateForm(
  ctx: Ctx,
  formId: string,
  changes: Partial<Pick<FormRow, 'name' | 'sourceId' | 'live' | 'version'>>,
): Promise<void> {
  await ctx.db
    .update(form)
    .set({ ...changes, updatedAt: ctx.clock.now() })
    .where(eq(form.formId, formId));
}

export async function nameTaken(ctx: Ctx, name: string, except?: string): Promise<boolean> {
  const [found] = await ctx.db
    .select({ id: form.formId })
    .from(form)
    .where(eq(sql`lower(${form.name})`, sql`lower(${name})`));
  return found !== undefined && found.id !== except;
}

const sortName = sql<string>`lower(${form.name})`;
export type ListedForm = {
  form: FormRow;
  sortName: string;
  doubleOptIn: boolean;
  sourceName: string;
};

export async function listForms(
  ctx: Ctx,
  page: { limit: number; after: [string, string] | undefined },
): Promise<ListedForm[]> {
  const { after } = page;
  return ctx.db
    .select({
      form,
      sortName,
      doubleOptIn: sql<boolean>`(${formVersion.definition} ->> 'doubleOptIn')::boolean`,
      sourceName: source.name,
    })
    .from(form)
    .innerJoin(formVersion, and(eq(formVersion.formId, form.formId), eq(formVersion.version, form.version)))
    .innerJoin(source, eq(source.sourceId, form.sourceId))
    .where(after && or(gt(sortName, after[0]), and(eq(sortName, after[0]), gt(form.formId, after[1]))))
    .orderBy(asc(sortName), asc(form.formId))
    .limit(page.limit + 1);
}

export const NO_COUNTS: FormCounts = { views: 0, submits: 0, confirmed: 0, spam: 0 };
const json = (value: unknown): SQL => sql`${JSON.stringify(value)}::text::jsonb`;

/** Views and submissions of these forms. */
export async function countsOf(ctx: Ctx, formIds: readonly string[]): Promise<Map<string, FormCounts>> {
  if (formIds.length === 0) return new Map();
  const found = await rows<FormCounts & { formId: string }>(
    ctx.db,
    sql`
    with wanted as (select id::uuid as form_id from jsonb_array_elements_text(${json(formIds)}) as w(id))
    select w.form_id as "formId",
      coalesce((select sum(v.views) from ${formView} v where v.form_id = w.form_id), 0)::int as views,
      count(s.state) filter (where s.state in ('received', 'pending', 'confirmed'))::int as submits,
      count(s.state) filter (where s.state = 'confirmed')::int as confirmed,
      count(s.state) filter (where s.state in ('spam', 'rejected'))::int as spam
    from wanted w left join ${formSubmission} s on s.form_id = w.form_id group by w.form_id`,
  );
  return new Map(found.map(({ formId, ...counts }) => [formId, counts]));
}

/** Counts a view without waiting for the disk: nobody is told of it, and a power cut may cost one. */
export async function countView(ctx: Ctx, formId: string): Promise<void> {
  const day = ctx.clock.now().toISOString().slice(0, 10);
  await ctx.db.execute(sql`
    with quick as materialized (select set_config('synchronous_commit', 'off', true))
    insert into ${formView} (form_id, day, views) select ${formId}::uuid, ${day}::date, 1 from quick
    on conflict (form_id, day) do update set views = ${formView}.views + 1`);
}

export async function sourceOf(ctx: Ctx, sourceId: string): Promise<SourceOfForm | undefined> {
  const [found] = await ctx.db.select(ofSource).from(source).where(eq(source.sourceId, sourceId));
  return found;
}

/** Sources a form may belong to: pages of sites and shops. */
export async function sourcesForForms(
  ctx: Ctx,
): Promise<Array<{ id: string; name: string; kind: string; origins: string[] }>> {
  return ctx.db
    .select({ id: source.sourceId, name: source.name, kind: source.kind, origins: source.origins })
    .from(source)
    .where(sql`${source.kind} in ('site', 'shop', 'app') and ${source.disabledAt} is null`)
    .orderBy(asc(source.createdAt), asc(source.sourceId))
    .limit(500);
}
