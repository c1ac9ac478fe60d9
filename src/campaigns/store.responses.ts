import { sql } from '../core/sql.ts';
import type { Ctx } from '../core/ctx.ts';
import { dateOf, rows } from '../core/db.ts';
import type { ChannelName } from './contract.channel.ts';
import type { ResponseKind } from './contract.ts';
import type { MessageRef } from './links.ts';

export type MessageFound = {
  contactId: string;
  id: string;
  plannedAt: Date;
  campaignId: string;
  runId: string;
  purpose: string;
  state: string;
  address: string | null;
  handedAt: Date | null;
  locale: string | null;
  attempt: number;
  channel: ChannelName;
};

/** The message a link names. After a merge the contact's messages lie with whom it was merged into. */
export async function findMessage(ctx: Ctx, ref: MessageRef): Promise<MessageFound | undefined> {
  const [found] = await rows<
    Omit<MessageFound, 'plannedAt' | 'handedAt'> & { plannedAt: string; handedAt: string | null }
  >(
    ctx.db,
    sql`
    with recursive holder as (
      select contact_id, merged_into from contact where contact_id = ${ref.contactId}::uuid
      union
      select c.contact_id, c.merged_into from contact c join holder h on c.contact_id = h.merged_into
    )
    select m.contact_id as "contactId", m.id, m.occurred_at as "plannedAt", m.campaign_id as "campaignId",
      m.run_id as "runId", c.purpose, m.state, m.address, m.handed_at as "handedAt", m.locale, m.attempt,
      m.channel
    from holder h join message m on m.contact_id = h.contact_id and m.id = ${ref.messageId}::uuid
    join campaign c on c.campaign_id = m.campaign_id
    limit 1`,
  );
  if (found === undefined) return undefined;
  return {
    ...found,
    plannedAt: dateOf(found.plannedAt),
    handedAt: found.handedAt === null ? null : dateOf(found.handedAt),
  };
}

export async function findLinkUrl(ctx: Ctx, campaignId: string, linkNo: number): Promise<string | undefined> {
  const [found] = await rows<{ url: string }>(
    ctx.db,
    sql`select url from campaign_link where campaign_id = ${campaignId}::uuid and link_no = ${linkNo}`,
  );
  return found?.url;
}

export type NewResponse = {
  id: string;
  contactId: string;
  occurredAt: Date;
  messageId: string;
  campaignId: string;
  runId: string;
  kind: ResponseKind;
  human: boolean;
  reason: string | null;
  linkNo: number | null;
  orderId: string | null;
  amountMinor: string | null;
  userAgent: string | null;
  /** The same key is the same response. */
  key: string;
};

/** Writes responses that are not there yet; returns the ids of the new ones. */
export async function insertResponses(ctx: Ctx, responses: readonly NewResponse[]): Promise<Set<string>> {
  if (responses.length === 0) return new Set();
  const made = await rows<{ id: string }>(
    ctx.db,
    sql`
    with given as (
      select * from jsonb_to_recordset(${JSON.stringify(responses)}::text::jsonb) as r(id uuid, "contactId" uuid,
        "occurredAt" timestamptz, "messageId" uuid, "campaignId" uuid, "runId" uuid, kind text, human boolean, reason text,
        "linkNo" smallint, "orderId" uuid, "amountMinor" bigint, "userAgent" text, key text)
    ), guard as (
      insert into response_guard (contact_id, key, response_id) select "contactId", key, id from given
      order by "contactId", key on conflict do nothing returning response_id
    )
    insert into response (contact_id, occurred_at, id, recorded_at, message_id, campaign_id, run_id, kind, human, reason,
      link_no, order_id, amount_minor, user_agent, origin_id)
    select "contactId", "occurredAt", id, ${ctx.clock.now().toISOString()}::timestamptz, "messageId", "campaignId", "runId",
      kind, human, reason, "linkNo", "orderId", "amountMinor", "userAgent", "contactId"
    from given join guard on response_id = id
    returning id`,
  );
  return new Set(made.map((row) => row.id));
}

