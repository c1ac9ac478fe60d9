import { and, asc, desc, eq, sql } from '../../core/sql.ts';
import type { Ctx } from '../../core/ctx.ts';
import { dateOf, hotRows } from '../../core/db.ts';
import { segment } from '../../segments/index.ts';
import { loyaltyProgram } from '../programs/schema.ts';
import { accrualDefinition } from './contract.ts';
import type { AccrualDefinition } from './contract.ts';
import type { Rule } from './earn.ts';
import { accrualRule, accrualRuleVersion } from './schema.ts';
import { uuids } from './store.orders.ts';

export type RuleRow = typeof accrualRule.$inferSelect;
export type VersionRow = typeof accrualRuleVersion.$inferSelect;

/** Rules of a program: people read them as one list. */
export const MAX_RULES = 500;
const MAX_VERSIONS = 200;

/** `version`: what is saved of the definition; one that is there already is replaced (a draft's). */
export async function saveRule(ctx: Ctx, row: RuleRow, definition: AccrualDefinition): Promise<void> {
  await ctx.db.insert(accrualRule).values(row).onConflictDoUpdate({ target: accrualRule.ruleId, set: row });
  const version = {
    ruleId: row.ruleId,
    version: row.version,
    definition,
    savedBy: ctx.actor.name,
    savedAt: row.updatedAt,
  };
  await ctx.db
    .insert(accrualRuleVersion)
    .values(version)
    .onConflictDoUpdate({ target: [accrualRuleVersion.ruleId, accrualRuleVersion.version], set: version });
}

export async function findRule(
  ctx: Ctx,
  ruleId: string,
  lock = false,
): Promise<{ row: RuleRow; definition: AccrualDefinition } | undefined> {
  const query = ctx.db.select().from(accrualRule).where(eq(accrualRule.ruleId, ruleId));
  const [row] = lock ? await query.for('update') : await query;
  if (row === undefined) return undefined;
  const [version] = await ctx.db
    .select()
    .from(accrualRuleVersion)
    .where(and(eq(accrualRuleVersion.ruleId, ruleId), eq(accrualRuleVersion.version, row.version)));
  return version && { row, definition: accrualDefinition.parse(version.definition) };
}

export async function listRules(ctx: Ctx, programId: string | undefined) {
  const found = await ctx.db
    .select({ row: accrualRule, definition: accrualRuleVersion.definition })
    .from(accrualRule)
    .innerJoin(
      accrualRuleVersion,
      and(
        eq(accrualRuleVersion.ruleId, accrualRule.ruleId),
        eq(accrualRuleVersion.version, accrualRule.version),
      ),
    )
    .where(programId === undefined ? sql`true` : eq(accrualRule.programId, programId))
    .orderBy(asc(accrualRule.createdAt))
    .limit(MAX_RULES);
  return found.map(({ row, definition }) => ({ row, definition: accrualDefinition.parse(definition) }));
}

export async function countRules(ctx: Ctx, programId: string): Promise<number> {
  return ctx.db.$count(accrualRule, eq(accrualRule.programId, programId));
}

export async function versionsOf(ctx: Ctx, ruleId: string): Promise<VersionRow[]> {
  return ctx.db
    .select()
    .from(accrualRuleVersion)
    .where(eq(accrualRuleVersion.ruleId, ruleId))
    .orderBy(desc(accrualRuleVersion.version))
    .limit(MAX_VERSIONS);
}

export async function knownSegments(ctx: Ctx, ids: readonly string[]): Promise<Set<string>> {
  if (ids.length === 0) return new Set();
  const found = await ctx.db
    .select({ id: segment.segmentId })
    .from(segment)
    .where(sql`${segment.segmentId} = any(${uuids([...new Set(ids)])})`);
  return new Set(found.map(({ id }) => id));
}

export type LiveRule = Rule & { programId: string; launchedAt: Date };

type Raw = {
  ruleId: string;
  version: number;
  programId: string;
  launchedAt: string;
  currency: string;
  definition: unknown;
};

/** Parsed versions: a version never changes once it was live. */
const parsed = new Map<string, AccrualDefinition>();
const MAX_PARSED = 5_000;

function definitionOf(row: { ruleId: string; version: number; definition: unknown }): AccrualDefinition {
  const key = `${row.ruleId} ${row.version}`;
  const known = parsed.get(key);
  if (known !== undefined) return known;
  const made = accrualDefinition.parse(row.definition);
  if (parsed.size < MAX_PARSED) parsed.set(key, made);
  return made;
}

/** Rules in force; with `event`, of these names alone. */
export async function liveRules(
  ctx: Ctx,
  of: { types: readonly string[]; events?: readonly string[] },
): Promise<LiveRule[]> {
  const events =
    of.events === undefined ? null : `{${of.events.map((name) => JSON.stringify(name)).join(',')}}`;
  const found = await hotRows<Raw>(
    ctx.db,
    sql`
    select r.rule_id as "ruleId", r.version, r.program_id as "programId", r.launched_at as "launchedAt", p.currency, v.definition
    from ${accrualRule} r
    join ${accrualRuleVersion} v on v.rule_id = r.rule_id and v.version = r.version
    join ${loyaltyProgram} p on p.program_id = r.program_id and p.state = 'active'
    where r.state = 'live' and v.definition #>> '{earns,type}' = any(${`{${of.types.join(',')}}`}::text[])
      and (${events}::text[] is null or v.definition #>> '{earns,event}' = any(${events}::text[]))`,
  );
  return found.map((row) => {
    const definition = definitionOf(row);
    return {
      ...row,
      definition,
      currency: definition.currency ?? row.currency,
      launchedAt: dateOf(row.launchedAt),
    };
  });
}

/** These versions, whatever became of their rules since. */
export async function ruleVersions(
  ctx: Ctx,
  wanted: readonly { ruleId: string; version: number }[],
): Promise<Rule[]> {
  if (wanted.length === 0) return [];
  const ids = [...new Set(wanted.map(({ ruleId }) => ruleId))];
  const found = await hotRows<Omit<Raw, 'programId' | 'launchedAt'>>(
    ctx.db,
    sql`
    select v.rule_id as "ruleId", v.version, p.currency, v.definition
    from ${accrualRuleVersion} v join ${accrualRule} r on r.rule_id = v.rule_id
    join ${loyaltyProgram} p on p.program_id = r.program_id where v.rule_id = any(${uuids(ids)})`,
  );
  const asked = new Set(wanted.map(({ ruleId, version }) => `${ruleId} ${version}`));
  return found
    .filter(({ ruleId, version }) => asked.has(`${ruleId} ${version}`))
    .map((row) => {
      const definition = definitionOf(row);
      return { ...row, definition, currency: definition.currency ?? row.currency };
    });
}
