import { sql } from '../../core/sql.ts';
import { index, integer, jsonb, pgTable, text, uuid } from '../../core/pg-core.ts';
import { instant } from '../../core/columns.ts';

/** Something tried on past orders: what was asked, how far it is, what came out. `subject` names the column of what it belongs to. */
export const backtestTable = (name: string, subject: string) =>
  pgTable(
    name,
    {
      backtestId: uuid('backtest_id').primaryKey(),
      subjectId: uuid(subject).notNull(),
      /** The version tried; null when it was a definition that is not saved. */
      version: integer('version'),
      definition: jsonb('definition').notNull(),
      options: jsonb('options').notNull(),
      /** waiting | running | done | failed | cancelled */
      state: text('state').$type<'waiting' | 'running' | 'done' | 'failed' | 'cancelled'>().notNull(),
      ordersDone: integer('orders_done').notNull().default(0),
      ordersTotal: integer('orders_total').notNull().default(0),
      /** Who works on it, and until when nobody else takes over. */
      lease: uuid('lease'),
      leaseUntil: instant('lease_until'),
      result: jsonb('result'),
      error: text('error'),
      createdBy: text('created_by').notNull(),
      createdAt: instant('created_at').notNull(),
      startedAt: instant('started_at'),
      endedAt: instant('ended_at'),
    },
    (t) => [
      index(`${name}_${subject.replace(/_id$/, '')}_idx`).on(t.subjectId, t.createdAt),
      index(`${name}_open_idx`)
        .on(t.createdAt)
        .where(sql`state in ('waiting', 'running')`),
    ],
  );

export type BacktestTable = ReturnType<typeof backtestTable>;
export type BacktestRow = BacktestTable['$inferSelect'];
