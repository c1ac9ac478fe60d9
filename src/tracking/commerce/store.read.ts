import { desc, eq, inArray, sql } from '../../core/sql.ts';
import type { Ctx } from '../../core/ctx.ts';
import { dateOf, rows } from '../../core/db.ts';
import { orders, product, saleFact } from '../../orders/index.ts';
import type { InterestKind } from './interest.ts';
import { cart, interest } from './schema.ts';

export type InterestFound = {
  kind: InterestKind;
  key: string;
  productId: string | null;
  productName: string | null;
  category: string | null;
  imageUrl: string | null;
  url: string | null;
  details: Record<string, string>;
  viewed: number;
  clicked: number;
  added: number;
  viewedAt: Date | null;
  addedAt: Date | null;
  wishedAt: Date | null;
  unwishedAt: Date | null;
  lastAt: Date;
  boughtAt: Date | null;
};

type Dated = 'viewedAt' | 'addedAt' | 'wishedAt' | 'unwishedAt' | 'boughtAt';

/** All nodes of the contact together; products as the catalogue knows them today. */
export async function interestOfContact(
  ctx: Ctx,
  contactId: string,
  query: { kind?: InterestKind | undefined; limit: number },
): Promise<InterestFound[]> {
  const kind = query.kind === undefined ? sql`true` : sql`i.kind = ${query.kind}`;
  const found = await rows<
    Omit<InterestFound, Dated | 'lastAt'> & Record<Dated, string | null> & { lastAt: string }
  >(
    ctx.db,
    sql`
    select i.*, p.product_id as "productId", p.name as "productName", p.image_url as "imageUrl", p.url,
      (select c.name from category c where c.category_id = p.category_id) as category,
      (select max(f.occurred_at) from ${saleFact} f where f.contact_id = ${contactId}::uuid and f.product_id = p.product_id
        and f.kind = 'sale' and f.trust <> 'public') as "boughtAt"
    from (
      select i.kind, i.key, sum(i.viewed)::int as viewed, sum(i.clicked)::int as clicked, sum(i.added)::int as added,
        max(i.viewed_at) as "viewedAt", max(i.added_at) as "addedAt", max(i.wished_at) as "wishedAt",
        max(i.unwished_at) as "unwishedAt", max(i.last_at) as "lastAt",
        (array_agg(i.details order by i.details_at desc, i.details_key desc))[1] as details
      from ${interest} i where i.contact_id = ${contactId}::uuid and ${kind}
      group by i.kind, i.key order by max(i.last_at) desc, i.kind, i.key limit ${query.limit}
    ) i left join ${product} p on i.kind = 'product' and p.external_id = i.key
    order by i."lastAt" desc, i.kind, i.key`,
  );
  const orNull = (at: string | null): Date | null => (at === null ? null : dateOf(at));
  return found.map((row) => ({
    ...row,
    viewedAt: orNull(row.viewedAt),
    addedAt: orNull(row.addedAt),
    wishedAt: orNull(row.wishedAt),
    unwishedAt: orNull(row.unwishedAt),
    boughtAt: orNull(row.boughtAt),
    lastAt: dateOf(row.lastAt),
  }));
}

export type CartRow = typeof cart.$inferSelect;

export async function cartsOfContact(ctx: Ctx, contactId: string, limit: number): Promise<CartRow[]> {
  return ctx.db
    .select()
    .from(cart)
    .where(eq(cart.contactId, contactId))
    .orderBy(desc(cart.lastAt), desc(cart.cartId))
    .limit(limit);
}

export type LaterOrder = { source: string; number: string; occurredAt: Date; products: string[] };

/** Sales of the contact from `since` on, claimed ones too, with the codes of what was bought. */
export async function ordersSince(ctx: Ctx, contactId: string, since: Date): Promise<LaterOrder[]> {
  const found = await rows<Omit<LaterOrder, 'occurredAt'> & { occurredAt: string }>(
    ctx.db,
    sql`
    select o.source, o.external_id as number, o.occurred_at as "occurredAt",
      array(select p.external_id from ${saleFact} f join ${product} p on p.product_id = f.product_id
        where f.contact_id = o.contact_id and f.occurred_at = o.occurred_at and f.order_id = o.order_id) as products
    from ${orders} o where o.contact_id = ${contactId}::uuid and o.kind = 'sale' and o.occurred_at >= ${since.toISOString()}::timestamptz
    order by o.occurred_at, o.order_id`,
  );
  return found.map((row) => ({ ...row, occurredAt: dateOf(row.occurredAt) }));
}

export async function productIdsOf(ctx: Ctx, codes: readonly string[]): Promise<Map<string, string>> {
  if (codes.length === 0) return new Map();
  const found = await ctx.db
    .select({ code: product.externalId, id: product.productId })
    .from(product)
    .where(inArray(product.externalId, [...codes]));
  return new Map(found.map(({ code, id }) => [code, id]));
}
