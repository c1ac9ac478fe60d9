import { sql } from '../../core/sql.ts';
import {
  bigint,
  boolean,
  index,
  integer,
  jsonb,
  numeric,
  pgTable,
  primaryKey,
  smallint,
  text,
  uniqueIndex,
  uuid,
} from '../../core/pg-core.ts';
import { instant } from '../../core/columns.ts';

const minor = (name: string) => bigint(name, { mode: 'bigint' });
const count = (name: string) => bigint(name, { mode: 'number' });

/** A family of coupons: who gets codes, how often they work, and when they stop. What they are worth is in its versions. */
export const couponCampaign = pgTable('coupon_campaign', {
  couponCampaignId: uuid('coupon_campaign_id').primaryKey(),
  name: text('name').notNull(),
  /** unique: a code for each; generic: one code for all. */
  codeKind: text('code_kind').notNull().default('unique'),
  /** Code pattern: each # becomes a random character, for example WELCOME-########; of a generic one, its code. */
  pattern: text('pattern').notNull(),
  currency: text('currency').notNull(),
  /** A personal coupon works for the contact it was issued to only. */
  personal: boolean('personal').notNull().default(true),
  /** How often one code works; null: as often as the limits let it. */
  usesPerCode: integer('uses_per_code').default(1),
  validFrom: instant('valid_from'),
  validUntil: instant('valid_until'),
  /** Days a coupon lives after its issue; the earlier of both ends counts. */
  validDays: integer('valid_days'),
  /** {total, perContact, perPeriod: {unit, uses}, perContactPeriod: {unit, uses}}: shape in contract.ts. */
  limits: jsonb('limits').notNull().default({}),
  budgetMinor: minor('budget_minor'),
  /** keep | give_back: what a return does with the use. */
  onReturn: text('on_return').notNull().default('keep'),
  /** Where its days, weeks and months begin. */
  timeZone: text('time_zone').notNull(),
  /** draft | active | paused | archived */
  state: text('state').notNull().default('active'),
  version: integer('version').notNull().default(1),
  createdBy: text('created_by').notNull(),
  createdAt: instant('created_at').notNull(),
  updatedAt: instant('updated_at').notNull(),
});

/** What coupons are worth, as they were promised: never changed, a change is a new version. */
export const couponCampaignVersion = pgTable(
  'coupon_campaign_version',
  {
    couponCampaignId: uuid('coupon_campaign_id').notNull(),
    version: integer('version').notNull(),
    /** percent | fixed | offer */
    kind: text('kind').notNull(),
    percent: numeric('percent', { precision: 6, scale: 3 }),
    amountMinor: minor('amount_minor'),
    minOrderMinor: minor('min_order_minor')
      .notNull()
      .default(sql`0`),
    /** {effect, scope, conditions}: what the coupon opens in pricing. */
    offer: jsonb('offer').notNull(),
    changedBy: text('changed_by').notNull(),
    changedAt: instant('changed_at').notNull(),
  },
  (t) => [primaryKey({ columns: [t.couponCampaignId, t.version] })],
);

/**
 * A coupon in somebody's hands, one per (contact, send key), so that a repeated hand-off gets the same code again. A code made in
 * bulk belongs to nobody: it carries its own id as contact_id and has no send key.
 */
export const coupon = pgTable(
  'coupon',
  {
    contactId: uuid('contact_id').notNull(),
    couponId: uuid('coupon_id').notNull(),
    couponCampaignId: uuid('coupon_campaign_id').notNull(),
    /** What asked for it: the campaign, the journey. */
    sourceId: uuid('source_id'),
    batchId: uuid('batch_id'),
    sendKey: text('send_key'),
    code: text('code').notNull(),
    /** issued | held | used | expired | void */
    state: text('state').notNull(),
    /** Of the campaign when it was issued: what was promised with it. */
    version: integer('version').notNull().default(1),
    /** How often it works (null: no bound), how often orders have taken it, and how often these were sold. */
    maxUses: integer('max_uses').default(1),
    taken: integer('taken').notNull().default(0),
    uses: integer('uses').notNull().default(0),
    issuedAt: instant('issued_at').notNull(),
    validFrom: instant('valid_from').notNull(),
    validUntil: instant('valid_until'),
    usedAt: instant('used_at'),
    orderId: uuid('order_id'),
    originId: uuid('origin_id').notNull(),
  },
  (t) => [
    primaryKey({ columns: [t.contactId, t.couponId] }),
    uniqueIndex('coupon_send_key_idx')
      .on(t.contactId, t.sendKey)
      .where(sql`send_key is not null`),
    index('coupon_campaign_idx').on(t.couponCampaignId, t.state, t.couponId),
    index('coupon_ending_idx')
      .on(t.validUntil)
      .where(sql`state in ('issued', 'held')`),
  ],
);

/** Look-up by code, and the guard that a code exists once. A generic code names its campaign in both columns. */
export const couponCode = pgTable('coupon_code', {
  code: text('code').primaryKey(),
  contactId: uuid('contact_id').notNull(),
  couponId: uuid('coupon_id').notNull(),
});

