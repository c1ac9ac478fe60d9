import { z } from 'zod';

const iso = z.iso.datetime();

/** GET /api/contacts/:id/interest: what somebody looked at, put into the cart or wished for; the latest first. */
export const interestView = z
  .object({
    kind: z.enum(['product', 'category', 'search']),
    /** The product's code, the category's name, the words searched for. */
    key: z.string(),
    /** Of the catalogue; null when it does not know the product. */
    productId: z.uuid().nullable(),
    name: z.string(),
    category: z.string().nullable(),
    /** Exact decimal, as it was told last. */
    price: z.string().nullable(),
    currency: z.string().nullable(),
    url: z.string().nullable(),
    imageUrl: z.string().nullable(),
    viewed: z.number().int(),
    clicked: z.number().int(),
    added: z.number().int(),
    /** On the wish list now. */
    wished: z.boolean(),
    lastViewedAt: iso.nullable(),
    lastAddedAt: iso.nullable(),
    lastWishedAt: iso.nullable(),
    lastAt: iso,
    /** The last trusted sale of the product to this contact. */
    boughtAt: iso.nullable(),
  })
  .meta({ id: 'Interest' });
export type InterestView = z.output<typeof interestView>;
export const interestList = z.object({ items: z.array(interestView) });

export const interestQuery = z.object({
  kind: z.enum(['product', 'category', 'search']).optional(),
  limit: z.coerce.number().int().min(1).max(200).default(50),
});
export type InterestQuery = z.output<typeof interestQuery>;

/** GET /api/contacts/:id/carts: the latest first. */
export const cartView = z
  .object({
    id: z.uuid(),
    sourceId: z.uuid(),
    /** abandoned: open, not empty, and untouched for an hour. */
    state: z.enum(['open', 'abandoned', 'ordered']),
    /** The shop's own number of the cart. */
    number: z.string().nullable(),
    openedAt: iso,
    lastAt: iso,
    orderNumber: z.string().nullable(),
    orderedAt: iso.nullable(),
    checkoutAt: iso.nullable(),
    checkoutStep: z.number().int().nullable(),
    coupons: z.array(z.string()),
    currency: z.string(),
    /** Of the lines whose price is known, in minor units of `currency`. */
    totalMinor: z.number().int(),
    lines: z.array(
      z.object({
        product: z.string(),
        productId: z.uuid().nullable(),
        name: z.string(),
        quantity: z.number(),
        /** Exact decimal. */
        price: z.string().nullable(),
        url: z.string().nullable(),
        imageUrl: z.string().nullable(),
      }),
    ),
  })
  .meta({ id: 'Cart' });
export type CartView = z.output<typeof cartView>;
export const cartList = z.object({ items: z.array(cartView) });
export const cartsQuery = z.object({ limit: z.coerce.number().int().min(1).max(100).default(20) });
