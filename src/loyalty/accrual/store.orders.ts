import { sql } from '../../core/sql.ts';
import type { Ctx } from '../../core/ctx.ts';
import { dateOf, hotRows } from '../../core/db.ts';
import { category, orders, product, saleFact } from '../../orders/index.ts';
import { loyaltyMember, receiptClaim } from '../programs/schema.ts';
import { sale } from '../sales/schema.ts';
import { accrual } from './schema.ts';

/** Orders and what came back of them, as facts. Claims of browsers and anonymous sales are never read. */

export const uuids = (ids: readonly string[]) => sql`${`{${ids.join(',')}}`}::uuid[]`;

/** Whose these sales are. */
export async function ownersOf(ctx: Ctx, orderIds: readonly string[]): Promise<string[]> {
  if (orderIds.length === 0) return [];
  const found = await hotRows<{ id: string }>(
    ctx.db,
    sql`select distinct contact_id as id from ${orders} where order_id = any(${uuids(orderIds)})`,
  );
  return found.map(({ id }) => id);
}

export type LineRow = {
  orderId: string;
  /** sale | return | adjustment */
  kind: string;
  productId: string;
  externalId: string;
  path: string[];
  quantity: string;
  amount: string;
  baseAmount: string;
};
export type SaleRow = {
  contactId: string;
  orderId: string;
  occurredAt: Date;
  currency: string;
  channel: string | null;
  pointsPaidMinor: string;
  earlier: boolean;
  /** Programs in which it was claimed as a receipt. */
  claimedIn: string[];
  /** Codes or ids of products whose price a promotion has lowered, where the sale was priced here. */
  promo: string[];
};

/** Stages whose discounts make goods promotional: what a person is entitled to is no promotion, nor are prices of lists. */
export const PROMOTIONS: readonly string[] = ['product', 'order', 'coupon'];

/** Trusted sales to known contacts. `pointsPaidMinor` is what the shop itself says of points. */
export async function salesOf(ctx: Ctx, orderIds: readonly string[]): Promise<SaleRow[]> {
  const found = await hotRows<Omit<SaleRow, 'occurredAt'> & { occurredAt: string }>(
    ctx.db,
    sql`
    select o.contact_id as "contactId", o.order_id as "orderId", o.occurred_at as "occurredAt", o.currency, o.channel,
      case when o.properties->>'pointsPaidMinor' ~ '^[0-9]{1,15}$' then o.properties->>'pointsPaidMinor' else '0' end as "pointsPaidMinor",
      exists (select from ${orders} e where e.contact_id = o.contact_id and e.kind = 'sale' and e.trust <> 'public'
        and (e.occurred_at, e.order_id) < (o.occurred_at, o.order_id)) as earlier,
      array(select c.program_id::text from ${receiptClaim} c where c.contact_id = o.contact_id and c.order_id = o.order_id) as "claimedIn",
      array(select distinct coalesce(asked.line ->> 'product', asked.line ->> 'productId') from ${sale} s
        cross join jsonb_array_elements(s.request -> 'lines') with ordinality asked(line, place)
        join jsonb_array_elements(s.priced -> 'lines') as priced(line) on priced.line ->> 'id' = coalesce(asked.line ->> 'id', asked.place::text)
        where s.contact_id = o.contact_id and s.order_id = o.order_id
          and exists (select from jsonb_array_elements(priced.line -> 'parts') part
            where part ->> 'stage' = any(${`{${PROMOTIONS.join(',')}}`}::text[]))) as promo
    from ${orders} o
    where o.order_id = any(${uuids(orderIds)}) and o.kind = 'sale' and o.trust <> 'public' and not o.anonymous
    order by o.occurred_at, o.order_id`,
  );
  return found.map((row) => ({ ...row, occurredAt: dateOf(row.occurredAt) }));
}

const LINE = sql`f.kind, f.product_id as "productId", p.external_id as "externalId", coalesce(c.path, '{}')::text[] as path,
  f.quantity::text as quantity, f.amount::text as amount, f.base_amount::text as "baseAmount"`;
const WITH_NAMES = sql`join ${product} p on p.product_id = f.product_id left join ${category} c on c.category_id = p.category_id`;

export async function linesOf(ctx: Ctx, orderIds: readonly string[]): Promise<LineRow[]> {
  return hotRows<LineRow>(
    ctx.db,
    sql`
    select o.order_id as "orderId", ${LINE} from ${orders} o
    join ${saleFact} f on f.contact_id = o.contact_id and f.occurred_at = o.occurred_at and f.order_id = o.order_id
    ${WITH_NAMES} where o.order_id = any(${uuids(orderIds)})
    order by o.order_id, f.ordinal`,
  );
}

/** Lines of the trusted returns and adjustments of these sales; `orderId` is the sale's. */
export async function followingLinesOf(ctx: Ctx, orderIds: readonly string[]): Promise<LineRow[]> {
  return hotRows<LineRow>(
    ctx.db,
    sql`
    select o.original_order_id as "orderId", ${LINE} from ${orders} o
    join ${saleFact} f on f.contact_id = o.contact_id and f.occurred_at = o.occurred_at and f.order_id = o.order_id
    ${WITH_NAMES}
    where o.original_order_id = any(${uuids(orderIds)}) and o.kind in ('return', 'adjustment') and o.trust <> 'public'`,
  );
}

/** Sales of these contacts that something was said of later and that have earned. */
export async function followedSales(ctx: Ctx, contactIds: readonly string[]): Promise<string[]> {
  const found = await hotRows<{ id: string }>(
    ctx.db,
    sql`
    select distinct r.original_order_id as id from ${orders} r
    where r.contact_id = any(${uuids(contactIds)}) and r.original_order_id is not null and r.trust <> 'public'
      and exists (select from ${accrual} a where a.contact_id = r.contact_id and a.source = 'order:' || r.original_order_id)`,
  );
  return found.map(({ id }) => id);
}

/** Up to `limit` sales, in the order of their ids, of members among these contacts that have not earned in the member's program. */
export async function unsettledSales(
  ctx: Ctx,
  contactIds: readonly string[],
  after: string,
  limit: number,
): Promise<string[]> {
  const found = await hotRows<{ id: string }>(
    ctx.db,
    sql`
    select distinct o.order_id as id from ${orders} o
    join ${loyaltyMember} m on m.contact_id = o.contact_id and m.state = 'active'
    where o.contact_id = any(${uuids(contactIds)}) and o.kind = 'sale' and o.trust <> 'public' and not o.anonymous
      and o.occurred_at >= m.enrolled_at and o.order_id > ${after}::uuid
      and not exists (select from ${accrual} a
        where a.contact_id = o.contact_id and a.program_id = m.program_id and a.source = 'order:' || o.order_id)
    order by o.order_id limit ${limit}`,
  );
  return found.map(({ id }) => id);
}

export async function hasOrders(ctx: Ctx, contactId: string): Promise<boolean> {
  const found = await hotRows(
    ctx.db,
    sql`select 1 from ${orders} where contact_id = ${contactId}::uuid and kind = 'sale' and trust <> 'public' limit 1`,
  );
  return found.length > 0;
}
