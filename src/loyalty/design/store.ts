import { sql } from '../../core/sql.ts';
import { contact } from '../../contacts/index.ts';
import type { Ctx } from '../../core/ctx.ts';
import { row } from '../../core/db.ts';
import { orders, product, saleFact } from '../../orders/index.ts';
import { pastSales } from '../backtests/past.ts';

/** What the shop's past says to a program. */

/** Enough for a median and a margin, whatever the size of the shop. */
const MAX_ORDERS = 20_000;
const MAX_RETURNS = 5_000;

/** Minor units and units of the base currency; null where nothing is known. */
export type Shop = {
  orders: number;
  medianMinor: number | null;
  revenue: number | null;
  costKnown: number | null;
  margin: number | null;
};

/** Of the latest orders in a stretch of time. */
export async function shopOf(ctx: Ctx, from: Date, until: Date): Promise<Shop> {
  return row<Shop>(
    ctx.db,
    sql`
    with latest as materialized (
      select ${orders.contactId}, ${orders.orderId}, ${orders.occurredAt}, ${orders.baseTotalMinor} as total from ${orders}
      where ${pastSales(from, until)} and ${orders.baseTotalMinor} > 0
      order by ${orders.occurredAt} desc limit ${MAX_ORDERS}),
    line as (
      select f.base_amount as paid, coalesce(f.cost, p.cost) * f.quantity * f.base_amount / nullif(f.amount, 0) as cost
      from latest o join ${saleFact} f on f.contact_id = o.contact_id and f.occurred_at = o.occurred_at and f.order_id = o.order_id
      join ${product} p on p.product_id = f.product_id where f.kind = 'sale' and f.amount > 0)
    select (select count(*)::int from latest) as orders,
      (select percentile_disc(0.5) within group (order by total) from latest)::float8 as "medianMinor",
      (select sum(paid) from line)::float8 as revenue,
      (select sum(paid) filter (where cost is not null) from line)::float8 as "costKnown",
      (select sum(paid - cost) from line)::float8 as margin`,
  );
}

/** Days after the sale within which nine of ten of the latest returns came. */
export async function returnDaysOf(ctx: Ctx, from: Date): Promise<{ returns: number; days: number | null }> {
  return row<{ returns: number; days: number | null }>(
    ctx.db,
    sql`
    with latest as (
      select extract(epoch from r.occurred_at - o.occurred_at) / 86400 as days
      from ${orders} r join ${orders} o on o.order_id = r.original_order_id and o.contact_id = r.contact_id
      where r.original_order_id is not null and r.kind = 'return' and r.trust <> 'public' and r.occurred_at >= ${from.toISOString()}::timestamptz
      order by r.occurred_at desc limit ${MAX_RETURNS})
    select count(*)::int as returns, ceil(percentile_disc(0.9) within group (order by days))::int as days from latest`,
  );
}

export async function birthdaysKnown(ctx: Ctx): Promise<{ contacts: number; known: number }> {
  return row<{ contacts: number; known: number }>(
    ctx.db,
    sql`select count(*)::int as contacts, count(${contact.birthMonth})::int as known from ${contact}`,
  );
}
