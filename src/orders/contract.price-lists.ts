import { z } from 'zod';
import { requiredText } from '../core/text.ts';

/** Entries of one call. */
const MAX_PRICES = 1_000;
const MAX_NAMED = 1_000;

const iso = z.iso.datetime();
const instant = z.iso.datetime({ offset: true });
const names = z.array(requiredText(100)).max(MAX_NAMED).default([]);

const PRICE_LIST_KINDS = ['retail', 'small_wholesale', 'wholesale', 'custom'] as const;

const decimal = z.union([z.string().trim().max(24), z.number()]).transform(String);
const unitPrice = decimal.refine((value) => /^\d{1,13}(\.\d{1,6})?$/.test(value), {
  error: 'a price of zero or more, with at most 6 decimals',
});
const quantity = decimal.refine((value) => /^\d{1,11}(\.\d{1,3})?$/.test(value) && Number(value) > 0, {
  error: 'a quantity above zero, with at most 3 decimals',
});
const percent = decimal.refine((value) => /^(\d{1,2}(\.\d{1,3})?|100(\.0{1,3})?)$/.test(value), {
  error: 'a percentage from 0 to 100, with at most 3 decimals',
});

/** For whom a list holds: each part that is named must fit. Nobody named: for everybody. */
const audience = {
  contacts: z.array(z.uuid()).max(MAX_NAMED).default([]),
  personCategories: names,
  tiers: names,
  segments: z.array(z.uuid()).max(MAX_NAMED).default([]),
  channels: names,
};
const endsAfter = (value: { from?: string | null | undefined; until?: string | null | undefined }): boolean =>
  !value.from || !value.until || Date.parse(value.until) > Date.parse(value.from);
const ENDS = { error: 'it would be over before it begins', path: ['until'] };

export const priceListInput = z
  .strictObject({
    /** The shop's own code of the list, for files. */
    externalId: requiredText(100),
    name: requiredText(200),
    kind: z.enum(PRICE_LIST_KINDS).default('custom'),
    /** Default: the base currency. */
    currency: z
      .string()
      .regex(/^[A-Z]{3}$/, 'three capital letters')
      .optional(),
    ...audience,
    from: instant.nullish(),
    until: instant.nullish(),
  })
  .refine(endsAfter, ENDS);
export type PriceListInput = z.output<typeof priceListInput>;

/** What is left out stays; `version` is the one that was looked at. */
export const priceListPatch = z.strictObject({
  version: z.number().int().min(1),
  name: requiredText(200).optional(),
  kind: z.enum(PRICE_LIST_KINDS).optional(),
  contacts: audience.contacts.unwrap().optional(),
  personCategories: names.unwrap().optional(),
  tiers: names.unwrap().optional(),
  segments: audience.segments.unwrap().optional(),
  channels: names.unwrap().optional(),
  from: instant.nullish(),
  until: instant.nullish(),
  state: z.enum(['active', 'archived']).optional(),
});
export type PriceListPatch = z.output<typeof priceListPatch>;

export const priceListView = z
  .object({
    id: z.uuid(),
    externalId: z.string(),
    name: z.string(),
    kind: z.enum(PRICE_LIST_KINDS),
    currency: z.string(),
    contacts: z.array(z.string()),
    personCategories: z.array(z.string()),
    tiers: z.array(z.string()),
    segments: z.array(z.string()),
    channels: z.array(z.string()),
    from: iso.nullable(),
    until: iso.nullable(),
    state: z.enum(['active', 'archived']),
    version: z.number().int(),
    prices: z.number().int(),
    createdAt: iso,
    updatedAt: iso,
  })
  .meta({ id: 'PriceList' });
export type PriceListView = z.output<typeof priceListView>;
export const priceListPage = z.object({ items: z.array(priceListView), nextCursor: z.string().nullable() });

const priceFields = {
  /** The shop's code of a product; or of a category, with all below it; or neither: everything. */
  product: requiredText(100).optional(),
  category: requiredText(100).optional(),
  fromQuantity: quantity.default('0.001'),
  /** One of both: a price of one unit, or a percentage off the shop's own price. */
  unitPrice: unitPrice.optional(),
  percentOff: percent.optional(),
};
const oneOf = (e: { unitPrice?: string | undefined; percentOff?: string | undefined }): boolean =>
  (e.unitPrice === undefined) !== (e.percentOff === undefined);
const oneTarget = (e: { product?: string | undefined; category?: string | undefined }): boolean =>
  e.product === undefined || e.category === undefined;

export const priceInput = z
  .strictObject({ ...priceFields, from: instant.nullish(), until: instant.nullish() })
  .refine(oneOf, { error: 'one of unitPrice, percentOff' })
  .refine(oneTarget, { error: 'a product or a category' })
  .refine(endsAfter, ENDS);
export type PriceInput = z.output<typeof priceInput>;
export const pricesInput = z.strictObject({ prices: z.array(priceInput).min(1).max(MAX_PRICES) });

/** A row of a file. */
export const priceRow = z
  .object({ list: requiredText(100), ...priceFields, from: z.date().optional(), until: z.date().optional() })
  .refine(oneOf, { error: 'one of unitPrice, percentOff' })
  .refine(oneTarget, { error: 'a product or a category' });
export type PriceRow = z.output<typeof priceRow>;

export const priceView = z
  .object({
    id: z.uuid(),
    product: z.object({ id: z.uuid(), externalId: z.string(), name: z.string() }).nullable(),
    category: z.object({ id: z.uuid(), externalId: z.string(), name: z.string() }).nullable(),
    fromQuantity: z.string(),
    unitPrice: z.string().nullable(),
    percentOff: z.string().nullable(),
    from: iso.nullable(),
    until: iso.nullable(),
  })
  .meta({ id: 'Price' });
export type PriceView = z.output<typeof priceView>;
export const pricePage = z.object({ items: z.array(priceView), nextCursor: z.string().nullable() });
export const pricesWritten = z.object({
  created: z.number().int(),
  updated: z.number().int(),
  unchanged: z.number().int(),
  version: z.number().int(),
});
export type PricesWritten = z.output<typeof pricesWritten>;
export const pricesGone = z.strictObject({ ids: z.array(z.uuid()).min(1).max(MAX_PRICES) });
export const deletedPrices = z.object({ deleted: z.number().int(), version: z.number().int() });
