import { z } from 'zod';
import { requiredText } from '../../core/text.ts';

/**
 * The values pricing speaks in. Amounts are whole minor units of the cart's currency as numbers within 2^53 (a result can be
 * stored and told as JSON as it is); quantities, unit prices and percents are exact decimal texts, never floats. A JSON number
 * is taken for a text when it says the same.
 */

/** Texts longer than this are a slip: 13 digits, a point and 6 more are the widest value a column holds. */
const MAX_DECIMAL_TEXT = 24;
/** Digits before the point: a quantity of numeric(14,3), a price of numeric(19,6). */
const QUANTITY = /^0*\d{1,11}(\.\d{1,3}0*)?$/;
const PRICE = /^0*\d{1,13}(\.\d{1,6}0*)?$/;
const PERCENT = /^0*(\d{1,2}(\.\d{1,3}0*)?|100(\.0{1,3})?)$/;

const decimal = z
  .union([z.string().trim().max(MAX_DECIMAL_TEXT), z.number()], {
    error: 'Give a number, or a short text such as "1.5".',
  })
  .transform(String);
const positive = (text: string): boolean => /[1-9]/.test(text);

/** How much of a product: above zero, at most 99,999,999,999.999. */
export const quantityText = decimal
  .refine((text) => QUANTITY.test(text) && positive(text), {
    error: 'Give a quantity above zero and at most 99,999,999,999.999, with at most 3 decimals.',
  })
  .meta({ description: 'A quantity above zero, at most 99999999999.999, with at most 3 decimals' });
/** Price of one unit in whole currency units: zero or more, at most 6 decimals. */
export const priceText = decimal
  .refine((text) => PRICE.test(text), {
    error: 'Give a price from 0 to 9,999,999,999,999.999999, with at most 6 decimals.',
  })
  .meta({ description: 'A price from 0 to 9999999999999.999999, with at most 6 decimals' });
/** Above 0, at most 100, at most 3 decimals. */
export const percentText = decimal.refine((text) => PERCENT.test(text) && positive(text), {
  error: 'a percentage above 0 and at most 100, with at most 3 decimals',
});
/** A share that may also be nothing: 0 to 100. */
export const shareText = decimal.refine((text) => PERCENT.test(text), {
  error: 'a percentage from 0 to 100, with at most 3 decimals',
});
/** A mark-up over cost: 0 to 999.999 %. */
export const markupText = decimal.refine((text) => /^\d{1,3}(\.\d{1,3})?$/.test(text), {
  error: 'a percentage from 0 to 999.999',
});

export const minorAmount = z.number().int().min(0).max(Number.MAX_SAFE_INTEGER);
export const someMinor = minorAmount.min(1);
/** In results: may be below zero where the text says so. */
export const anyMinor = z.number().int();
export const currencyCode = z.string().regex(/^[A-Z]{3}$/, 'three capital letters');
export const instantText = z.iso.datetime({ offset: true });

/** Ids are opaque: uuids of ours, codes of the shop. */
export const idText = requiredText(100);
export const tagText = requiredText(60);
/** Points are whole. */
export const pointCount = z.number().int().min(0).max(Number.MAX_SAFE_INTEGER);

/** In the order in which they change a price. */
const STAGES = ['price_list', 'product', 'personal', 'order', 'coupon', 'points', 'shipping'] as const;
export const stageName = z.enum(STAGES);
export type StageName = z.output<typeof stageName>;

/** Stages that offers stand in; price lists and points have rules of their own. */
const OFFER_STAGES = ['product', 'personal', 'order', 'coupon', 'shipping'] as const;
export const offerStage = z.enum(OFFER_STAGES);
export type OfferStage = z.output<typeof offerStage>;

/** half_up: away from zero at the half; down: towards zero; up: away from zero. */
const ROUNDING_MODES = ['half_up', 'half_even', 'down', 'up'] as const;
export const roundingMode = z.enum(ROUNDING_MODES);
export type RoundingMode = z.output<typeof roundingMode>;

/** initial: of the price after price lists; reduced: of what earlier discounts left. */
export const percentBase = z.enum(['initial', 'reduced']);
export type PercentBase = z.output<typeof percentBase>;
