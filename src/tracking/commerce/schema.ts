import { index, integer, jsonb, pgTable, primaryKey, smallint, text, uuid } from '../../core/pg-core.ts';
import { instant } from '../../core/columns.ts';
import type { CartLine } from './cart.ts';
import type { InterestKind } from './interest.ts';

/**
 * Carts and interest are made of the facts in `event`, for each node (`origin_id`) by itself: a merge and its taking back move
 * rows and never change one.
 */

/** A node at a source that has done something with a cart: its row is the lock under which its carts are made. */
export const cartNode = pgTable(
  'cart_node',
  {
    contactId: uuid('contact_id').notNull(),
    originId: uuid('origin_id').notNull(),
    sourceId: uuid('source_id').notNull(),
  },
  (t) => [primaryKey({ columns: [t.contactId, t.originId, t.sourceId] })],
);

export const cart = pgTable(
  'cart',
  {
    contactId: uuid('contact_id').notNull(),
    cartId: uuid('cart_id').notNull(),
    originId: uuid('origin_id').notNull(),
    sourceId: uuid('source_id').notNull(),
    /** open | ordered; an open one that nobody has touched for a while counts as abandoned. */
    state: text('state').$type<'open' | 'ordered'>().notNull(),
    number: text('number'),
    openedAt: instant('opened_at').notNull(),
    lastAt: instant('last_at').notNull(),
    orderNumber: text('order_number'),
    orderedAt: instant('ordered_at'),
    checkoutAt: instant('checkout_at'),
    checkoutStep: smallint('checkout_step'),
    coupons: jsonb('coupons').$type<string[]>().notNull(),
    currency: text('currency'),
    lines: jsonb('lines').$type<CartLine[]>().notNull(),
  },
  (t) => [primaryKey({ columns: [t.contactId, t.cartId] }), index('cart_last_idx').on(t.state, t.lastAt)],
);

/** What somebody has looked at, put into the cart or wished for. A product nobody has told the catalogue of has its code all the same. */
export const interest = pgTable(
  'interest',
  {
    contactId: uuid('contact_id').notNull(),
    /** product | category | search */
    kind: text('kind').$type<InterestKind>().notNull(),
    key: text('key').notNull(),
    originId: uuid('origin_id').notNull(),
    viewed: integer('viewed').notNull(),
    clicked: integer('clicked').notNull(),
    added: integer('added').notNull(),
    removed: integer('removed').notNull(),
    wished: integer('wished').notNull(),
    unwished: integer('unwished').notNull(),
    viewedAt: instant('viewed_at'),
    clickedAt: instant('clicked_at'),
    addedAt: instant('added_at'),
    removedAt: instant('removed_at'),
    wishedAt: instant('wished_at'),
    unwishedAt: instant('unwished_at'),
    lastAt: instant('last_at').notNull(),
    /** Name, price, category, address and picture as they were told last. */
    details: jsonb('details').$type<Record<string, string>>().notNull(),
    detailsAt: instant('details_at').notNull(),
    /** Decides which details count when two were told of one instant. */
    detailsKey: text('details_key').notNull(),
  },
  (t) => [
    primaryKey({ columns: [t.contactId, t.kind, t.key, t.originId] }),
    index('interest_key_idx').on(t.kind, t.key, t.lastAt),
  ],
);
