import type { Ctx } from '../../core/ctx.ts';
import { placeOrders } from '../../orders/index.ts';
import { post } from '../ledger/actions.post.ts';
import type { Movement } from '../ledger/movement.ts';
import { asSales } from './actions.buyer.ts';
import type { KnownLine } from './cart.ts';
import { bonusKey, redeemKey } from './keys.ts';
import { orderLines } from './order.ts';
import type { SaleRow } from './store.ts';

/** A sale becomes an order: facts, segments and accrual follow from it as from any other. */

/** Gives the order's id: the sale's own, unless somebody had told of the order before. Throws what `placeOrders` refuses. */
export async function placeSale(
  tx: Ctx,
  row: SaleRow,
  { lines, status }: { lines: readonly KnownLine[]; status: 'placed' | 'paid' },
): Promise<string> {
  const { request, priced, contactId, saleId, source, externalId, points } = row;
  const { totals, shipping } = priced;
  const [placed] = await placeOrders(
    asSales(tx),
    [
      {
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
        },
        unknownProducts: request.unknownProducts,
        ...(contactId === saleId ? {} : { buyer: { contactId } }),
        lines: orderLines(priced, lines),
      },
    ],
    { trust: 'server' },
  );
  if (placed === undefined) throw new Error('no result for the order of a sale');
  if (!placed.ok) throw placed.error;
  return placed.orderId;
}

/** Spends the points of a sale (from its hold, if there is one) and gives what its promotions promise. */
export async function redeemAndGive(tx: Ctx, row: SaleRow, hold: string | null): Promise<void> {
  const { contactId, saleId, programId, points, bonusPoints, orderId } = row;
  if (programId === null) return;
  const owner = { contactId, programId, ref: orderId };
  const movements: Movement[] = [];
  if (points > 0)
    movements.push({
      kind: 'redeem',
      ...owner,
      key: redeemKey(saleId),
      points: BigInt(points),
      ...(hold === null ? {} : { hold }),
    });
  if (bonusPoints > 0)
    movements.push({ kind: 'accrue', ...owner, key: bonusKey(saleId), points: BigInt(bonusPoints) });
  if (movements.length > 0) await post(tx, movements);
}
