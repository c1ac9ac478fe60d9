import { sql } from '../core/sql.ts';
import {
  bigint,
  boolean,
  index,
  integer,
  jsonb,
  numeric,
  pgTable,
  primaryKey,
  text,
  uniqueIndex,
  uuid,
} from '../core/pg-core.ts';
import { amount, instant } from '../core/columns.ts';

/** Tree of categories; `path` holds the ids of all ancestors and the category's own, so descendants are one array test. */
export const category = pgTable(
  'category',
  {
    categoryId: uuid('category_id').primaryKey(),
    externalId: text('external_id').notNull(),
    name: text('name').notNull(),
    parentId: uuid('parent_id'),
    path: uuid('path').array().notNull(),
    createdAt: instant('created_at').notNull(),
  },
  (t) => [
    uniqueIndex('category_external_idx').on(t.externalId),
    index('category_path_idx').using('gin', t.path),
  ],
);

export const product = pgTable(
  'product',
  {
    productId: uuid('product_id').primaryKey(),
    /** The shop's own code (SKU). */
    externalId: text('external_id').notNull(),
    name: text('name').notNull(),
    categoryId: uuid('category_id'),
    price: amount('price'),
    cost: amount('cost'),
    currency: text('currency'),
    url: text('url'),
    imageUrl: text('image_url'),
    attributes: jsonb('attributes').notNull().default({}),
    active: boolean('active').notNull().default(true),
    createdAt: instant('created_at').notNull(),
    updatedAt: instant('updated_at').notNull(),
  },
  (t) => [
    uniqueIndex('product_external_idx').on(t.externalId),
    index('product_category_idx').on(t.categoryId),
  ],
);

/**
 * A sales document: sale, return or adjustment. An order nobody is known for carries its own id as contact_id and
 * `anonymous` true, so that it is spread and keyed like the others.
 */
export const orders = pgTable(
  'orders',
  {
    contactId: uuid('contact_id').notNull(),
    orderId: uuid('order_id').notNull(),
    /** sale | return | adjustment */
    kind: text('kind').notNull(),
    /** Where it came from: import name, source id, api. */
    source: text('source').notNull(),
    externalId: text('external_id').notNull(),
    /** placed | paid | shipped | delivered | cancelled */
    status: text('status').notNull().default('placed'),
    anonymous: boolean('anonymous').notNull().default(false),
    /** public (claimed: no revenue until confirmed) | server | verified */
    trust: text('trust').notNull().default('server'),
    occurredAt: instant('occurred_at').notNull(),
    recordedAt: instant('recorded_at').notNull(),
    currency: text('currency').notNull(),
    /** Base currency per unit of the order's currency at its date, frozen. */
    baseRate: numeric('base_rate', { precision: 20, scale: 10 }).notNull().default('1'),
    totalMinor: bigint('total_minor', { mode: 'bigint' }).notNull(),
    baseTotalMinor: bigint('base_total_minor', { mode: 'bigint' }).notNull(),
    lineCount: integer('line_count').notNull(),
    channel: text('channel'),
    couponCodes: text('coupon_codes')
      .array()
      .notNull()
      .default(sql`'{}'`),
    properties: jsonb('properties').notNull().default({}),
    /** The sale a return belongs to, when the shop named it. */
    originalOrderId: uuid('original_order_id'),
    originId: uuid('origin_id').notNull(),
  },
  (t) => [
    primaryKey({ columns: [t.contactId, t.orderId] }),
    index('orders_id_idx').on(t.orderId),
    index('orders_occurred_idx').on(t.occurredAt, t.orderId),
    index('orders_original_idx')
      .on(t.originalOrderId)
      .where(sql`${t.originalOrderId} is not null`),
  ],
);

/** Look-up by the shop's order number, and the guard that one order is stored once. */
export const orderLookup = pgTable(
  'order_lookup',
  {
    source: text('source').notNull(),
    externalId: text('external_id').notNull(),
    contactId: uuid('contact_id').notNull(),
    orderId: uuid('order_id').notNull(),
    /** The flat file that wrote to this order last, and how many rows of the order it has brought so far. */
    importId: uuid('import_id'),
    importRows: integer('import_rows').notNull().default(0),
  },
  (t) => [primaryKey({ columns: [t.source, t.externalId] })],
);

