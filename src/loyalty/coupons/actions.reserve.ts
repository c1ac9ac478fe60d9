import type { Ctx } from '../../core/ctx.ts';
import { conflict } from '../../core/errors.ts';
import { minorToWire } from '../../core/money.ts';
import { barredFrom, periodFor, staleOf, strangerOf, usesOf, viewOf } from './actions.find.ts';
import type { Against, View } from './actions.find.ts';
import { letGo, letGoOverdue, takeMeter } from './actions.meter.ts';
import { tell } from './actions.tell.ts';
import { foldCode } from './code.ts';
import { buyerRefusal, refusalOf } from './refusal.ts';
import type { RefusalReason } from './refusal.ts';
import { campaignsOf } from './store.campaigns.ts';
import { findByCode } from './store.find.ts';
import { lockMeters } from './store.meter.ts';
import type { FoundRow } from './store.find.ts';
import {
  amendHold,
  endReservations,
  insertHold,
  lockBuyer,
  lockCoupons,
  lockReservations,
  reservationsOf,
  untakeCoupons,
  useHolds,
} from './store.reserve.ts';
import type { Reservation, StoredReservation } from './store.reserve.ts';

/** A use to take: what the coupon would take off and what pricing lets it, in minor units of the campaign's currency. */
export type CouponWish = { code: string; desiredMinor: number; actualMinor: number };

export type HeldUse = {
  code: string;
  couponCampaignId: string;
  version: number;
  couponId: string | null;
  desiredMinor: number;
  actualMinor: number;
};

export type RefusedUse = {
  code: string;
  reason: RefusalReason;
  /** Of budget_exhausted: what is left of it. */
  leftMinor?: number;
};

export type ReserveResult = { ok: true; held: HeldUse[] } | { ok: false; refused: RefusedUse[] };

export type Taking = {
  orderKey: string;
  contactId: string | null;
  /** When the coupon has to be valid. */
  at: Date;
  expiresAt: Date;
  wishes: readonly CouponWish[];
  /** Takes what the budget has left when it is less than asked for. */
  partial: boolean;
  /** Of several orders in one transaction each waits for the whole meter, so that none waits for another in a circle. */
  serial: boolean;
  /** More that may stand against it. */
  check?: (row: FoundRow) => RefusalReason | null;
};

export type Taken =
  | { ok: true; hold: Reservation; repeated: boolean }
  | { ok: false; code: string; reason: RefusalReason; leftMinor?: bigint };

/**
 * Takes the uses an order needs, until `expiresAt`, in the caller's transaction: all of them, or none and the reasons. The same
 * order again gets what it holds (with other amounts: anew). For verbs that have authorised their caller; to be called late, when
 * little is left to do before the commit.
 */
export async function reserveCoupons(
  ctx: Ctx,
  input: {
    orderKey: string;
    contactId: string | null;
    codes: readonly CouponWish[];
    expiresAt: Date;
    partial?: boolean;
    /** Other orders take in the same transaction. */
    serial?: boolean;
  },
): Promise<ReserveResult> {
  const { codes: wishes, orderKey, contactId, expiresAt, partial = false, serial = false } = input;
  const at = ctx.clock.now();
  if (expiresAt <= at) throw new RangeError('a hold ends in the future');
  const taken = await take(ctx, { orderKey, contactId, at, expiresAt, wishes, partial, serial });
  const refused = taken.filter((one) => !one.ok);
  if (refused.length === 0)
    return { ok: true, held: taken.flatMap((one) => (one.ok ? [useOf(one.hold)] : [])) };
  const fresh = taken.flatMap((one) => (one.ok && !one.repeated ? [one.hold] : []));
  if (fresh.length > 0) await letGo(ctx, fresh, 'undone');
  return {
    ok: false,
    refused: refused.map(({ code, reason, leftMinor }) => ({
      code,
      reason,
      ...(leftMinor === undefined ? {} : { leftMinor: minorToWire(leftMinor) }),
    })),
  };
}

const useOf = (hold: Reservation): HeldUse => ({
  code: hold.code,
  couponCampaignId: hold.couponCampaignId,
  version: hold.version,
  couponId: hold.couponId,
  desiredMinor: minorToWire(hold.desiredMinor),
  actualMinor: minorToWire(hold.actualMinor),
});

/**
 * Locks what several orders of one transaction are going to take from: coupons, then whole meters, each in one order. Two such
 * transactions would else meet in a circle, however each of them goes through its orders.
 */
