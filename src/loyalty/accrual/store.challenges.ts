import { asc, eq, sql } from '../../core/sql.ts';
import type { Ctx } from '../../core/ctx.ts';
import { hotRows } from '../../core/db.ts';
import { unnested } from '../../core/unnest.ts';
import { challengeRules } from './contract.challenges.ts';
import type { Counted } from './contract.challenges.ts';
import { accrual, challenge, challengeAction } from './schema.ts';
import { uuids } from './store.orders.ts';

export type ChallengeRow = typeof challenge.$inferSelect;
export type Challenge = Omit<ChallengeRow, 'counts'> & { counts: Counted };

const MAX_CHALLENGES = 200;
const parsed = (row: ChallengeRow): Challenge => ({
  ...row,
  ...challengeRules.parse({ counts: row.counts }),
});

export async function putChallenge(ctx: Ctx, row: ChallengeRow): Promise<void> {
  await ctx.db.insert(challenge).values(row).onConflictDoUpdate({ target: challenge.challengeId, set: row });
}

export async function findChallenge(ctx: Ctx, id: string): Promise<Challenge | undefined> {
  const [found] = await ctx.db.select().from(challenge).where(eq(challenge.challengeId, id)).for('update');
  return found && parsed(found);
}

export async function listChallenges(ctx: Ctx, programId: string | undefined): Promise<Challenge[]> {
  const found = await ctx.db
    .select()
    .from(challenge)
    .where(programId === undefined ? sql`true` : eq(challenge.programId, programId))
    .orderBy(asc(challenge.createdAt))
    .limit(MAX_CHALLENGES);
  return found.map(parsed);
}

/** Those in force, and over for less than `since`: what is sent back later still counts. */
export async function openChallenges(ctx: Ctx, since: Date): Promise<Challenge[]> {
  const found = await ctx.db
    .select()
    .from(challenge)
    .where(sql`${challenge.state} = 'live' and ${challenge.endsAt} > ${since.toISOString()}::timestamptz`)
    .limit(MAX_CHALLENGES);
  return found.map(parsed);
}

export type Action = { contactId: string; challengeId: string; source: string; occurredAt: Date };

export async function addActions(ctx: Ctx, list: readonly Action[]): Promise<void> {
  if (list.length === 0) return;
  await ctx.db
    .insert(challengeAction)
    .values(list.map((one) => ({ ...one, originId: one.contactId })))
    .onConflictDoNothing();
}

export async function dropActions(ctx: Ctx, list: readonly Omit<Action, 'occurredAt'>[]): Promise<void> {
  if (list.length === 0) return;
  await ctx.db.execute(sql`
    delete from ${challengeAction} a using ${unnested('w', list, { contactId: 'uuid', challengeId: 'uuid', source: 'text' })}
    where a.contact_id = w."contactId" and a.challenge_id = w."challengeId" and a.source = w.source`);
}

export type Progress = { contactId: string; challengeId: string; done: number };

export async function progressOf(
  ctx: Ctx,
  contactIds: readonly string[],
  challengeIds: readonly string[],
): Promise<Progress[]> {
  if (contactIds.length === 0 || challengeIds.length === 0) return [];
  return hotRows<Progress>(
    ctx.db,
    sql`
    select p.id as "contactId", c.id as "challengeId", count(a.source)::int as done
    from unnest(${uuids(contactIds)}) p(id) cross join unnest(${uuids(challengeIds)}) c(id)
    left join ${challengeAction} a on a.contact_id = p.id and a.challenge_id = c.id group by p.id, c.id`,
  );
}

/** Points of rewards that stand, by challenge. */
export async function rewardsOf(ctx: Ctx, contactId: string): Promise<Map<string, number>> {
  const found = await hotRows<{ id: string; kept: number }>(
    ctx.db,
    sql`select substr(source, 11) as id, kept::float8 as kept from ${accrual}
      where contact_id = ${contactId}::uuid and source like 'challenge:%'`,
  );
  return new Map(found.map(({ id, kept }) => [id, kept]));
}
