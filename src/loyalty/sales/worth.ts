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

export type Worth = ReturnWorth & { returned: Record<string, string>; refundedMinor: number; isAll: boolean };

/**
 * Throws 409 `return_exceeds` (more units or money than is left, shipping a second time), 422 `unknown_line`, `bad_quantity`. Money
 * given back before without goods is not paid out a second time with them.
 */
export function worthOf(sold: Sold, input: Pick<ReturnInput, 'lines' | 'shipping' | 'moneyMinor'>): Worth {
  const { priced, refundedMinor } = sold;
  const left = priced.totals.payableMinor - refundedMinor;
  if (input.moneyMinor !== undefined) return moneyAlone(sold, input.moneyMinor, left);
  if (input.shipping && sold.returned[SHIPPING] !== undefined)
    throw conflict('return_exceeds', 'The shipping was given back before.', 'shipping');
  const lines = input.lines === 'all' ? leftOf(sold) : input.lines;
  if (lines.length === 0 && !input.shipping)
    throw conflict('return_exceeds', 'Nothing is left to come back.', 'lines');
  const worth = capped(shares(sold, lines, input.shipping), left);
  const returned = { ...worth.returned, ...keepShipping(sold, input.shipping) };
  return {
    ...worth,
    returned,
    refundedMinor: refundedMinor + worth.moneyMinor,
    isAll: leftOf({ priced, returned }).length === 0,
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

function moneyAlone({ returned, refundedMinor }: Sold, moneyMinor: number, left: number): Worth {
  if (moneyMinor > left)
    throw conflict('return_exceeds', `Only ${left} of what was paid is left.`, 'moneyMinor');
  return {
    lines: [],
    shipping: null,
    moneyMinor,
    pointsPaidMinor: 0,
    points: 0,
    taxMinor: 0,
    returned,
    refundedMinor: refundedMinor + moneyMinor,
    isAll: moneyMinor === left,
  };
}

function capped(worth: ReturnWorth, left: number): ReturnWorth {
  if (worth.moneyMinor <= left) return worth;
  const all = worth.shipping === null ? worth.lines : [...worth.lines, worth.shipping];
  const each = all.map(({ moneyMinor }) => moneyMinor);
  const cut = spread(left, each, each);
  const lines = worth.lines.map((line, i) => ({ ...line, moneyMinor: cut[i] ?? 0 }));
  const shipping =
    worth.shipping === null ? null : { ...worth.shipping, moneyMinor: cut[worth.lines.length] ?? 0 };
  return { ...worth, lines, shipping, moneyMinor: left };
}

/** Worth of the goods of a line in the order: what was paid in money and points, tax as the prices have it. */
export const goodsOf = ({ moneyMinor, pointsPaidMinor, taxMinor }: Refund, taxIncluded: boolean): number =>
  Math.max(0, moneyMinor + pointsPaidMinor - (taxIncluded ? 0 : taxMinor));

/**
 * How many of the points given by promotions stay, by what has come back in all: the same whatever the order of the returns. `before`:
 * earlier returns; `now`: this one.
 */
export function bonusKept(
  sold: Sold & Pick<SaleRow, 'bonusPoints'>,
  before: readonly ReturnView[],
  now: Worth,
): number {
  if (now.isAll) return 0;
  const { priced, request, bonusPoints } = sold;
  const units = Object.entries(unitsOf(now.returned)).map(([id, quantity]) => ({ id, quantity }));
  const back = shares({ ...sold, returned: {} }, units, false);
  const goods = back.lines.reduce((sum, line) => sum + goodsOf(line, request.taxIncluded), 0);
  const alone = [...before, now]
    .filter(({ lines, shipping }) => lines.length === 0 && shipping === null)
    .reduce((sum, { moneyMinor }) => sum + moneyMinor, 0);
  const total = priced.totals.goodsMinor;
  if (total === 0) return bonusPoints;
  const left = Math.max(0, total - goods - alone);
  return Number((BigInt(bonusPoints) * BigInt(left)) / BigInt(total));
}
