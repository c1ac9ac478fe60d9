import { inArray, sql } from '../core/sql.ts';
import type { Ctx } from '../core/ctx.ts';
import { rows } from '../core/db.ts';
import { decimalToScaled } from '../core/money.ts';
import { AMOUNT_SCALE } from './amounts.ts';
import type { Returned } from './return.ts';
import { orders, product, saleFact } from './schema.ts';

/** The shop's codes of products. */
export async function codesOf(ctx: Ctx, productIds: readonly string[]): Promise<Map<string, string>> {
  if (productIds.length === 0) return new Map();
  const found = await ctx.db
    .select({ id: product.productId, code: product.externalId })
    .from(product)
    .where(inArray(product.productId, [...new Set(productIds)]));
  return new Map(found.map(({ id, code }) => [id, code]));
}

/** Lines of the trusted returns of these orders. */
export async function returnedOf(ctx: Ctx, orderIds: readonly string[]): Promise<Map<string, Returned[]>> {
  if (orderIds.length === 0) return new Map();
  const found = await rows<Omit<Returned, 'amount'> & { original: string; amount: string }>(
    ctx.db,
    sql`
    select o.original_order_id as original, f.product_id as "productId", f.quantity::text as quantity,
      f.unit_price::text as "unitPrice", f.amount::text as amount
    from ${orders} o
    join ${saleFact} f on f.contact_id = o.contact_id and f.occurred_at = o.occurred_at and f.order_id = o.order_id
    where o.original_order_id = any(${`{${orderIds.join(',')}}`}::uuid[]) and o.kind = 'return' and o.trust <> 'public'
    order by f.order_id, f.ordinal`,
  );
  const lines = found.map(({ original, amount, ...line }) => ({
    original,
    line: { ...line, amount: decimalToScaled(amount, AMOUNT_SCALE) },
  }));
  return new Map(
    [...Map.groupBy(lines, ({ original }) => original)].map(([id, list]) => [
      id,
      list.map(({ line }) => line),
    ]),
  );
}
