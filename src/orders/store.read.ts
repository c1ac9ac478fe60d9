import { inArray, sql } from '../core/sql.ts';
import type { SQL } from '../core/sql.ts';
import { contact, visibleContacts } from '../contacts/index.ts';
import type { Ctx } from '../core/ctx.ts';
import { rows } from '../core/db.ts';
import { keyOf } from './store.documents.ts';
import type { DocumentKey } from './store.documents.ts';
import { category, orderLookup, orders, product, saleFact } from './schema.ts';

/** Lists, look-ups and reports. Each shows only what belongs to contacts the actor may know of. */

const json = (value: unknown): SQL => sql`${JSON.stringify(value)}::text::json`;

/** Anonymous sales belong to no contact: whoever sees all contacts sees them. */
function visibleRows(ctx: Ctx, table: typeof orders | typeof saleFact): SQL {
  const { actor } = ctx;
  const all =
    actor.kind === 'system' ||
    actor.kind === 'apiKey' ||
    (actor.kind === 'user' && actor.visibility === 'all');
  if (all) return sql`true`;
  return sql`(not ${table.anonymous} and exists (select 1 from ${contact}
    where ${contact.contactId} = ${table.contactId} and ${visibleContacts(ctx)}))`;
}

export async function orderIdsByKey(ctx: Ctx, keys: readonly DocumentKey[]): Promise<Map<string, string>> {
  if (keys.length === 0) return new Map();
  const found = await rows<DocumentKey & { orderId: string }>(
    ctx.db,
    sql`
    select l.source, l.external_id as "externalId", l.order_id as "orderId"
    from json_to_recordset(${json(keys)}) as k(source text, "externalId" text)
    join ${orderLookup} l on l.source = k.source and l.external_id = k."externalId"`,
  );
  return new Map(found.map((row) => [keyOf(row), row.orderId]));
}

/** Those of the orders that a return refers to. */
export async function ordersWithReturns(ctx: Ctx, orderIds: readonly string[]): Promise<Set<string>> {
  const found = await ctx.db
    .selectDistinct({ id: orders.originalOrderId })
    .from(orders)
    .where(inArray(orders.originalOrderId, [...orderIds]));
  return new Set(found.flatMap(({ id }) => (id === null ? [] : [id])));
}

export type OrderRow = Record<string, unknown> & {
  id: string;
  contactId: string;
  contactName: string | null;
  kind: 'sale' | 'return' | 'adjustment';
  source: string;
  externalId: string;
  status: string;
  anonymous: boolean;
  trust: string;
  occurredAt: string;
  recordedAt: string;
  currency: string;
  baseRate: string;
  totalMinor: string;
  baseTotalMinor: string;
  lineCount: number;
  fullyReturned: boolean;
  channel: string | null;
  couponCodes: string[];
  properties: Record<string, unknown>;
  originalOrderId: string | null;
};

/**
 * Lines as they were bought: see runs.ts. A return of such a sale says nothing of the sort itself, and the sale may be told of on
 * fewer lines than it is kept on: it is of as many lines as there are products in it.
 */
const boughtLines = sql`case when ${orders.kind} = 'return' and exists (select from ${orders} sale
      where sale.contact_id = ${orders.contactId} and sale.order_id = ${orders.originalOrderId}
        and sale.properties ->> 'saleId' = sale.order_id::text)
  then (select count(distinct f.product_id)::int from ${saleFact} f where f.contact_id = ${orders.contactId}
    and f.occurred_at = ${orders.occurredAt} and f.order_id = ${orders.orderId})
  when ${orders.properties} ->> 'saleId' = ${orders.orderId}::text
    and jsonb_typeof(${orders.properties} -> 'lineRuns') = 'array'
  then jsonb_array_length(${orders.properties} -> 'lineRuns') else ${orders.lineCount} end`;

/** Whether all of a sale's money came back by its returns. */
const fullyReturned = sql`(${orders.kind} = 'sale' and ${orders.totalMinor} > 0 and ${orders.totalMinor} <= -(
  select coalesce(sum(back.total_minor), 0) from ${orders} back where back.original_order_id = ${orders.orderId}))`;

