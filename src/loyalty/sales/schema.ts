import { sql } from '../../core/sql.ts';
import { bigint, index, jsonb, pgTable, primaryKey, text, uuid } from '../../core/pg-core.ts';
import { instant } from '../../core/columns.ts';

export type SaleState = 'reserved' | 'committed' | 'cancelled' | 'expired' | 'partly_returned' | 'returned';

/**
 * A sale of a shop or till, priced here. What everybody was promised stands frozen in `priced`; nothing of it is reckoned again. An
 * anonymous sale carries its own id as contact_id.
 */
export const sale = pgTable(
  'sale',
  {
    contactId: uuid('contact_id').notNull(),
    saleId: uuid('sale_id').notNull(),
    source: text('source').notNull(),
    externalId: text('external_id').notNull(),
    programId: uuid('program_id'),
    state: text('state').$type<SaleState>().notNull(),
    /** Of the input, to tell a repeat from another sale of the same number. */
    inputHash: text('input_hash').notNull(),
    /** The cart as it was asked for, and by whom (`by`: the actor's id). */
    request: jsonb('request').notNull(),
    /** The priced cart without its trace. */
    priced: jsonb('priced').notNull(),
    trace: jsonb('trace').notNull(),
    fingerprint: text('fingerprint').notNull(),
    currency: text('currency').notNull(),
    totalMinor: bigint('total_minor', { mode: 'number' }).notNull(),
    /** Spent, and given by promotions. */
    points: bigint('points', { mode: 'number' }).notNull(),
    bonusPoints: bigint('bonus_points', { mode: 'number' }).notNull(),
    /** Under which its points are held in the ledger. */
    holdKey: text('hold_key'),
    /** Money given back so far, and units by line. */
    refundedMinor: bigint('refunded_minor', { mode: 'number' }).notNull().default(0),
    returned: jsonb('returned')
      .notNull()
      .default(sql`'{}'`),
    reservedUntil: instant('reserved_until'),
    orderId: uuid('order_id'),
    occurredAt: instant('occurred_at').notNull(),
    createdAt: instant('created_at').notNull(),
    updatedAt: instant('updated_at').notNull(),
    originId: uuid('origin_id').notNull(),
  },
  (t) => [
    primaryKey({ columns: [t.contactId, t.saleId] }),
    index('sale_reserved_idx')
      .on(t.reservedUntil)
      .where(sql`state = 'reserved'`),
  ],
);

/** Look-up by the shop's own number, and the guard that a number is one sale for good. */
export const saleLookup = pgTable(
  'sale_lookup',
  {
    source: text('source').notNull(),
    externalId: text('external_id').notNull(),
    saleId: uuid('sale_id').notNull(),
    contactId: uuid('contact_id').notNull(),
  },
  (t) => [
    primaryKey({ columns: [t.source, t.externalId] }),
    index('sale_lookup_sale_idx').on(t.saleId),
    index('sale_lookup_contact_idx').on(t.contactId),
  ],
);

/** What came back of a sale, once for each number. */
export const saleReturn = pgTable(
  'sale_return',
  {
    contactId: uuid('contact_id').notNull(),
    saleId: uuid('sale_id').notNull(),
    number: text('number').notNull(),
    inputHash: text('input_hash').notNull(),
    /** What it was worth, as told. */
    worth: jsonb('worth').notNull(),
    occurredAt: instant('occurred_at').notNull(),
    createdAt: instant('created_at').notNull(),
    originId: uuid('origin_id').notNull(),
  },
  (t) => [primaryKey({ columns: [t.contactId, t.saleId, t.number] })],
);
