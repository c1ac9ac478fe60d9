import { sql } from '../core/sql.ts';
import type { SQL } from '../core/sql.ts';
import type { Ctx } from '../core/ctx.ts';
import { dateOf, rows } from '../core/db.ts';
import type { ChannelName } from './contract.channel.ts';
import type { CampaignState, Purpose } from './contract.ts';
import { addressSql, mailRefusalSql, refusalSql } from './store.refusal.ts';
import type { Claim, RunKey } from './store.ledger.ts';

/** A contact as templates see it, without what it bought. */
export type Recipient = {
  contactId: string;
  name: string;
  givenName: string | null;
  familyName: string | null;
  email: string | null;
  phone: string | null;
  city: string | null;
  country: string | null;
  locale: string | null;
  timeZone: string | null;
  attributes: Record<string, unknown>;
};

const recipientColumns = sql`c.contact_id as "contactId", c.name, c.given_name as "givenName",
  c.family_name as "familyName", c.email, c.phone, c.city, c.country, c.locale, c.time_zone as "timeZone", c.attributes`;

export type HandOff = Recipient & {
  id: string;
  channel: ChannelName;
  /** Where it goes on its channel. */
  address: string | null;
  attempt: number;
  failures: number;
  campaignState: CampaignState;
  dueAt: Date;
  /** When it was put off for the first time. */
  deferredAt: Date | null;
  /** Asked for a rest until then. */
  pausedUntil: Date | null;
  /** Why it may no longer get it; null when it may. */
  refusal: string | null;
  /** Somebody asked for it: a transactional message. */
  asked: boolean;
  /** What it says of its own. */
  data: Record<string, unknown> | null;
};

/**
 * The last look before the hand-off: claims that are still ours, with their contacts and whether each may still get the
 * message. What planning decided is asked again.
 */
export async function loadHandOff(
  ctx: Ctx,
  run: RunKey,
  what: { purpose: Purpose; channel: ChannelName },
  claims: readonly Claim[],
): Promise<HandOff[]> {
  const { purpose, channel } = what;
  const found = await rows<
    Omit<HandOff, 'dueAt' | 'deferredAt' | 'pausedUntil'> & {
      dueAt: string;
      deferredAt: string | null;
      pausedUntil: string | null;
    }
  >(
    ctx.db,
    sql`
    -- A transactional message goes where and in the language it was asked for: the later columns stand.
    select ${recipientColumns}, m.id, m.attempt, m.failures, (select state from campaign where campaign_id = m.campaign_id) as "campaignState",
      m.asked, m.data, m.channel, m.due_at as "dueAt", m.deferred_at as "deferredAt",
      (select p.until from send_pause p where p.contact_id = c.contact_id order by p.id desc limit 1) as "pausedUntil",
      case when m.asked then ${mailRefusalSql(sql`m.address`, channel)} else ${refusalSql(sql`${purpose}`, channel)} end as refusal,
      case when m.asked then m.address else ${addressSql(channel)} end as address,
      ${channel === 'email' ? sql`case when m.asked then m.address else c.email end` : sql`c.email`} as email,
      case when m.asked then coalesce(m.locale, c.locale) else c.locale end as locale
    from jsonb_to_recordset(${JSON.stringify(claims)}::text::jsonb) as k("contactId" uuid, id uuid, attempt smallint)
    -- A fence, and a state that no index knows: whatever statistics say of the ledger, its rows are looked up one by one by key.
    cross join lateral (select * from message
      where contact_id = k."contactId" and occurred_at = ${run.plannedAt.toISOString()}::timestamptz and id = k.id
        and attempt = k.attempt and state || '' = 'sending' offset 0) m
    join contact c on c.contact_id = m.contact_id`,
  );
  return found.map((entry) => ({
    ...entry,
    dueAt: dateOf(entry.dueAt),
    deferredAt: entry.deferredAt === null ? null : dateOf(entry.deferredAt),
    pausedUntil: entry.pausedUntil === null ? null : dateOf(entry.pausedUntil),
  }));
}

export async function findRecipient(
  ctx: Ctx,
  contactId: string,
  visible: SQL,
): Promise<Recipient | undefined> {
  const [found] = await rows<Recipient>(
    ctx.db,
    sql`select ${recipientColumns} from (select * from contact where contact_id = ${contactId}::uuid and ${visible}) as c`,
  );
  return found;
}

export type Purchases = {
  ordersCount: number;
  lastOrderAt: Date | null;
  lastProduct: { name: string; imageUrl: string | null } | null;
  favouriteCategory: string | null;
};

/** What each contact has bought, of trusted sales; contacts without any are left out. */
export async function loadPurchases(
  ctx: Ctx,
  contactIds: readonly string[],
): Promise<Map<string, Purchases>> {
  const found = await rows<{
    contactId: string;
    ordersCount: number;
    lastOrderAt: string;
    productName: string | null;
    imageUrl: string | null;
    favouriteCategory: string | null;
  }>(
    ctx.db,
    sql`
    select k.contact_id as "contactId", o.count as "ordersCount", o.last_at as "lastOrderAt", l.name as "productName",
      l.image_url as "imageUrl", f.name as "favouriteCategory"
    from unnest(${`{${contactIds.join(',')}}`}::uuid[]) as k(contact_id)
    join lateral (
      select count(*)::int as count, max(occurred_at) as last_at from orders
      where contact_id = k.contact_id and kind = 'sale' and trust <> 'public' and status <> 'cancelled'
    ) o on o.count > 0
    left join lateral (
      select coalesce(nullif(p.name, ''), s.description) as name, p.image_url from sale_fact s
      join product p on p.product_id = s.product_id
      where s.contact_id = k.contact_id and s.kind = 'sale' and s.trust <> 'public'
      order by s.occurred_at desc, s.order_id desc, s.base_amount desc, s.ordinal limit 1
    ) l on true
    left join lateral (
      select g.name from sale_fact s join product p on p.product_id = s.product_id
      join category g on g.category_id = p.category_id
      where s.contact_id = k.contact_id and s.kind = 'sale' and s.trust <> 'public'
      group by g.category_id, g.name order by sum(s.base_amount) desc, g.name limit 1
    ) f on true`,
  );
  return new Map(
    found.map((row) => [
      row.contactId,
      {
        ordersCount: row.ordersCount,
        lastOrderAt: dateOf(row.lastOrderAt),
        lastProduct: row.productName === null ? null : { name: row.productName, imageUrl: row.imageUrl },
        favouriteCategory: row.favouriteCategory,
      },
    ]),
  );
}

export type ProductRow = {
  id: string;
  name: string;
  price: string | null;
  currency: string | null;
  imageUrl: string | null;
  url: string | null;
};

/** Products of a campaign, in the order asked for. */
export async function loadProducts(ctx: Ctx, ids: readonly string[]): Promise<ProductRow[]> {
  if (ids.length === 0) return [];
  const found = await rows<ProductRow>(
    ctx.db,
    sql`select product_id as id, name, price, currency, image_url as "imageUrl", url from product
      where product_id = any(${`{${ids.join(',')}}`}::uuid[])`,
  );
  const byId = new Map(found.map((row) => [row.id, row]));
  return ids.flatMap((id) => byId.get(id) ?? []);
}
