import { addMs, SECOND_MS } from '../../core/time.ts';
import type { Movement } from '../ledger/movement.ts';
import type { Asked } from './actions.facts.ts';
import type { Pricing } from './actions.price.ts';
import { bonusOf } from './actions.quote.ts';
import { saleTime } from './cart.ts';
import { bonusKey, holdKeyAt, redeemKey } from './keys.ts';
import type { SaleRow } from './store.ts';
import type { Manner, Work } from './work.ts';

/** What a sale comes to in rows and points. Pure. */

/** `pricing` null: sold as it was reserved. `isNew`: its number is free so far. `status` null: reserved. */
export type Effect = {
  work: Work;
  row: SaleRow;
  pricing: Pricing | null;
  isNew: boolean;
  /** Under which its points are held already. */
  holdKey: string | null;
  status: 'placed' | 'paid' | null;
};

type Priced = { asked: Asked; pricing: Pricing; fingerprint: string; now: Date };

export function pricedEffect(work: Work, { asked, pricing, fingerprint, now }: Priced): Effect {
  const { priced, wallet, program, currency } = pricing;
  const how = mannerOf(work);
  const saleId = asked.saleId ?? '';
  const contactId = asked.contactId ?? saleId;
  const programId = program?.programId ?? null;
  const { points } = priced;
  const isReserved = how.kind === 'reserve';
  const row: SaleRow = {
    ...keptOf(work, now),
    contactId,
    originId: work.row?.originId ?? work.originId ?? namedIn(work) ?? contactId,
    saleId,
    programId,
    state: isReserved ? 'reserved' : 'committed',
    request: asked.request,
    askedBy: work.ctx.actor.id,
    priced: withoutTrace(priced),
    fingerprint,
    currency,
    totalMinor: priced.totals.totalMinor,
    points: points.spent,
    bonusPoints: wallet === null ? 0 : bonusOf(priced),
    refundedMinor: 0,
    returned: {},
    // A number that ran out may be reserved again: what it held before is over, and its key with it.
    holdKey: isReserved && programId !== null && points.spent > 0 ? holdKeyAt(saleId, now) : null,
    reservedUntil: isReserved ? addMs(now, how.ttlS * SECOND_MS) : null,
    orderId: isReserved ? null : saleId,
    createdAt: now,
    updatedAt: now,
  };
  return {
    work,
    row,
    pricing,
    isNew: work.row === undefined,
    holdKey: null,
    status: how.kind === 'sell' ? how.status : null,
  };
}

const mannerOf = ({ wish }: Work): Manner =>
  wish.kind === 'begin' ? wish.how : { kind: 'sell', status: wish.input.status };

/** The node the buyer was named by. */
const namedIn = ({ buyer, held }: Work): string | undefined =>
  held === undefined ? undefined : (buyer?.contactId ?? undefined);

function keptOf(
  { wish, row }: Work,
  now: Date,
): Pick<SaleRow, 'source' | 'externalId' | 'inputHash' | 'occurredAt'> {
  if (wish.kind === 'begin') {
    const { input, inputHash, occurredAt } = wish;
    return { source: input.source, externalId: input.externalId, inputHash, occurredAt };
  }
  if (row === undefined) throw new Error('a reservation that is not there');
  const { source, externalId, inputHash } = row;
  return { source, externalId, inputHash, occurredAt: saleTime(wish.input.occurredAt, now) };
}

function withoutTrace(priced: Pricing['priced']): SaleRow['priced'] {
  const { trace: _, ...rest } = priced;
  return rest;
}

/** The points a sale holds, spends (from its hold, if there is one) and is given by promotions. */
export function movementsOf({ row, holdKey, status }: Effect): Movement[] {
  const { contactId, saleId, programId, points, bonusPoints, orderId, externalId } = row;
  if (programId === null) return [];
  if (status === null) {
    const { reservedUntil, updatedAt } = row;
    if (row.holdKey === null || reservedUntil === null) return [];
    const ttlS = Math.round((reservedUntil.getTime() - updatedAt.getTime()) / SECOND_MS);
    return [
      { kind: 'hold', contactId, programId, key: row.holdKey, ref: externalId, points: BigInt(points), ttlS },
    ];
  }
  const owner = { contactId, programId, ref: orderId };
  const movements: Movement[] = [];
  if (points > 0)
    movements.push({
      kind: 'redeem',
      ...owner,
      key: redeemKey(saleId),
      points: BigInt(points),
      ...(holdKey === null ? {} : { hold: holdKey }),
    });
  if (bonusPoints > 0)
    movements.push({ kind: 'accrue', ...owner, key: bonusKey(saleId), points: BigInt(bonusPoints) });
  return movements;
}

/** A reservation that nobody has ended yet, and that is over. */
export const isOver = ({ state, reservedUntil }: SaleRow, now: Date): boolean =>
  state === 'reserved' && reservedUntil !== null && reservedUntil <= now;
