import { integer, jsonb, numeric, pgTable, primaryKey, smallint, text, uuid } from '../../core/pg-core.ts';
import { instant } from '../../core/columns.ts';

/** The scores of everybody who bought, as they were computed last. A row changes only with what it says. */
export const contactRfm = pgTable(
  'contact_rfm',
  {
    contactId: uuid('contact_id').notNull(),
    recency: smallint('recency').notNull(),
    frequency: smallint('frequency').notNull(),
    money: smallint('money').notNull(),
    cell: text('cell').notNull(),
    /** The last purchase: days follow from it and the moment of the scores, and would change every row every night. */
    lastAt: instant('last_at').notNull(),
    orders: integer('orders').notNull(),
    /** Base currency. */
    revenue: numeric('revenue', { precision: 21, scale: 6 }).notNull(),
    changedAt: instant('changed_at').notNull(),
  },
  (t) => [primaryKey({ columns: [t.contactId] })],
);

/** How scores are made and when they were last; one row. */
export const rfmState = pgTable('rfm_state', {
  id: smallint('id').primaryKey(),
  /** RfmMethod of the contract. */
  settings: jsonb('settings').notNull(),
  updatedAt: instant('updated_at').notNull(),
  computedAt: instant('computed_at'),
  contacts: integer('contacts').notNull().default(0),
  tookMs: integer('took_ms'),
});
