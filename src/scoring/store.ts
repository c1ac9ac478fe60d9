import { and, eq, sql } from 'drizzle-orm';
import { contact, visibleContacts } from '../contacts/index.ts';
import type { Ctx } from '../core/ctx.ts';
import { dateOf, rows } from '../core/db.ts';
import { scoreRuleInput } from './contract.ts';
import type { Grade, ScoreRuleInput } from './contract.ts';
import type { StoredRule } from './match.ts';
import { lead, scoreEntry, scoreGuard, scoreRule } from './schema.ts';
import type { Entry, Score } from './score.ts';

/** All SQL of scoring. */

/** Points older than this have decayed to nothing for any rule that decays; a score never reads further back. */
const HISTORY_DAYS = 400;
/** More causes than this tell nothing; the newest are kept. */
const MAX_ENTRIES = 1_000;

const json = (value: unknown) => sql`${JSON.stringify(value)}::text::jsonb`;
const ids = (list: readonly string[]) => sql`(select jsonb_array_elements_text(${json(list)})::uuid)`;

export type EntryRow = Entry & {
  id: string;
  contactId: string;
  ruleVersion: number;
  ruleName: string;
  what: string;
  factKey: string;
};

export async function loadRules(ctx: Ctx): Promise<Array<StoredRule & { createdAt: Date }>> {
  const found = await ctx.db.select().from(scoreRule).orderBy(scoreRule.createdAt, scoreRule.ruleId);
  return found.map((row) => ({
    id: row.ruleId,
    version: row.version,
    rule: scoreRuleInput.parse(row.rule),
    createdAt: row.createdAt,
  }));
}

export async function insertRules(
  ctx: Ctx,
  rules: ReadonlyArray<{ id: string; rule: ScoreRuleInput }>,
): Promise<void> {
  const now = ctx.clock.now();
  await ctx.db
    .insert(scoreRule)
    .values(rules.map(({ id, rule }) => ({ ruleId: id, rule, createdAt: now, updatedAt: now })))
    .onConflictDoNothing();
}

export async function lockRule(ctx: Ctx, id: string): Promise<(StoredRule & { createdAt: Date }) | null> {
  const [row] = await ctx.db.select().from(scoreRule).where(eq(scoreRule.ruleId, id)).for('update');
  return row === undefined
    ? null
    : { id, version: row.version, rule: scoreRuleInput.parse(row.rule), createdAt: row.createdAt };
}

export async function updateRule(ctx: Ctx, id: string, version: number, rule: ScoreRuleInput): Promise<void> {
  await ctx.db
    .update(scoreRule)
    .set({ rule, version, updatedAt: ctx.clock.now() })
    .where(eq(scoreRule.ruleId, id));
}

/** Lead rows of these contacts, made when missing and locked in one order, so that two scorers never cross. */
export async function lockLeads(
  ctx: Ctx,
  contactIds: readonly string[],
): Promise<Map<string, { grade: Grade; hotSince: Date | null; lastSignalAt: Date | null }>> {
  const now = ctx.clock.now().toISOString();
  await ctx.db.execute(sql`
    insert into ${lead} (contact_id, grade, fit, fit_points, engagement, score, computed_at)
    select id, 'cold', 'C', 0, 0, 0, ${now}::timestamptz from ${ids(contactIds.toSorted())} as c(id) order by id
    on conflict do nothing`);
  const found = await rows<{
    contactId: string;
    grade: Grade;
    hotSince: string | null;
    lastSignalAt: string | null;
  }>(
    ctx.db,
    sql`
    select contact_id as "contactId", grade, hot_since as "hotSince", last_signal_at as "lastSignalAt" from ${lead}
    where contact_id in ${ids(contactIds)} order by contact_id for update`,
  );
  const date = (text: string | null): Date | null => (text === null ? null : dateOf(text));
  return new Map(
    found.map((row) => [
      row.contactId,
      { grade: row.grade, hotSince: date(row.hotSince), lastSignalAt: date(row.lastSignalAt) },
    ]),
  );
}

/** Adds the entries whose (contact, rule, fact) is new; returns how many were. */
export async function addEntries(ctx: Ctx, entries: readonly EntryRow[]): Promise<void> {
  if (entries.length === 0) return;
  await ctx.db.execute(sql`
    with e as (
      select * from jsonb_to_recordset(${json(entries)}) as e("contactId" uuid, "occurredAt" timestamptz, id uuid, "ruleId" uuid,
        "ruleVersion" int, "ruleName" text, kind text, points int, "halfLifeDays" int, cap int, what text, "factKey" text)
    ), fresh as (
      insert into ${scoreGuard} (contact_id, rule_id, fact_key)
      select distinct "contactId", "ruleId", "factKey" from e on conflict do nothing
      returning contact_id, rule_id, fact_key
    )
    insert into ${scoreEntry} (contact_id, occurred_at, id, rule_id, rule_version, rule_name, kind, points, half_life_days, cap, what, fact_key, recorded_at, origin_id)
    select distinct on (e."contactId", e."ruleId", e."factKey")
      e."contactId", e."occurredAt", e.id, e."ruleId", e."ruleVersion", e."ruleName", e.kind, e.points, e."halfLifeDays", e.cap,
      e.what, e."factKey", ${ctx.clock.now().toISOString()}::timestamptz, e."contactId"
    from e join fresh f on f.contact_id = e."contactId" and f.rule_id = e."ruleId" and f.fact_key = e."factKey"
    order by e."contactId", e."ruleId", e."factKey", e."occurredAt", e.id`);
}

