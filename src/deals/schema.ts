import { index, integer, pgTable, primaryKey, text, uuid } from '../core/pg-core.ts';
import { instant } from '../core/columns.ts';

/** Something to do by a time. A task about nobody carries its own id as contact_id, so that it is keyed like the others. */
export const task = pgTable(
  'task',
  {
    contactId: uuid('contact_id').notNull(),
    taskId: uuid('task_id').notNull(),
    title: text('title').notNull(),
    note: text('note'),
    assigneeId: text('assignee_id').notNull(),
    /** open | done | cancelled */
    state: text('state').notNull(),
    dueAt: instant('due_at').notNull(),
    /** As first set; never moved, so that being late stays visible. */
    originalDueAt: instant('original_due_at').notNull(),
    result: text('result'),
    createdBy: text('created_by').notNull(),
    createdAt: instant('created_at').notNull(),
    closedAt: instant('closed_at'),
    /** Whom it was about before a merge; null: the contact itself. */
    originId: uuid('origin_id'),
  },
  (t) => [
    primaryKey({ columns: [t.contactId, t.taskId] }),
    index('task_id_idx').on(t.taskId),
    index('task_assignee_idx').on(t.assigneeId, t.state, t.dueAt, t.taskId),
    index('task_due_idx').on(t.state, t.dueAt, t.taskId),
  ],
);

/** Calls made and taken, append-only. */
export const call = pgTable(
  'call',
  {
    contactId: uuid('contact_id').notNull(),
    occurredAt: instant('occurred_at').notNull(),
    callId: uuid('call_id').notNull(),
    direction: text('direction').notNull(),
    outcome: text('outcome').notNull(),
    durationS: integer('duration_s'),
    note: text('note'),
    userId: text('user_id').notNull(),
    userName: text('user_name').notNull(),
    recordedAt: instant('recorded_at').notNull(),
    originId: uuid('origin_id').notNull(),
  },
  (t) => [primaryKey({ columns: [t.contactId, t.occurredAt, t.callId] })],
);