const orderColumns = sql`${orders.orderId} as id, ${orders.contactId} as "contactId", ${contact.name} as "contactName",
  ${orders.kind}, ${orders.source}, ${orders.externalId} as "externalId", ${orders.status}, ${orders.anonymous},
  ${orders.trust}, ${orders.occurredAt} as "occurredAt", ${orders.recordedAt} as "recordedAt", ${orders.currency},
  trim_scale(${orders.baseRate})::text as "baseRate", ${orders.totalMinor}::text as "totalMinor",
  ${orders.baseTotalMinor}::text as "baseTotalMinor", ${boughtLines} as "lineCount",
  ${fullyReturned} as "fullyReturned", ${orders.channel},
  ${orders.couponCodes} as "couponCodes", ${orders.properties}, ${orders.originalOrderId} as "originalOrderId"`;
const withContact = sql`left join ${contact} on ${contact.contactId} = ${orders.contactId}`;

export type OrderQuery = {
  contactId?: string | undefined;
  kinds?: readonly string[] | undefined;
  before?: { occurredAt: string; id: string } | undefined;
  limit: number;
};

/** Newest first. */
export async function findOrders(ctx: Ctx, query: OrderQuery): Promise<OrderRow[]> {
  const { contactId, kinds, before, limit } = query;
  return rows<OrderRow>(
    ctx.db,
    sql`
    select ${orderColumns} from ${orders} ${withContact}
    where ${visibleRows(ctx, orders)}
      and ${contactId === undefined ? sql`true` : sql`${orders.contactId} = ${contactId}`}
      and ${kinds === undefined ? sql`true` : sql`${orders.kind} in (select json_array_elements_text(${json(kinds)}))`}
      and ${
        before === undefined
          ? sql`true`
          : sql`(${orders.occurredAt}, ${orders.orderId}) < (${before.occurredAt}::timestamptz, ${before.id}::uuid)`
      }
    order by ${orders.occurredAt} desc, ${orders.orderId} desc limit ${limit}`,
  );
}

/** Documents by kind. */
export async function countOrders(ctx: Ctx): Promise<Array<{ kind: string; count: number }>> {
  return rows(
    ctx.db,
    sql`select kind, count(*)::int as count from ${orders} where ${visibleRows(ctx, orders)} group by kind`,
  );
}

export async function findOrder(ctx: Ctx, id: string): Promise<OrderRow | undefined> {
  const [found] = await rows<OrderRow>(
    ctx.db,
    sql`select ${orderColumns} from ${orders} ${withContact}
        where ${orders.orderId} = ${id} and ${visibleRows(ctx, orders)}`,
  );
  return found;
}

export type OrderLineRow = Record<string, unknown> & {
  ordinal: number;
  kind: 'sale' | 'return' | 'adjustment';
  productId: string;
  product: string;
  description: string | null;
  quantity: string;
  unitPrice: string;
  amount: string;
  cost: string | null;
};

export async function orderLines(
  ctx: Ctx,
  order: { contactId: string; id: string },
): Promise<OrderLineRow[]> {
  return rows<OrderLineRow>(
    ctx.db,
    sql`
    select f.ordinal, f.kind, f.product_id as "productId", p.external_id as product, f.description,
      trim_scale(f.quantity)::text as quantity, trim_scale(f.unit_price)::text as "unitPrice",
      trim_scale(f.amount)::text as amount, trim_scale(f.cost)::text as cost
    from ${saleFact} f join ${product} p on p.product_id = f.product_id
    where f.contact_id = ${order.contactId} and f.order_id = ${order.id} order by f.ordinal`,
  );
}

export type ReturnRow = Record<string, unknown> & {
  id: string;
  externalId: string;
  totalMinor: string;
  occurredAt: string;
};

/** Returns of an order: they are the same contact's, or anonymous like the order. */
export async function returnsOf(ctx: Ctx, orderId: string): Promise<ReturnRow[]> {
  return rows<ReturnRow>(
    ctx.db,
    sql`select order_id as id, external_id as "externalId", total_minor::text as "totalMinor", occurred_at as "occurredAt"
        from ${orders} where original_order_id = ${orderId} order by occurred_at`,
  );
}

export type SalesRow = Record<string, unknown> & {
  period: string;
  group: string | null;
  gross: string;
  returns: string;
  adjustments: string;
  orders: number;
  customers: number;
  units: string;
  claimed: string;
  claimedOrders: number;
};

