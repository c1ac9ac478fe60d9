import { sql } from '../../core/sql.ts';
import type { SQL } from '../../core/sql.ts';
import type { Ctx } from '../../core/ctx.ts';
import { dateOf, hotRows, rows } from '../../core/db.ts';
import { unnested } from '../../core/unnest.ts';
import { textArray } from './store.find.ts';
import { takingOne } from './store.meter.ts';
import type { MovedCoupon } from './store.states.ts';
import { moveStates } from './store.states.ts';

/** A use an order has taken. */
export type Reservation = {
  /** The buyer; of one nobody knows an id made of the order's key. */
  contactId: string;
  couponCampaignId: string;
  orderKey: string;
  version: number;
  couponId: string | null;
  code: string;
  desiredMinor: bigint;
  actualMinor: bigint;
  period: string;
  expiresAt: Date;
};

export type StoredReservation = Reservation & { state: 'held' | 'used' | 'released' | 'returned' };

type Raw = Omit<StoredReservation, 'desiredMinor' | 'actualMinor' | 'expiresAt'> & {
  desiredMinor: string;
  actualMinor: string;
  expiresAt: string;
};

const COLUMNS = sql`r.contact_id as "contactId", r.coupon_campaign_id as "couponCampaignId", r.order_key as "orderKey",
  r.version, r.coupon_id as "couponId", r.code, r.state, r.desired_minor as "desiredMinor",
  r.actual_minor as "actualMinor", r.period, r.expires_at as "expiresAt"`;

const stored = (raw: Raw): StoredReservation => ({
  ...raw,
  desiredMinor: BigInt(raw.desiredMinor),
  actualMinor: BigInt(raw.actualMinor),
  expiresAt: dateOf(raw.expiresAt),
});

/** Locks the row under which one buyer's uses of a campaign are counted. */
export async function lockBuyer(ctx: Ctx, contactId: string, couponCampaignId: string): Promise<void> {
  await hotRows(
    ctx.db,
    sql`insert into coupon_buyer (contact_id, coupon_campaign_id) values (${contactId}::uuid, ${couponCampaignId}::uuid)
      on conflict (contact_id, coupon_campaign_id) do update set coupon_campaign_id = excluded.coupon_campaign_id`,
  );
}

/** Locks the coupons these codes (folded) stand for, in key order; a code for all has none. */
export async function lockCoupons(ctx: Ctx, folded: readonly string[]): Promise<void> {
  await hotRows(
    ctx.db,
    sql`select 1 as one from coupon c join coupon_code k on c.contact_id = k.contact_id and c.coupon_id = k.coupon_id
      where k.code = any(${textArray(folded)}::text[]) order by c.contact_id, c.coupon_id for update of c`,
  );
}

/** made: false when the order has a hold of this campaign by now, and nothing has changed. */
export type InsertedHold = {
  made: boolean;
  /** Null: no stripe of the meter was free and had room. */ period: string | null;
};

/**
 * Writes a hold and takes it from its coupon, whose row the transaction holds, and (unless `serial`) from the meter where a stripe is
 * free.
 */
export async function insertHold(
  ctx: Ctx,
  hold: Reservation,
  at: Date,
  serial: boolean,
): Promise<InsertedHold> {
  const [written] = await hotRows<InsertedHold>(
    ctx.db,
    sql`
    with made as (
      insert into coupon_reservation as r (contact_id, coupon_campaign_id, order_key, version, coupon_id, code, state,
        desired_minor, actual_minor, period, reserved_at, expires_at, origin_id)
      values (${hold.contactId}::uuid, ${hold.couponCampaignId}::uuid, ${hold.orderKey}, ${hold.version}::int,
        ${hold.couponId}::uuid, ${hold.code}, 'held', ${hold.desiredMinor.toString()}::bigint,
        ${hold.actualMinor.toString()}::bigint, ${hold.period}, ${at.toISOString()}::timestamptz,
        ${hold.expiresAt.toISOString()}::timestamptz, ${hold.contactId}::uuid)
      on conflict (contact_id, coupon_campaign_id, order_key) do update set state = 'held', version = excluded.version,
        coupon_id = excluded.coupon_id, code = excluded.code, desired_minor = excluded.desired_minor,
        actual_minor = excluded.actual_minor, period = excluded.period, reserved_at = excluded.reserved_at,
        expires_at = excluded.expires_at, ended_at = null, order_id = null
      where r.state in ('released', 'returned')
      returning code, coupon_id
    ), taken as (
      update coupon c set taken = taken + 1 from made
      join coupon_code k on k.code = made.code
      where made.coupon_id is not null and c.contact_id = k.contact_id and c.coupon_id = k.coupon_id
    ), ${takingOne(hold.couponCampaignId, { amountMinor: hold.actualMinor, period: hold.period }, sql`not ${serial}::boolean and exists (select from made)`)}
    select exists (select from made) as made, (select period from metered) as period`,
  );
  return written ?? { made: false, period: null };
}

