import type { Ctx } from '../../core/ctx.ts';
import { inTxUndisturbed } from '../../core/deadlock.ts';
import type { SaleView } from './contract.ts';
import { authoriseSell } from './actions.buyer.ts';
import { lockSale } from './actions.commit.ts';
import { giveBack, shippingLeft } from './actions.return.ts';
import { letGo } from './actions.take.ts';
import { changeSale } from './store.ts';
import type { SaleRow } from './store.ts';
import { viewOf } from './view.ts';
import { allUnitsBack } from './worth.ts';

/** The number of the return that a cancellation makes. */
const CANCELLATION = 'cancelled';

/**
 * Calls a sale off: what a reservation took is set free; of a sale that was placed everything comes back that has not yet, also when all
 * of its money has. Repeating it changes nothing.
 */
export async function cancel(ctx: Ctx, saleId: string): Promise<SaleView> {
  authoriseSell(ctx);
  return inTxUndisturbed(ctx, async (tx) => {
    const row = await lockSale(tx, saleId);
    if (row.state === 'cancelled' || isAllBack(row)) return viewOf(tx, row);
    if (row.state === 'reserved' || row.state === 'expired') {
      await letGo(tx, row);
      return viewOf(tx, await ended(tx, row));
    }
    const input = { number: CANCELLATION, lines: 'all' as const, shipping: shippingLeft(row) };
    const { row: after } = await giveBack(tx, row, input, true);
    return viewOf(tx, await ended(tx, after));
  });
}

/** Money alone makes a sale a returned one too, and leaves the goods and the points that were spent on them. */
function isAllBack(row: SaleRow): boolean {
  if (row.state !== 'returned' || !allUnitsBack(row)) return false;
  const { priceMinor, points } = row.priced.shipping;
  return !shippingLeft(row) || (priceMinor === 0 && points === 0);
}

async function ended(tx: Ctx, row: SaleRow): Promise<SaleRow> {
  const { contactId, saleId } = row;
  await changeSale(tx, { contactId, saleId, state: 'cancelled' });
  return { ...row, state: 'cancelled', reservedUntil: null };
}