export type SalesQuery = {
  by: 'day' | 'month';
  by2: 'channel' | 'source' | 'product' | 'category' | 'country' | undefined;
  zone: string;
  from: string | null;
  to: string | null;
  returns: 'net' | 'exclude';
  anonymous: 'include' | 'exclude';
  limit: number;
};

/** A day given without a time begins at midnight in the zone. */
const instantIn = (text: string, zone: string): SQL =>
  text.length === 10 ? sql`(${text}::timestamp at time zone ${zone})` : sql`${text}::timestamptz`;

const GROUPS: Readonly<Record<NonNullable<SalesQuery['by2']>, { column: SQL; join: SQL }>> = {
  channel: { column: sql`${saleFact.channel}`, join: sql`` },
  source: {
    column: sql`${orders.source}`,
    join: sql`join ${orders} on ${orders.contactId} = ${saleFact.contactId} and ${orders.orderId} = ${saleFact.orderId}`,
  },
  product: {
    column: sql`${product.externalId}`,
    join: sql`join ${product} on ${product.productId} = ${saleFact.productId}`,
  },
  category: {
    column: sql`${category.name}`,
    join: sql`join ${product} on ${product.productId} = ${saleFact.productId}
      left join ${category} on ${category.categoryId} = ${product.categoryId}`,
  },
  country: {
    column: sql`${contact.country}`,
    join: sql`left join ${contact} on ${contact.contactId} = ${saleFact.contactId}`,
  },
};

/**
 * Sales by period from the lines. Trusted lines only, except for the two claimed figures. An order counts where it has a sale
 * line of a positive amount; so does a customer.
 */
export async function salesByPeriod(ctx: Ctx, query: SalesQuery): Promise<SalesRow[]> {
  const { zone } = query;
  const group = query.by2 === undefined ? { column: sql`null::text`, join: sql`` } : GROUPS[query.by2];
  const f = saleFact;
  const trusted = sql`${f.trust} <> 'public'`;
  const sold = sql`${trusted} and ${f.kind} = 'sale' and ${f.amount} > 0`;
  const counted = query.returns === 'exclude' ? sql`${f.kind} = 'sale'` : sql`true`;
  const sum = (where: SQL): SQL => sql`coalesce(sum(${f.baseAmount}) filter (where ${where}), 0)::text`;
  const range = [
    query.from === null ? sql`true` : sql`${f.occurredAt} >= ${instantIn(query.from, zone)}`,
    query.to === null ? sql`true` : sql`${f.occurredAt} < ${instantIn(query.to, zone)}`,
    query.anonymous === 'exclude' ? sql`not ${f.anonymous}` : sql`true`,
  ];
  return rows<SalesRow>(
    ctx.db,
    sql`
    select to_char(date_trunc(${query.by}, ${f.occurredAt} at time zone ${zone}), 'YYYY-MM-DD') as period,
      ${group.column} as "group",
      ${sum(sql`${trusted} and ${f.kind} = 'sale'`)} as gross,
      ${sum(sql`${trusted} and ${f.kind} = 'return'`)} as returns,
      ${sum(sql`${trusted} and ${f.kind} = 'adjustment'`)} as adjustments,
      count(distinct ${f.orderId}) filter (where ${sold})::int as orders,
      count(distinct ${f.contactId}) filter (where ${sold} and not ${f.anonymous})::int as customers,
      coalesce(trim_scale(sum(${f.quantity}) filter (where ${trusted} and ${counted})), 0)::text as units,
      ${sum(sql`not (${trusted})`)} as claimed,
      count(distinct ${f.orderId}) filter (where not (${trusted}))::int as "claimedOrders"
    from ${f} ${group.join}
    where ${sql.join(range, sql` and `)} and ${visibleRows(ctx, saleFact)}
    group by 1, 2 order by 1, 2 nulls last limit ${query.limit}`,
  );
}

/** Those of the contacts that the actor may know of. */
export async function contactsVisible(ctx: Ctx, ids: readonly string[]): Promise<Set<string>> {
  const found = await ctx.db
    .select({ id: contact.contactId })
    .from(contact)
    .where(sql`${inArray(contact.contactId, [...ids])} and ${visibleContacts(ctx)}`);
  return new Set(found.map(({ id }) => id));
}
