import { divideHalfUp } from '../../core/money.ts';

/** Goods that come back without saying of which order: of which sales they are. Pure. */

/** Units of a product in thousandths that came back of no named order. */
export type Loose = {
  contactId: string;
  productId: string;
  quantity: bigint;
  occurredAt: Date;
  recordedAt: Date;
};
/** What a sale had of a product, in thousandths and millionths of the currency; `back`: units that came back by its name. */
export type Bought = {
  contactId: string;
  orderId: string;
  productId: string;
  quantity: bigint;
  back: bigint;
  amount: bigint;
  baseAmount: bigint;
  occurredAt: Date;
  recordedAt: Date;
};
export type Attributed = Pick<Bought, 'orderId' | 'productId' | 'quantity' | 'amount' | 'baseAmount'>;

/**
 * Of the buyer's latest sale before the return that has such goods left, then of the one before it, at the price of that sale: the same
 * whatever order it is asked in. Only sales that were known when the return was count, so that a receipt told of later shifts nothing.
 * What nobody has bought here belongs to no sale.
 */
export function attribute(loose: readonly Loose[], bought: readonly Bought[]): Attributed[] {
  const left = new Map(bought.map((one) => [one, one.quantity - one.back]));
  const latestFirst = bought.toSorted(
    (a, b) => b.occurredAt.getTime() - a.occurredAt.getTime() || (a.orderId < b.orderId ? 1 : -1),
  );
  const found: Attributed[] = [];
  for (const back of loose) {
    let units = back.quantity;
    for (const sale of latestFirst) {
      if (units <= 0n) break;
      if (sale.contactId !== back.contactId || sale.productId !== back.productId) continue;
      if (sale.occurredAt > back.occurredAt || sale.recordedAt > back.recordedAt) continue;
      const there = left.get(sale) ?? 0n;
      const taken = there < units ? there : units;
      if (taken <= 0n) continue;
      left.set(sale, there - taken);
      units -= taken;
      const { orderId, productId, quantity } = sale;
      const share = (amount: bigint): bigint => divideHalfUp(amount * taken, quantity);
      found.push({
        orderId,
        productId,
        quantity: taken,
        amount: share(sale.amount),
        baseAmount: share(sale.baseAmount),
      });
    }
  }
  return found;
}
