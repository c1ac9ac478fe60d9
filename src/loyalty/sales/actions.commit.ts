import type { Ctx } from '../../core/ctx.ts';
import { inTxUndisturbed } from '../../core/deadlock.ts';
import { conflict, DomainError, notFound } from '../../core/errors.ts';
import { holdContacts } from '../../contacts/index.ts';
import { useCoupons } from '../coupons/actions.reserve.ts';
import { confirmUses } from '../offers/actions.uses.ts';
import { authoriseSell } from './actions.buyer.ts';
import { placeSale, redeemAndGive } from './actions.place.ts';
import { isOver, letGo, take } from './actions.take.ts';
import { knownLines, saleTime } from './cart.ts';
import type { CommitInput, SaleView } from './contract.ts';
import { changeSale, findSale, maySee, placeOf } from './store.ts';
import type { SaleRow } from './store.ts';
import { productsOf } from './store.facts.ts';
import { viewOf } from './view.ts';

/** Committing what was reserved. */

/**
 * The order is placed (or paid). Repeating it gives the same answer. 404 sale_not_found; 409 sale_cancelled, price_changed, and
 * hold_expired: the reservation had run out, and the same figures cannot be had any more.
 */
export async function commit(ctx: Ctx, saleId: string, input: CommitInput): Promise<SaleView> {
  authoriseSell(ctx);
  return inTxUndisturbed(ctx, async (tx) => commitHeld(tx, await lockSale(tx, saleId), input));
}

/** A sale, its buyer held before it, as everybody does; 404 `sale_not_found`. */
export async function lockSale(tx: Ctx, saleId: string): Promise<SaleRow> {
  const place = await placeOf(tx, { saleId });
  if (place === undefined) throw notFound('sale', saleId);
  const isAnonymous = place.contactId === saleId;
  const contactId = isAnonymous
    ? saleId
    : ((await holdContacts(tx, [place.contactId], 'alone')).get(place.contactId) ?? place.contactId);
  if (!isAnonymous && tx.actor.kind === 'user' && !(await maySee(tx, contactId)))
    throw notFound('sale', saleId);
  const row = await findSale(tx, { contactId, saleId }, true);
  if (row === undefined) throw notFound('sale', saleId);
  return row;
}

/** The same for a sale that is locked already. */
export async function commitHeld(tx: Ctx, row: SaleRow, input: CommitInput): Promise<SaleView> {
  if (input.fingerprint !== undefined && input.fingerprint !== row.fingerprint)
    throw conflict('price_changed', 'The sale was promised other figures.', 'fingerprint');
  if (row.state === 'cancelled') throw conflict('sale_cancelled', 'This sale was called off.');
  if (row.state !== 'reserved' && row.state !== 'expired') return viewOf(tx, row);
  const now = tx.clock.now();
  const occurredAt = saleTime(input.occurredAt, now);
  const told: SaleRow = { ...row, occurredAt, state: 'committed', reservedUntil: null, updatedAt: now };
  if (row.state === 'expired' || isOver(row, now)) return commitLate(tx, { ...row, occurredAt }, input);
  const catalogue = await productsOf(tx, row.request.lines);
  const lines = knownLines({ ...row.request, unknownProducts: 'create' }, catalogue);
  told.orderId = await placeSale(tx, told, { lines, status: input.status });
  await redeemAndGive(tx, told, row.holdKey);
  await useCoupons(tx, row.saleId, { orderId: told.orderId, contactId: row.contactId });
  await changeSale(tx, { ...placeIn(row), state: 'committed', orderId: told.orderId, occurredAt });
  await confirmUses(tx, [{ contactId: row.contactId, orderId: row.saleId }]);
  return viewOf(tx, told);
}

const placeIn = ({ contactId, saleId }: SaleRow) => ({ contactId, saleId });

/**
 * A till has often taken the money by the time it commits: what is still to be had on exactly the terms promised goes through, and
 * nothing else does. Another price without anybody's consent would be worse than asking again.
 */
async function commitLate(tx: Ctx, row: SaleRow, input: CommitInput): Promise<SaleView> {
  await letGo(tx, row);
  const { contactId, originId, saleId, source, externalId, inputHash, occurredAt } = row;
  try {
    const taken = await take(tx, {
      request: row.request,
      buyer: contactId === saleId ? null : { contactId, originId },
      saleId,
      programId: row.programId,
      proven: true,
      how: { kind: 'sell', status: input.status },
      fingerprint: row.fingerprint,
      kept: { source, externalId, inputHash, occurredAt },
    });
    return viewOf(tx, taken);
  } catch (error) {
    if (!(error instanceof DomainError) || error.status !== 409) throw error;
    throw new DomainError({
      code: 'hold_expired',
      status: 409,
      detail:
        'The reservation had run out, and what it promised is not to be had any more; ask for a new quote.',
      cause: error,
    });
  }
}
