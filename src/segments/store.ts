import { and, asc, eq, gt, isNull, or, sql } from '../core/sql.ts';
import type { SQL } from '../core/sql.ts';
import { contact } from '../contacts/index.ts';
import type { Ctx } from '../core/ctx.ts';
import { hotRows, row, rows } from '../core/db.ts';
import { leafType } from './catalogue.ts';
import {
  segment,
  segmentBuild,
  segmentDependency,
  segmentMember,
  segmentSize,
  segmentVersion,
} from './schema.ts';
import type { Dependency } from './leaf.ts';
import type { Rule } from './contract.rule.ts';
import { idList } from './plan.ts';
import { allLeaves, referencesOf } from './tree.ts';
import { membersNow } from './store.sizes.ts';
import type { SegmentRules } from './tree.ts';

/** Segments, their versions and what they depend on. */

export type SegmentRow = typeof segment.$inferSelect;
export type ListedRow = {
  segment: SegmentRow;
  /** What lists are ordered by, as the database sees it. */
  sortName: string;
  members: number | null;
  countedAt: Date | null;
  phase: string | null;
  phaseSince: Date | null;
};

const live = isNull(segment.archivedAt);
const sortName = sql<string>`lower(${segment.name})`;
const listed = {
  segment,
  sortName,
  members: membersNow(sql`${segmentSize.segmentId}`, sql`${segmentSize.members}`).mapWith(Number) as SQL<
    number | null
  >,
  countedAt: segmentSize.updatedAt,
  phase: segmentBuild.phase,
  phaseSince: segmentBuild.since,
};

export async function listSegments(
  ctx: Ctx,
  page: { limit: number; after: [string, string] | undefined },
): Promise<ListedRow[]> {
  const after = page.after;
  return ctx.db
    .select(listed)
    .from(segment)
    .leftJoin(segmentSize, eq(segmentSize.segmentId, segment.segmentId))
    .leftJoin(segmentBuild, eq(segmentBuild.segmentId, segment.segmentId))
    .where(
      and(
        live,
        after && or(gt(sortName, after[0]), and(eq(sortName, after[0]), gt(segment.segmentId, after[1]))),
      ),
    )
    .orderBy(asc(sortName), asc(segment.segmentId))
    .limit(page.limit + 1);
}

/** A segment that is not archived. */
export async function findSegment(ctx: Ctx, segmentId: string): Promise<ListedRow | undefined> {
  const [found] = await ctx.db
    .select(listed)
    .from(segment)
    .leftJoin(segmentSize, eq(segmentSize.segmentId, segment.segmentId))
    .leftJoin(segmentBuild, eq(segmentBuild.segmentId, segment.segmentId))
    .where(and(live, eq(segment.segmentId, segmentId)));
  return found;
}

/** The same, held against other changes of its definition. */
export async function lockSegment(ctx: Ctx, segmentId: string): Promise<SegmentRow | undefined> {
  const [found] = await ctx.db
    .select()
    .from(segment)
    .where(and(live, eq(segment.segmentId, segmentId)))
    .for('update');
  return found;
}

export async function nameTaken(ctx: Ctx, name: string, except?: string): Promise<boolean> {
  const [found] = await ctx.db
    .select({ id: segment.segmentId })
    .from(segment)
    .where(and(live, eq(sql`lower(${segment.name})`, sql`lower(${name})`)));
  return found !== undefined && found.id !== except;
}

export async function insertSegment(ctx: Ctx, values: typeof segment.$inferInsert): Promise<void> {
  await ctx.db.insert(segment).values(values);
}

export async function updateSegment(
  ctx: Ctx,
  segmentId: string,
  values: Partial<Omit<typeof segment.$inferInsert, 'segmentId'>>,
): Promise<void> {
  await ctx.db.update(segment).set(values).where(eq(segment.segmentId, segmentId));
}

export async function insertVersion(ctx: Ctx, values: typeof segmentVersion.$inferInsert): Promise<void> {
  await ctx.db.insert(segmentVersion).values(values);
}

/** The rule of one version; undefined for static segments. */
export async function ruleOf(ctx: Ctx, segmentId: string, version: number): Promise<Rule | undefined> {
  const [found] = await ctx.db
    .select({ rule: segmentVersion.rule })
    .from(segmentVersion)
    .where(and(eq(segmentVersion.segmentId, segmentId), eq(segmentVersion.version, version)));
  // Written by this module after its schema had passed it.
  return found?.rule as Rule | undefined;
}