/** A response to a message nobody was sure had arrived: it has. True when that was news. */
export async function markArrived(ctx: Ctx, message: MessageFound): Promise<boolean> {
  const done = await rows(
    ctx.db,
    sql`update message set state = 'sent', reason = null, detail = null
      where contact_id = ${message.contactId}::uuid and occurred_at = ${message.plannedAt.toISOString()}::timestamptz
        and id = ${message.id}::uuid and state = 'unknown' returning 1`,
  );
  return done.length > 0;
}

export type Reclassified = { id: string; kind: ResponseKind; occurredAt: Date };

/**
 * When a message's links were followed too many at a time, takes the clicks of that time back from the humans; returns
 * those it changed.
 */
export async function reclassifyBurst(
  ctx: Ctx,
  message: MessageFound,
  window: { from: Date; to: Date; links: number },
): Promise<Reclassified[]> {
  const within = sql`contact_id = ${message.contactId}::uuid and message_id = ${message.id}::uuid and kind = 'clicked'
    and occurred_at between ${window.from.toISOString()}::timestamptz and ${window.to.toISOString()}::timestamptz`;
  const changed = await rows<{ id: string; kind: ResponseKind; occurredAt: string }>(
    ctx.db,
    sql`update response set human = false, reason = 'burst'
      where ${within} and human
        and (select count(distinct link_no) from response where ${within}) >= ${window.links}
      returning id, kind, occurred_at as "occurredAt"`,
  );
  return changed.map((row) => ({ ...row, occurredAt: dateOf(row.occurredAt) }));
}

export type Conversion = {
  contactId: string;
  orderId: string;
  occurredAt: Date;
  amountMinor: string;
  messageId: string;
  campaignId: string;
  runId: string;
  basis: 'coupon' | 'click' | 'open';
};

/**
 * Whom trusted orders are credited to: the message whose coupon they have used; else the last one a human clicked, else
 * opened, within the window of its campaign before the order. `codes` are the folded codes of each order.
 */
export async function creditOrders(
  ctx: Ctx,
  orders: ReadonlyArray<{ source: string; externalId: string; codes: readonly string[] }>,
): Promise<Conversion[]> {
  const found = await rows<Omit<Conversion, 'occurredAt'> & { occurredAt: string }>(
    ctx.db,
    sql`
    select o.contact_id as "contactId", o.order_id as "orderId", o.occurred_at as "occurredAt",
      o.base_total_minor as "amountMinor", credit.message_id as "messageId", credit.campaign_id as "campaignId",
      credit.run_id as "runId", credit.basis
    from jsonb_to_recordset(${JSON.stringify(orders)}::text::jsonb) as g(source text, "externalId" text, codes jsonb)
    join order_lookup l on l.source = g.source and l.external_id = g."externalId"
    join orders o on o.contact_id = l.contact_id and o.order_id = l.order_id and o.kind = 'sale' and o.trust <> 'public'
      and o.status <> 'cancelled'
    cross join lateral (
      select 0 as rank, m.occurred_at as at, m.id as message_id, m.campaign_id, m.run_id, 'coupon' as basis
      from coupon_code k join coupon p on p.contact_id = k.contact_id and p.coupon_id = k.coupon_id
      join coupon_use u on u.contact_id = p.contact_id and u.coupon_id = p.coupon_id and u.order_id = o.order_id
        and u.outcome = 'applied'
      join message m on m.contact_id = p.contact_id and m.id::text = p.send_key
      where k.code in (select jsonb_array_elements_text(g.codes)) and p.contact_id = o.contact_id
      union all
      select case r.kind when 'clicked' then 1 else 2 end, r.occurred_at, r.message_id, r.campaign_id, r.run_id,
        case r.kind when 'clicked' then 'click' else 'open' end
      from response r join campaign c on c.campaign_id = r.campaign_id
      where r.contact_id = o.contact_id and r.human and r.kind in ('clicked', 'opened') and r.occurred_at <= o.occurred_at
        and r.occurred_at > o.occurred_at - c.conversion_days * interval '1 day'
      order by 1, 2 desc limit 1
    ) as credit`,
  );
  return found.map((row) => ({ ...row, occurredAt: dateOf(row.occurredAt) }));
}
