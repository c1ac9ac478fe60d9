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
  uniqueIndex,
  uuid,
} from '../../core/pg-core.ts';
import { instant } from '../../core/columns.ts';

/** A program's ladder of tiers; every set of rules it had is kept in tier_ladder_version. */
export const tierLadder = pgTable(
  'tier_ladder',
  {
    ladderId: uuid('ladder_id').primaryKey(),
    programId: uuid('program_id').notNull(),
    name: text('name').notNull(),
    /** active | archived */
    state: text('state').$type<'active' | 'archived'>().notNull(),
    version: integer('version').notNull(),
    /** Members up to this one have been looked at under the present version; null: all have. */
    buildAfter: uuid('build_after'),
    createdAt: instant('created_at').notNull(),
    updatedAt: instant('updated_at').notNull(),
  },
  (t) => [
    uniqueIndex('tier_ladder_active_idx')
      .on(t.programId)
      .where(sql`state = 'active'`),
    index('tier_ladder_building_idx')
      .on(t.updatedAt)
      .where(sql`build_after is not null`),
  ],
);

export const tierLadderVersion = pgTable(
  'tier_ladder_version',
  {
    ladderId: uuid('ladder_id').notNull(),
    version: integer('version').notNull(),
    rules: jsonb('rules').notNull(),
    changedBy: text('changed_by').notNull(),
    changedAt: instant('changed_at').notNull(),
  },
  (t) => [primaryKey({ columns: [t.ladderId, t.version] })],
);

/** Where a member stands in a program, as of `reviewed_at`; it can be made anew from facts at any time. */
export const tierStanding = pgTable(
  'tier_standing',
  {
    contactId: uuid('contact_id').notNull(),
    programId: uuid('program_id').notNull(),
    ladderId: uuid('ladder_id').notNull(),
    ladderVersion: integer('ladder_version').notNull(),
    /** The higher of what was earned and what a person category gives. */
    tierId: uuid('tier_id'),
    since: instant('since').notNull(),
    earnedId: uuid('earned_id'),
    graceUntil: instant('grace_until'),
    /** What counts towards the ladder, and what is missing to the next tier. */
    basis: bigint('basis', { mode: 'bigint' }).notNull(),
    missing: bigint('missing', { mode: 'bigint' }),
    reviewedAt: instant('reviewed_at').notNull(),
    nextReviewAt: instant('next_review_at'),
    /** The facts behind it have become others' too: it is made anew from the beginning. */
    rebuild: boolean('rebuild').notNull().default(false),
  },
  (t) => [
    primaryKey({ columns: [t.contactId, t.programId] }),
    index('tier_standing_due_idx')
      .on(t.nextReviewAt)
      .where(sql`next_review_at is not null`),
    index('tier_standing_grace_idx')
      .on(t.programId, t.graceUntil)
      .where(sql`grace_until is not null`),
    index('tier_standing_tier_idx').on(t.ladderId, t.tierId, t.contactId),
  ],
);

/** Every change of a member's tier, append-only. */
export const tierTransition = pgTable(
  'tier_transition',
  {
    contactId: uuid('contact_id').notNull(),
    occurredAt: instant('occurred_at').notNull(),
    transitionId: uuid('transition_id').notNull(),
    programId: uuid('program_id').notNull(),
    ladderId: uuid('ladder_id').notNull(),
    ladderVersion: integer('ladder_version').notNull(),
    fromTierId: uuid('from_tier_id'),
    toTierId: uuid('to_tier_id'),
    /** up | down | other (of a ladder that has changed) */
    direction: text('direction').$type<'up' | 'down' | 'other'>().notNull(),
    cause: text('cause').notNull(),
    basis: bigint('basis', { mode: 'bigint' }).notNull(),
    recordedAt: instant('recorded_at').notNull(),
    originId: uuid('origin_id').notNull(),
  },
  (t) => [
    primaryKey({ columns: [t.contactId, t.occurredAt, t.transitionId] }),
    index('tier_transition_ladder_idx').on(t.ladderId, t.occurredAt, t.transitionId),
  ],
);

export const accumulativeDiscount = pgTable('accumulative_discount', {
  discountId: uuid('discount_id').primaryKey(),
  name: text('name').notNull(),
  programId: uuid('program_id'),
  /** active | archived */
  state: text('state').$type<'active' | 'archived'>().notNull(),
  version: integer('version').notNull(),
  terms: jsonb('terms').notNull(),
  createdAt: instant('created_at').notNull(),
  updatedAt: instant('updated_at').notNull(),
});

export const personCategory = pgTable('person_category', {
  categoryId: uuid('category_id').primaryKey(),
  name: text('name').notNull(),
  kind: text('kind').notNull(),
  /** active | archived */
  state: text('state').$type<'active' | 'archived'>().notNull(),
  version: integer('version').notNull(),
  /** none | any | other */
  review: text('review').$type<'none' | 'any' | 'other'>().notNull(),
  proofRequired: boolean('proof_required').notNull(),
  maxTermDays: integer('max_term_days'),
  discountPercent: text('discount_percent'),
  tierId: uuid('tier_id'),
  createdAt: instant('created_at').notNull(),
  updatedAt: instant('updated_at').notNull(),
});

const decided = {
  /** requested | approved | rejected | revoked; whether it is in force is a matter of its term. */
  state: text('state').notNull(),
  validFrom: instant('valid_from').notNull(),
  validUntil: instant('valid_until'),
  requestedBy: text('requested_by').notNull(),
  requestedName: text('requested_name').notNull(),
  requestedAt: instant('requested_at').notNull(),
  decidedBy: text('decided_by'),
  decidedName: text('decided_name'),
  decidedAt: instant('decided_at'),
  reason: text('reason').notNull().default(''),
  originId: uuid('origin_id').notNull(),
};

/** A contact's person category, with its proof and term. */
export const personCategoryAssignment = pgTable(
  'person_category_assignment',
  {
    contactId: uuid('contact_id').notNull(),
    assignmentId: uuid('assignment_id').notNull(),
    categoryId: uuid('category_id').notNull(),
    proof: text('proof').notNull().default(''),
    proofRef: text('proof_ref'),
    ...decided,
  },
  (t) => [
    primaryKey({ columns: [t.contactId, t.assignmentId] }),
    uniqueIndex('person_category_request_idx')
      .on(t.contactId, t.categoryId, t.originId)
      .where(sql`state = 'requested'`),
    index('person_category_waiting_idx')
      .on(t.requestedAt, t.assignmentId)
      .where(sql`state = 'requested'`),
    index('person_category_held_idx')
      .on(t.categoryId, t.contactId)
      .where(sql`state = 'approved'`),
  ],
);

/** A percentage for one contact alone. */
export const personalDiscount = pgTable(
  'personal_discount',
  {
    contactId: uuid('contact_id').notNull(),
    discountId: uuid('discount_id').notNull(),
    percent: text('percent').notNull(),
    note: text('note').notNull().default(''),
    ...decided,
  },
  (t) => [
    primaryKey({ columns: [t.contactId, t.discountId] }),
    index('personal_discount_waiting_idx')
      .on(t.requestedAt, t.discountId)
      .where(sql`state = 'requested'`),
  ],
);