export async function holdForMany(
  ctx: Ctx,
  { codes, couponCampaignIds }: { codes: readonly string[]; couponCampaignIds: readonly string[] },
): Promise<void> {
  await lockCoupons(ctx, [...new Set(codes.map(foldCode))]);
  if (couponCampaignIds.length > 0) await lockMeters(ctx, [...new Set(couponCampaignIds)]);
}

/** Takes each use that can be taken; the campaigns in one order, so that nobody waits in a circle. */
export async function take(ctx: Ctx, taking: Taking): Promise<Taken[]> {
  const contactId = taking.contactId ?? strangerOf(taking.orderKey);
  const wishes = taking.wishes.map((wish) => ({ ...wish, folded: foldCode(wish.code) }));
  const found = await findByCode(ctx, {
    folded: [...new Set(wishes.map(({ folded }) => folded))],
    contactId,
    orderKey: taking.orderKey,
    lock: true,
  });
  const now = ctx.clock.now();
  const stale = await staleOf(ctx, [...found.values()], now);
  for (const couponId of stale.keys()) await letGoOverdue(ctx, now, { couponId });
  const barred = await barredFrom(ctx, taking.contactId, [...found.values()], taking.at);
  const idOf = (folded: string): string => found.get(folded)?.couponCampaignId ?? '';
  const seen = new Set<string>();
  const results = new Map<object, Taken>();
  for (const wish of wishes.toSorted((a, b) => (idOf(a.folded) < idOf(b.folded) ? -1 : 1))) {
    const row = found.get(wish.folded);
    const again = row !== undefined && seen.has(row.couponCampaignId);
    if (row !== undefined) seen.add(row.couponCampaignId);
    const refused = row === undefined ? 'unknown_code' : again ? 'already_in_order' : null;
    results.set(
      wish,
      row === undefined || refused !== null
        ? { ok: false, code: wish.code, reason: refused ?? 'unknown_code' }
        : await takeWish(ctx, taking, contactId, { ...wish, row, against: { stale, barred } }),
    );
  }
  return wishes.flatMap((wish) => results.get(wish) ?? []);
}

type Wish = CouponWish & { folded: string; row: FoundRow; against: Against };

async function takeWish(ctx: Ctx, taking: Taking, contactId: string, wish: Wish): Promise<Taken> {
  const now = ctx.clock.now();
  const { row, folded, code } = wish;
  const view = viewOf(row, folded, wish.against, now);
  const hold = holdOf(taking, contactId, wish, periodFor(view, now));
  const { own } = row;
  if (own !== null && (own.state === 'used' || own.state === 'held')) {
    const same =
      own.code === folded && own.desiredMinor === hold.desiredMinor && own.actualMinor === hold.actualMinor;
    if (own.state === 'used')
      return own.code === folded
        ? { ok: true, hold, repeated: true }
        : { ok: false, code, reason: 'already_in_order' };
    if (same && own.expiresAt > now) return repeat(ctx, taking, hold);
    await letGo(ctx, await lockOwn(ctx, taking.orderKey, row.couponCampaignId), 'undone');
  }
  const refused =
    refusalOf(view.standing, taking, taking.at) ??
    taking.check?.(row) ??
    (await overBuyerLimit(ctx, view, { contactId, orderKey: taking.orderKey, now }));
  if (refused !== null) return { ok: false, code, reason: refused };
  const inserted = await insertHold(ctx, hold, now, taking.serial);
  if (!inserted.made) return repeat(ctx, taking, hold);
  return fillHold(ctx, taking, hold, { code, period: inserted.period });
}

/** Takes the use from limits and budget, unless a stripe has given it: last, because others wait for it. */
async function fillHold(
  ctx: Ctx,
  taking: Taking,
  hold: Reservation,
  { code, period }: { code: string; period: string | null },
): Promise<Taken> {
  const got =
    period === null
      ? await takeMeter(ctx, hold.couponCampaignId, hold.actualMinor, hold.period, taking)
      : { ok: true as const, period, grantedMinor: hold.actualMinor };
  if (!got.ok) {
    await endReservations(ctx, [hold], 'undone', ctx.clock.now());
    await untakeCoupons(ctx, [hold]);
    return {
      ok: false,
      code,
      reason: got.reason,
      ...(got.leftMinor === null ? {} : { leftMinor: got.leftMinor }),
    };
  }
  const held = { ...hold, period: got.period, actualMinor: got.grantedMinor };
  if (held.period !== hold.period || held.actualMinor !== hold.actualMinor) await amendHold(ctx, held);
  return { ok: true, hold: held, repeated: false };
}

