import { sql } from '../../core/sql.ts';
import {
  bigint,
  boolean,
  index,
  integer,
  jsonb,
  pgTable,
  primaryKey,
  text,
  uuid,
} from '../../core/pg-core.ts';
import { instant } from '../../core/columns.ts';
import { backtestTable } from '../backtests/table.ts';

/** A promotion: its state and which of its versions is in service. What it says stands in promotion_version. */
export const promotion = pgTable(
  'promotion',
  {
    promotionId: uuid('promotion_id').primaryKey(),
    /** Of the latest version, like the next four. */
    name: text('name').notNull(),
    stage: text('stage').notNull(),
    type: text('type').notNull(),
    startsAt: instant('starts_at'),
    endsAt: instant('ends_at'),
    /** draft | live | paused | ended | archived; whether a live one has begun or is over, its times say. */
    state: text('state')
      .$type<'draft' | 'live' | 'paused' | 'ended' | 'archived'>()
      .notNull()
      .default('draft'),
    version: integer('version').notNull().default(1),
    launchedAt: instant('launched_at'),
    createdBy: text('created_by').notNull(),
    createdAt: instant('created_at').notNull(),
    updatedAt: instant('updated_at').notNull(),
  },
  (t) => [
    index('promotion_created_idx').on(t.createdAt, t.promotionId),
    index('promotion_live_idx')
      .on(t.promotionId)
      .where(sql`state = 'live'`),
  ],
);

/** Every version a promotion had. One that was in service once is frozen: orders refer to it. */
export const promotionVersion = pgTable(
  'promotion_version',
  {
    promotionId: uuid('promotion_id').notNull(),
    version: integer('version').notNull(),
    definition: jsonb('definition').notNull(),
    frozenAt: instant('frozen_at'),
    savedBy: text('saved_by').notNull(),
    savedAt: instant('saved_at').notNull(),
  },
  (t) => [primaryKey({ columns: [t.promotionId, t.version] })],
);

/**
 * One row, whose mark is another one after every change of what quotes are made from. A mark never comes back, so that what was
 * read of a change that was then undone is not taken for another change.
 */
export const offerChange = pgTable('offer_change', {
  one: boolean('one').primaryKey().default(true),
  mark: uuid('mark').notNull(),
});

/**
 * An offer applied to an order: the reservation of its use. `slots` names the counters it was counted in, `contactSlots` those of
 * the contact, so that a release gives back exactly what was taken.
 */
export const offerUse = pgTable(
  'offer_use',
  {
    contactId: uuid('contact_id').notNull(),
    orderId: uuid('order_id').notNull(),
    offerId: text('offer_id').notNull(),
    version: integer('version').notNull(),
    /** reserved | used | released */
    state: text('state').$type<'reserved' | 'used' | 'released'>().notNull(),
    /** What it would have taken off, and what it did: a budget running dry makes the difference. */
    desiredMinor: bigint('desired_minor', { mode: 'bigint' }).notNull(),
    actualMinor: bigint('actual_minor', { mode: 'bigint' }).notNull(),
    points: bigint('points', { mode: 'bigint' }).notNull(),
    currency: text('currency').notNull(),
    code: text('code'),
    slots: text('slots').array().notNull(),
    contactSlots: text('contact_slots').array().notNull(),
    occurredAt: instant('occurred_at').notNull(),
    settledAt: instant('settled_at'),
    originId: uuid('origin_id').notNull(),
  },
  (t) => [
    primaryKey({ columns: [t.contactId, t.orderId, t.offerId] }),
    index('offer_use_offer_idx').on(t.offerId, t.occurredAt),
  ],
);

/** How much of a limit of an offer is taken, of all buyers together. A slot is 'all' or a period such as 'month:2026-11-01'. */
export const offerCounter = pgTable(
  'offer_counter',
  {
    offerId: text('offer_id').notNull(),
    slot: text('slot').notNull(),
    uses: bigint('uses', { mode: 'number' }).notNull().default(0),
    spentMinor: bigint('spent_minor', { mode: 'number' }).notNull().default(0),
    points: bigint('points', { mode: 'number' }).notNull().default(0),
  },
  (t) => [primaryKey({ columns: [t.offerId, t.slot] })],
);

/** The same of one buyer. Rows stand where something was taken. */
export const offerContactCounter = pgTable(
  'offer_contact_counter',
  {
    contactId: uuid('contact_id').notNull(),
    offerId: text('offer_id').notNull(),
    slot: text('slot').notNull(),
    uses: bigint('uses', { mode: 'number' }).notNull().default(0),
  },
  (t) => [primaryKey({ columns: [t.contactId, t.offerId, t.slot] })],
);

/** Promotions tried on past orders. */
export const promotionBacktest = backtestTable('promotion_backtest', 'promotion_id');
