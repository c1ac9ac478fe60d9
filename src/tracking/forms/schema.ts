import { sql } from '../../core/sql.ts';
import {
  boolean,
  date,
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
import type { SpamReason, SubmissionState } from './contract.ts';

/** A form that people fill in; what it says stands in its versions. */
export const form = pgTable(
  'form',
  {
    formId: uuid('form_id').primaryKey(),
    name: text('name').notNull(),
    sourceId: uuid('source_id').notNull(),
    live: boolean('live').notNull().default(true),
    version: integer('version').notNull().default(1),
    createdBy: text('created_by').notNull(),
    createdAt: instant('created_at').notNull(),
    updatedAt: instant('updated_at').notNull(),
  },
  (t) => [uniqueIndex('form_name_idx').on(sql`lower(${t.name})`)],
);

/** Append-only: a submission keeps the version that was shown. */
export const formVersion = pgTable(
  'form_version',
  {
    formId: uuid('form_id').notNull(),
    version: integer('version').notNull(),
    definition: jsonb('definition').notNull(),
    createdBy: text('created_by').notNull(),
    createdAt: instant('created_at').notNull(),
  },
  (t) => [primaryKey({ columns: [t.formId, t.version] })],
);

/**
 * What somebody sent. The id comes from the page's one-time token, so that a token is one submission. `node_id` names the contact
 * row it was said of and never moves: the contact of today is that row or its survivor.
 */
export const formSubmission = pgTable(
  'form_submission',
  {
    formId: uuid('form_id').notNull(),
    submissionId: uuid('submission_id').notNull(),
    version: integer('version').notNull(),
    locale: text('locale').notNull(),
    /** hosted | embed | site */
    shown: text('shown').notNull(),
    /** received | pending | confirmed | spam | rejected */
    state: text('state').$type<SubmissionState>().notNull(),
    spamReason: text('spam_reason').$type<SpamReason>(),
    flags: text('flags')
      .array()
      .notNull()
      .default(sql`'{}'`),
    values: jsonb('values').notNull(),
    /** Consents given: purpose, channel and the very text shown. */
    consents: jsonb('consents').notNull(),
    /** Lower case; null when the form asks for none. */
    email: text('email'),
    /** Of the visitor who filled it in, or one made for this submission. */
    anonymousId: text('anonymous_id').notNull(),
    nodeId: uuid('node_id'),
    ip: text('ip').notNull(),
    userAgent: text('user_agent').notNull(),
    page: text('page').notNull().default(''),
    submittedAt: instant('submitted_at').notNull(),
    confirmedAt: instant('confirmed_at'),
    reviewedBy: text('reviewed_by'),
  },
  (t) => [
    primaryKey({ columns: [t.formId, t.submissionId] }),
    index('form_submission_list_idx').on(t.formId, t.submittedAt, t.submissionId),
    index('form_submission_state_idx').on(t.formId, t.state, t.submittedAt, t.submissionId),
    index('form_submission_email_idx').on(t.email, t.submittedAt),
    index('form_submission_node_idx')
      .on(t.nodeId)
      .where(sql`node_id is not null`),
  ],
);

/** Times a form was shown to people, by day (UTC). */
export const formView = pgTable(
  'form_view',
  {
    formId: uuid('form_id').notNull(),
    day: date('day').notNull(),
    views: integer('views').notNull().default(0),
  },
  (t) => [primaryKey({ columns: [t.formId, t.day] })],
);
