import { z } from 'zod';
import { contactInput } from '../contacts/contract.ts';
import { isStorable, requiredText, text } from '../core/text.ts';

/** Bounds of one order: more lines than any till prints, small enough for one statement. */
const MAX_LINES = 2_000;
const MAX_COUPONS = 20;
const MAX_PROPERTIES = 50;
/** Products of one call. */
const MAX_PRODUCTS = 500;

const DOCUMENT_KINDS = ['sale', 'return', 'adjustment'] as const;
const ORDER_STATUSES = ['placed', 'paid', 'shipped', 'delivered', 'cancelled'] as const;

/** Exact decimal: text such as "12.345", or a JSON number that says the same. Never more than 6 decimals. */
const decimal = z
  .union([z.string().trim().max(40), z.number()])
  .transform(String)
  .refine((value) => /^-?\d+(\.\d{1,6})?$/.test(value), {
    error: 'a decimal number such as "12.345", with at most 6 decimals',
  });

const currency = z.string().regex(/^[A-Z]{3}$/, 'three capital letters');

/** Who bought. Found by id, then by outside id, email, phone; made when nobody is found. */
const orderContact = contactInput
  .pick({
    externalIds: true,
    email: true,
    phone: true,
    name: true,
    givenName: true,
    familyName: true,
    country: true,
    city: true,
    locale: true,
  })
  .extend({ id: z.uuid().optional() })
  .refine(
    (c) => c.id !== undefined || (c.externalIds?.length ?? 0) > 0 || Boolean(c.email) || Boolean(c.phone),
    { error: 'give an id, an outside id, an email or a phone; leave "contact" out for an anonymous sale' },
  );

const orderLineInput = z.object({
  /** The shop's own product code. */
  product: requiredText(100),
  description: text(500).optional(),
  /** At most 3 decimals. Of a return: the units that came back, with either sign. */
  quantity: decimal,
  unitPrice: decimal,
  cost: decimal.optional(),
});

export const orderInput = z.object({
  /** Which shop or till numbers it: (source, externalId) is one order for good. */
  source: requiredText(60).default('api'),
  externalId: requiredText(100),
  kind: z.enum(DOCUMENT_KINDS).default('sale'),
  status: z.enum(ORDER_STATUSES).default('placed'),
  occurredAt: z.iso.datetime({ offset: true }),
  /** Default: the base currency. */
  currency: currency.optional(),
  /** Base currency per unit of `currency` at the order's date; needed when they differ. */
  baseRate: decimal.optional(),
  contact: orderContact.optional(),
  channel: requiredText(60).optional(),
  couponCodes: z.array(requiredText(64)).max(MAX_COUPONS).default([]),
  properties: z
    .record(z.string().max(64).refine(isStorable), z.union([text(1_000), z.number(), z.boolean(), z.null()]))
    .refine((value) => Object.keys(value).length <= MAX_PROPERTIES, { error: `at most ${MAX_PROPERTIES}` })
    .default({}),
  /** Of a return: the number of the order it belongs to, in the same source. */
  originalExternalId: requiredText(100).optional(),
  /** What to do about a product code nobody has told of. */
  unknownProducts: z.enum(['create', 'refuse']).default('create'),
  lines: z.array(orderLineInput).min(1).max(MAX_LINES),
});
export type OrderInput = z.output<typeof orderInput>;

const PLACE_OUTCOMES = ['created', 'updated', 'unchanged', 'confirmed'] as const;
export const placedOrder = z.object({
  id: z.uuid(),
  contactId: z.uuid().nullable(),
  outcome: z.enum(PLACE_OUTCOMES),
});

const iso = z.iso.datetime();
const minor = z.number().int();

export const orderView = z
  .object({
    id: z.uuid(),
    contactId: z.uuid().nullable(),
    contactName: z.string().nullable(),
    kind: z.enum(DOCUMENT_KINDS),
    source: z.string(),
    externalId: z.string(),
    status: z.string(),
    /** True: told by a public source only; counts as no revenue until a server confirms it. */
    claimed: z.boolean(),
    occurredAt: iso,
    recordedAt: iso,
    currency: z.string(),
    totalMinor: minor,
    baseTotalMinor: minor,
    lineCount: z.number().int(),
    channel: z.string().nullable(),
    couponCodes: z.array(z.string()),
    originalOrderId: z.uuid().nullable(),
  })
  .meta({ id: 'Order' });
export type OrderView = z.output<typeof orderView>;

