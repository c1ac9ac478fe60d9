import { and, eq, sql } from 'drizzle-orm';
import { contact, moveRows, movesIn, pairs, visibleContacts } from '../contacts/index.ts';
import type { Move } from '../contacts/index.ts';
import type { Ctx } from '../core/ctx.ts';
import { dateOf, rows } from '../core/db.ts';
import type { Grade } from './contract.ts';
import { lead, scoreEntry, scoreGuard } from './schema.ts';
import type { Score } from './score.ts';
import { json, uuids } from './store.ledger.ts';

/** Leads: the latest score of each contact, made from its ledger. */

/** Those of these contacts whom somebody knows. */
export async function knownOf(ctx: Ctx, contactIds: readonly string[]): Promise<Set<string>> {
  const found = await rows<{ contactId: string }>(
    ctx.db,
    sql`
    select contact_id as "contactId" from ${contact}
    where contact_id = any(${uuids(contactIds)}) and kind <> 'visitor' and merged_into is null`,
  );
  return new Set(found.map((row) => row.contactId));
}

export async function makeLeads(ctx: Ctx, contactIds: readonly string[]): Promise<void> {
  await ctx.db.execute(sql`
    insert into ${lead} (contact_id, grade, fit, fit_points, engagement, score, computed_at)
    select id, 'cold', 'C', 0, 0, 0, ${ctx.clock.now().toISOString()}::timestamptz
    from unnest(${uuids(contactIds.toSorted())}) as c(id) order by id
    on conflict do nothing`);
}

export type HeldLead = { hotSince: Date | null; lastSignalAt: Date | null };

/** The lead rows there are of these contacts, locked in one order, so that two scorers never cross. */
export async function lockLeads(ctx: Ctx, contactIds: readonly string[]): Promise<Map<string, HeldLead>> {
  const found = await rows<{ contactId: string; hotSince: string | null; lastSignalAt: string | null }>(
    ctx.db,
    sql`
    select contact_id as "contactId", hot_since as "hotSince", last_signal_at as "lastSignalAt" from ${lead}
    where contact_id = any(${uuids(contactIds)}) order by contact_id for update`,
  );
  return new Map(
    found.map((row) => [
      row.contactId,
      { hotSince: dateOrNull(row.hotSince), lastSignalAt: dateOrNull(row.lastSignalAt) },
    ]),
  );
}

const dateOrNull = (text: string | null): Date | null => (text === null ? null : dateOf(text));

export type LeadUpdate = {
  contactId: string;
  known: boolean;
  lastSignalAt: Date | null;
  hotSince: Date | null;
  reviewAt: Date | null;
} & Score;

export async function saveLeads(ctx: Ctx, updates: readonly LeadUpdate[]): Promise<void> {
  await ctx.db.execute(sql`
    update ${lead} l set known = u.known, grade = u.grade, fit = u.fit, fit_points = u."fitPoints", engagement = u.engagement,
      score = u.score, last_signal_at = u."lastSignalAt", hot_since = u."hotSince", review_at = u."reviewAt",
      computed_at = ${ctx.clock.now().toISOString()}::timestamptz
    from jsonb_to_recordset(${json(updates)}) as u("contactId" uuid, known boolean, grade text, fit text, "fitPoints" float8,
      engagement float8, score float8, "lastSignalAt" timestamptz, "hotSince" timestamptz, "reviewAt" timestamptz)
    where l.contact_id = u."contactId"`);
}

/** Leads whose time to be looked at has come. */
export async function dueForReview(ctx: Ctx, limit: number): Promise<string[]> {
  const found = await rows<{ contactId: string }>(
    ctx.db,
    sql`
    select contact_id as "contactId" from ${lead} where review_at <= ${ctx.clock.now().toISOString()}::timestamptz
    order by review_at limit ${limit}`,
  );
  return found.map((row) => row.contactId);
}

/** Those of these leads that are due still, after a look, have no contact any more: nobody looks again. */
export async function dropOverdue(ctx: Ctx, contactIds: readonly string[]): Promise<void> {
  await ctx.db.execute(sql`
    update ${lead} set review_at = null
    where contact_id = any(${uuids(contactIds)}) and review_at <= ${ctx.clock.now().toISOString()}::timestamptz`);
}

/** Lets every known lead be looked at again: what fits has changed. */
export async function reviewAll(ctx: Ctx): Promise<void> {
  await ctx.db.execute(
    sql`update ${lead} set review_at = ${ctx.clock.now().toISOString()}::timestamptz where known`,
  );
}

export type LeadRow = {
  contactId: string;
  name: string;
  email: string | null;
  externalId: string | null;
  phone: string | null;
  country: string | null;
  ownerId: string | null;
  score: number;
  lastSignalAt: Date | null;
  hotSince: Date | null;
};

const leadColumns = {
  contactId: lead.contactId,
  name: contact.name,
  email: contact.email,
  externalId: contact.externalId,
  phone: contact.phone,
  country: contact.country,
  ownerId: contact.ownerId,
  score: lead.score,
  lastSignalAt: lead.lastSignalAt,
  hotSince: lead.hotSince,
};