/** The order has taken this use before: it holds it longer. */
async function repeat(ctx: Ctx, { orderKey, expiresAt }: Taking, hold: Reservation): Promise<Taken> {
  const mine = (await reservationsOf(ctx, orderKey)).find(
    ({ couponCampaignId, state }) =>
      couponCampaignId === hold.couponCampaignId && (state === 'held' || state === 'used'),
  );
  if (mine === undefined || mine.code !== hold.code)
    return { ok: false, code: hold.code, reason: 'already_in_order' };
  const longer = { ...mine, expiresAt };
  if (mine.state === 'held') await amendHold(ctx, longer);
  return { ok: true, hold: longer, repeated: true };
}

const lockOwn = async (ctx: Ctx, orderKey: string, couponCampaignId: string): Promise<StoredReservation[]> =>
  (await lockReservations(ctx, [orderKey], 'held')).filter(
    (one) => one.couponCampaignId === couponCampaignId,
  );

async function overBuyerLimit(
  ctx: Ctx,
  { row, standing }: View,
  buyer: { contactId: string; orderKey: string; now: Date },
): Promise<RefusalReason | null> {
  if (standing.perContact === null && standing.perContactPeriod === null) return null;
  await lockBuyer(ctx, buyer.contactId, row.couponCampaignId);
  const uses = (await usesOf(ctx, buyer, [row])).get(row.couponCampaignId);
  return buyerRefusal(standing, uses ?? { all: 0, inPeriod: 0 });
}

function holdOf({ orderKey, expiresAt }: Taking, contactId: string, wish: Wish, period: string): Reservation {
  const { row, folded, desiredMinor, actualMinor } = wish;
  return {
    contactId,
    couponCampaignId: row.couponCampaignId,
    orderKey,
    version: row.version,
    couponId: row.coupon?.couponId ?? null,
    code: folded,
    desiredMinor: BigInt(desiredMinor),
    actualMinor: BigInt(actualMinor),
    period,
    expiresAt,
  };
}

/**
 * Marks what an order holds as sold. Repeating it changes nothing. 409 `hold_expired` when a hold is over: somebody else may have
 * the use by now.
 */
export async function useCoupons(
  ctx: Ctx,
  orderKey: string,
  order: { orderId: string; contactId: string },
): Promise<HeldUse[]> {
  const held = await lockReservations(ctx, [orderKey], 'held');
  const now = ctx.clock.now();
  if (held.some(({ expiresAt }) => expiresAt <= now))
    throw conflict('hold_expired', 'The coupon was held too long ago; ask for it again.');
  if (held.length > 0) {
    await sell(ctx, held, { ...order, at: now });
    return held.map(useOf);
  }
  return (await reservationsOf(ctx, orderKey)).filter(({ state }) => state === 'used').map(useOf);
}

/** Marks holds as sold and tells of it. */
export async function sell(
  ctx: Ctx,
  held: readonly Reservation[],
  order: { orderId: string; contactId: string; at: Date },
): Promise<void> {
  await useHolds(ctx, held, order);
  await tell(
    ctx,
    'coupon.used',
    held.map(({ couponCampaignId, couponId }) => ({
      contactId: order.contactId,
      couponCampaignId,
      couponId,
      orderId: order.orderId,
    })),
  );
}

/** Lets go what these orders hold; what is sold stays. Returns how many uses. */
export async function releaseCoupons(ctx: Ctx, orderKeys: readonly string[]): Promise<number> {
  const held = await lockReservations(ctx, orderKeys, 'held');
  if (held.length > 0) await letGo(ctx, held, 'released');
  return held.length;
}

/**
 * What a return of the order does with its coupons, by each campaign's policy or the one given: `keep` leaves them used, `give_back`
 * lets them and their limits be used again. Returns those given back.
 */
export async function returnCoupons(
  ctx: Ctx,
  orderKey: string,
  policy?: 'keep' | 'give_back',
): Promise<HeldUse[]> {
  const used = await lockReservations(ctx, [orderKey], 'used');
  if (used.length === 0) return [];
  const campaigns = await campaignsOf(
    ctx,
    used.map(({ couponCampaignId }) => couponCampaignId),
  );
  const back = used.filter(
    ({ couponCampaignId }) => (policy ?? campaigns.get(couponCampaignId)?.onReturn) === 'give_back',
  );
  if (back.length > 0) await letGo(ctx, back, 'returned');
  return back.map(useOf);
}
