import type { Ctx } from '../../core/ctx.ts';
import { placeOrders } from '../../orders/index.ts';
import type { OrderToPlace } from '../../orders/index.ts';
import { asSales } from './actions.buyer.ts';
import { knownLines } from './cart.ts';
import type { KnownLine } from './cart.ts';
import { lineRuns, orderLines } from './order.ts';
import type { SaleRow } from './store.ts';
import { productsOf } from './store.facts.ts';

/** Sales become orders: facts, segments and accrual follow from them as from any others. */

/** `lines` null: as the catalogue has them by now. */
export type ToPlace = { row: SaleRow; status: 'placed' | 'paid'; lines: readonly KnownLine[] | null };

/** Gives the orders' ids: each sale's own, unless somebody had told of the order before. Throws what `placeOrders` refuses. */
export async function placeAll(tx: Ctx, sold: readonly ToPlace[]): Promise<string[]> {
  if (sold.length === 0) return [];
  const unread = sold.flatMap(({ row, lines }) => (lines === null ? row.request.lines : []));
  const catalogue = await productsOf(tx, unread);
  const orders = sold.map(({ row, status, lines }) =>
    orderOf(row, status, lines ?? knownLines({ ...row.request, unknownProducts: 'create' }, catalogue)),
  );
  const placed = await placeOrders(asSales(tx), orders, { trust: 'server' });
  return placed.map((result) => {
    if (!result.ok) throw result.error;
    return result.orderId;
  });
}

function orderOf(row: SaleRow, status: 'placed' | 'paid', lines: readonly KnownLine[]): OrderToPlace {
  const { request, priced, contactId, saleId, source, externalId, points } = row;
  const { totals, shipping } = priced;
  return {
    orderId: saleId,
    source,
    externalId,
    status,
    occurredAt: row.occurredAt,
    currency: row.currency,
    ...(request.baseRate === undefined ? {} : { baseRate: request.baseRate }),
    ...(request.channel === undefined ? {} : { channel: request.channel }),
    couponCodes: priced.codes.flatMap(({ code, accepted }) => (accepted ? [code] : [])),
    properties: {
      saleId,
      shippingMinor: shipping.priceMinor,
      discountMinor: totals.discountMinor,
      pointsSpent: points,
      pointsPaidMinor: totals.pointsPaidMinor,
      payableMinor: totals.payableMinor,
      ...lineRuns(priced),
    },
    unknownProducts: request.unknownProducts,
    ...(contactId === saleId ? {} : { buyer: { contactId } }),
    lines: orderLines(priced, lines),
  };
}