/** What the budget granted, and the period it counts in. */
export async function amendHold(ctx: Ctx, hold: Reservation): Promise<void> {
  await hotRows(
    ctx.db,
    sql`update coupon_reservation set actual_minor = ${hold.actualMinor.toString()}::bigint, period = ${hold.period},
      expires_at = ${hold.expiresAt.toISOString()}::timestamptz
      where contact_id = ${hold.contactId}::uuid and coupon_campaign_id = ${hold.couponCampaignId}::uuid
        and order_key = ${hold.orderKey}`,
  );
}

/** One key is looked up by itself: the plan that is kept for it goes by the index, however small the table was. */
const ofOrders = (orderKeys: readonly string[]): SQL =>
  orderKeys.length === 1
    ? sql`r.order_key = ${orderKeys[0] ?? ''}`
    : sql`r.order_key in (select "key" from ${unnested(
        'k',
        orderKeys.map((key) => ({ key })),
        { key: 'text' },
      )})`;

export async function reservationsOf(ctx: Ctx, orderKey: string): Promise<StoredReservation[]> {
  const found = await hotRows<Raw>(
    ctx.db,
    sql`select ${COLUMNS} from coupon_reservation r where ${ofOrders([orderKey])}
      order by r.coupon_campaign_id, r.contact_id`,
  );
  return found.map(stored);
}

/** The reservations of these orders in a state, locked. */
export async function lockReservations(
  ctx: Ctx,
  orderKeys: readonly string[],
  state: StoredReservation['state'],
): Promise<StoredReservation[]> {
  const found = await hotRows<Raw>(
    ctx.db,
    sql`select ${COLUMNS} from coupon_reservation r where ${ofOrders(orderKeys)} and r.state = ${state}
      order by r.coupon_campaign_id, r.contact_id, r.order_key for update`,
  );
  return found.map(stored);
}

/** What these contacts hold, locked. */
export async function lockHeldBy(ctx: Ctx, contactIds: readonly string[]): Promise<StoredReservation[]> {
  const found = await rows<Raw>(
    ctx.db,
    sql`select ${COLUMNS} from coupon_reservation r
      where r.contact_id = any(${`{${contactIds.join(',')}}`}::uuid[]) and r.state = 'held'
      order by r.coupon_campaign_id, r.contact_id, r.order_key for update`,
  );
  return found.map(stored);
}

/** Whether a campaign has holds that are over. */
export async function hasOverdue(ctx: Ctx, couponCampaignId: string, now: Date): Promise<boolean> {
  const found = await hotRows(
    ctx.db,
    sql`select 1 from coupon_reservation where state = 'held' and expires_at <= ${now.toISOString()}::timestamptz
      and coupon_campaign_id = ${couponCampaignId}::uuid limit 1`,
  );
  return found.length > 0;
}

export type Overdue = {
  couponCampaignId?: string;
  couponId?: string;
  /** Waits for what somebody else is just letting go; otherwise that is left out. */
  wait?: boolean;
};

/** Holds that are over, locked. */
export async function lockOverdue(
  ctx: Ctx,
  now: Date,
  limit: number,
  of: Overdue = {},
): Promise<StoredReservation[]> {
  const found = await rows<Raw>(
    ctx.db,
    sql`select ${COLUMNS} from coupon_reservation r
      where r.state = 'held' and r.expires_at <= ${now.toISOString()}::timestamptz
        ${of.couponCampaignId === undefined ? sql`` : sql`and r.coupon_campaign_id = ${of.couponCampaignId}::uuid`}
        ${of.couponId === undefined ? sql`` : sql`and r.coupon_id = ${of.couponId}::uuid`}
      order by r.expires_at limit ${limit} for update ${of.wait === true ? sql`` : sql`skip locked`}`,
  );
  return found.map(stored);
}

const listed = (list: readonly Reservation[]): SQL =>
  sql`${unnested(
    'e',
    list.map(({ contactId, couponCampaignId, orderKey, couponId, code }) => ({
      contactId,
      couponCampaignId,
      orderKey,
      couponId,
      code,
    })),
    { contactId: 'uuid', couponCampaignId: 'uuid', orderKey: 'text', couponId: 'uuid', code: 'text' },
  )}`;

