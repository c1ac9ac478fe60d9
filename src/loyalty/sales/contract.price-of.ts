import { z } from 'zod';
import { currencyCode, idText, quantityText } from '../pricing/contract.ts';

/** GET /api/loyalty/price: what one product costs one customer now, and why. */
export const priceOfQuery = z.object({
  productId: z.uuid(),
  /** Absent: somebody nobody knows. */
  contactId: z.uuid().optional(),
  quantity: quantityText.default('1'),
  channel: idText.optional(),
  /** Default: the base currency. */
  currency: currencyCode.optional(),
});
export type PriceOfQuery = z.output<typeof priceOfQuery>;

const reason = z.enum([
  'not_started',
  'ended',
  'other_currency',
  'no_own_price',
  'contacts',
  'personCategories',
  'tiers',
  'segments',
  'channels',
  'quantity',
  'less_specific',
  'farther',
  'smaller_step',
  'earlier_start',
  'by_id',
]);

export const priceOfAnswer = z
  .object({
    currency: z.string(),
    quantity: z.string(),
    /** The shop's own price of one unit. */
    ownPrice: z.string().nullable(),
    /** Of one unit before promotions: the price list's, else the shop's own. */
    unitPrice: z.string(),
    /** What the next quantity step of the same list gives. */
    next: z.object({ fromQuantity: z.string(), unitPrice: z.string() }).nullable(),
    /** The line before and after everything else that is live for this customer, minor units. */
    listMinor: z.number().int(),
    priceMinor: z.number().int(),
    /** Every price of a list that speaks of the product: the one that counts first, then by how near they came. */
    candidates: z.array(
      z.object({
        listId: z.string(),
        listName: z.string(),
        entryId: z.string(),
        of: z.enum(['product', 'category', 'all']),
        fromQuantity: z.string(),
        unitPrice: z.string().nullable(),
        percentOff: z.string().nullable(),
        /** Empty: this is the one. Else why it does not hold, or in what another one went before it. */
        why: z.array(reason),
      }),
    ),
  })
  .meta({ id: 'PriceOf' });
export type PriceOfView = z.output<typeof priceOfAnswer>;