/** The segments rules refer to, all the way down, with the rules in service (the saved ones until a first build has ended). */
export async function referredSegments(ctx: Ctx, roots: readonly Rule[]): Promise<SegmentRules> {
  const found = new Map<string, { name: string; rule: Rule | undefined; saved: Rule | undefined }>();
  let wanted = [...new Set(roots.flatMap(referencesOf))];
  while (wanted.length > 0) {
    const loaded = await loadReferred(ctx, wanted);
    for (const { id, ...entry } of loaded) found.set(id, entry);
    const next = loaded.flatMap(({ rule, saved }) =>
      [rule, saved].flatMap((one) => (one ? referencesOf(one) : [])),
    );
    wanted = [...new Set(next)].filter((id) => !found.has(id));
  }
  return found;
}

async function loadReferred(
  ctx: Ctx,
  ids: readonly string[],
): Promise<{ id: string; name: string; rule: Rule | undefined; saved: Rule | undefined }[]> {
  const found = await rows<{ id: string; name: string; rule: Rule | null; saved: Rule | null }>(
    ctx.db,
    sql`
    select s.segment_id as id, s.name, coalesce(served.rule, saved.rule) as rule, saved.rule as saved
    from ${segment} s
    left join ${segmentVersion} saved on saved.segment_id = s.segment_id and saved.version = s.version
    left join ${segmentVersion} served on served.segment_id = s.segment_id and served.version = s.served_version
    where s.archived_at is null and s.segment_id = any(${idList(ids)})`,
  );
  return found.map(({ rule, saved, ...one }) => ({
    ...one,
    rule: rule ?? undefined,
    saved: saved ?? undefined,
  }));
}

/**
 * Names of living segments whose saved or served rule refers to this one. Few rules are larger than a page, so that reading
 * them beats keeping one more index right.
 */
export async function referrersOf(ctx: Ctx, segmentId: string): Promise<{ id: string; name: string }[]> {
  return rows<{ id: string; name: string }>(
    ctx.db,
    sql`
    select distinct s.segment_id as id, s.name from ${segment} s
    join ${segmentVersion} v on v.segment_id = s.segment_id and v.version in (s.version, s.served_version)
    where s.archived_at is null
      and jsonb_path_exists(v.rule, '$.** ? (@.type == "segment" && @.segmentId == $id)', jsonb_build_object('id', ${segmentId}::text))
    order by s.name`,
  );
}

export async function replaceDependencies(
  ctx: Ctx,
  segmentId: string,
  dependencies: readonly Dependency[],
): Promise<void> {
  await ctx.db.delete(segmentDependency).where(eq(segmentDependency.segmentId, segmentId));
  if (dependencies.length === 0) return;
  await ctx.db.insert(segmentDependency).values(dependencies.map((one) => ({ ...one, segmentId })));
}

/** Takes nothing away: before a build has ended, what the version in service depends on counts as well. */
export async function addDependencies(
  ctx: Ctx,
  segmentId: string,
  dependencies: readonly Dependency[],
): Promise<void> {
  if (dependencies.length === 0) return;
  await ctx.db
    .insert(segmentDependency)
    .values(dependencies.map((one) => ({ ...one, segmentId })))
    .onConflictDoNothing();
}

/** Dynamic segments that depend on one of these facts; all of them for "any fact". */
export async function dependents(ctx: Ctx, facts: readonly Dependency[] | 'any'): Promise<string[]> {
  const which: SQL =
    facts === 'any'
      ? sql`true`
      : sql`exists (select from ${segmentDependency} d
          join jsonb_to_recordset(${JSON.stringify(facts)}::text::jsonb) as f(kind text, key text)
            on d.kind = f.kind and (d.key = f.key or f.key = '*')
          where d.segment_id = s.segment_id)`;
  const found = await rows<{ id: string }>(
    ctx.db,
    sql`select s.segment_id as id from ${segment} s
      where s.kind = 'dynamic' and s.archived_at is null and ${which} order by s.segment_id`,
  );
  return found.map(({ id }) => id);
}

/** The same, told apart by fact ("kind key" as given): which segments depend on which. */
export async function dependentsByFact(
  ctx: Ctx,
  facts: readonly Dependency[],
): Promise<Map<string, string[]>> {
  if (facts.length === 0) return new Map();
  const found = await hotRows<{ fact: string; id: string }>(
    ctx.db,
    sql`select distinct f.kind || ' ' || f.key as fact, s.segment_id as id
      from jsonb_to_recordset(${JSON.stringify(facts)}::text::jsonb) as f(kind text, key text)
      join ${segmentDependency} d on d.kind = f.kind and (d.key = f.key or d.key = '*')
      join ${segment} s on s.segment_id = d.segment_id and s.kind = 'dynamic' and s.archived_at is null`,
  );
  return new Map(
    [...Map.groupBy(found, ({ fact }) => fact)].map(([fact, group]) => [fact, group.map(({ id }) => id)]),
  );
}

