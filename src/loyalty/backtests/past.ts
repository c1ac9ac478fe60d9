import { sql } from '../../core/sql.ts';
import type { SQL } from '../../core/sql.ts';
import type { Ctx } from '../../core/ctx.ts';
import { dateOf, rows } from '../../core/db.ts';
import { category, orders } from '../../orders/index.ts';

/** Which past orders count: claims nobody confirmed and cancelled orders do not. */
export const pastSales = (
  from: Date,
  until: Date,
): SQL => sql`${orders.kind} = 'sale' and ${orders.trust} <> 'public'
  and ${orders.status} <> 'cancelled' and ${orders.occurredAt} >= ${from.toISOString()}::timestamptz
  and ${orders.occurredAt} < ${until.toISOString()}::timestamptz`;

/** Where an order stands in time; the place of the next page. */
export type Place = { occurredAt: Date; orderId: string };

export const afterPlace = (after: Place | undefined): SQL =>
  after === undefined
    ? sql`true`
    : sql`(${orders.occurredAt}, ${orders.orderId}) > (${after.occurredAt.toISOString()}::timestamptz, ${after.orderId}::uuid)`;

/** How many orders there are, and when the latest `most` of them begin. */
export async function countPast(
  ctx: Ctx,
  from: Date,
  until: Date,
  most: number,
): Promise<{ orders: number; from: Date }> {
  const [found] = await rows<{ orders: number; at: string | null }>(
    ctx.db,
    sql`
    select count(*)::int as orders,
      (select ${orders.occurredAt} from ${orders} where ${pastSales(from, until)}
        order by ${orders.occurredAt} desc offset ${most - 1} limit 1) as at
    from ${orders} where ${pastSales(from, until)}`,
  );
  const at = found?.at ?? null;
  return { orders: found?.orders ?? 0, from: at === null ? from : dateOf(at) };
}

export async function categoryNames(ctx: Ctx, ids: readonly string[]): Promise<Map<string, string>> {
  if (ids.length === 0) return new Map();
  const found = await rows<{ id: string; name: string }>(
    ctx.db,
    sql`select category_id as id, name from ${category} where category_id = any(${`{${ids.join(',')}}`}::text::uuid[])`,
  );
  return new Map(found.map(({ id, name }) => [id, name]));
}
