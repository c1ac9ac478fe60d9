import type { OrderToPlace } from '../../orders/index.ts';
import { divideHalfUp } from '../../core/money.ts';
import type { PricedCart } from '../pricing/contract.ts';
import { quantityMilli, UNIT } from '../pricing/exact.ts';
import { unitRuns } from '../pricing/refund.ts';
import type { UnitRun } from '../pricing/refund.ts';
import { decimalOf } from './cart.ts';
import type { KnownLine } from './cart.ts';

/** A priced sale as the order everybody else reads. Pure. */

type OrderLine = OrderToPlace['lines'][number];

/**
 * Lines of the order: what was paid for the goods, tax as the prices have it, points as a payment not taken off. Units of a line at
 * their frozen shares, so that line amounts add up to the cent. Shipping is no goods and stays out.
 */
export function orderLines(
  priced: Pick<PricedCart, 'lines' | 'currency'>,
  known: readonly KnownLine[],
): OrderLine[] {
  const byId = new Map(known.map((line) => [line.id, line]));
  return priced.lines.flatMap(({ id, units }) => {
    const line = byId.get(id);
    if (line === undefined) return [];
    return units.map(({ quantity, priceMinor }) => ({
      product: line.code,
      ...(line.description === undefined ? {} : { description: line.description }),
      quantity,
      unitPrice: unitPriceOf({ quantity, priceMinor }, priced.currency),
      ...(line.cost === undefined ? {} : { cost: line.cost }),
    }));
  });
}

/** How many lines of the order each line of the cart became; nothing to say when it is one each. */
export const lineRuns = ({ lines }: Pick<PricedCart, 'lines'>): { lineRuns?: number[] } =>
  lines.some(({ units }) => units.length > 1) ? { lineRuns: lines.map(({ units }) => units.length) } : {};

const PRICE_DECIMALS = 6n;

/** Of whole units their share is the price; of a part of a unit the share is the whole amount: exact to the sixth decimal. */
function unitPriceOf({ quantity, priceMinor }: UnitRun, currency: string): string {
  const milli = quantityMilli(quantity);
  if (milli % UNIT === 0n) return decimalOf(priceMinor, currency);
  const [whole = '0', fraction = ''] = decimalOf(priceMinor, currency).split('.');
  const scaled = BigInt(whole + fraction.padEnd(Number(PRICE_DECIMALS), '0'));
  const price = divideHalfUp(scaled * UNIT, milli);
  const text = String(price).padStart(Number(PRICE_DECIMALS) + 1, '0');
  return `${text.slice(0, -Number(PRICE_DECIMALS))}.${text.slice(-Number(PRICE_DECIMALS))}`;
}

/** Units that came back for so much money, as lines of a return. */
export function returnLines(product: string, quantity: string, minor: number, currency: string): OrderLine[] {
  return unitRuns(minor, quantityMilli(quantity)).map((run) => ({
    product,
    quantity: run.quantity,
    unitPrice: unitPriceOf(run, currency),
  }));
}