/** Rules in service by segment; a segment whose first build has not ended is absent. */
export async function servedRules(
  ctx: Ctx,
  segmentIds: readonly string[],
): Promise<Map<string, { version: number; rule: Rule }>> {
  if (segmentIds.length === 0) return new Map();
  const found = await hotRows<{ id: string; version: number; rule: Rule }>(
    ctx.db,
    sql`select s.segment_id as id, v.version, v.rule from ${segment} s
      join ${segmentVersion} v on v.segment_id = s.segment_id and v.version = s.served_version
      where s.archived_at is null and s.segment_id = any(${idList(segmentIds)})`,
  );
  return new Map(found.map(({ id, version, rule }) => [id, { version, rule }]));
}

/** True when no fact any leaf of the rule could read lies after `now`: then nobody has to look for such facts. */
export async function noFutureFacts(
  ctx: Ctx,
  rule: Rule,
  segments: SegmentRules,
  now: Date,
): Promise<boolean> {
  const types = new Set(allLeaves(rule, segments).map((leaf) => leaf.type));
  const conditions = [...types].flatMap((type) => leafType(type).futureFacts?.(now) ?? []);
  if (conditions.length === 0) return true;
  const { found } = await row<{ found: boolean }>(
    ctx.db,
    sql`select ${sql.join(conditions, sql` or `)} as found`,
  );
  return !found;
}

/** Advisory lock of rule edits: one at a time, so that two cannot close a cycle between them. */
const EDITS = 7_015_600;

export async function holdForEdit(ctx: Ctx): Promise<void> {
  await ctx.db.execute(sql`select pg_advisory_xact_lock(${EDITS}::bigint)`);
}

/** Advisory lock class of builds: a build holds its segment alone, batches share it. */
const BUILDS = 7_015_601;

/** Waits for batches under way and keeps new ones out until the transaction ends. */
export async function holdForBuild(ctx: Ctx, segmentId: string): Promise<void> {
  await ctx.db.execute(sql`select pg_advisory_xact_lock(${BUILDS}::int, hashtext(${segmentId}))`);
}

/** Keeps builds out until the transaction ends; gives those segments that are not being built. Never waits. */
export async function holdForBatch(ctx: Ctx, segmentIds: readonly string[]): Promise<Set<string>> {
  const found = await hotRows<{ id: string; held: boolean }>(
    ctx.db,
    sql`select id, pg_try_advisory_xact_lock_shared(${BUILDS}::int, hashtext(id)) as held
      from jsonb_array_elements_text(${JSON.stringify(segmentIds)}::text::jsonb) as id`,
  );
  return new Set(found.filter(({ held }) => held).map(({ id }) => id));
}

/** Segments whose build is under way and holds them; of the others that wait for one, builds are kept out as above. */
export async function segmentsInBuild(ctx: Ctx): Promise<string[]> {
  const found = await rows<{ id: string }>(
    ctx.db,
    sql`select segment_id as id from ${segmentBuild}
      where not pg_try_advisory_xact_lock_shared(${BUILDS}::int, hashtext(segment_id::text))`,
  );
  return found.map(({ id }) => id);
}

/** Keeps a segment from being archived until the transaction ends; false when it is already. */
export async function keepFromArchive(ctx: Ctx, segmentId: string): Promise<boolean> {
  const found = await rows(
    ctx.db,
    sql`select 1 from ${segment} where segment_id = ${segmentId}::uuid and archived_at is null for key share`,
  );
  return found.length > 0;
}

/** Runs `body` with other time and memory limits and puts the transaction's own back. */
export async function withLimits<T>(
  ctx: Ctx,
  limits: { timeoutMs: number; workMem: string },
  body: () => Promise<T>,
): Promise<T> {
  const before = await row<{ timeout: string; memory: string }>(
    ctx.db,
    sql`select current_setting('statement_timeout') as timeout, current_setting('work_mem') as memory`,
  );
  const set = (timeout: string, memory: string) =>
    ctx.db.execute(
      sql`select set_config('statement_timeout', ${timeout}, true), set_config('work_mem', ${memory}, true)`,
    );
  await set(String(limits.timeoutMs), limits.workMem);
  const result = await body();
  await set(before.timeout, before.memory);
  return result;
}

/** Members the actor may see, by segment. */
export async function visibleSizes(
  ctx: Ctx,
  segmentIds: readonly string[],
  visible: SQL,
): Promise<Map<string, number>> {
  const found = await rows<{ id: string; members: string }>(
    ctx.db,
    sql`select m.segment_id as id, count(*)::text as members from ${segmentMember} m
      join ${contact} on contact.contact_id = m.contact_id
      where m.segment_id = any(${idList(segmentIds)}) and m.value and ${visible} group by m.segment_id`,
  );
  return new Map(found.map(({ id, members }) => [id, Number(members)]));
}
