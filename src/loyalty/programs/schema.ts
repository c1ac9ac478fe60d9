import { sql } from '../../core/sql.ts';
import { index, integer, jsonb, pgTable, primaryKey, text, uniqueIndex, uuid } from '../../core/pg-core.ts';
import { instant } from '../../core/columns.ts';

/** A loyalty program: its present settings. `version` counts changes; each is kept in loyalty_program_version. */
export const loyaltyProgram = pgTable('loyalty_program', {
  programId: uuid('program_id').primaryKey(),
  name: text('name').notNull(),
  currency: text('currency').notNull(),
  zone: text('zone').notNull(),
  /** draft | active | archived */
  state: text('state').$type<'draft' | 'active' | 'archived'>().notNull().default('active'),
  version: integer('version').notNull().default(1),
  settings: jsonb('settings').notNull(),
  createdAt: instant('created_at').notNull(),
  updatedAt: instant('updated_at').notNull(),
});

export const loyaltyProgramVersion = pgTable(
  'loyalty_program_version',
  {
    programId: uuid('program_id').notNull(),
    version: integer('version').notNull(),
    name: text('name').notNull(),
    settings: jsonb('settings').notNull(),
    changedBy: text('changed_by').notNull(),
    changedAt: instant('changed_at').notNull(),
  },
  (t) => [primaryKey({ columns: [t.programId, t.version] })],
);

/** An enrolment. Of two members who turn out to be one person both rows live on: each keeps its card and its node. */
export const loyaltyMember = pgTable(
  'loyalty_member',
  {
    contactId: uuid('contact_id').notNull(),
    memberId: uuid('member_id').notNull(),
    programId: uuid('program_id').notNull(),
    cardNumber: text('card_number').notNull(),
    termsVersion: text('terms_version').notNull(),
    channel: text('channel').notNull(),
    /** active | left */
    state: text('state').$type<'active' | 'left'>().notNull().default('active'),
    enrolledAt: instant('enrolled_at').notNull(),
    leftAt: instant('left_at'),
    originId: uuid('origin_id').notNull(),
  },
  (t) => [
    primaryKey({ columns: [t.contactId, t.memberId] }),
    uniqueIndex('loyalty_member_once_idx').on(t.contactId, t.programId, t.originId),
    index('loyalty_member_program_idx').on(t.programId, t.enrolledAt),
  ],
);

/** Look-up by card number, and the guard that a number exists once. */
export const memberCard = pgTable(
  'member_card',
  {
    cardNumber: text('card_number').primaryKey(),
    programId: uuid('program_id').notNull(),
    contactId: uuid('contact_id').notNull(),
    memberId: uuid('member_id').notNull(),
  },
  (t) => [index('member_card_contact_idx').on(t.contactId)],
);

/** One-time codes a till asked for by phone. The code itself is nowhere: a keyed hash of it is. */
export const memberCode = pgTable(
  'member_code',
  {
    codeId: uuid('code_id').primaryKey(),
    programId: uuid('program_id').notNull(),
    contactId: uuid('contact_id').notNull(),
    codeHash: text('code_hash').notNull(),
    attempts: integer('attempts').notNull().default(0),
    createdAt: instant('created_at').notNull(),
    expiresAt: instant('expires_at').notNull(),
    usedAt: instant('used_at'),
    /** Who confirmed it, the only one who may name a buyer by it. */
    usedBy: text('used_by'),
  },
  (t) => [
    index('member_code_contact_idx').on(t.contactId, t.createdAt),
    index('member_code_expires_idx').on(t.expiresAt),
  ],
);

/** Receipts from before enrolment that a member claimed; the key is the guard that nobody claims one twice. */
export const receiptClaim = pgTable(
  'receipt_claim',
  {
    programId: uuid('program_id').notNull(),
    source: text('source').notNull(),
    externalId: text('external_id').notNull(),
    contactId: uuid('contact_id').notNull(),
    orderId: uuid('order_id').notNull(),
    occurredAt: instant('occurred_at').notNull(),
    claimedAt: instant('claimed_at').notNull(),
    originId: uuid('origin_id').notNull(),
  },
  (t) => [
    primaryKey({ columns: [t.programId, t.source, t.externalId] }),
    index('receipt_claim_contact_idx').on(t.contactId, sql`${t.claimedAt} desc`),
  ],
);