/**
 * One line of a document, and the fact every report and rule reads. `amount` = quantity × unit price, exact and signed
 * (returns negative). A line without cost has null, never 0. Only trusted lines count as revenue.
 */
export const saleFact = pgTable(
  'sale_fact',
  {
    contactId: uuid('contact_id').notNull(),
    occurredAt: instant('occurred_at').notNull(),
    orderId: uuid('order_id').notNull(),
    ordinal: integer('ordinal').notNull(),
    /** sale | return | adjustment */
    kind: text('kind').notNull(),
    productId: uuid('product_id').notNull(),
    description: text('description'),
    quantity: numeric('quantity', { precision: 14, scale: 3 }).notNull(),
    unitPrice: amount('unit_price').notNull(),
    amount: amount('amount').notNull(),
    baseAmount: amount('base_amount').notNull(),
    cost: amount('cost'),
    currency: text('currency').notNull(),
    channel: text('channel'),
    anonymous: boolean('anonymous').notNull().default(false),
    trust: text('trust').notNull().default('server'),
    recordedAt: instant('recorded_at').notNull(),
    originId: uuid('origin_id').notNull(),
  },
  (t) => [
    primaryKey({ columns: [t.contactId, t.occurredAt, t.orderId, t.ordinal] }),
    index('sale_fact_product_idx').on(t.productId, t.contactId),
  ],
);

/** A price list and for whom it holds; what is named must all fit. Resolution is the loyalty module's. */
export const priceList = pgTable(
  'price_list',
  {
    priceListId: uuid('price_list_id').primaryKey(),
    /** The shop's own code, for files. */
    externalId: text('external_id').notNull(),
    name: text('name').notNull(),
    /** retail | small_wholesale | wholesale | custom */
    kind: text('kind').notNull(),
    currency: text('currency').notNull(),
    contacts: text('contacts').array().notNull(),
    personCategories: text('person_categories').array().notNull(),
    tiers: text('tiers').array().notNull(),
    segments: text('segments').array().notNull(),
    channels: text('channels').array().notNull(),
    validFrom: instant('valid_from'),
    validUntil: instant('valid_until'),
    /** active | archived */
    state: text('state').notNull().default('active'),
    /** Counts changes of the list or of its prices. */
    version: integer('version').notNull().default(1),
    createdAt: instant('created_at').notNull(),
    updatedAt: instant('updated_at').notNull(),
  },
  (t) => [
    uniqueIndex('price_list_external_idx').on(t.externalId),
    index('price_list_created_idx').on(t.createdAt, t.priceListId),
  ],
);

/** One price of a list: of a product, of a category with all below it, or (neither) of everything. */
export const priceListEntry = pgTable(
  'price_list_entry',
  {
    priceListId: uuid('price_list_id').notNull(),
    entryId: uuid('entry_id').notNull(),
    productId: uuid('product_id'),
    categoryId: uuid('category_id'),
    fromQuantity: numeric('from_quantity', { precision: 14, scale: 3 }).notNull(),
    /** One of both. */
    unitPrice: amount('unit_price'),
    percentOff: numeric('percent_off', { precision: 6, scale: 3 }),
    validFrom: instant('valid_from'),
    validUntil: instant('valid_until'),
  },
  (t) => [
    primaryKey({ columns: [t.priceListId, t.entryId] }),
    uniqueIndex('price_list_entry_once_idx').on(
      t.priceListId,
      sql`coalesce(${t.productId}, ${t.categoryId}, '00000000-0000-0000-0000-000000000000')`,
      t.fromQuantity,
      sql`coalesce(${t.validFrom}, '-infinity')`,
    ),
  ],
);

/** One row, whose mark is another one after every change of a price list. */
export const priceListChange = pgTable('price_list_change', {
  one: boolean('one').primaryKey().default(true),
  mark: uuid('mark').notNull(),
});
