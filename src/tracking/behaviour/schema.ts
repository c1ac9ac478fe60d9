import { sql } from '../../core/sql.ts';
import { bigint, boolean, index, integer, pgTable, primaryKey, text, uuid } from '../../core/pg-core.ts';
import { instant } from '../../core/columns.ts';

/**
 * Visits, derived from `event` and always computable from it anew: what one browser (the origin) of a contact did without a long
 * pause. The id is that of the first event. Not partitioned: a visit's beginning moves when something earlier comes late.
 */
export const session = pgTable(
  'session',
  {
    contactId: uuid('contact_id').notNull(),
    startedAt: instant('started_at').notNull(),
    visitId: uuid('visit_id').notNull(),
    originId: uuid('origin_id').notNull(),
    endedAt: instant('ended_at').notNull(),
    lastEventId: uuid('last_event_id').notNull(),
    events: integer('events').notNull(),
    pages: integer('pages').notNull(),
    activeMs: integer('active_ms').notNull(),
    productViews: integer('product_views').notNull(),
    categoryViews: integer('category_views').notNull(),
    priceViews: integer('price_views').notNull(),
    entryPage: text('entry_page'),
    referrer: text('referrer'),
    source: text('source'),
    medium: text('medium'),
    campaign: text('campaign'),
    term: text('term'),
    content: text('content'),
    campaignKey: text('campaign_key'),
    channel: text('channel').notNull(),
    device: text('device'),
    browser: text('browser'),
    os: text('os'),
    /** An order that counts was placed during the visit or within half an hour after it. */
    converted: boolean('converted').notNull().default(false),
  },
  (t) => [
    primaryKey({ columns: [t.contactId, t.startedAt, t.visitId] }),
    // Rows come nearly in the order of time: next to no cost a row, and a build reads only the pages of its window.
    index('session_time_idx').using('brin', t.startedAt, t.endedAt),
  ],
);

/** What follows from a contact's facts, one row a trait; a trait that cannot be told has none. */
export const contactTrait = pgTable(
  'contact_trait',
  {
    contactId: uuid('contact_id').notNull(),
    key: text('key').notNull(),
    /** One of the three, by the trait's kind. Money is in minor units of the base currency. */
    textValue: text('text_value'),
    numberValue: bigint('number_value', { mode: 'number' }),
    dateValue: instant('date_value'),
    /** From how many facts (visits, orders, views) it was computed. */
    facts: integer('facts').notNull(),
    updatedAt: instant('updated_at').notNull(),
    /** When the oldest fact it was computed from counts no more; null where facts count for good. */
    expiresAt: instant('expires_at'),
  },
  (t) => [
    primaryKey({ columns: [t.contactId, t.key] }),
    index('contact_trait_expires_idx')
      .on(t.expiresAt)
      .where(sql`${t.expiresAt} is not null`),
  ],
);

/** Contacts whose traits are to be computed anew: many facts of one contact within seconds are one computation. */
export const contactTraitDue = pgTable(
  'contact_trait_due',
  {
    contactId: uuid('contact_id').primaryKey(),
    /** Which parts of the traits (bits, `PARTS`). */
    parts: integer('parts').notNull(),
    createdAt: instant('created_at').notNull(),
  },
  (t) => [index('contact_trait_due_idx').on(t.createdAt)],
);