export const orderDetail = orderView
  .extend({
    baseRate: z.string(),
    properties: z.record(z.string(), z.unknown()),
    lines: z.array(
      z.object({
        ordinal: z.number().int(),
        kind: z.enum(DOCUMENT_KINDS),
        productId: z.uuid(),
        product: z.string(),
        description: z.string().nullable(),
        quantity: z.string(),
        unitPrice: z.string(),
        amount: z.string(),
        cost: z.string().nullable(),
      }),
    ),
    returns: z.array(z.object({ id: z.uuid(), externalId: z.string(), totalMinor: minor, occurredAt: iso })),
  })
  .meta({ id: 'OrderDetail' });
export type OrderDetail = z.output<typeof orderDetail>;

export const orderCounts = z
  .object({
    count: z.number().int(),
    sales: z.number().int(),
    returns: z.number().int(),
    adjustments: z.number().int(),
  })
  .meta({ id: 'OrderCounts' });
export type OrderCounts = z.output<typeof orderCounts>;

export const orderList = z.object({ items: z.array(orderView), nextCursor: z.string().nullable() });

export const productInput = z.object({
  externalId: requiredText(100),
  name: requiredText(300).optional(),
  /** externalId of its category; null takes it out of any. */
  category: requiredText(100).nullish(),
  price: decimal.nullish(),
  cost: decimal.nullish(),
  currency: currency.nullish(),
  url: z
    .url({ protocol: /^https?$/ })
    .max(1_000)
    .nullish(),
  imageUrl: z
    .url({ protocol: /^https?$/ })
    .max(1_000)
    .nullish(),
  active: z.boolean().optional(),
});
export type ProductInput = z.output<typeof productInput>;
export const productsInput = z.object({ products: z.array(productInput).min(1).max(MAX_PRODUCTS) });

export const productView = z
  .object({
    id: z.uuid(),
    externalId: z.string(),
    name: z.string(),
    categoryId: z.uuid().nullable(),
    category: z.string().nullable(),
    price: z.string().nullable(),
    cost: z.string().nullable(),
    currency: z.string().nullable(),
    url: z.string().nullable(),
    imageUrl: z.string().nullable(),
    active: z.boolean(),
  })
  .meta({ id: 'Product' });
export type ProductView = z.output<typeof productView>;
export const productList = z.object({ items: z.array(productView), nextCursor: z.string().nullable() });

export const categoryInput = z.object({
  externalId: requiredText(100),
  name: requiredText(200),
  parentId: z.uuid().nullish(),
});
/** Name and place in the tree; `parentId` null makes it a root. */
export const categoryPatch = z.object({ name: requiredText(200).optional(), parentId: z.uuid().nullish() });
export const categoryView = z
  .object({
    id: z.uuid(),
    externalId: z.string(),
    name: z.string(),
    parentId: z.uuid().nullable(),
    /** Ids from the root down to the category itself. */
    path: z.array(z.uuid()),
    products: z.number().int(),
  })
  .meta({ id: 'Category' });
export type CategoryView = z.output<typeof categoryView>;
export const categoryList = z.object({ items: z.array(categoryView) });

const instantOrDay = z.union([z.iso.datetime({ offset: true }), z.iso.date()]);

export const salesReportQuery = z.object({
  by: z.enum(['day', 'month']).default('month'),
  /** Inclusive; a day counts from its beginning in the installation's zone. */
  from: instantOrDay.optional(),
  /** Exclusive. */
  to: instantOrDay.optional(),
  by2: z.enum(['channel', 'source', 'product', 'category', 'country']).optional(),
  /** exclude: net and units are those of sale lines alone. */
  returns: z.enum(['net', 'exclude']).default('net'),
  /** exclude: only sales to known contacts. */
  anonymous: z.enum(['include', 'exclude']).default('include'),
});
export type SalesReportQuery = z.output<typeof salesReportQuery>;

export const salesReport = z
  .object({
    currency: z.string(),
    timeZone: z.string(),
    definitions: z.record(z.string(), z.string()),
    rows: z.array(
      z.object({
        /** First day of the period. */
        period: z.iso.date(),
        group: z.string().nullable(),
        /** Minor units of the base currency. */
        grossMinor: minor,
        returnsMinor: minor,
        adjustmentsMinor: minor,
        netMinor: minor,
        orders: z.number().int(),
        customers: z.number().int(),
        units: z.string(),
        /** Told by public sources and not confirmed: in none of the other figures. */
        claimedMinor: minor,
        claimedOrders: z.number().int(),
      }),
    ),
  })
  .meta({ id: 'SalesReport' });
export type SalesReport = z.output<typeof salesReport>;
