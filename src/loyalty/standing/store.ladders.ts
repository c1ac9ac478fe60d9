import { and, asc, desc, eq, sql } from '../../core/sql.ts';
import type { Ctx } from '../../core/ctx.ts';
import { dateOf, hotRows, rows } from '../../core/db.ts';
import { loyaltyMember, loyaltyProgram } from '../programs/schema.ts';
import { ladderRules } from './contract.tiers.ts';
import type { LadderRules } from './contract.tiers.ts';
import { tierLadder, tierLadderVersion } from './schema.ts';
import type { LadderVersion } from './tier.ts';

export type LadderRow = typeof tierLadder.$inferSelect;

const MAX_LADDERS = 200;
const MAX_VERSIONS = 200;
/** Before every id. */
export const FIRST_ID = '00000000-0000-0000-0000-000000000000';

/** Null when the program has a ladder in force already. */
export async function insertLadder(ctx: Ctx, row: LadderRow, rules: LadderRules): Promise<LadderRow | null> {
  const [made] = await ctx.db.insert(tierLadder).values(row).onConflictDoNothing().returning();
  if (made !== undefined) await keepVersion(ctx, made, rules);
  return made ?? null;
}

async function keepVersion(ctx: Ctx, row: LadderRow, rules: LadderRules): Promise<void> {
  await ctx.db.insert(tierLadderVersion).values({
    ladderId: row.ladderId,
    version: row.version,
    rules,
    changedBy: ctx.actor.name,
    changedAt: row.updatedAt,
  });
}

/** Writes the next version if the present one is still `row.version - 1`; false when somebody was faster. */
export async function updateLadder(ctx: Ctx, row: LadderRow, rules: LadderRules): Promise<boolean> {
  const changed = await ctx.db
    .update(tierLadder)
    .set(row)
    .where(and(eq(tierLadder.ladderId, row.ladderId), eq(tierLadder.version, row.version - 1)))
    .returning({ version: tierLadder.version });
  if (changed.length > 0) await keepVersion(ctx, row, rules);
  return changed.length > 0;
}

export async function findLadder(ctx: Ctx, ladderId: string): Promise<LadderRow | undefined> {
  const [found] = await ctx.db.select().from(tierLadder).where(eq(tierLadder.ladderId, ladderId));
  return found;
}

export async function listLadders(ctx: Ctx, programId: string | null): Promise<LadderRow[]> {
  return ctx.db
    .select()
    .from(tierLadder)
    .where(programId === null ? sql`true` : eq(tierLadder.programId, programId))
    .orderBy(asc(tierLadder.createdAt))
    .limit(MAX_LADDERS);
}

export async function listVersions(ctx: Ctx, ladderId: string) {
  return ctx.db
    .select()
    .from(tierLadderVersion)
    .where(eq(tierLadderVersion.ladderId, ladderId))
    .orderBy(desc(tierLadderVersion.version))
    .limit(MAX_VERSIONS);
}

/** A ladder in force, with all rules it ever had and what its program says. */
export type Ladder = {
  ladderId: string;
  programId: string;
  zone: string;
  /** Its program is in service. */
  isOpen: boolean;
  currency: string;
  versions: readonly LadderVersion[];
};

/** Versions read before. Their key has the moment of the last change, so that one that was never committed is not taken for another. */
const known = new Map<string, readonly LadderVersion[]>();
const MAX_KNOWN = 500;

type RawLadder = Omit<Ladder, 'versions'> & { version: number; updatedAt: string };

/** The ladders in force. */
export async function laddersInForce(ctx: Ctx): Promise<Ladder[]> {
  const found = await hotRows<RawLadder>(
    ctx.db,
    sql`select l.ladder_id as "ladderId", l.program_id as "programId", l.version, l.updated_at as "updatedAt", p.zone, p.currency,
        p.state = 'active' as "isOpen"
      from ${tierLadder} l join ${loyaltyProgram} p on p.program_id = l.program_id
      where l.state = 'active' order by l.ladder_id`,
  );
  const ladders: Ladder[] = [];
  for (const { version, updatedAt, ...ladder } of found)
    ladders.push({ ...ladder, versions: await versionsOf(ctx, ladder.ladderId, version, updatedAt) });
  return ladders;
}

async function versionsOf(
  ctx: Ctx,
  ladderId: string,
  version: number,
  updatedAt: string,
): Promise<readonly LadderVersion[]> {
  const key = `${ladderId} ${version} ${updatedAt}`;
  const before = known.get(key);
  if (before !== undefined) return before;
  const found = await rows<{ version: number; rules: unknown; changedAt: string }>(
    ctx.db,
    sql`select version, rules, changed_at as "changedAt" from ${tierLadderVersion}
      where ladder_id = ${ladderId}::uuid order by version`,
  );
  const versions = found.map((row) => ({
    version: row.version,
    from: dateOf(row.changedAt),
    rules: ladderRules.parse(row.rules),
  }));
  if (known.size >= MAX_KNOWN) known.clear();
  known.set(key, versions);
  return versions;
}

/** The rules of one version; the present one by default. */
export async function rulesOf(ctx: Ctx, row: LadderRow): Promise<LadderRules> {
  const [found] = await ctx.db
    .select({ rules: tierLadderVersion.rules })
    .from(tierLadderVersion)
    .where(and(eq(tierLadderVersion.ladderId, row.ladderId), eq(tierLadderVersion.version, row.version)));
  return ladderRules.parse(found?.rules);
}

export type Building = { ladderId: string; programId: string; version: number; after: string };

/** The ladder whose members wait longest to be looked at. */
export async function nextBuilding(ctx: Ctx): Promise<Building | undefined> {
  const [found] = await rows<Building>(
    ctx.db,
    sql`select ladder_id as "ladderId", program_id as "programId", version, build_after as after from ${tierLadder}
      where build_after is not null order by updated_at limit 1`,
  );
  return found;
}

/** The next members of a program in the order of contacts. */
export async function membersAfter(ctx: Ctx, of: Building, limit: number): Promise<string[]> {
  const found = await rows<{ id: string }>(
    ctx.db,
    sql`select distinct contact_id as id from ${loyaltyMember}
      where contact_id > ${of.after}::uuid and program_id = ${of.programId}::uuid order by contact_id limit ${limit}`,
  );
  return found.map(({ id }) => id);
}

/** How many members a program has. */
export async function countMembers(ctx: Ctx, programId: string): Promise<number> {
  const [found] = await rows<{ members: number }>(
    ctx.db,
    sql`select count(distinct contact_id)::int as members from ${loyaltyMember}
      where program_id = ${programId}::uuid and state = 'active'`,
  );
  return found?.members ?? 0;
}

/** Every `every`-th member, by a hash: a fair sample, and the same one each time. */
export async function someMembers(ctx: Ctx, programId: string, every: number): Promise<string[]> {
  const found = await rows<{ id: string }>(
    ctx.db,
    sql`select distinct contact_id as id from ${loyaltyMember}
      where program_id = ${programId}::uuid and state = 'active' and abs(hashtext(contact_id::text)::bigint) % ${every} = 0
      order by contact_id`,
  );
  return found.map(({ id }) => id);
}

/** `after` null: all members have been looked at. Nothing when the ladder has changed meanwhile: it begins anew. */
export async function setBuildAfter(ctx: Ctx, of: Building, after: string | null): Promise<void> {
  await ctx.db.execute(
    sql`update ${tierLadder} set build_after = ${after}::uuid
      where ladder_id = ${of.ladderId}::uuid and version = ${of.version}`,
  );
}
