import { sql } from '../../core/sql.ts';
import type { SQL } from '../../core/sql.ts';
import type { Ctx } from '../../core/ctx.ts';
import { dateOf, rows } from '../../core/db.ts';
import { newId } from '../../core/ids.ts';
import { addMs, DAY_MS } from '../../core/time.ts';
import type { Use } from './cap.ts';

const instant = (at: Date): SQL => sql`${at.toISOString()}::timestamptz`;
const uuids = (ids: readonly string[]): SQL => sql`${`{${ids.join(',')}}`}::uuid[]`;
const list = (value: unknown): SQL => sql`${JSON.stringify(value)}::text::jsonb`;

/** A hand-off is told later than it was decided: by minutes, or by days where only the provider could tell. */
const TOLD_LATE_DAYS = 3;
/** Runs of higher priority that are looked through; with more of them due at once, those later in turn wait for a cap alone. */
const MAX_RUNS = 200;

export type UseOf = Use & { contactId: string };

/**
 * Locks the contacts against other decisions about them until the end of the transaction, in the order of their ids. A stretch of
 * days that slides cannot be held by a unique key, so whoever counts has to be alone with the contact while it does.
 */
export async function lockContacts(ctx: Ctx, contactIds: readonly string[]): Promise<void> {
  await ctx.db.execute(sql`
    select 1 from contact where contact_id = any(${uuids(contactIds)}) order by contact_id for no key update`);
}

/**
 * What counts against caps: messages let go within so many days that went out, or are on their way, or may have gone out. The rows
 * of decisions only say which to look at: what a message is stands in the ledger alone.
 */
export async function loadUses(
  ctx: Ctx,
  contactIds: readonly string[],
  days: number,
  now: Date,
): Promise<UseOf[]> {
  const found = await rows<Omit<UseOf, 'at'> & { at: string | null }>(
    ctx.db,
    sql`
    select d.contact_id as "contactId", d.message_id as "messageId", m.channel, d.purpose,
      case when m.state <> 'sending' then coalesce(m.handed_at, d.occurred_at) end as at
    from send_decision d
    join message m on m.contact_id = d.contact_id and m.occurred_at = d.planned_at and m.id = d.message_id
    where d.contact_id = any(${uuids(contactIds)}) and d.occurred_at > ${instant(addMs(now, -(days + TOLD_LATE_DAYS) * DAY_MS))}
      and d.decision = 'go' and m.attempt = d.attempt and m.state in ('sent', 'unknown', 'sending')`,
  );
  return found.map(({ at, ...use }) => ({ ...use, at: at === null ? now : dateOf(at) }));
}

/** Messages of campaigns of higher priority that are due as well and that nothing has been decided about. */
export async function loadFirst(
  ctx: Ctx,
  contactIds: readonly string[],
  priority: number,
  now: Date,
): Promise<UseOf[]> {
  const runs = await rows<{ runId: string; plannedAt: string }>(
    ctx.db,
    sql`select r.run_id as "runId", r.planned_at as "plannedAt"
      from campaign_run r join campaign c on c.campaign_id = r.campaign_id
      where r.state = 'sending' and r.wake_at <= ${instant(now)} and c.state = 'running' and c.priority > ${priority}
        and c.kind <> 'transactional'
      order by c.priority desc limit ${MAX_RUNS}`,
  );
  if (runs.length === 0) return [];
  const moments = `{${[...new Set(runs.map(({ plannedAt }) => dateOf(plannedAt).toISOString()))].join(',')}}`;
  const found = await rows<Omit<UseOf, 'at'>>(
    ctx.db,
    sql`
    select m.contact_id as "contactId", m.id as "messageId", m.channel, c.purpose
    from message m join campaign c on c.campaign_id = m.campaign_id
    where m.contact_id = any(${uuids(contactIds)}) and m.occurred_at = any(${moments}::timestamptz[])
      and m.run_id = any(${uuids(runs.map(({ runId }) => runId))}) and not m.asked
      and (m.state in ('planned', 'retry') and m.due_at <= ${instant(now)}
        or m.state = 'sending' and not exists (select from send_decision d
          where d.contact_id = m.contact_id and d.message_id = m.id and d.attempt = m.attempt))`,
  );
  return found.map((use) => ({ ...use, at: now }));
}

/**
 * Of contacts whose message of a recurring campaign has waited: those who have a newer one of it, or had it meanwhile. What starts
 * one by one is about something of its own each time: nothing replaces it.
 */
export async function loadReplaced(
  ctx: Ctx,
  campaignId: string,
  plannedAt: Date,
  waited: ReadonlyArray<{ contactId: string }>,
): Promise<ReadonlySet<string>> {
  if (waited.length === 0) return new Set();
  const found = await rows<{ id: string }>(
    ctx.db,
    sql`
    select distinct m.contact_id as id from message m join campaign c on c.campaign_id = m.campaign_id
    where m.contact_id = any(${uuids(waited.map(({ contactId }) => contactId))}) and m.occurred_at > ${instant(plannedAt)}
      and m.campaign_id = ${campaignId}::uuid and c.kind = 'broadcast'
      and m.state in ('planned', 'retry', 'sending', 'sent', 'unknown')`,
  );
  return new Set(found.map(({ id }) => id));
}

export type DecisionRow = {
  contactId: string;
  messageId: string;
  campaignId: string;
  plannedAt: Date;
  attempt: number;
  channel: string;
  purpose: string;
  decision: 'go' | 'defer' | 'skip';
  reason: string | null;
  until: Date | null;
  facts: object | null;
};

export async function insertDecisions(ctx: Ctx, decisions: readonly DecisionRow[]): Promise<void> {
  if (decisions.length === 0) return;
  const entries = decisions.map((one) => ({ ...one, id: newId() }));
  await ctx.db.execute(sql`
    insert into send_decision (contact_id, occurred_at, id, message_id, campaign_id, planned_at, attempt, channel, purpose,
      decision, reason, until, facts, origin_id)
    select d."contactId", ${instant(ctx.clock.now())}, d.id, d."messageId", d."campaignId", d."plannedAt", d.attempt, d.channel,
      d.purpose, d.decision, d.reason, d.until, nullif(d.facts, 'null'), d."contactId"
    from jsonb_to_recordset(${list(entries)}) as d("contactId" uuid, id uuid, "messageId" uuid, "campaignId" uuid,
      "plannedAt" timestamptz, attempt smallint, channel text, purpose text, decision text, reason text, until timestamptz,
      facts jsonb)`);
}

/**
 * What went out lately while no cap counted it, so that a new cap counts it from its first moment on; `days` back. Returns how many
 * messages these are.
 */
export async function countPast(ctx: Ctx, days: number): Promise<number> {
  const now = ctx.clock.now();
  const found = await rows(
    ctx.db,
    sql`
    insert into send_decision (contact_id, occurred_at, id, message_id, campaign_id, planned_at, attempt, channel, purpose,
      decision, origin_id)
    select m.contact_id, coalesce(m.handed_at, ${instant(now)}), m.id, m.id, m.campaign_id, m.occurred_at, m.attempt, m.channel,
      c.purpose, 'go', m.contact_id
    from message m join campaign c on c.campaign_id = m.campaign_id
    where m.state in ('sent', 'unknown', 'sending') and not m.asked
      and coalesce(m.handed_at, ${instant(now)}) > ${instant(addMs(now, -days * DAY_MS))}
      and not exists (select from send_decision d where d.contact_id = m.contact_id and d.message_id = m.id
        and d.attempt = m.attempt)
    on conflict do nothing returning 1`,
  );
  return found.length;
}