/** A visitor's score waits until somebody is known for it. Spelled as the partial indexes have it. */
const known = sql`${lead.known} and ${contact.mergedInto} is null`;

export async function listLeads(
  ctx: Ctx,
  query: {
    grade?: Grade | undefined;
    ownerId?: string | undefined;
    contactId?: string | undefined;
    after: { score: number; contactId: string } | null;
    limit: number;
  },
): Promise<LeadRow[]> {
  return ctx.db
    .select(leadColumns)
    .from(lead)
    .innerJoin(contact, eq(contact.contactId, lead.contactId))
    .where(
      and(
        known,
        visibleContacts(ctx),
        query.grade === undefined ? undefined : eq(lead.grade, query.grade),
        query.ownerId === undefined ? undefined : eq(contact.ownerId, query.ownerId),
        query.contactId === undefined ? undefined : eq(lead.contactId, query.contactId),
        query.after === null
          ? undefined
          : sql`(${lead.score}, ${lead.contactId}) < (${query.after.score}::float8, ${query.after.contactId}::uuid)`,
      ),
    )
    .orderBy(sql`${lead.score} desc, ${lead.contactId} desc`)
    .limit(query.limit);
}

export async function findLead(ctx: Ctx, contactId: string): Promise<LeadRow | null> {
  const [found] = await ctx.db
    .select(leadColumns)
    .from(lead)
    .innerJoin(contact, eq(contact.contactId, lead.contactId))
    .where(and(eq(lead.contactId, contactId), known, visibleContacts(ctx)));
  return found ?? null;
}

export async function countByGrade(ctx: Ctx): Promise<Record<Grade, number>> {
  const found = await ctx.db
    .select({ grade: lead.grade, n: sql<number>`count(*)::int` })
    .from(lead)
    .innerJoin(contact, eq(contact.contactId, lead.contactId))
    .where(and(known, visibleContacts(ctx)))
    .groupBy(lead.grade);
  const of = (grade: Grade): number => found.find((row) => row.grade === grade)?.n ?? 0;
  return { hot: of('hot'), warm: of('warm'), cold: of('cold') };
}

/** Tables a lead is made of, and it. */
const OF_SCORES = ['lead', 'score_entry', 'score_guard'];

/**
 * Points follow the person whose facts they are; a fact both were given points for counts once. What fits is of the contact as a
 * whole and is found anew. Leads of both are looked at again by the event of the merge or the separation.
 */
export async function moveScores(ctx: Ctx, all: readonly Move[]): Promise<void> {
  const moves = all.filter((move) => OF_SCORES.some((table) => movesIn([move], table).length > 0));
  if (moves.length === 0) return;
  await parkDoubles(ctx, moves);
  const whole = moves.filter(({ origins }) => origins === null);
  const parted = moves.filter(({ origins }) => origins !== null);
  const fitGuards = sql`exists (select 1 from ${scoreEntry} e where e.contact_id = ${scoreGuard}.contact_id
    and e.rule_id = ${scoreGuard}.rule_id and e.fact_key = ${scoreGuard}.fact_key and e.kind = 'fit')`;
  await moveRows(ctx, whole, { table: 'score_guard', sparse: true, only: fitGuards, park: 'own' });
  await moveRows(ctx, whole, { table: 'score_entry', only: sql`kind = 'fit'`, park: 'own' });
  await moveRows(ctx, whole, { table: 'score_guard', sparse: true });
  await moveRows(ctx, whole, { table: 'score_entry' });
  await moveRows(ctx, parted, { table: 'score_guard', sparse: true, only: sql`not ${fitGuards}` });
  await moveRows(ctx, parted, { table: 'score_entry', only: sql`kind = 'engagement'` });
  const now = ctx.clock.now().toISOString();
  await ctx.db.execute(sql`
    insert into ${lead} (contact_id, grade, fit, fit_points, engagement, score, last_signal_at, computed_at)
    select pair."to", 'cold', 'C', 0, 0, 0, l.last_signal_at, ${now}::timestamptz
    from ${pairs(moves)} join ${lead} l on l.contact_id = pair."from"
    where pair.origins is null or exists (select 1 from ${scoreEntry} e where e.contact_id = pair."to")
    on conflict (contact_id) do update set last_signal_at = greatest(${lead.lastSignalAt}, excluded.last_signal_at)`);
  if (whole.length > 0)
    await ctx.db.execute(sql`delete from ${lead} using ${pairs(whole)} where contact_id = pair."from"`);
}

/** Entries whose fact the other contact was given points for too. */
async function parkDoubles(ctx: Ctx, moves: readonly Move[]): Promise<void> {
  await moveRows(ctx, moves, {
    table: 'score_entry',
    only: sql`exists (select 1 from ${scoreGuard} g where g.contact_id = pair."to"
      and g.rule_id = ${scoreEntry}.rule_id and g.fact_key = ${scoreEntry}.fact_key)`,
    park: 'own',
  });
}
