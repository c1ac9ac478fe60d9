import { sql } from '../../core/sql.ts';
import type { Ctx } from '../../core/ctx.ts';
import { dateOf, rows } from '../../core/db.ts';
import { orders } from '../../orders/index.ts';
import { afterPlace, pastSales } from '../backtests/past.ts';
import type { Place } from '../backtests/past.ts';

/** Past orders by name: what they are is read as for those that earn. */
export type PastId = Place & { contactId: string; anonymous: boolean };

export async function pastIds(
  ctx: Ctx,
  { from, until, after, limit }: { from: Date; until: Date; after: PastId | undefined; limit: number },
): Promise<PastId[]> {
  const found = await rows<Omit<PastId, 'occurredAt'> & { at: string }>(
    ctx.db,
    sql`
    select ${orders.orderId} as "orderId", ${orders.contactId} as "contactId", ${orders.anonymous}, ${orders.occurredAt} as at
    from ${orders} where ${pastSales(from, until)} and ${afterPlace(after)}
    order by ${orders.occurredAt}, ${orders.orderId} limit ${limit}`,
  );
  return found.map(({ at, ...one }) => ({ ...one, occurredAt: dateOf(at) }));
}
