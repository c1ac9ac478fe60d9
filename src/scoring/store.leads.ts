import { and, eq, sql } from '../core/sql.ts';
import type { SQL } from '../core/sql.ts';
import { response } from '../campaigns/index.ts';
import { contact, moveRows, movesIn, pairs, visibleContacts } from '../contacts/index.ts';
import type { Move } from '../contacts/index.ts';
import type { Ctx } from '../core/ctx.ts';
import { dateOf, hotRows, rows } from '../core/db.ts';
import { unnested } from '../core/unnest.ts';
import { orders } from '../orders/index.ts';
import { event } from '../tracking/index.ts';
import type { Grade } from './contract.ts';
import { lead, scoreEntry, scoreGuard } from './schema.ts';
import type { Score } from './score.ts';
import { uuids } from './store.ledger.ts';

/** Leads: the latest score of each contact, made from its ledger. */

export async function makeLeads(ctx: Ctx, contactIds: readonly string[]): Promise<void> {
  await hotRows(
    ctx.db,
    sql`
    insert into ${lead} (contact_id, grade, fit, fit_points, engagement, score, computed_at)
    select id, 'cold', 'C', 0, 0, 0, ${ctx.clock.now().toISOString()}::timestamptz
    from unnest(${uuids(contactIds.toSorted())}) as c(id) order by id
    on conflict do nothing`,
  );
}

export type HeldLead = {
  hotSince: Date | null;
  lastSignalAt: Date | null;
  known: boolean;
  grade: string;
  fit: string;
  score: number;
};

