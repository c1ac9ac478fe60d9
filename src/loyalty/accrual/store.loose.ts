import { sql } from '../../core/sql.ts';
import type { Ctx } from '../../core/ctx.ts';
import { dateOf, hotRows } from '../../core/db.ts';
import { decimalToScaled } from '../../core/money.ts';
import { orders, saleFact } from '../../orders/index.ts';
import { loyaltyMember } from '../programs/schema.ts';
import { attribute } from './loose.ts';
import type { Attributed, Bought, Loose } from './loose.ts';
import { uuids } from './store.orders.ts';

/** Trusted returns that name no order, and the sales they are of. */

type Raw = {
  contactId: string;
  orderId: string;
  productId: string;
  quantity: string;
  back: string;
  amount: string;
  baseAmount: string;
  occurredAt: string;
  recordedAt: string;
};

const OF_LINES = sql`join ${saleFact} f on f.contact_id = o.contact_id and f.occurred_at = o.occurred_at and f.order_id = o.order_id`;

/** What returns of these contacts that name no order take of their sales. Nearly nobody has any: one look-up by contact then. */
export async function looseReturnsOf(ctx: Ctx, contactIds: readonly string[]): Promise<Attributed[]> {
  if (contactIds.length === 0) return [];
  // Of whoever was never a member nothing was earned: a load of the past has hardly any others.
  const members = await hotRows<{ contactId: string }>(
    ctx.db,
    sql`select distinct contact_id as "contactId" from ${loyaltyMember} where contact_id = any(${uuids(contactIds)})`,
  );
  if (members.length === 0) return [];
  const loose = await hotRows<Omit<Raw, 'back' | 'amount' | 'baseAmount'>>(
    ctx.db,
    sql`
    select o.contact_id as "contactId", o.order_id as "orderId", f.product_id as "productId", (-sum(f.quantity))::text as quantity,
      o.occurred_at as "occurredAt", o.recorded_at as "recordedAt"
    from ${orders} o ${OF_LINES}
    where o.contact_id = any(${uuids(members.map(({ contactId }) => contactId))}) and o.kind = 'return' and o.original_order_id is null and o.trust <> 'public'
      and not o.anonymous
    group by o.contact_id, o.order_id, o.occurred_at, o.recorded_at, f.product_id having sum(f.quantity) < 0
    order by o.occurred_at, o.order_id, f.product_id`,
  );
  if (loose.length === 0) return [];
  return attribute(loose.map(looseOf), await boughtOf(ctx, loose));
}

const units = (text: string): bigint => decimalToScaled(text, 3);
const money = (text: string): bigint => decimalToScaled(text, 6);

const looseOf = ({
  contactId,
  productId,
  quantity,
  occurredAt,
  recordedAt,
}: Omit<Raw, 'back' | 'amount' | 'baseAmount'>): Loose => ({
  contactId,
  productId,
  quantity: units(quantity),
  occurredAt: dateOf(occurredAt),
  recordedAt: dateOf(recordedAt),
});

async function boughtOf(
  ctx: Ctx,
  of: ReadonlyArray<{ contactId: string; productId: string }>,
): Promise<Bought[]> {
  const found = await hotRows<Raw>(
    ctx.db,
    sql`
    select o.contact_id as "contactId", o.order_id as "orderId", f.product_id as "productId", sum(f.quantity)::text as quantity,
      coalesce((select -sum(b.quantity) from ${orders} r join ${saleFact} b on b.contact_id = r.contact_id
          and b.occurred_at = r.occurred_at and b.order_id = r.order_id and b.product_id = f.product_id
        where r.original_order_id = o.order_id and r.kind = 'return' and r.trust <> 'public'), 0)::text as back,
      sum(f.amount)::text as amount, sum(f.base_amount)::text as "baseAmount", o.occurred_at as "occurredAt", o.recorded_at as "recordedAt"
    from ${orders} o ${OF_LINES}
    where o.contact_id = any(${uuids(of.map(({ contactId }) => contactId))}) and o.kind = 'sale' and o.trust <> 'public'
      and not o.anonymous and o.status <> 'cancelled' and f.product_id = any(${uuids(of.map(({ productId }) => productId))})
    group by o.contact_id, o.order_id, o.occurred_at, o.recorded_at, f.product_id having sum(f.quantity) > 0`,
  );
  return found.map(({ occurredAt, recordedAt, quantity, back, amount, baseAmount, ...ids }) => ({
    ...ids,
    quantity: units(quantity),
    back: units(back),
    amount: money(amount),
    baseAmount: money(baseAmount),
    occurredAt: dateOf(occurredAt),
    recordedAt: dateOf(recordedAt),
  }));
}