export async function entriesOf(ctx: Ctx, contactIds: readonly string[]): Promise<Map<string, EntryRow[]>> {
  const since = new Date(ctx.clock.now().getTime() - HISTORY_DAYS * 86_400_000).toISOString();
  const found = await rows<Omit<EntryRow, 'occurredAt'> & { occurredAt: string }>(
    ctx.db,
    sql`
    select * from (
      select contact_id as "contactId", id, occurred_at as "occurredAt", rule_id as "ruleId", rule_version as "ruleVersion",
        rule_name as "ruleName", kind, points, half_life_days as "halfLifeDays", cap, what, fact_key as "factKey",
        row_number() over (partition by contact_id order by occurred_at desc, id desc) as n
      from ${scoreEntry}
      where contact_id in ${ids(contactIds)} and (occurred_at >= ${since}::timestamptz or half_life_days is null)
    ) e where n <= ${MAX_ENTRIES} order by "occurredAt", id`,
  );
  return Map.groupBy(
    found.map((row) => ({ ...row, occurredAt: dateOf(row.occurredAt) })),
    (row) => row.contactId,
  );
}

export type LeadUpdate = {
  contactId: string;
  lastSignalAt: Date | null;
  hotSince: Date | null;
  reviewAt: Date | null;
} & Score;

export async function saveLeads(ctx: Ctx, updates: readonly LeadUpdate[]): Promise<void> {
  await ctx.db.execute(sql`
    update ${lead} l set grade = u.grade, fit = u.fit, fit_points = u."fitPoints", engagement = u.engagement, score = u.score,
      last_signal_at = u."lastSignalAt", hot_since = u."hotSince", review_at = u."reviewAt",
      computed_at = ${ctx.clock.now().toISOString()}::timestamptz
    from jsonb_to_recordset(${json(updates)}) as u("contactId" uuid, grade text, fit text, "fitPoints" float8, engagement float8,
      score float8, "lastSignalAt" timestamptz, "hotSince" timestamptz, "reviewAt" timestamptz)
    where l.contact_id = u."contactId"`);
}

/** Leads whose grade decay has changed by now. */
export async function dueForReview(ctx: Ctx, limit: number): Promise<string[]> {
  const found = await rows<{ contactId: string }>(
    ctx.db,
    sql`
    select contact_id as "contactId" from ${lead} where review_at <= ${ctx.clock.now().toISOString()}::timestamptz
    order by review_at limit ${limit}`,
  );
  return found.map((row) => row.contactId);
}

export type LeadRow = {
  contactId: string;
  name: string;
  email: string | null;
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
  phone: contact.phone,
  country: contact.country,
  ownerId: contact.ownerId,
  score: lead.score,
  lastSignalAt: lead.lastSignalAt,
  hotSince: lead.hotSince,
};

/** Known contacts only: a visitor's score waits until somebody is known for it. */
const known = sql`${contact.kind} <> 'visitor' and ${contact.mergedInto} is null`;

export async function listLeads(
  ctx: Ctx,
  query: {
    grade?: Grade | undefined;
    ownerId?: string | undefined;
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

/** Moves the ledger of a visitor to the contact it turned out to be; points both earned under one once-only key count once. */
export async function moveScores(ctx: Ctx, from: string, to: string): Promise<void> {
  await ctx.db.execute(sql`
    with guards as (delete from ${scoreGuard} where contact_id = ${from}::uuid returning rule_id, fact_key),
    fresh as (
      insert into ${scoreGuard} (contact_id, rule_id, fact_key) select ${to}::uuid, rule_id, fact_key from guards
      on conflict do nothing returning rule_id, fact_key
    ),
    gone as (delete from ${scoreEntry} where contact_id = ${from}::uuid returning *)
    insert into ${scoreEntry} (contact_id, occurred_at, id, rule_id, rule_version, rule_name, kind, points, half_life_days, cap, what, fact_key, recorded_at, origin_id)
    select ${to}::uuid, g.occurred_at, g.id, g.rule_id, g.rule_version, g.rule_name, g.kind, g.points, g.half_life_days, g.cap, g.what, g.fact_key, g.recorded_at, g.origin_id
    from gone g join fresh f on f.rule_id = g.rule_id and f.fact_key = g.fact_key
    where g.kind = 'engagement'`);
  await ctx.db.execute(sql`delete from ${lead} where contact_id = ${from}::uuid`);
}
