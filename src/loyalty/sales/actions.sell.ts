import type { Ctx } from '../../core/ctx.ts';
import { inTxUndisturbed } from '../../core/deadlock.ts';
import { conflict } from '../../core/errors.ts';
import { newId } from '../../core/ids.ts';
import { authoriseSell, findBuyer, holdBuyer, mustBeProven } from './actions.buyer.ts';
import { commitHeld } from './actions.commit.ts';
import { isOver, letGo, take } from './actions.take.ts';
import type { Manner, Taking } from './actions.take.ts';
import { hashOf, saleTime } from './cart.ts';
import { keptRequest } from './contract.ts';
import type { ReserveInput, SaleInput, SaleView } from './contract.ts';
import { PricedAnew } from './repeat.ts';
import { claimNumber, findSale, placeOf } from './store.ts';
import type { SaleRow } from './store.ts';
import { viewOf } from './view.ts';

/** Reserving and selling. */

/**
 * Keeps what a cart was promised for a while: points are held, uses and coupons taken. The same sale again gives the same answer. 409
 * key_reused (the number is another sale's), price_changed, insufficient_points, coupon_<reason>; 403 proof_needed.
 */
export async function reserve(ctx: Ctx, input: ReserveInput): Promise<SaleView> {
  const { ttlS } = input;
  return begin(ctx, input, { kind: 'reserve', ttlS });
}

/** A sale in one go, or the commit of what was reserved under its number. Refusals as of `reserve`. */
export async function sell(ctx: Ctx, input: SaleInput): Promise<SaleView> {
  return begin(ctx, input, { kind: 'sell', status: input.status });
}

async function begin(ctx: Ctx, input: ReserveInput | SaleInput, how: Manner): Promise<SaleView> {
  authoriseSell(ctx);
  // What is kept of it, so that a repeat is told by what counts: neither by fields left out nor by their order.
  const request = keptRequest.parse(input);
  const { source, externalId } = input;
  const inputHash = hashOf(request);
  const occurredAt = saleTime(input.occurredAt, ctx.clock.now());
  return inTxUndisturbed(ctx, async (tx) => {
    const found = await findBuyer(tx, request.buyer, source);
    const buyer = await holdBuyer(tx, found);
    const newSaleId = newId();
    const claim = { source, externalId, saleId: newSaleId, contactId: buyer?.contactId ?? newSaleId };
    const isNew = await claimNumber(tx, claim);
    const place = isNew ? claim : await placeOf(tx, { source, externalId });
    if (place === undefined) throw new PricedAnew();
    const known = isNew ? undefined : await findSale(tx, place, true);
    if (known !== undefined) {
      if (known.inputHash !== inputHash)
        throw conflict('key_reused', `"${externalId}" of "${source}" is another sale.`, 'externalId');
      if (how.kind === 'sell' && known.state !== 'expired')
        return commitHeld(tx, known, { ...input, status: how.status });
      if (known.state !== 'expired' && !isOver(known, tx.clock.now())) return viewOf(tx, known);
      await letGo(tx, known);
    }
    // What was taken under this number before had its proof then.
    if (known === undefined) mustBeProven(request, found);
    const row = await take(tx, {
      request,
      buyer: known === undefined ? buyer : ownerOf(known),
      saleId: place.saleId,
      programId: found.programId,
      proven: known !== undefined || found.proven,
      how,
      fingerprint: input.fingerprint,
      kept: { source, externalId, inputHash, occurredAt },
    });
    return viewOf(tx, row);
  });
}

const ownerOf = ({ contactId, originId, saleId }: SaleRow): Taking['buyer'] =>
  contactId === saleId ? null : { contactId, originId };
