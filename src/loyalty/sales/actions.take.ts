import type { Ctx } from '../../core/ctx.ts';
import { addMs, SECOND_MS } from '../../core/time.ts';
import { holdForMany, releaseCoupons, reserveCoupons, useCoupons } from '../coupons/actions.reserve.ts';
import { post, postMany } from '../ledger/actions.post.ts';
import { confirmUses, releaseUses, reserveUses } from '../offers/actions.uses.ts';
import { placeAll } from './actions.place.ts';
import { movementsOf } from './effect.ts';
import type { Effect } from './effect.ts';
import { releaseKey } from './keys.ts';
import { PricedAnew } from './repeat.ts';
import { settled } from './settled.ts';
import { claimNumbers, commitSales, putSales } from './store.ts';
import type { SaleRow } from './store.ts';
import { usesOf, wishesOf } from './take.ts';
import { Apart } from './work.ts';

/** Taking what sales need, and setting it free. */

/**
 * Takes all of it in the caller's transaction, which holds the buyers: points first, what everybody waits for last. Throws when one of
 * them cannot be had; nothing of the transaction may stand then.
 */
export async function takeAll(tx: Ctx, effects: readonly Effect[]): Promise<void> {
  if (effects.length === 0) return;
  await settled([claimAll(tx, effects), orderAll(tx, effects)]);
  await settled([
    moveAll(tx, effects),
    putSales(
      tx,
      effects.flatMap(({ row, pricing }) => (pricing === null ? [] : [{ row, trace: pricing.priced.trace }])),
    ),
    commitSales(
      tx,
      effects.flatMap(({ row, pricing }) => (pricing === null ? [row] : [])),
    ),
  ]);
  await takeCoupons(tx, effects);
  await takeUses(tx, effects);
}

/** Who was faster has made another sale of it. */
async function claimAll(tx: Ctx, effects: readonly Effect[]): Promise<void> {
  const fresh = effects.flatMap(({ row, isNew }) => (isNew ? [row] : []));
  if (fresh.length > 0 && (await claimNumbers(tx, fresh)) < fresh.length) throw new PricedAnew();
}

async function orderAll(tx: Ctx, effects: readonly Effect[]): Promise<void> {
  const sold = effects.flatMap(({ row, pricing, status }) =>
    status === null ? [] : [{ row, status, lines: pricing?.lines ?? null }],
  );
  const ids = await placeAll(tx, sold);
  for (const [i, { row }] of sold.entries()) row.orderId = ids[i] ?? null;
}

async function moveAll(tx: Ctx, effects: readonly Effect[]): Promise<void> {
  const moving = effects
    .map((effect) => ({ movements: movementsOf(effect), actorId: effect.work.ctx.actor.id }))
    .filter(({ movements }) => movements.length > 0);
  if (moving.length === 0) return;
  const outcomes = await postMany(
    tx,
    moving.map(({ movements }) => movements),
    'each',
    moving.map(({ actorId }) => actorId),
  );
  for (const outcome of outcomes) if (!outcome.ok) throw outcome.error;
}

/** One after the other: each campaign has its own book. What several take from is held first. */
async function takeCoupons(tx: Ctx, effects: readonly Effect[]): Promise<void> {
  const wanted = effects.flatMap((effect) => {
    const codes = effect.pricing === null ? [] : wishesOf(effect.pricing);
    const held = effect.pricing === null ? heldCodes(effect.row) : [];
    return codes.length + held.length > 0 ? [{ ...effect, codes, held }] : [];
  });
  if (wanted.length > 1)
    await holdForMany(tx, {
      codes: wanted.flatMap(({ codes, held }) => [...codes.map(({ code }) => code), ...held]),
      couponCampaignIds: wanted.flatMap(({ pricing }) =>
        (pricing?.codes.usable ?? []).map(({ couponCampaignId }) => couponCampaignId),
      ),
    });
  for (const { row, codes, work } of wanted) {
    const { saleId, reservedUntil, contactId, orderId } = row;
    if (codes.length > 0) {
      const taken = await reserveCoupons(tx, {
        orderKey: saleId,
        contactId: contactId === saleId ? null : contactId,
        codes,
        expiresAt: reservedUntil ?? addMs(tx.clock.now(), SECOND_MS),
        serial: wanted.length > 1,
      });
      if (!taken.ok) throw work.isAlone ? new PricedAnew() : new Apart();
    }
    if (orderId !== null) await useCoupons(tx, saleId, { orderId, contactId });
  }
}

const heldCodes = ({ priced }: SaleRow): string[] =>
  priced.codes.flatMap(({ code, accepted }) => (accepted ? [code] : []));

async function takeUses(tx: Ctx, effects: readonly Effect[]): Promise<void> {
  const now = tx.clock.now();
  await confirmUses(
    tx,
    effects.flatMap(({ row, pricing }) =>
      pricing === null ? [{ contactId: row.contactId, orderId: row.saleId }] : [],
    ),
  );
  const reserved = await reserveUses(
    tx,
    effects.flatMap(({ row, pricing }) =>
      pricing === null
        ? []
        : [
            {
              live: pricing.live,
              contactId: row.contactId === row.saleId ? null : row.contactId,
              orderId: row.saleId,
              at: now,
              currency: row.currency,
              items: usesOf(pricing),
              state: row.state === 'reserved' ? ('reserved' as const) : ('used' as const),
            },
          ],
    ),
  );
  if (!reserved.ok) throw new PricedAnew();
}

/** Sets free what a reservation has taken; what is free already stays so. */
export async function letGo(tx: Ctx, row: SaleRow): Promise<void> {
  const { contactId, saleId, programId, holdKey } = row;
  if (programId !== null && holdKey !== null)
    await post(tx, [{ kind: 'release', contactId, programId, key: releaseKey(holdKey), hold: holdKey }]);
  await releaseCoupons(tx, [saleId]);
  await releaseUses(tx, [{ contactId, orderId: saleId }]);
}
