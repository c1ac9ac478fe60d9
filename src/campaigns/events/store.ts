import { sql } from '../../core/sql.ts';
import type { SQL } from '../../core/sql.ts';
import type { Ctx } from '../../core/ctx.ts';
import { dateOf, rows } from '../../core/db.ts';
import type { CampaignState } from '../contract.ts';
import type { MessageFound } from '../store.responses.ts';
import type { ProviderEvent, Told } from './provider.ts';
import { providerEvent } from './schema.ts';

/** Provider events and the messages they speak of, in sets: a post of thousands is a handful of statements. */

const json = (value: unknown): SQL => sql`${JSON.stringify(value)}::text::jsonb`;
const instant = (at: Date): SQL => sql`${at.toISOString()}::timestamptz`;

export type Ref = { messageId: string; contactId: string };
export type MessageHeld = MessageFound & {
  failures: number;
  reason: string | null;
  detail: string | null;
  deliveredAt: Date | null;
  campaignState: CampaignState;
};

/** The messages, held until the end of the transaction; after a merge they lie with whom the contact lives on in. */
export async function holdMessages(ctx: Ctx, refs: readonly Ref[]): Promise<Map<string, MessageHeld>> {
  if (refs.length === 0) return new Map();
  type Row = Omit<MessageHeld, 'plannedAt' | 'handedAt' | 'deliveredAt'> &
    Record<'plannedAt', string> &
    Record<'handedAt' | 'deliveredAt', string | null>;
  const found = await rows<Row>(
    ctx.db,
    sql`
    select m.contact_id as "contactId", m.id, m.occurred_at as "plannedAt", m.campaign_id as "campaignId",
      m.run_id as "runId", p.purpose, m.state, m.address, m.handed_at as "handedAt", m.locale, m.attempt, m.channel, m.failures,
      m.reason, m.detail, m.delivered_at as "deliveredAt", p.state as "campaignState"
    from jsonb_to_recordset(${json(refs)}) as k("messageId" uuid, "contactId" uuid)
    join contact c on c.contact_id = k."contactId"
    join message m on m.contact_id = coalesce(c.merged_into, c.contact_id) and m.id = k."messageId"
    join campaign p on p.campaign_id = m.campaign_id
    order by m.contact_id, m.id for update of m`,
  );
  const orNull = (at: string | null): Date | null => (at === null ? null : dateOf(at));
  return new Map(
    found.map((row) => [
      row.id,
      {
        ...row,
        plannedAt: dateOf(row.plannedAt),
        handedAt: orNull(row.handedAt),
        deliveredAt: orNull(row.deliveredAt),
      },
    ]),
  );
}

/** Keeps events that are not there yet; returns the ids of the new ones. All of one provider. */
export async function insertEvents(
  ctx: Ctx,
  events: ReadonlyArray<ProviderEvent & { matched: boolean }>,
): Promise<Set<string>> {
  const given = events.map(({ provider, providerEventId, message, matched, raw, kind, ...event }) => ({
    p: provider,
    e: providerEventId,
    o: event.occurredAt,
    k: kind,
    m: matched ? message?.messageId : null,
    t: event.attempt,
    a: event.address,
    r: event.reason,
    w: matched && kind !== null ? null : raw,
  }));
  const made = await rows<{ id: string }>(
    ctx.db,
    sql`
    insert into ${providerEvent} (provider, provider_event_id, received_at, occurred_at, kind, message_id, attempt, address,
      reason, raw)
    select g.p, g.e, ${instant(ctx.clock.now())}, g.o, g.k, g.m, g.t, g.a, g.r, g.w
    from jsonb_to_recordset(${json(given)}) as g(p text, e text, o timestamptz, k text, m uuid, t smallint, a text, r text,
      w text)
    order by g.p, g.e collate "C"
    on conflict do nothing
    returning provider_event_id as id`,
  );
  return new Set(made.map(({ id }) => id));
}

/** Everything that was ever told of these messages. */
export async function eventsOf(ctx: Ctx, messageIds: readonly string[]): Promise<Map<string, Told[]>> {
  if (messageIds.length === 0) return new Map();
  const found = await rows<Omit<Told, 'occurredAt'> & { messageId: string; occurredAt: string }>(
    ctx.db,
    sql`
    select message_id as "messageId", provider || ' ' || provider_event_id as id, kind, attempt, occurred_at as "occurredAt",
      reason
    from ${providerEvent} where message_id in (select jsonb_array_elements_text(${json(messageIds)})::uuid)
      and kind is not null`,
  );
  const told = found.map(({ messageId, occurredAt, ...event }) => ({
    messageId,
    event: { ...event, occurredAt: dateOf(occurredAt) },
  }));
  return new Map(
    [...Map.groupBy(told, ({ messageId }) => messageId)].map(([id, list]) => [
      id,
      list.map(({ event }) => event),
    ]),
  );
}

export type Settled = {
  contactId: string;
  id: string;
  plannedAt: Date;
  state: 'sent' | 'failed' | 'retry';
  reason: string | null;
  detail: string | null;
  failures: number;
  /** Null: as it was. */
  dueAt: Date | null;
  deliveredAt: Date | null;
};

export async function settleByProvider(ctx: Ctx, settled: readonly Settled[]): Promise<void> {
  if (settled.length === 0) return;
  await ctx.db.execute(sql`
    update message m set state = s.state, reason = s.reason, detail = s.detail, failures = s.failures, lease_until = null,
      due_at = coalesce(s."dueAt", m.due_at), delivered_at = s."deliveredAt",
      data = case when m.data is not null and s.state = 'failed' then '{}' else m.data end
    from jsonb_to_recordset(${json(settled)}) as s("contactId" uuid, id uuid, "plannedAt" timestamptz, state text, reason text,
      detail text, failures smallint, "dueAt" timestamptz, "deliveredAt" timestamptz)
    where m.contact_id = s."contactId" and m.occurred_at = s."plannedAt" and m.id = s.id`);
}

/** Numbers of the campaigns' links by their addresses. */
export async function linkNumbers(ctx: Ctx, campaignIds: readonly string[]): Promise<Map<string, number>> {
  if (campaignIds.length === 0) return new Map();
  const found = await rows<{ campaignId: string; url: string; linkNo: number }>(
    ctx.db,
    sql`select campaign_id as "campaignId", url, link_no as "linkNo" from campaign_link
      where campaign_id in (select jsonb_array_elements_text(${json(campaignIds)})::uuid)`,
  );
  return new Map(found.map(({ campaignId, url, linkNo }) => [`${campaignId} ${url}`, linkNo]));
}

/** Forgets all that was told of these messages. */
export async function forgetEventsOf(ctx: Ctx, messageIds: readonly string[]): Promise<void> {
  if (messageIds.length === 0) return;
  await ctx.db.execute(
    sql`delete from ${providerEvent}
      where message_id in (select jsonb_array_elements_text(${json(messageIds)})::uuid)`,
  );
}

/** Forgets at most `limit` of the events received before then; returns how many. */
export async function forgetEvents(ctx: Ctx, before: Date, limit: number): Promise<number> {
  const gone = await rows(
    ctx.db,
    sql`
    delete from ${providerEvent} where (provider, provider_event_id) in (
      select provider, provider_event_id from ${providerEvent} where received_at < ${instant(before)}
      order by received_at limit ${limit})
    returning 1`,
  );
  return gone.length;
}
