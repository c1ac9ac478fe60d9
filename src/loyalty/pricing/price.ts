import { minorDigits } from '../../core/money.ts';
import {
  type BuyerFacts,
  type Cart,
  type OfferStage,
  type OrderEffects,
  type PricedCart,
  type PricedLine,
  type PricingSettings,
  type Remaining,
  type TraceEntry,
} from './contract.ts';
import { fineOfMinor, percentMilli, quantityWords, roundFine, share, WHOLE } from './exact.ts';
import { openLines, shippingLine } from './lines.ts';
import { spendPoints } from './points.ts';
import type { PreparedOffers } from './prepare.ts';
import type { PreparedLists } from './price-lists.ts';
import { unitRuns } from './refund.ts';
import { runStage, stageAllowance, type Use } from './stage.ts';
import { type Line, type Run, setPrice, totalOf } from './state.ts';

export type PriceInput = {
  readonly cart: Cart;
  readonly buyer: BuyerFacts;
  readonly offers: PreparedOffers;
  readonly lists: PreparedLists;
  /** What limits leave, by offer id. */
  readonly remaining: Readonly<Record<string, Remaining>>;
  readonly settings: PricingSettings;
  readonly now: Date;
};

type Work = {
  run: Run;
  effects: OrderEffects;
  uses: Use[];
  stages: PricedCart['stages'];
  trace: TraceEntry[];
};

/** Prices a cart. Pure: the same input gives the same output, in whatever order lines and offers come. Throws PricingError. */
export function priceCart(input: PriceInput): PricedCart {
  const { run, told } = open(input);
  const work: Work = {
    run,
    effects: { gifts: [], bonusPoints: [], freeShipping: false },
    uses: [],
    stages: [],
    trace: told,
  };
  note(
    work,
    'price_list',
    null,
    sum(run.lines, (line) => line.listMinor),
  );
  lower(work, input, 'product');
  lower(work, input, 'personal');
  // The rounding point of a line: from here on the order is lowered as a whole, in whole minor units.
  for (const line of run.lines) setPrice(line, null, line.minor);
  lower(work, input, 'order');
  lower(work, input, 'coupon');
  const before = totalOf(run.lines);
  const asDiscount = input.settings.points?.spendAs !== 'payment';
  const discounted = asDiscount ? spendPoints(run, () => 0) : null;
  note(work, 'points', null, before);
  lower(work, input, 'shipping');
  const tax = taxer(input, run.shipping);
  const points = discounted ?? spendPoints(run, tax);
  return answer(input, work, points, tax);
}

function open(input: PriceInput): { run: Run; told: TraceEntry[] } {
  const { cart, buyer, settings, lists, now, remaining } = input;
  const digits = minorDigits(cart.currency);
  const { lines, told } = openLines({ cart, buyer, settings, lists, now, digits });
  const codes = new Map<string, string>();
  // Of several codes of one offer the first by its text counts, whatever the order.
  for (const { code, offerId, refused } of cart.codes.toSorted((a, b) => (a.code < b.code ? -1 : 1)))
    if (offerId !== undefined && refused === undefined && !codes.has(offerId)) codes.set(offerId, code);
  const run: Run = {
    cart,
    buyer,
    settings,
    remaining,
    now,
    digits,
    lines,
    shipping: shippingLine(cart.shippingMinor),
    applied: [],
    segments: new Set(buyer.segments),
    personCategories: new Set(buyer.personCategories),
    codes,
    allowance: Number.MAX_SAFE_INTEGER,
  };
  if (settings.maxDiscountPercent !== undefined)
    run.allowance = stageAllowance(run, settings.maxDiscountPercent);
  return { run, told };
}

function lower(work: Work, input: PriceInput, stage: OfferStage): void {
  const { run } = work;
  const rules = input.settings.stages[stage];
  const mode = rules?.mode ?? 'best';
  const shipping = stage === 'shipping';
  const before = shipping ? run.shipping.minor : totalOf(run.lines);
  const state = {
    run,
    stage,
    mode,
    base: rules?.percentBase ?? input.settings.percentBase,
    allowance: shipping ? Number.MAX_SAFE_INTEGER : stageAllowance(run, rules?.maxPercent),
    effects: work.effects,
    uses: work.uses,
    approximate: false,
  };
  work.trace.push(...runStage(state, input.offers));
  note(work, stage, mode, before, state.approximate);
}

