import { sql } from '../../core/sql.ts';
import { bigint, index, integer, jsonb, pgTable, primaryKey, text, uuid } from '../../core/pg-core.ts';
import { instant } from '../../core/columns.ts';
import { backtestTable } from '../backtests/table.ts';

/** A rule by which points are earned. What it says stands in accrual_rule_version. */
export const accrualRule = pgTable(
  'accrual_rule',
  {
    ruleId: uuid('rule_id').primaryKey(),
    programId: uuid('program_id').notNull(),
    /** draft | live | paused | ended */
    state: text('state').$type<'draft' | 'live' | 'paused' | 'ended'>().notNull(),
    version: integer('version').notNull(),
    launchedAt: instant('launched_at'),
    createdAt: instant('created_at').notNull(),
    updatedAt: instant('updated_at').notNull(),
  },
  (t) => [
    index('accrual_rule_program_idx').on(t.programId, t.createdAt),
    index('accrual_rule_live_idx')
      .on(t.ruleId)
      .where(sql`state = 'live'`),
  ],
);

/** Every version a rule had: what was earned by it refers to it for good. */
export const accrualRuleVersion = pgTable(
  'accrual_rule_version',
  {
    ruleId: uuid('rule_id').notNull(),
    version: integer('version').notNull(),
    definition: jsonb('definition').notNull(),
    savedBy: text('saved_by').notNull(),
    savedAt: instant('saved_at').notNull(),
  },
  (t) => [primaryKey({ columns: [t.ruleId, t.version] })],
);

/**
 * What a source (`order:<id>`, `event:<id>`, a day) earned in a program, and all that was decided by: the versions of rules, the
 * facts, and what caps left. Returns reckon anew from these alone.
 */
export const accrual = pgTable(
  'accrual',
  {
    contactId: uuid('contact_id').notNull(),
    programId: uuid('program_id').notNull(),
    source: text('source').notNull(),
    /** Of what happened: periods of caps count by it. */
    occurredAt: instant('occurred_at').notNull(),
    earned: bigint('earned', { mode: 'bigint' }).notNull(),
    kept: bigint('kept', { mode: 'bigint' }).notNull(),
    /** [{ruleId, version, points, desired, why, needed, had, room, item}] */
    rules: jsonb('rules').notNull(),
    facts: jsonb('facts').notNull(),
    settledAt: instant('settled_at').notNull(),
    originId: uuid('origin_id').notNull(),
  },
  (t) => [
    primaryKey({ columns: [t.contactId, t.programId, t.source] }),
    index('accrual_occurred_idx').on(t.contactId, t.occurredAt),
  ],
);

/** N actions in a window, for a reward. */
export const challenge = pgTable(
  'challenge',
  {
    challengeId: uuid('challenge_id').primaryKey(),
    programId: uuid('program_id').notNull(),
    name: text('name').notNull(),
    /** live | ended */
    state: text('state').$type<'live' | 'ended'>().notNull(),
    counts: jsonb('counts').notNull(),
    target: integer('target').notNull(),
    points: bigint('points', { mode: 'number' }).notNull(),
    startsAt: instant('starts_at').notNull(),
    endsAt: instant('ends_at').notNull(),
    createdAt: instant('created_at').notNull(),
  },
  (t) => [index('challenge_program_idx').on(t.programId, t.createdAt)],
);

/** An action that counts. Its name (`order:<id>`, `event:<id>`, `item:<value>`) makes it count once. */
export const challengeAction = pgTable(
  'challenge_action',
  {
    contactId: uuid('contact_id').notNull(),
    challengeId: uuid('challenge_id').notNull(),
    source: text('source').notNull(),
    occurredAt: instant('occurred_at').notNull(),
    originId: uuid('origin_id').notNull(),
  },
  (t) => [primaryKey({ columns: [t.contactId, t.challengeId, t.source] })],
);

/** How a program rewards recommendations. */
export const referralProgram = pgTable('referral_program', {
  programId: uuid('program_id').primaryKey(),
  terms: jsonb('terms').notNull(),
  updatedAt: instant('updated_at').notNull(),
});

/** Look-up by a member's code, and the guard that a code exists once. */
export const referralCode = pgTable(
  'referral_code',
  {
    code: text('code').primaryKey(),
    programId: uuid('program_id').notNull(),
    contactId: uuid('contact_id').notNull(),
    createdAt: instant('created_at').notNull(),
    originId: uuid('origin_id').notNull(),
  },
  (t) => [index('referral_code_contact_idx').on(t.contactId, t.programId)],
);

/** Of a friend: who recommended, and what became of it. One for each program. */
export const referral = pgTable(
  'referral',
  {
    contactId: uuid('contact_id').notNull(),
    programId: uuid('program_id').notNull(),
    /** A node, that may live on in another contact by now; null when forgotten. */
    referrerId: uuid('referrer_id'),
    anonymousId: text('anonymous_id'),
    /** waiting | rewarded | refused */
    state: text('state').$type<'waiting' | 'rewarded' | 'refused'>().notNull(),
    reason: text('reason'),
    referredAt: instant('referred_at').notNull(),
    settledAt: instant('settled_at'),
    originId: uuid('origin_id').notNull(),
  },
  (t) => [
    primaryKey({ columns: [t.contactId, t.programId] }),
    index('referral_waiting_idx')
      .on(t.programId, t.contactId)
      .where(sql`state = 'waiting'`),
    index('referral_referrer_idx').on(t.referrerId, t.programId),
  ],
);

/** Rules by which points are earned, tried on past orders. */
export const accrualBacktest = backtestTable('accrual_backtest', 'program_id');
