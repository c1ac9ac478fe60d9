import { sql } from '../core/sql.ts';
import {
  boolean,
  doublePrecision,
  index,
  integer,
  jsonb,
  pgTable,
  primaryKey,
  text,
  uuid,
} from '../core/pg-core.ts';
import { instant } from '../core/columns.ts';

/** What gives points. A change makes a new version; entries keep the version they were made by. */
export const scoreRule = pgTable('score_rule', {
  ruleId: uuid('rule_id').primaryKey(),
  version: integer('version').notNull().default(1),
  /** ScoreRuleInput of the contract. */
  rule: jsonb('rule').notNull(),
  createdAt: instant('created_at').notNull(),
  updatedAt: instant('updated_at').notNull(),
});

/** Every point with its cause, append-only, partitioned by month of occurred_at. */
export const scoreEntry = pgTable(
  'score_entry',
  {
    contactId: uuid('contact_id').notNull(),
    occurredAt: instant('occurred_at').notNull(),
    id: uuid('id').notNull(),
    ruleId: uuid('rule_id').notNull(),
    ruleVersion: integer('rule_version').notNull(),
    ruleName: text('rule_name').notNull(),
    /** engagement | fit */
    kind: text('kind').notNull(),
    points: integer('points').notNull(),
    halfLifeDays: integer('half_life_days'),
    cap: integer('cap'),
    /** The fact in words, as it was: event name, response kind, "rule holds". */
    what: text('what').notNull(),
    /** The fact that was booked: "event:<id>". */
    factKey: text('fact_key').notNull(),
    /** Of all entries of a rule with the same key only the earliest counts. */
    onceKey: text('once_key'),
    recordedAt: instant('recorded_at').notNull(),
    originId: uuid('origin_id').notNull(),
  },
  (t) => [primaryKey({ columns: [t.contactId, t.occurredAt, t.id] })],
);

/**
 * A fact is booked once per rule: a partitioned table cannot hold this uniqueness itself. `voidedAt`: the fact turned out not to be
 * one (a scanner's click); its entry stays in the ledger and counts no more.
 */
export const scoreGuard = pgTable(
  'score_guard',
  {
    contactId: uuid('contact_id').notNull(),
    ruleId: uuid('rule_id').notNull(),
    factKey: text('fact_key').notNull(),
    voidedAt: instant('voided_at'),
    /** Whose fact it was before a merge; null: the contact's own. */
    originId: uuid('origin_id'),
  },
  (t) => [
    primaryKey({ columns: [t.contactId, t.ruleId, t.factKey] }),
    index('score_guard_voided_idx')
      .on(t.contactId, t.ruleId, t.factKey)
      .where(sql`voided_at is not null`),
  ],
);

/**
 * The latest score of a contact that ever gave a signal. `known`: somebody a person can write to, no visitor; only those are
 * leads to be seen. `reviewAt`: when it is to be looked at again though nothing happened.
 */
export const lead = pgTable(
  'lead',
  {
    contactId: uuid('contact_id').primaryKey(),
    known: boolean('known').notNull().default(false),
    grade: text('grade').notNull(),
    fit: text('fit').notNull(),
    fitPoints: doublePrecision('fit_points').notNull(),
    engagement: doublePrecision('engagement').notNull(),
    score: doublePrecision('score').notNull(),
    lastSignalAt: instant('last_signal_at'),
    hotSince: instant('hot_since'),
    computedAt: instant('computed_at').notNull(),
    reviewAt: instant('review_at'),
  },
  (t) => [
    index('lead_grade_idx')
      .on(t.grade, t.score, t.contactId)
      .where(sql`known`),
    index('lead_score_idx')
      .on(t.score, t.contactId)
      .where(sql`known`),
    index('lead_review_idx')
      .on(t.reviewAt)
      .where(sql`review_at is not null`),
  ],
);
