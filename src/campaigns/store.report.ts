import { sql } from '../core/sql.ts';
import type { SQL } from '../core/sql.ts';
import { andVisible, visibleContacts } from '../contacts/index.ts';
import type { Ctx } from '../core/ctx.ts';
import { dateOf, row, rows } from '../core/db.ts';
import type { ChannelName } from './contract.channel.ts';
import type { MessageQuery, MessageState, ResponseKind } from './contract.ts';

/** Figures are of the contacts the asker may see. */
const seen = (ctx: Ctx): SQL => andVisible(ctx, sql`contact_id`);

export type ReasonCount = { state: MessageState; reason: string; count: number };

/** Why messages were skipped, failed or are in doubt. */
export async function countReasons(ctx: Ctx, campaignId: string): Promise<ReasonCount[]> {
  return rows<ReasonCount>(
    ctx.db,
    sql`select state, reason, count(*)::int as count from message
      where campaign_id = ${campaignId}::uuid and state in ('skipped', 'failed', 'unknown') and reason is not null${seen(ctx)}
      group by 1, 2 order by 3 desc, 2`,
  );
}

/** Messages by the channel they went by. */
export async function countByChannel(
  ctx: Ctx,
  campaignId: string,
): Promise<Array<{ channel: ChannelName; state: MessageState; count: number }>> {
  return rows(
    ctx.db,
    sql`select channel, state, count(*)::int as count from message
      where campaign_id = ${campaignId}::uuid${seen(ctx)} group by 1, 2 order by 1, 2`,
  );
}

export async function countDelivered(ctx: Ctx, campaignId: string): Promise<number> {
  const found = await row<{ count: number }>(
    ctx.db,
    sql`select count(delivered_at)::int as count from message where campaign_id = ${campaignId}::uuid and state = 'sent'${seen(ctx)}`,
  );
  return found.count;
}

export type KindTally = {
  kind: ResponseKind;
  human: number;
  machineOnly: number;
  humanTotal: number;
  machineTotal: number;
};

/** Responses by kind: messages touched by a human, by machines alone, and all touches. */
export async function tallyResponses(ctx: Ctx, campaignId: string): Promise<KindTally[]> {
  return rows<KindTally>(
    ctx.db,
    sql`
    select kind, count(*) filter (where humans > 0)::int as human, count(*) filter (where humans = 0)::int as "machineOnly",
      sum(humans)::int as "humanTotal", sum(machines)::int as "machineTotal"
    from (
      select kind, message_id, count(*) filter (where human) as humans, count(*) filter (where not human) as machines
      from response where campaign_id = ${campaignId}::uuid${seen(ctx)} group by 1, 2
    ) as touched group by 1`,
  );
}

export async function countMachineReasons(
  ctx: Ctx,
  campaignId: string,
): Promise<Array<{ reason: string; count: number }>> {
  return rows(
    ctx.db,
    sql`select reason, count(*)::int as count from response
      where campaign_id = ${campaignId}::uuid and not human and reason is not null${seen(ctx)} group by 1 order by 2 desc`,
  );
}

/** Suggested products make a link each: the most clicked ones tell enough. */
const MAX_LINKS = 100;

export async function linkClicks(
  ctx: Ctx,
  campaignId: string,
): Promise<Array<{ linkNo: number; name: string; url: string; humanClicks: number }>> {
  return rows(
    ctx.db,
    sql`
    select l.link_no as "linkNo", l.name, l.url, coalesce(c.count, 0)::int as "humanClicks"
    from campaign_link l left join (
      select link_no, count(*) as count from response
      where campaign_id = ${campaignId}::uuid and kind = 'clicked' and human${seen(ctx)} group by 1
    ) as c on c.link_no = l.link_no
    where l.campaign_id = ${campaignId}::uuid order by 4 desc, 1 limit ${MAX_LINKS}`,
  );
}

/** Orders credited that stand today, and what is left of them after their returns. A cancelled order is no conversion. */
export async function sumConversions(
  ctx: Ctx,
  campaignId: string,
): Promise<{ conversions: number; withCoupon: number; amountMinor: string }> {
  return row(
    ctx.db,
    sql`select count(*)::int as conversions, (count(*) filter (where r.reason = 'coupon'))::int as "withCoupon",
        coalesce(sum(r.amount_minor + coalesce(back.amount, 0)), 0)::text as "amountMinor"
      from response r join orders o on o.contact_id = r.contact_id and o.order_id = r.order_id
      cross join lateral (select sum(b.base_total_minor) as amount from orders b
        where b.original_order_id = o.order_id and b.kind = 'return' and b.trust <> 'public') as back
      where r.campaign_id = ${campaignId}::uuid and r.kind = 'converted' and o.status <> 'cancelled'${andVisible(ctx, sql`r.contact_id`)}`,
  );
}

