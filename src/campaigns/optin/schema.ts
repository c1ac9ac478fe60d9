import { jsonb, pgTable, primaryKey, text, uuid } from '../../core/pg-core.ts';
import { instant } from '../../core/columns.ts';

/** Consents that wait for the holder of the address, and the proof of those that were confirmed. */
export const optinRequest = pgTable(
  'optin_request',
  {
    contactId: uuid('contact_id').notNull(),
    id: uuid('id').notNull(),
    /** As points hold it. */
    address: text('address').notNull(),
    /** A list: informational, activation, marketing. */
    purposes: jsonb('purposes').notNull(),
    title: text('title').notNull(),
    wording: text('wording').notNull(),
    source: text('source').notNull(),
    locale: text('locale'),
    proof: jsonb('proof').notNull(),
    askedBy: text('asked_by').notNull(),
    askedAt: instant('asked_at').notNull(),
    confirmedAt: instant('confirmed_at'),
    originId: uuid('origin_id').notNull(),
  },
  (t) => [primaryKey({ columns: [t.contactId, t.id] })],
);
