import { conflict, invalid } from '../../core/errors.ts';
import { quantityMilli, quantityWords } from '../pricing/exact.ts';
import { refund } from '../pricing/refund.ts';
import type { Refund, ReturnWorth } from '../pricing/refund.ts';
import { spread } from '../pricing/spread.ts';
import { PricingError } from '../pricing/state.ts';
import type { ReturnInput, ReturnView } from './contract.ts';
import type { SaleRow } from './store.ts';

/** What a return of a sale is worth, from what was frozen. Pure. */

export type Sold = Pick<SaleRow, 'priced' | 'request' | 'returned' | 'refundedMinor'>;

/** A line id no shop uses: line ids have no space in front. */
export const SHIPPING = ' shipping';

/** Quantities of lines alone. */
function unitsOf(returned: Record<string, string>): Record<string, string> {
  const { [SHIPPING]: _, ...units } = returned;
  return units;
}

/** What is left of every line. */
function leftOf({
  priced,
  returned,
}: Pick<Sold, 'priced' | 'returned'>): Array<{ id: string; quantity: string }> {
  return priced.lines.flatMap(({ id, quantity }) => {
    const left = quantityMilli(quantity) - quantityMilli(returned[id] ?? '0');
    return left > 0n ? [{ id, quantity: quantityWords(left) }] : [];
  });
}

export const allUnitsBack = (sold: Pick<Sold, 'priced' | 'returned'>): boolean => leftOf(sold).length === 0;

export type Worth = ReturnWorth & {
  returned: Record<string, string>;
  refundedMinor: number;
  /** Everything is back: every unit, or all that was paid (some of it without goods). */
  isAll: boolean;
  /** Of the goods in the order, minor units: what this return takes off them in all. */
  goodsMinor: number;
};

/** What came back in all. Everything that is paid out follows from it, in whatever order it came. */
type Total = { units: ReadonlyArray<{ id: string; quantity: string }>; shipping: boolean; alone: number };

const totalOf = (returned: Record<string, string>, alone: number): Total => ({
  units: Object.entries(unitsOf(returned)).map(([id, quantity]) => ({ id, quantity })),
  shipping: returned[SHIPPING] !== undefined,
  alone,
});

type Figures = {
  refundedMinor: number;
  goodsMinor: number;
  isAll: boolean;
  unitsMinor: number;
  taxMinor: number;
};

/**
 * What is to be paid out in all: the worth of the goods, of the shipping, and money given without goods, which the goods that come back
 * later have had already; the shipping is kept for itself, unless money alone was more than the goods. Never more than was paid.
 */
function figuresOf(sold: Sold, { units, shipping, alone }: Total): Figures {
  const { priced, request } = sold;
  const { payableMinor, goodsMinor: goods } = priced.totals;
  const back = shares({ ...sold, returned: {} }, units, true);
  const shippingMinor = back.shipping?.moneyMinor ?? 0;
  const unitsMinor = back.moneyMinor - shippingMinor;
  const most = shipping
    ? payableMinor
    : Math.max(payableMinor - shippingMinor, Math.min(alone, payableMinor));
  const refundedMinor = Math.min(most, unitsMinor + alone + (shipping ? shippingMinor : 0));
  const isAll =
    allUnitsBack({ priced, returned: back.returned }) || (alone > 0 && refundedMinor === payableMinor);
  const goodsBack = back.lines.reduce((sum, line) => sum + goodsOf(line, request.taxIncluded), 0);
  return {
    refundedMinor,
    unitsMinor,
    isAll,
    taxMinor: taxOf(sold, refundedMinor, {
      moneyMinor: unitsMinor + (shipping ? shippingMinor : 0),
      taxMinor: back.taxMinor - (shipping ? 0 : (back.shipping?.taxMinor ?? 0)),
    }),
    goodsMinor: isAll ? goods : Math.min(goods, goodsBack + alone),
  };
}

/** Tax of what came back, and the share of the other goods' tax that the money paid out beyond it has of what was paid for them. */
function taxOf(
  { priced: { totals } }: Sold,
  refundedMinor: number,
  back: Pick<ReturnWorth, 'moneyMinor' | 'taxMinor'>,
): number {
  const others = totals.payableMinor - back.moneyMinor;
  const beyond = Math.min(others, refundedMinor - back.moneyMinor);
  if (beyond <= 0) return back.taxMinor;
  return back.taxMinor + Number((BigInt(totals.taxMinor - back.taxMinor) * BigInt(beyond)) / BigInt(others));
}

/** Returns made before. */
type Earlier = ReadonlyArray<Pick<ReturnView, 'lines' | 'shipping' | 'moneyMinor' | 'taxMinor'>>;

/** Of earlier returns: money given back without goods. */
export const moneyAlone = (before: Earlier): number =>
  before
    .filter(({ lines, shipping }) => lines.length === 0 && shipping === null)
    .reduce((sum, { moneyMinor }) => sum + moneyMinor, 0);

/**
 * Throws 409 `return_exceeds` (more units or money than is left, shipping a second time), 422 `unknown_line`, `bad_quantity`.
 */
