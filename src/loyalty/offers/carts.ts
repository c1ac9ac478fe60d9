import type { BuyerFacts, Cart, CartLine, Offer, ShownCode } from '../pricing/contract.ts';
import type { PastLine, PastOrder, SampleProduct } from './store.orders.ts';

/** Past orders and products as carts to be priced. Pure. */

/** What conditions may ask of a buyer beside segments. */
export type BuyerPart = {
  member?: boolean;
  tier?: string | null;
  personCategories?: string[];
  accumulated?: Record<string, number>;
};

/** A cart shows no more codes than this. */
const MAX_CODES = 20;

function lineOf({
  ordinal,
  productId,
  externalId,
  categoryPath,
  quantity,
  unitPrice,
  cost,
}: PastLine): CartLine {
  return {
    id: String(ordinal),
    productId,
    externalId,
    categoryPath: categoryPath ?? [],
    tags: [],
    quantity,
    unitPrice,
    // What was paid then is what discounts start from.
    priceFixed: true,
    noDiscounts: false,
    ...(cost === null ? {} : { cost }),
  };
}

/** The cart of a past order; null when nothing in it was sold. */
export function cartOf(order: PastOrder, codes: readonly ShownCode[], shippingMinor: number): Cart | null {
  if (order.lines.length === 0) return null;
  return {
    currency: order.currency,
    lines: order.lines.map(lineOf),
    shippingMinor,
    taxIncluded: true,
    channel: order.channel ?? undefined,
    codes: [...codes],
    spendPoints: 0,
  };
}

/** What is known of the buyer of a past order: as of now, but for the orders before it. */
export function buyerOf(order: PastOrder, segments: readonly string[], part: BuyerPart): BuyerFacts {
  const known = !order.anonymous;
  return {
    contactId: known ? order.contactId : undefined,
    member: part.member ?? false,
    segments: [...segments],
    tier: part.tier ?? null,
    personCategories: part.personCategories ?? [],
    orders: known ? (order.earlier ?? 0) : 0,
    accumulated: part.accumulated ?? {},
    pointsAvailable: 0,
  };
}

/** A code for each offer that needs one. */
export const codesFor = (offers: readonly Offer[]): ShownCode[] =>
  offers
    .filter((offer) => offer.needsCode)
    .slice(0, MAX_CODES)
    .map(({ id }) => ({ code: `for ${id}`, offerId: id }));

/** A buyer nothing of whom stands against an offer, as far as one buyer can be that. */
export function welcomeBuyer({ conditions }: Offer): BuyerFacts {
  return {
    member: true,
    segments: conditions.segments,
    tier: conditions.tiers[0] ?? null,
    personCategories: conditions.personCategories,
    orders: conditions.firstOrder ? 0 : (conditions.minOrders ?? 1),
    accumulated: {},
    pointsAvailable: 0,
  };
}

/** So much of one product that the offer's own thresholds are met. */
export function cartOfProduct(
  found: SampleProduct,
  offer: Offer,
  currency: string,
  digits: number,
): Cart | null {
  if (found.price === null || Number(found.price) <= 0) return null;
  const { productId, externalId, categoryPath, price, cost } = found;
  const least = Math.max(...thresholds(offer, Number(price) * 10 ** digits));
  if (!Number.isFinite(least) || least > MAX_UNITS) return null;
  const line = lineOf({
    ordinal: 1,
    productId,
    externalId,
    categoryPath,
    quantity: String(Math.ceil(least)),
    unitPrice: price,
    cost,
  });
  return {
    currency,
    lines: [line],
    shippingMinor: 0,
    taxIncluded: true,
    channel: offer.conditions.channels[0],
    codes: codesFor([offer]),
    spendPoints: 0,
  };
}

/** Nobody buys more of one product at once. */
const MAX_UNITS = 10_000;

/** Units of a price that an offer asks for before it does anything. */
function thresholds({ conditions, effect }: Offer, unitMinor: number): number[] {
  const { minAmount, minQuantity } = conditions;
  const found = [1, Number(minQuantity?.quantity ?? 1)];
  if (minAmount !== undefined)
    found.push((minAmount.amountMinor + (minAmount.exclusive ? 1 : 0)) / unitMinor);
  if (effect.type === 'buy_x_get_y') found.push(effect.buy + effect.get);
  if (effect.type === 'cheapest_free') found.push(effect.groupOf);
  if (effect.type === 'bundle') found.push(...effect.items.map((item) => item.quantity));
  if (effect.type === 'volume_ladder') found.push(...effect.steps.map((step) => Number(step.fromQuantity)));
  if (effect.type === 'spend_ladder') found.push(...effect.steps.map((step) => step.fromMinor / unitMinor));
  return found;
}

/** The offer without its days, its hours kept or not. */
export function timeless(offer: Offer, keepHours: boolean): Offer {
  const { schedule, ...others } = offer.conditions;
  if (schedule === undefined) return offer;
  if (!keepHours) return { ...offer, conditions: others };
  return { ...offer, conditions: { ...others, schedule: { ...schedule, from: null, until: null } } };
}