/** The lead rows there are of these contacts, locked in one order, so that two scorers never cross. */
export async function lockLeads(ctx: Ctx, contactIds: readonly string[]): Promise<Map<string, HeldLead>> {
  type Row = Omit<HeldLead, 'hotSince' | 'lastSignalAt'> &
    Record<'contactId', string> &
    Record<'hotSince' | 'lastSignalAt', string | null>;
  const found = await hotRows<Row>(
    ctx.db,
    sql`
    select contact_id as "contactId", hot_since as "hotSince", last_signal_at as "lastSignalAt", known, grade, fit, score
    from ${lead}
    where contact_id = any(${uuids(contactIds)}) order by contact_id for update`,
  );
  return new Map(
    found.map(({ contactId, ...row }) => [
      contactId,
      { ...row, hotSince: dateOrNull(row.hotSince), lastSignalAt: dateOrNull(row.lastSignalAt) },
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

const UPDATE = {
  contactId: 'uuid',
  known: 'boolean',
  grade: 'text',
  fit: 'text',
  fitPoints: 'float8',
  engagement: 'float8',
  score: 'float8',
  lastSignalAt: 'timestamptz',
  hotSince: 'timestamptz',
  reviewAt: 'timestamptz',
} as const;

export async function saveLeads(ctx: Ctx, updates: readonly LeadUpdate[]): Promise<void> {
  await hotRows(
    ctx.db,
    sql`
    update ${lead} l set known = u.known, grade = u.grade, fit = u.fit, fit_points = u."fitPoints", engagement = u.engagement,
      score = u.score, last_signal_at = u."lastSignalAt", hot_since = u."hotSince", review_at = u."reviewAt",
      computed_at = ${ctx.clock.now().toISOString()}::timestamptz
    from ${unnested('u', updates, UPDATE)}
    where l.contact_id = u."contactId"`,
  );
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
  const whole = moves.filter(({ origins }) => origins === null);
  const parted = moves.filter(({ origins }) => origins !== null);
  await noteOrigins(ctx, parted);
  await parkDoubles(ctx, moves);
  await moveRows(ctx, whole, { table: 'score_entry', only: sql`kind = 'fit'`, park: 'own' });
  await moveRows(ctx, whole, { table: 'score_guard', sparse: true });
  await moveRows(ctx, whole, { table: 'score_entry' });
  await moveRows(ctx, parted, { table: 'score_guard', sparse: true });
  await moveRows(ctx, parted, { table: 'score_entry', only: sql`kind = 'engagement'` });
  const now = ctx.clock.now().toISOString();
  await ctx.db.execute(sql`
    insert into ${lead} (contact_id, grade, fit, fit_points, engagement, score, last_signal_at, computed_at)
    select pair."to", 'cold', 'C', 0, 0, 0, l.last_signal_at, ${now}::timestamptz
    from ${pairs(moves)} join ${lead} l on l.contact_id = pair."from"
    on conflict (contact_id) do update set last_signal_at = greatest(${lead.lastSignalAt}, excluded.last_signal_at)`);
  if (whole.length > 0)
    await ctx.db.execute(sql`delete from ${lead} using ${pairs(whole)} where contact_id = pair."from"`);
}

/** Points booked while two were one bear the name of both: those who part take what was booked for facts of their own. */
async function noteOrigins(ctx: Ctx, parted: readonly Move[]): Promise<void> {
  if (parted.length === 0) return;
  const same = (table: SQL, kind: string) => sql`${table} f where f.contact_id in (pair."from", pair."to")
    and f.occurred_at = s.occurred_at and s.fact_key = ${kind} || ':' || f.id`;
  await ctx.db.execute(sql`
    with told as (
      select s.contact_id, s.occurred_at, s.id, s.rule_id, s.fact_key, coalesce(
        (select f.origin_id from ${same(sql`${event}`, 'event')}),
        (select f.origin_id from ${same(sql`${response}`, 'response')}),
        (select f.origin_id from (select o.*, o.order_id as id from ${orders} o) f where f.contact_id in (pair."from", pair."to")
          and f.occurred_at = s.occurred_at and s.fact_key = 'order:' || f.id)) as origin_id
      from ${pairs(parted)} join ${scoreEntry} s on s.contact_id = pair."from" and s.kind = 'engagement'
    ), entries as (
      update ${scoreEntry} s set origin_id = t.origin_id from told t
      where s.contact_id = t.contact_id and s.occurred_at = t.occurred_at and s.id = t.id and s.origin_id <> t.origin_id)
    update ${scoreGuard} g set origin_id = nullif(t.origin_id, g.contact_id) from told t
    where g.contact_id = t.contact_id and g.rule_id = t.rule_id and g.fact_key = t.fact_key and t.origin_id is not null`);
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

/**
 * Takes signals back that are others' since these contacts were separated: the latest one is no later than any fact a contact has
 * now. Whoever never gave one is no lead. What was booked, and when, is not changed.
 */
export async function forgetForeignSignals(ctx: Ctx, contactIds: readonly string[]): Promise<void> {
  await ctx.db.execute(sql`
    with own as (
      select l.contact_id, greatest(
        (select max(e.occurred_at) from ${event} e where e.contact_id = l.contact_id and not e.bot
          and (e.type <> 'identify' or e.trust = 'public')),
        (select max(r.occurred_at) from ${response} r where r.contact_id = l.contact_id and r.human),
        (select max(o.occurred_at) from ${orders} o where o.contact_id = l.contact_id and o.trust <> 'public'),
        (select max(s.occurred_at) from ${scoreEntry} s where s.contact_id = l.contact_id and s.kind = 'engagement')) as newest
      from ${lead} l where l.contact_id = any(${uuids(contactIds)})
    ), gone as (
      delete from ${lead} l using own join ${contact} c using (contact_id)
      where own.contact_id = l.contact_id and (own.newest is null or c.kind = 'visitor' and not exists (
        select 1 from ${scoreEntry} s where s.contact_id = own.contact_id and s.kind = 'engagement'))
      returning l.contact_id)
    update ${lead} l set last_signal_at = least(l.last_signal_at, own.newest) from own
    where l.contact_id = own.contact_id and l.contact_id not in (select contact_id from gone)`);
}