/** Each time an order carried a coupon: applied or refused and why. Of a generic code: buyer and campaign. */
export const couponUse = pgTable(
  'coupon_use',
  {
    contactId: uuid('contact_id').notNull(),
    couponId: uuid('coupon_id').notNull(),
    orderId: uuid('order_id').notNull(),
    occurredAt: instant('occurred_at').notNull(),
    /** applied | refused */
    outcome: text('outcome').notNull(),
    /** A refusal reason of refusal.ts. */
    reason: text('reason'),
    /** Who placed the order; another contact than the coupon's when refused for it. */
    orderContactId: uuid('order_contact_id').notNull(),
    originId: uuid('origin_id').notNull(),
  },
  (t) => [primaryKey({ columns: [t.contactId, t.couponId, t.orderId] })],
);

/**
 * A use taken by an order: held until it is sold or let go. One per campaign and order. A buyer nobody knows stands under an id
 * made of the order's key.
 */
export const couponReservation = pgTable(
  'coupon_reservation',
  {
    contactId: uuid('contact_id').notNull(),
    couponCampaignId: uuid('coupon_campaign_id').notNull(),
    orderKey: text('order_key').notNull(),
    version: integer('version').notNull(),
    /** Null: a generic code. */
    couponId: uuid('coupon_id'),
    /** As it is looked up. */
    code: text('code').notNull(),
    /** held | used | released | returned */
    state: text('state').notNull(),
    /** What the coupon would have taken off, and what it does. */
    desiredMinor: minor('desired_minor').notNull(),
    actualMinor: minor('actual_minor').notNull(),
    /** First day of the period it counts in. */
    period: text('period').notNull().default(''),
    reservedAt: instant('reserved_at').notNull(),
    expiresAt: instant('expires_at').notNull(),
    endedAt: instant('ended_at'),
    orderId: uuid('order_id'),
    originId: uuid('origin_id').notNull(),
  },
  (t) => [
    primaryKey({ columns: [t.contactId, t.couponCampaignId, t.orderKey] }),
    index('coupon_reservation_order_idx').on(t.orderKey),
    index('coupon_reservation_sold_idx')
      .on(t.orderId)
      .where(sql`order_id is not null`),
    index('coupon_reservation_ending_idx')
      .on(t.expiresAt)
      .where(sql`state = 'held'`),
    index('coupon_reservation_coupon_idx')
      .on(t.couponId)
      .where(sql`state = 'held' and coupon_id is not null`),
  ],
);

/** Nothing but a row to lock while the uses of one buyer are counted. */
export const couponBuyer = pgTable(
  'coupon_buyer',
  { contactId: uuid('contact_id').notNull(), couponCampaignId: uuid('coupon_campaign_id').notNull() },
  (t) => [primaryKey({ columns: [t.contactId, t.couponCampaignId] })],
);

/**
 * Uses and money of a campaign, in stripes so that many orders take from it at once: each has its share of what is left, the sums
 * are the limits. Caps are null without a limit.
 */
export const couponMeter = pgTable(
  'coupon_meter',
  {
    couponCampaignId: uuid('coupon_campaign_id').notNull(),
    stripe: smallint('stripe').notNull(),
    totalUsed: count('total_used').notNull().default(0),
    totalCap: count('total_cap'),
    budgetUsed: minor('budget_used')
      .notNull()
      .default(sql`0`),
    budgetCap: minor('budget_cap'),
    period: text('period').notNull().default(''),
    periodUsed: count('period_used').notNull().default(0),
    periodCap: count('period_cap'),
    /** What its cap is when a period begins. */
    periodShare: count('period_share'),
  },
  (t) => [primaryKey({ columns: [t.couponCampaignId, t.stripe] })],
);

/** Coupons by state as a sum of changes: each change adds a row, a job folds them, and nobody waits for anybody. */
export const couponTally = pgTable(
  'coupon_tally',
  {
    couponCampaignId: uuid('coupon_campaign_id').notNull(),
    tallyId: uuid('tally_id').notNull(),
    sourceId: uuid('source_id'),
    state: text('state').notNull(),
    n: count('n').notNull(),
  },
  (t) => [primaryKey({ columns: [t.couponCampaignId, t.tallyId] })],
);

/** Work on many codes: making them, or making them void. Progress and rows change in the same transactions. */
export const couponBatch = pgTable(
  'coupon_batch',
  {
    batchId: uuid('batch_id').primaryKey(),
    couponCampaignId: uuid('coupon_campaign_id').notNull(),
    /** generate | void */
    kind: text('kind').notNull(),
    name: text('name').notNull().default(''),
    /** queued | running | done | cancelled | failed */
    state: text('state').notNull(),
    /** How many codes are to be made; how many there are to look at. */
    wanted: integer('wanted').notNull(),
    done: integer('done').notNull().default(0),
    /** generate: {version, validFrom, validUntil}; void: {batchId?, states}. */
    settings: jsonb('settings').notNull(),
    /** void: the last code looked at. */
    position: text('position'),
    problem: text('problem'),
    leaseToken: uuid('lease_token'),
    leaseUntil: instant('lease_until'),
    createdBy: text('created_by').notNull(),
    createdAt: instant('created_at').notNull(),
    finishedAt: instant('finished_at'),
  },
  (t) => [
    index('coupon_batch_campaign_idx').on(t.couponCampaignId, t.batchId),
    index('coupon_batch_open_idx')
      .on(t.createdAt)
      .where(sql`state in ('queued', 'running')`),
  ],
);
