import type { Ctx } from '../../core/ctx.ts';
import { authoriseSell } from './actions.buyer.ts';
import { together } from './actions.together.ts';
import { hashOf, saleTime } from './cart.ts';
import { keptRequest } from './contract.ts';
import type { ReserveInput, SaleInput, SaleView } from './contract.ts';
import type { Manner } from './work.ts';

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
  return together({
    kind: 'begin',
    ctx,
    input,
    how,
    request,
    inputHash: hashOf(request),
    occurredAt: saleTime(input.occurredAt, ctx.clock.now()),
    same: [
      `number ${source}\n${externalId}`,
      ...(request.buyer === undefined ? [] : [`buyer ${JSON.stringify(request.buyer)}`]),
    ],
  });
}
