import { sql } from 'drizzle-orm';
import {
  bigint,
  boolean,
  index,
  integer,
  numeric,
  pgTable,
  primaryKey,
  text,
  uniqueIndex,
  uuid,
} from 'drizzle-orm/pg-core';
import { instant } from '../core/columns.ts';

/** What a family of coupons is worth, to whom and for how long. Codes are issued from it, never typed in advance. */
export const couponCampaign = pgTable('coupon_campaign', {
  couponCampaignId: uuid('coupon_campaign_id').primaryKey(),
  name: text('name').notNull(),
  /** Code pattern: each # becomes a random character, for example WELCOME-########. */
  pattern: text('pattern').notNull(),
  /** percent | fixed */
  kind: text('kind').notNull(),
  percent: numeric('percent', { precision: 6, scale: 3 }),
  amountMinor: bigint('amount_minor', { mode: 'bigint' }),
  currency: text('currency').notNull(),
  minOrderMinor: bigint('min_order_minor', { mode: 'bigint' })
    .notNull()
    .default(sql`0`),
  /** A personal coupon works for the contact it was issued to only. */
  personal: boolean('personal').notNull().default(true),
  validFrom: instant('valid_from'),
  validUntil: instant('valid_until'),
  /** Days a coupon lives after its issue; the earlier of both ends counts. */
  validDays: integer('valid_days'),
  /** active | archived */
  state: text('state').notNull().default('active'),
  createdBy: text('created_by').notNull(),
  createdAt: instant('created_at').notNull(),
  updatedAt: instant('updated_at').notNull(),
});

/** A coupon in somebody's hands. One per (contact, send key), so that a repeated hand-off gets the same code again. */
export const coupon = pgTable(
  'coupon',
  {
    contactId: uuid('contact_id').notNull(),
    couponId: uuid('coupon_id').notNull(),
    couponCampaignId: uuid('coupon_campaign_id').notNull(),
    /** What asked for it: the campaign, the journey. */
    sourceId: uuid('source_id'),
    sendKey: text('send_key').notNull(),
    code: text('code').notNull(),
    /** issued | held | used | expired | void */
    state: text('state').notNull(),
    issuedAt: instant('issued_at').notNull(),
    validFrom: instant('valid_from').notNull(),
    validUntil: instant('valid_until'),
    usedAt: instant('used_at'),
    orderId: uuid('order_id'),
    originId: uuid('origin_id').notNull(),
  },
  (t) => [
    primaryKey({ columns: [t.contactId, t.couponId] }),
    uniqueIndex('coupon_send_key_idx').on(t.contactId, t.sendKey),
    index('coupon_campaign_idx').on(t.couponCampaignId, t.sourceId, t.state),
    index('coupon_ending_idx')
      .on(t.validUntil)
      .where(sql`state in ('issued', 'held')`),
  ],
);

/** Look-up by code, and the guard that a code exists once. */
export const couponCode = pgTable('coupon_code', {
  code: text('code').primaryKey(),
  contactId: uuid('contact_id').notNull(),
  couponId: uuid('coupon_id').notNull(),
});

/** Each time an order carried a coupon: applied or refused and why, append-only. */
export const couponUse = pgTable(
  'coupon_use',
  {
    contactId: uuid('contact_id').notNull(),
    couponId: uuid('coupon_id').notNull(),
    orderId: uuid('order_id').notNull(),
    occurredAt: instant('occurred_at').notNull(),
    /** applied | refused */
    outcome: text('outcome').notNull(),
    /** another_contact | used | expired | not_yet_valid | void | below_minimum | other_currency */
    reason: text('reason'),
    /** Who placed the order; another contact than the coupon's when refused for it. */
    orderContactId: uuid('order_contact_id').notNull(),
    originId: uuid('origin_id').notNull(),
  },
  (t) => [primaryKey({ columns: [t.contactId, t.couponId, t.orderId] })],
);