function note(
  { run, stages }: Work,
  stage: PricedCart['stages'][number]['stage'],
  mode: PricedCart['stages'][number]['mode'],
  beforeMinor: number,
  approximate = false,
): void {
  const shipping = stage === 'shipping';
  if (!shipping) for (const line of run.lines) line.after[stage] = line.minor;
  const afterMinor = shipping ? run.shipping.minor : totalOf(run.lines);
  stages.push({ stage, mode, beforeMinor, afterMinor, approximate });
}

/** The tax of a line: contained in its price, or on top of it. */
function taxer({ cart, settings }: PriceInput, shipping: Line): (line: Line) => number {
  return (line) => {
    const text = line === shipping ? cart.shippingTaxPercent : line.source.taxPercent;
    if (text === undefined) return 0;
    const percent = percentMilli(text);
    const under = cart.taxIncluded ? WHOLE + percent : WHOLE;
    return roundFine(share(fineOfMinor(line.minor), percent, under), settings.rounding);
  };
}

function answer(
  { cart }: PriceInput,
  { run, effects, uses, stages, trace }: Work,
  points: PricedCart['points'],
  tax: (line: Line) => number,
): PricedCart {
  const byId = new Map(run.lines.map((line) => [line.source.id, line]));
  const lines = cart.lines.flatMap((source) => {
    const line = byId.get(source.id);
    return line === undefined ? [] : [pricedLine(line, tax(line))];
  });
  const shippingTax = tax(run.shipping);
  const goodsMinor = totalOf(run.lines);
  const listMinor = sum(lines, (line) => line.listMinor) + run.shipping.listMinor;
  const taxMinor = sum(lines, (line) => line.taxMinor) + shippingTax;
  const costs = goodsMinor + run.shipping.minor;
  const totalMinor = cart.taxIncluded ? costs : costs + taxMinor;
  const pointsPaidMinor = points.as === 'payment' ? points.worthMinor : 0;
  return {
    currency: cart.currency,
    lines,
    shipping: {
      listMinor: run.shipping.listMinor,
      parts: run.shipping.parts,
      priceMinor: run.shipping.minor,
      taxMinor: shippingTax,
      pointsPaidMinor: run.shipping.pointsWorth,
      points: run.shipping.points,
    },
    effects,
    uses: uses.map(({ ready: { offer }, discountMinor }) => ({
      offerId: offer.id,
      version: offer.version,
      stage: offer.stage,
      code: run.codes.get(offer.id) ?? null,
      discountMinor,
    })),
    codes: tellCodes(run, trace),
    points,
    totals: {
      listMinor,
      discountMinor: listMinor - costs,
      goodsMinor,
      shippingMinor: run.shipping.minor,
      taxMinor,
      totalMinor,
      pointsPaidMinor,
      payableMinor: totalMinor - pointsPaidMinor,
    },
    stages,
    trace,
  };
}

function pricedLine(line: Line, taxMinor: number): PricedLine {
  return {
    id: line.source.id,
    quantity: quantityWords(line.quantity),
    unitPrice: line.unitPrice,
    priceList: line.priceList,
    listMinor: line.listMinor,
    afterMinor: line.after,
    parts: line.parts,
    priceMinor: line.minor,
    units: unitRuns(line.minor, line.quantity),
    taxMinor,
    pointsPaidMinor: line.pointsWorth,
    points: line.points,
  };
}

/** What became of each code shown: the coupon book's word, or why its offer does not stand. */
function tellCodes(run: Run, trace: readonly TraceEntry[]): PricedCart['codes'] {
  const entries = new Map(trace.map((entry) => [entry.id, entry]));
  return run.cart.codes.map(({ code, offerId, refused }) => {
    const told = { code, accepted: false, offerId: offerId ?? null };
    if (refused !== undefined || offerId === undefined) return { ...told, reason: refused ?? 'unknown_code' };
    const entry = entries.get(offerId);
    if (entry === undefined) return { ...told, reason: 'not_running' };
    if (run.codes.get(offerId) !== code) return { ...told, reason: 'already_applied' };
    if (entry.outcome !== 'not_applied') return { ...told, accepted: true, reason: null };
    return { ...told, reason: entry.misses[0]?.reason ?? 'zero_effect' };
  });
}

const sum = <T>(items: readonly T[], of: (item: T) => number): number =>
  items.reduce((total, item) => total + of(item), 0);
