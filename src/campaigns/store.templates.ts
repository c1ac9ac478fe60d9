import { and, asc, desc, eq, isNull, sql } from '../core/sql.ts';
import type { Ctx } from '../core/ctx.ts';
import { rows } from '../core/db.ts';
import { templateUses } from './contract.template.ts';
import type { TemplateUses } from './contract.template.ts';
import { template, templateVersion } from './schema.ts';

export type TemplateRow = typeof template.$inferSelect;
type VersionRow = typeof templateVersion.$inferSelect;
export type Variant = Omit<VersionRow, 'uses' | 'sample'> & {
  uses: TemplateUses;
  sample: Record<string, unknown>;
};

/** More templates than anybody keeps apart. */
const MAX_TEMPLATES = 500;

export async function listTemplates(ctx: Ctx): Promise<Array<TemplateRow & { locales: string[] }>> {
  const found = await ctx.db
    .select()
    .from(template)
    .where(isNull(template.archivedAt))
    .orderBy(desc(template.updatedAt), asc(template.key))
    .limit(MAX_TEMPLATES);
  const locales = await rows<{ templateId: string; locales: string[] }>(
    ctx.db,
    sql`select template_id as "templateId", array_agg(locale order by locale) as locales
      from template_version v join template t using (template_id)
      where v.version = t.version group by 1`,
  );
  const byId = new Map(locales.map((row) => [row.templateId, row.locales]));
  return found.map((row) => ({ ...row, locales: byId.get(row.templateId) ?? [] }));
}

export async function findTemplate(
  ctx: Ctx,
  by: { id: string } | { key: string },
  lock = false,
): Promise<TemplateRow | undefined> {
  const where = 'id' in by ? eq(template.templateId, by.id) : eq(template.key, by.key);
  const query = ctx.db.select().from(template).where(where);
  const [found] = await (lock ? query.for('update') : query);
  return found;
}

/** The languages of a version, in alphabetical order. */
export async function findVariants(ctx: Ctx, templateId: string, version: number): Promise<Variant[]> {
  const found = await ctx.db
    .select()
    .from(templateVersion)
    .where(and(eq(templateVersion.templateId, templateId), eq(templateVersion.version, version)))
    .orderBy(asc(templateVersion.locale));
  return found.map((row) => ({
    ...row,
    uses: templateUses.parse(row.uses),
    sample: row.sample as Record<string, unknown>,
  }));
}

/** False when the key is taken. */
export async function insertTemplate(ctx: Ctx, row: TemplateRow): Promise<boolean> {
  const made = await ctx.db
    .insert(template)
    .values(row)
    .onConflictDoNothing({ target: template.key })
    .returning({ id: template.templateId });
  return made.length > 0;
}

export async function updateTemplate(
  ctx: Ctx,
  templateId: string,
  change: Partial<Pick<TemplateRow, 'name' | 'purpose' | 'version'>> & { updatedAt: Date },
): Promise<void> {
  await ctx.db.update(template).set(change).where(eq(template.templateId, templateId));
}

export async function insertVariants(ctx: Ctx, variants: readonly Variant[]): Promise<void> {
  await ctx.db.insert(templateVersion).values([...variants]);
}
