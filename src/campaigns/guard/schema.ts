import { index, integer, jsonb, pgTable, text, uuid } from '../../core/pg-core.ts';
import { instant } from '../../core/columns.ts';
import { sql } from '../../core/sql.ts';

/** A launch above the guard's limits that somebody asked a second person for; of one version of the campaign. */
export const campaignApproval = pgTable(
  'campaign_approval',
  {
    approvalId: uuid('approval_id').primaryKey(),
    campaignId: uuid('campaign_id').notNull(),
    campaignVersion: integer('campaign_version').notNull(),
    /** waiting | approved | refused */
    state: text('state').notNull(),
    audience: integer('audience').notNull(),
    findings: jsonb('findings').notNull(),
    note: text('note'),
    /** Actors by kind and id: nobody approves what they have asked for. */
    askedBy: text('asked_by').notNull(),
    askedByName: text('asked_by_name').notNull(),
    askedAt: instant('asked_at').notNull(),
    decidedByName: text('decided_by_name'),
    decidedAt: instant('decided_at'),
    decision: text('decision'),
  },
  (t) => [
    index('campaign_approval_campaign_idx').on(t.campaignId, t.askedAt),
    index('campaign_approval_waiting_idx')
      .on(t.askedAt)
      .where(sql`state = 'waiting'`),
  ],
);
