import { authorise } from '../../core/ctx.ts';
import type { Ctx } from '../../core/ctx.ts';
import { quantityMilli } from '../pricing/exact.ts';
import { explainPrice } from '../pricing/price-lists.explain.ts';
import { findBuyer } from './actions.buyer.ts';
import { priceSale } from './actions.price.ts';
import type { PriceOfQuery, PriceOfView } from './contract.price-of.ts';
import { askedCart } from './contract.ts';

/** More candidates than this nobody reads. */
const MAX_CANDIDATES = 50;

/**
 * What a product costs a customer now, and which prices of lists were considered. 404 `contact_not_found`; 422 `unknown_product`,
 * `price_missing` when neither the catalogue nor a list has a price.
 */
export async function priceOf(ctx: Ctx, query: PriceOfQuery): Promise<PriceOfView> {
  authorise(ctx, 'loyalty:read');
  const { productId, contactId, quantity, channel, currency } = query;
  const { contactId: buyerId } = await findBuyer(
    ctx,
    contactId === undefined ? undefined : { contactId },
    'console',
  );
  const request = askedCart.parse({
    lines: [{ productId, quantity }],
    ...(channel === undefined ? {} : { channel }),
    ...(currency === undefined ? {} : { currency }),
  });
  const pricing = await priceSale(ctx, {
    request,
    contactId: buyerId,
    isNew: false,
    programId: null,
    saleId: null,
  });
  const [line] = pricing.cart.lines;
  const [priced] = pricing.priced.lines;
  if (line === undefined || priced === undefined) throw new Error('a cart of one line has lost it');
  const { resolved, candidates } = explainPrice(pricing.live.lists, {
    line,
    quantity: quantityMilli(line.quantity),
    buyer: pricing.buyer,
    channel,
    currency: pricing.currency,
    now: ctx.clock.now(),
  });
  return {
    currency: pricing.currency,
    quantity: line.quantity,
    ownPrice: line.unitPrice ?? null,
    unitPrice: priced.unitPrice,
    next:
      resolved?.next == null
        ? null
        : { fromQuantity: wholeText(resolved.next.quantity), unitPrice: resolved.next.unitPrice },
    listMinor: priced.listMinor,
    priceMinor: priced.priceMinor,
    candidates: candidates.slice(0, MAX_CANDIDATES),
  };
}

/** Thousandths as a decimal text. */
const wholeText = (milli: bigint): string => String(Number(milli) / 1_000);
