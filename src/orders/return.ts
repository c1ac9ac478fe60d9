import { invalid } from '../core/errors.ts';
import { decimalToScaled } from '../core/money.ts';
import { AMOUNT_SCALE, fromScaled, lineAmount, QUANTITY_SCALE } from './amounts.ts';
import type { Document, DocumentLine } from './documents.ts';
import type { PlaceLine } from './draft.ts';

/** What comes back of a sale. Quantities and prices are exact decimals. Pure. */

/** Units of a product that came back; without a price, at what was paid for them. */
export type ReturnLine = {
  product: string;
  description?: string | undefined;
  quantity: string;
  unitPrice?: string | undefined;
};

/** A line of an earlier return of the same sale. */
export type Returned = { productId: string; quantity: string; unitPrice: string; amount: bigint };

export type ReturnWanted = {
  sale: Document;
  codes: ReadonlyMap<string, string>;
  returned: readonly Returned[];
  /** Null: all that is left. */
  wanted: readonly ReturnLine[] | null;
  /** Money without goods; counts when no lines are named. As much as is left, or more (with the carriage), is all of it. */
  amount?: string | undefined;
  /** Money beside the lines named. */
  beside?: string | undefined;
};

/** Product code of money given back without goods. */
const REFUND = 'refund';

/**
 * The lines of the return, or null when nothing is left to come back. Throws 422 `return_exceeds` for more units of a product than
 * were sold and have not come back yet.
 */
export function returnOf(told: ReturnWanted): PlaceLine[] | null {
  const left = leftOf(told);
  const leftAmount = told.sale.lines.reduce((sum, line) => sum + line.amount, 0n) + returnedAmount(told);
  if (told.wanted !== null) {
    const beside = decimalToScaled(told.beside ?? '0', AMOUNT_SCALE);
    return [...some(told.wanted, left), ...(beside > 0n ? [money(beside)] : [])];
  }
  const amount = told.amount === undefined ? null : decimalToScaled(told.amount, AMOUNT_SCALE);
  if (amount !== null && amount < leftAmount) return amount > 0n ? [money(amount)] : null;
  return rest(left, leftAmount);
}

const returnedAmount = ({ returned }: ReturnWanted): bigint =>
  returned.reduce((sum, line) => sum + line.amount, 0n);

type Left = { product: string; line: DocumentLine; quantity: bigint };

/** Units of each line that have not come back; what came back is taken from lines of the same price first. */
function leftOf({ sale, codes, returned }: ReturnWanted): Left[] {
  const left = sale.lines
    .map((line) => ({
      product: codes.get(line.productId) ?? '',
      line,
      quantity: decimalToScaled(line.quantity, QUANTITY_SCALE),
    }))
    .filter(({ quantity }) => quantity > 0n);
  for (const back of returned) {
    let units = decimalToScaled(back.quantity.replace(/^-/, ''), QUANTITY_SCALE);
    const price = decimalToScaled(back.unitPrice, AMOUNT_SCALE);
    const own = left.filter(({ line }) => line.productId === back.productId);
    const same = (one: Left): number => (decimalToScaled(one.line.unitPrice, AMOUNT_SCALE) === price ? 0 : 1);
    for (const one of own.toSorted((a, b) => same(a) - same(b))) {
      const taken = units < one.quantity ? units : one.quantity;
      one.quantity -= taken;
      units -= taken;
    }
  }
  return left.filter(({ quantity }) => quantity > 0n);
}

/** Everything that is left; should its money differ from what is left (money was refunded before), a line evens it out. */
function rest(left: readonly Left[], leftAmount: bigint): PlaceLine[] | null {
  const lines = left.map(({ product, line, quantity }) => lineOf(product, line, quantity));
  const worth = left.reduce(
    (sum, { line, quantity }) => sum + lineAmount(fromScaled(quantity, QUANTITY_SCALE), line.unitPrice),
    0n,
  );
  const gap = worth - leftAmount;
  if (gap !== 0n) lines.push(money(-gap));
  return lines.length === 0 ? null : lines;
}

/** Stored with a negative quantity: a negative price makes it money that is not given back. */
const money = (amount: bigint): PlaceLine => ({
  product: REFUND,
  quantity: '1',
  unitPrice: fromScaled(amount, AMOUNT_SCALE),
});

function some(wanted: readonly ReturnLine[], left: readonly Left[]): PlaceLine[] {
  return wanted.flatMap((one, i) => {
    const own = left.filter(({ product }) => product === one.product);
    let units = decimalToScaled(one.quantity, QUANTITY_SCALE);
    const available = own.reduce((sum, { quantity }) => sum + quantity, 0n);
    if (available < units) {
      const detail = `Only ${fromScaled(available, QUANTITY_SCALE)} of "${one.product}" can come back.`;
      throw invalid('return_exceeds', detail, `lines.${i}.quantity`);
    }
    const lines: PlaceLine[] = [];
    for (const item of own) {
      const taken = units < item.quantity ? units : item.quantity;
      if (taken === 0n) continue;
      item.quantity -= taken;
      units -= taken;
      const { unitPrice, description } = one;
      lines.push({
        ...lineOf(item.product, item.line, taken),
        ...(unitPrice === undefined ? {} : { unitPrice }),
        ...(description === undefined ? {} : { description }),
      });
    }
    return lines;
  });
}

const lineOf = (product: string, line: DocumentLine, quantity: bigint): PlaceLine => ({
  product,
  description: line.description ?? undefined,
  quantity: fromScaled(quantity, QUANTITY_SCALE),
  unitPrice: line.unitPrice,
  cost: line.cost ?? undefined,
});
