import type { Ctx } from '../../core/ctx.ts';
import { addMs, SECOND_MS } from '../../core/time.ts';
import { releaseCoupons, reserveCoupons, useCoupons } from '../coupons/actions.reserve.ts';
import { post } from '../ledger/actions.post.ts';
import { releaseUses, reserveUses } from '../offers/actions.uses.ts';
import type { Reservation } from '../offers/actions.uses.ts';
import { placeSale, redeemAndGive } from './actions.place.ts';
import { priceSale } from './actions.price.ts';
import type { Pricing } from './actions.price.ts';
import { bonusOf } from './actions.quote.ts';
import { holdKeyAt, releaseKey } from './keys.ts';
import { PricedAnew } from './repeat.ts';
import { settled } from './settled.ts';
import { putSale } from './store.ts';
import type { SaleRow } from './store.ts';
import { mustBeMeant, mustBeSame, usesOf, wishesOf } from './take.ts';

/** Taking what a priced sale needs, and setting it free. */

export type Manner = { kind: 'reserve'; ttlS: number } | { kind: 'sell'; status: 'placed' | 'paid' };

export type Taking = {
  request: SaleRow['request'];
  buyer: { contactId: string; originId: string } | null;
  saleId: string;
  programId: string | null;
  /** As the buyer is, or was when the sale was first made under its number. */
  proven: boolean;
  how: Manner;
  fingerprint: string | undefined;
  kept: Pick<SaleRow, 'source' | 'externalId' | 'inputHash' | 'occurredAt'>;
};

/**
 * Prices the cart and takes what it needs, all in the caller's transaction, which holds the buyer: points first, what everybody waits
 * for last.
 */
export async function take(tx: Ctx, taking: Taking): Promise<SaleRow> {
  const { request, buyer, saleId, how, kept } = taking;
  const pricing = await priceSale(tx, {
    request,
    contactId: buyer?.contactId ?? null,
    isNew: false,
    programId: taking.programId,
    saleId,
    unproven: !taking.proven,
  });
  mustBeMeant(pricing, request.spendPoints);
  const fingerprint = mustBeSame(pricing, taking.fingerprint);
  const now = tx.clock.now();
  const row: SaleRow = {
    ...kept,
    contactId: buyer?.contactId ?? saleId,
    originId: buyer?.originId ?? saleId,
    saleId,
    programId: pricing.program?.programId ?? null,
    state: how.kind === 'reserve' ? 'reserved' : 'committed',
    request,
    priced: withoutTrace(pricing),
    fingerprint,
    currency: pricing.currency,
    totalMinor: pricing.priced.totals.totalMinor,
    points: pricing.priced.points.spent,
    bonusPoints: pricing.wallet === null ? 0 : bonusOf(pricing.priced),
    refundedMinor: 0,
    returned: {},
    holdKey: null,
    reservedUntil: how.kind === 'reserve' ? addMs(now, how.ttlS * SECOND_MS) : null,
    orderId: null,
    createdAt: now,
    updatedAt: now,
  };
  const { trace } = pricing.priced;
  if (how.kind === 'reserve') {
    await holdPoints(tx, row, how.ttlS);
    await takeCoupons(tx, row, pricing);
    await putSale(tx, row, trace);
  } else {
    // An order nobody has told of before has the id of its sale; then nothing waits for it.
    row.orderId = saleId;
    const { lines } = pricing;
    const [orderId] = await settled([
      placeSale(tx, row, { lines, status: how.status }),
      redeemAndGive(tx, row, null),
      putSale(tx, row, trace),
    ]);
    if (orderId !== saleId) {
      row.orderId = orderId;
      await putSale(tx, row, trace);
    }
    await takeCoupons(tx, row, pricing);
  }
  await takeUses(tx, row, pricing);
  return row;
}

function withoutTrace({ priced }: Pricing): SaleRow['priced'] {
  const { trace: _, ...rest } = priced;
  return rest;
}

async function holdPoints(tx: Ctx, row: SaleRow, ttlS: number): Promise<void> {
  const { contactId, saleId, programId, points } = row;
  if (programId === null || points === 0) return;
  // A number that ran out may be reserved again: what it held before is over, and its key with it.
  row.holdKey = holdKeyAt(saleId, tx.clock.now());
  const what = { contactId, programId, key: row.holdKey, ref: row.externalId };
  await post(tx, [{ kind: 'hold', ...what, points: BigInt(points), ttlS }]);
}

async function takeCoupons(tx: Ctx, row: SaleRow, pricing: Pricing): Promise<void> {
  const codes = wishesOf(pricing);
  if (codes.length === 0) return;
  const { saleId, reservedUntil, contactId, orderId } = row;
  const taken = await reserveCoupons(tx, {
    orderKey: saleId,
    contactId: contactId === saleId ? null : contactId,
    codes,
    expiresAt: reservedUntil ?? addMs(tx.clock.now(), SECOND_MS),
  });
  if (!taken.ok) throw new PricedAnew();
  if (orderId !== null) await useCoupons(tx, saleId, { orderId, contactId });
}

async function takeUses(tx: Ctx, row: SaleRow, pricing: Pricing): Promise<void> {
  const { contactId, saleId } = row;
  const reservation: Reservation = {
    live: pricing.live,
    contactId: contactId === saleId ? null : contactId,
    orderId: saleId,
    at: tx.clock.now(),
    currency: row.currency,
    items: usesOf(pricing),
    state: row.state === 'reserved' ? 'reserved' : 'used',
  };
  const reserved = await reserveUses(tx, [reservation]);
  if (!reserved.ok) throw new PricedAnew();
}

/** A reservation that nobody has ended yet, and that is over. */
export const isOver = ({ state, reservedUntil }: SaleRow, now: Date): boolean =>
  state === 'reserved' && reservedUntil !== null && reservedUntil <= now;

/** Sets free what a reservation has taken; what is free already stays so. */
export async function letGo(tx: Ctx, row: SaleRow): Promise<void> {
  const { contactId, saleId, programId, holdKey } = row;
  if (programId !== null && holdKey !== null)
    await post(tx, [{ kind: 'release', contactId, programId, key: releaseKey(holdKey), hold: holdKey }]);
  await releaseCoupons(tx, [saleId]);
  await releaseUses(tx, [{ contactId, orderId: saleId }]);
}
