import { sql } from '../../core/sql.ts';
import type { SQL } from '../../core/sql.ts';
import type { Ctx } from '../../core/ctx.ts';
import { dateOf, rows } from '../../core/db.ts';
import { unnested } from '../../core/unnest.ts';
import { category, orders, product, saleFact } from '../../orders/index.ts';
import { afterPlace, pastSales } from '../backtests/past.ts';
import type { Place } from '../backtests/past.ts';
import { loyaltyMember } from '../programs/schema.ts';

/** Past orders and products, as far as trying offers on them needs. */

export type PastLine = {
  ordinal: number;
  productId: string;
  externalId: string;
  categoryPath: string[] | null;
  quantity: string;
  unitPrice: string;
  /** Of one unit, as told with the sale, else the product's. */
  cost: string | null;
};
export type PastOrder = {
  contactId: string;
  orderId: string;
  anonymous: boolean;
  occurredAt: Date;
  externalId: string;
  currency: string;
  /** Base currency per unit of the order's. */
  baseRate: string;
  channel: string | null;
  /** Orders of the buyer before this one; null when nobody asked. */
  earlier: number | null;
  lines: PastLine[];
};
type HeadRow = Record<string, unknown> &
  Omit<PastOrder, 'lines' | 'occurredAt' | 'externalId'> & { at: string; number: string };
type LineRow = Record<string, unknown> & PastLine & { orderId: string };

export type PastQuery = {
  from: Date;
  until: Date;
  after?: Place | undefined;
  latestFirst?: boolean;
  countEarlier: boolean;
  limit: number;
};

export async function pastOrders(ctx: Ctx, query: PastQuery): Promise<PastOrder[]> {
  const { from, until, after, limit, countEarlier } = query;
  const earlier = countEarlier
    ? sql`(select count(*)::int from ${orders} e where e.contact_id = ${orders.contactId} and e.kind = 'sale'
        and e.trust <> 'public' and e.status <> 'cancelled' and e.occurred_at < ${orders.occurredAt})`
    : sql`null::int`;
  const way = query.latestFirst === true ? sql`desc` : sql`asc`;
  const heads = await rows<HeadRow>(
    ctx.db,
    sql`
    select ${orders.contactId} as "contactId", ${orders.orderId} as "orderId", ${orders.anonymous}, ${orders.occurredAt} as at,
      ${orders.externalId} as number, ${orders.currency}, trim_scale(${orders.baseRate})::text as "baseRate", ${orders.channel},
      ${earlier} as earlier
    from ${orders} where ${pastSales(from, until)} and ${afterPlace(after)}
    order by ${orders.occurredAt} ${way}, ${orders.orderId} ${way} limit ${limit}`,
  );
  const lines = Map.groupBy(await linesOf(ctx, heads), (line) => line.orderId);
  return heads.map(({ at, number, ...head }) => ({
    ...head,
    externalId: number,
    occurredAt: dateOf(at),
    lines: lines.get(head.orderId) ?? [],
  }));
}

async function linesOf(ctx: Ctx, heads: readonly HeadRow[]): Promise<LineRow[]> {
  if (heads.length === 0) return [];
  const keys = heads.map(({ contactId, orderId, at }) => ({ contactId, orderId, at }));
  return rows<LineRow>(
    ctx.db,
    sql`
    select f.order_id as "orderId", f.ordinal, f.product_id as "productId", p.external_id as "externalId",
      c.path::text[] as "categoryPath", trim_scale(f.quantity)::text as quantity, trim_scale(f.unit_price)::text as "unitPrice",
      trim_scale(coalesce(f.cost, p.cost))::text as cost
    from ${unnested('k', keys, { contactId: 'uuid', orderId: 'uuid', at: 'timestamptz' })}
    join ${saleFact} f on f.contact_id = k."contactId" and f.occurred_at = k.at and f.order_id = k."orderId"
    join ${product} p on p.product_id = f.product_id left join ${category} c on c.category_id = p.category_id
    where f.kind = 'sale' and f.quantity > 0 and f.unit_price >= 0 order by f.order_id, f.ordinal`,
  );
}

export type SampleProduct = Record<string, unknown> & {
  productId: string;
  externalId: string;
  categoryPath: string[] | null;
  price: string | null;
  cost: string | null;
  currency: string | null;
};

/** Products in service, those sold last first among as many. */
export async function sampleProducts(ctx: Ctx, limit: number): Promise<SampleProduct[]> {
  return rows<SampleProduct>(
    ctx.db,
    sql`
    select p.product_id as "productId", p.external_id as "externalId", c.path::text[] as "categoryPath",
      trim_scale(p.price)::text as price, trim_scale(p.cost)::text as cost, p.currency
    from ${product} p left join ${category} c on c.category_id = p.category_id
    where p.active order by (p.price is null), p.updated_at desc, p.product_id limit ${limit}`,
  );
}

/** Those of these names that no product (by id or code) and no category (by id) has. */
export async function unknownNames(
  ctx: Ctx,
  products: readonly string[],
  categories: readonly string[],
): Promise<{ products: string[]; categories: string[] }> {
  const list = (names: readonly string[]): SQL =>
    sql`jsonb_array_elements_text(${JSON.stringify(names)}::text::jsonb)`;
  const found = await rows<{ name: string; of: string }>(
    ctx.db,
    sql`
    select n as name, 'product' as of from ${list(products)} n
      where not exists (select from ${product} p where p.external_id = n) and not exists (select from ${product} p where p.product_id::text = n)
    union all
    select n, 'category' from ${list(categories)} n where not exists (select from ${category} c where c.category_id::text = n)`,
  );
  const of = (kind: string): string[] => found.filter((one) => one.of === kind).map(({ name }) => name);
  return { products: of('product'), categories: of('category') };
}

/** Those of these contacts that are members of the program; undefined: of any. */
export async function membersAmong(
  ctx: Ctx,
  contactIds: readonly string[],
  programId: string | undefined,
): Promise<string[]> {
  const found = await rows<{ id: string }>(
    ctx.db,
    sql`
    select distinct contact_id as id from ${loyaltyMember}
    where contact_id = any(${`{${contactIds.join(',')}}`}::text::uuid[]) and state = 'active'
      and ${programId === undefined ? sql`true` : sql`program_id = ${programId}::uuid`}`,
  );
  return found.map(({ id }) => id);
}