export type MessageRow = {
  id: string;
  contactId: string;
  contactName: string;
  address: string | null;
  state: MessageState;
  reason: string | null;
  detail: string | null;
  attempt: number;
  channel: ChannelName;
  provider: string | null;
  couponCode: string | null;
  plannedAt: Date;
  dueAt: Date;
  handedAt: Date | null;
  deliveredAt: Date | null;
};

type RawMessage = Omit<MessageRow, 'plannedAt' | 'dueAt' | 'handedAt' | 'deliveredAt'> & {
  plannedAt: string;
  dueAt: string;
  handedAt: string | null;
  deliveredAt: string | null;
};

const orNull = (text: string | null): Date | null => (text === null ? null : dateOf(text));

/** Messages of a campaign in the order of (state, contact, id), which the index holds; those the asker may see. */
export async function listMessages(
  ctx: Ctx,
  campaignId: string,
  query: Pick<MessageQuery, 'state' | 'reason' | 'response' | 'human'>,
  page: { limit: number; after?: readonly [state: string, contactId: string, id: string] },
): Promise<MessageRow[]> {
  const conditions: SQL[] = [sql`m.campaign_id = ${campaignId}::uuid`, visibleContacts(ctx)];
  if (query.state !== undefined) conditions.push(sql`m.state = ${query.state}`);
  if (query.reason !== undefined) conditions.push(sql`m.reason = ${query.reason}`);
  if (query.response !== undefined) {
    const who = query.human === undefined ? sql`` : sql`and r.human = ${query.human === 'true'}`;
    conditions.push(sql`exists (select from response r where r.contact_id = m.contact_id and r.message_id = m.id
      and r.kind = ${query.response} ${who})`);
  }
  if (page.after !== undefined) {
    const [state, contactId, id] = page.after;
    conditions.push(sql`(m.state, m.contact_id, m.id) > (${state}, ${contactId}::uuid, ${id}::uuid)`);
  }
  const found = await rows<RawMessage>(
    ctx.db,
    sql`
    select m.id, m.contact_id as "contactId",
      coalesce(nullif(contact.name, ''), contact.email, contact.phone, '#' || contact.external_id, '') as "contactName", m.address, m.state, m.reason, m.detail,
      m.attempt, m.channel, m.provider, m.coupon_code as "couponCode", m.occurred_at as "plannedAt", m.due_at as "dueAt",
      m.handed_at as "handedAt", m.delivered_at as "deliveredAt"
    from message m join contact on contact.contact_id = m.contact_id
    where ${sql.join(conditions, sql` and `)}
    order by m.state, m.contact_id, m.id limit ${page.limit}`,
  );
  return found.map((raw) => ({
    ...raw,
    plannedAt: dateOf(raw.plannedAt),
    dueAt: dateOf(raw.dueAt),
    handedAt: orNull(raw.handedAt),
    deliveredAt: orNull(raw.deliveredAt),
  }));
}

export type OutboxRow = {
  messageId: string;
  contactId: string;
  campaignId: string;
  campaignName: string;
  channel: ChannelName;
  to: string;
  handedAt: Date;
};

/** What the local outbox has taken, newest first; of one campaign when asked. */
export async function listOutbox(
  ctx: Ctx,
  campaignId: string | undefined,
  page: { limit: number; before?: readonly [handedAt: string, id: string] },
): Promise<OutboxRow[]> {
  const one = campaignId === undefined ? sql`` : sql`and m.campaign_id = ${campaignId}::uuid`;
  const before =
    page.before === undefined
      ? sql``
      : sql`and (m.handed_at, m.id) < (${page.before[0]}::timestamptz, ${page.before[1]}::uuid)`;
  const found = await rows<Omit<OutboxRow, 'handedAt'> & { handedAt: string }>(
    ctx.db,
    sql`
    select m.id as "messageId", m.contact_id as "contactId", m.campaign_id as "campaignId", c.name as "campaignName",
      m.channel, m.address as to, m.handed_at as "handedAt"
    from message m join campaign c on c.campaign_id = m.campaign_id join contact on contact.contact_id = m.contact_id
    where m.provider = 'outbox' and m.state = 'sent' and m.handed_at is not null and m.address is not null
      ${one} ${before} and ${visibleContacts(ctx)}
    order by m.handed_at desc, m.id desc limit ${page.limit}`,
  );
  return found.map((raw) => ({ ...raw, handedAt: dateOf(raw.handedAt) }));
}

/** Whether the asker may see the contact. */
export async function contactIsVisible(ctx: Ctx, contactId: string): Promise<boolean> {
  const found = await rows(
    ctx.db,
    sql`select 1 from contact where contact_id = ${contactId}::uuid and ${visibleContacts(ctx)}`,
  );
  return found.length > 0;
}