const isRow = sql`r.contact_id = e."contactId" and r.coupon_campaign_id = e."couponCampaignId"
  and r.order_key = e."orderKey"`;

/** Ends reservations the transaction holds: let go, returned, or as if they had never been. */
export async function endReservations(
  ctx: Ctx,
  list: readonly Reservation[],
  how: 'released' | 'returned' | 'undone',
  at: Date,
): Promise<void> {
  const now = at.toISOString();
  if (how === 'undone')
    await rows(ctx.db, sql`delete from coupon_reservation r using ${listed(list)} where ${isRow}`);
  else
    await rows(
      ctx.db,
      sql`update coupon_reservation r set state = ${how}, ended_at = ${now}::timestamptz from ${listed(list)} where ${isRow}`,
    );
}

/** Coupons of reservations, by their codes; many uses of one are one row with their number. */
const couponsOf = (list: readonly Reservation[]): SQL => sql`
  (select k.contact_id, k.coupon_id, count(*)::int as n from ${listed(list)} join coupon_code k on k.code = e.code
    where e."couponId" is not null group by 1, 2) g`;

/** Gives uses back to their coupons. */
export async function untakeCoupons(ctx: Ctx, list: readonly Reservation[]): Promise<void> {
  if (list.every(({ couponId }) => couponId === null)) return;
  await rows(
    ctx.db,
    sql`
    with held as materialized (
      select c.contact_id, c.coupon_id, g.n from ${couponsOf(list)}
      join coupon c on c.contact_id = g.contact_id and c.coupon_id = g.coupon_id
      order by 1, 2 for update of c)
    update coupon c set taken = greatest(c.taken - held.n, c.uses) from held
    where c.contact_id = held.contact_id and c.coupon_id = held.coupon_id`,
  );
}

/** Marks held uses as sold by an order: reservations, uses of their coupons, and what the order's card shows. */
export async function useHolds(
  ctx: Ctx,
  list: readonly Reservation[],
  order: { orderId: string; contactId: string; at: Date },
): Promise<MovedCoupon[]> {
  const at = sql`${order.at.toISOString()}::timestamptz`;
  await hotRows(
    ctx.db,
    sql`
    with sold as (
      update coupon_reservation r set state = 'used', ended_at = ${at}, order_id = ${order.orderId}::uuid
      from ${listed(list)} where ${isRow} returning r.code, r.coupon_id, r.coupon_campaign_id
    )
    insert into coupon_use as u (contact_id, coupon_id, order_id, occurred_at, outcome, order_contact_id, origin_id)
    select case when s.coupon_id is null then ${order.contactId}::uuid else k.contact_id end, k.coupon_id,
      ${order.orderId}::uuid, ${at}, 'applied', ${order.contactId}::uuid,
      case when s.coupon_id is null then ${order.contactId}::uuid else k.contact_id end
    from sold s join coupon_code k on k.code = s.code
    on conflict (contact_id, coupon_id, order_id) do update set outcome = 'applied', reason = null
    where u.outcome = 'refused'`,
  );
  if (list.every(({ couponId }) => couponId === null)) return [];
  await hotRows(
    ctx.db,
    sql`
    update coupon c set uses = c.uses + g.n, used_at = ${at}, order_id = ${order.orderId}::uuid
    from ${couponsOf(list)} where c.contact_id = g.contact_id and c.coupon_id = g.coupon_id`,
  );
  return moveStates(
    ctx,
    'used',
    sql`from ${couponsOf(list)} join coupon c on c.contact_id = g.contact_id and c.coupon_id = g.coupon_id
      where c.uses >= c.max_uses`,
  );
}

/** Takes uses back from coupons of returned orders: what was used up works again, or is over by now. */
export async function unuseCoupons(ctx: Ctx, list: readonly Reservation[], now: Date): Promise<void> {
  if (list.every(({ couponId }) => couponId === null)) return;
  await rows(
    ctx.db,
    sql`
    update coupon c set uses = greatest(c.uses - g.n, 0), taken = greatest(c.taken - g.n, 0), used_at = null, order_id = null
    from ${couponsOf(list)} where c.contact_id = g.contact_id and c.coupon_id = g.coupon_id`,
  );
  const over = sql`(c.valid_until is not null and c.valid_until <= ${now.toISOString()}::timestamptz)`;
  const which = sql`from ${couponsOf(list)} join coupon c on c.contact_id = g.contact_id and c.coupon_id = g.coupon_id`;
  await moveStates(ctx, 'expired', sql`${which} where ${over}`, { states: ['used'] });
  await moveStates(ctx, 'issued', sql`${which} where not ${over}`, { states: ['used'] });
}
