import { index, jsonb, pgTable, primaryKey, smallint, text, uuid } from '../../core/pg-core.ts';
import { instant } from '../../core/columns.ts';

/**
 * What was decided at hand-off and why, append-only, partitioned by month of occurred_at. The rows `go` are also what frequency
 * caps are counted by, together with what became of the message; they are written where a cap counts the message.
 */
export const sendDecision = pgTable(
  'send_decision',
  {
    contactId: uuid('contact_id').notNull(),
    occurredAt: instant('occurred_at').notNull(),
    id: uuid('id').notNull(),
    messageId: uuid('message_id').notNull(),
    campaignId: uuid('campaign_id').notNull(),
    /** `occurred_at` of the message: where its row lies. */
    plannedAt: instant('planned_at').notNull(),
    /** The claim it was decided for. */
    attempt: smallint('attempt').notNull(),
    channel: text('channel').notNull(),
    purpose: text('purpose').notNull(),
    /** go | defer | skip */
    decision: text('decision').notNull(),
    reason: text('reason'),
    /** Of a deferral: not before this moment. */
    until: instant('until'),
    /** What it was decided by: the cap and the messages that filled it, the quiet hours with their zone, the best hour. */
    facts: jsonb('facts'),
    originId: uuid('origin_id').notNull(),
  },
  (t) => [
    primaryKey({ columns: [t.contactId, t.occurredAt, t.id] }),
    index('send_decision_message_idx').on(t.contactId, t.messageId),
  ],
);

/** Somebody has asked for a rest, append-only: the newest row counts. */
export const sendPause = pgTable(
  'send_pause',
  {
    contactId: uuid('contact_id').notNull(),
    id: uuid('id').notNull(),
    /** In the past: the rest is over. */
    until: instant('until').notNull(),
    createdAt: instant('created_at').notNull(),
    originId: uuid('origin_id').notNull(),
  },
  (t) => [primaryKey({ columns: [t.contactId, t.id] })],
);
