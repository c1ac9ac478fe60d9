import {
  boolean,
  doublePrecision,
  index,
  integer,
  pgTable,
  primaryKey,
  smallint,
  uuid,
} from '../../core/pg-core.ts';
import { instant } from '../../core/columns.ts';

/** What goes with what: of each product those that the same people bought, the most telling ones. Made anew every night. */
export const productNeighbour = pgTable(
  'product_neighbour',
  {
    productId: uuid('product_id').notNull(),
    otherId: uuid('other_id').notNull(),
    /** People who bought both in the last 365 days. */
    together: integer('together').notNull(),
    /** Log-likelihood ratio, and the same times how many want the other lately. */
    ratio: doublePrecision('ratio').notNull(),
    weight: doublePrecision('weight').notNull(),
  },
  (t) => [
    primaryKey({ columns: [t.productId, t.otherId] }),
    index('product_neighbour_other_idx').on(t.otherId),
  ],
);

/** How many people buy a product; its place among all and within its category, the most wanted first. Made with the above. */
export const productPopularity = pgTable(
  'product_popularity',
  {
    productId: uuid('product_id').primaryKey(),
    categoryId: uuid('category_id'),
    buyers: integer('buyers').notNull(),
    recentBuyers: integer('recent_buyers').notNull(),
    place: integer('place').notNull(),
    placeInCategory: smallint('place_in_category').notNull(),
  },
  (t) => [
    index('product_popularity_place_idx').on(t.place),
    index('product_popularity_category_idx').on(t.categoryId, t.placeInCategory),
  ],
);

/** One row: when both were made. */
export const recommendBuild = pgTable('recommend_build', {
  one: boolean('one').primaryKey().default(true),
  builtAt: instant('built_at').notNull(),
  tookMs: integer('took_ms').notNull(),
  contacts: integer('contacts').notNull(),
  products: integer('products').notNull(),
  pairs: integer('pairs').notNull(),
});