export function worthOf(
  sold: Sold,
  input: Pick<ReturnInput, 'lines' | 'shipping' | 'moneyMinor'>,
  earlier: Earlier,
): Worth {
  const { returned, refundedMinor } = sold;
  const alone = moneyAlone(earlier);
  const told = earlier.reduce((sum, { taxMinor }) => sum + taxMinor, 0);
  const before = figuresOf(sold, totalOf(returned, alone));
  if (input.moneyMinor !== undefined) return ofMoney(sold, input.moneyMinor, { alone, before, told });
  if (input.shipping && returned[SHIPPING] !== undefined)
    throw conflict('return_exceeds', 'The shipping was given back before.', 'shipping');
  const lines = input.lines === 'all' ? leftOf(sold) : input.lines;
  if (lines.length === 0 && !input.shipping)
    throw conflict('return_exceeds', 'Nothing is left to come back.', 'lines');
  const worth = shares(sold, lines, input.shipping);
  const now = { ...worth.returned, ...keepShipping(sold, input.shipping) };
  const after = figuresOf(sold, totalOf(now, alone));
  return {
    ...paying(worth, Math.max(0, after.refundedMinor - refundedMinor), after.taxMinor - told),
    returned: now,
    refundedMinor: Math.max(after.refundedMinor, refundedMinor),
    isAll: after.isAll,
    goodsMinor: after.goodsMinor - before.goodsMinor,
  };
}

const keepShipping = ({ returned }: Sold, now: boolean): Record<string, string> =>
  now || returned[SHIPPING] !== undefined ? { [SHIPPING]: '1' } : {};

function shares(
  sold: Sold,
  lines: ReadonlyArray<{ id: string; quantity: string }>,
  shipping: boolean,
): ReturnWorth {
  try {
    return refund({
      priced: sold.priced,
      taxIncluded: sold.request.taxIncluded,
      returned: unitsOf(sold.returned),
      lines,
      shipping,
    });
  } catch (error) {
    if (!(error instanceof PricingError)) throw error;
    if (error.code === 'returned_too_much') throw conflict('return_exceeds', error.message, error.at);
    throw invalid(error.code, error.message, error.at);
  }
}

function ofMoney(
  sold: Sold,
  moneyMinor: number,
  { alone, before, told }: { alone: number; before: Figures; told: number },
): Worth {
  const { returned, refundedMinor } = sold;
  const after = figuresOf(sold, totalOf(returned, alone + moneyMinor));
  if (after.refundedMinor - Math.max(refundedMinor, before.refundedMinor) !== moneyMinor)
    throw conflict('return_exceeds', tooMuch(sold, before), 'moneyMinor');
  return {
    lines: [],
    shipping: null,
    moneyMinor,
    pointsPaidMinor: 0,
    points: 0,
    taxMinor: Math.max(0, after.taxMinor - told),
    returned,
    refundedMinor: after.refundedMinor,
    isAll: after.isAll,
    goodsMinor: after.goodsMinor - before.goodsMinor,
  };
}

function tooMuch(sold: Sold, { refundedMinor, unitsMinor }: Figures): string {
  const { payableMinor } = sold.priced.totals;
  const shippingMinor = shares({ ...sold, returned: {} }, [], true).moneyMinor;
  const keepsShipping = sold.returned[SHIPPING] === undefined && unitsMinor > 0 && shippingMinor > 0;
  const left = payableMinor - Math.max(refundedMinor, sold.refundedMinor);
  return keepsShipping
    ? `Only ${Math.max(0, left - shippingMinor)} of what was paid for the goods is left; "shipping" gives back the shipping.`
    : `Only ${left} of what was paid is left.`;
}

/** Pays out so much of what came back, and what tax is left to be told with it: the rest was given back before. */
function paying(worth: ReturnWorth, moneyMinor: number, taxLeft: number): ReturnWorth {
  const isPaid = moneyMinor > 0 || worth.pointsPaidMinor > 0;
  const taxMinor = isPaid ? Math.max(0, taxLeft) : 0;
  if (worth.moneyMinor === moneyMinor && worth.taxMinor === taxMinor) return worth;
  const all = worth.shipping === null ? worth.lines : [...worth.lines, worth.shipping];
  const money = spread(
    moneyMinor,
    all.map((one) => one.moneyMinor),
  );
  const tax = spread(
    taxMinor,
    all.map((one) => one.taxMinor),
  );
  const cut = (one: Refund, i: number): Refund => ({
    ...one,
    moneyMinor: money[i] ?? 0,
    taxMinor: tax[i] ?? 0,
  });
  const { length } = worth.lines;
  const shipping = worth.shipping === null ? null : cut(worth.shipping, length);
  return { ...worth, lines: worth.lines.map(cut), shipping, moneyMinor, taxMinor };
}

/** Worth of the goods of a line in the order: what was paid in money and points, tax as the prices have it. */
export const goodsOf = ({ moneyMinor, pointsPaidMinor, taxMinor }: Refund, taxIncluded: boolean): number =>
  Math.max(0, moneyMinor + pointsPaidMinor - (taxIncluded ? 0 : taxMinor));

/**
 * How many of the points given by promotions stay, by what has come back in all: the same whatever the order of the returns. `alone`:
 * money given back without goods, this return's among it.
 */
export function bonusKept(
  sold: Sold & Pick<SaleRow, 'bonusPoints'>,
  alone: number,
  now: Pick<Worth, 'returned' | 'isAll'>,
): number {
  if (now.isAll) return 0;
  const { priced, bonusPoints } = sold;
  const { goodsMinor } = figuresOf(sold, totalOf(now.returned, alone));
  const total = priced.totals.goodsMinor;
  if (total === 0) return bonusPoints;
  return Number((BigInt(bonusPoints) * BigInt(total - goodsMinor)) / BigInt(total));
}
