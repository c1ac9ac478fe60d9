import { date, integer, pgTable, primaryKey, text, uuid } from '../../core/pg-core.ts';

/** What stays of visitors who were forgotten: how many there were and what they did, by day (UTC) and source. Nobody can be told from it. */
export const visitorsForgotten = pgTable(
  'visitors_forgotten',
  {
    sourceId: uuid('source_id').notNull(),
    day: date('day').notNull(),
    /** visitor | day | bot */
    kind: text('kind').notNull(),
    /** Visitors of that day, each counted on every day it came. */
    visitors: integer('visitors').notNull(),
    events: integer('events').notNull(),
    pages: integer('pages').notNull(),
  },
  (t) => [primaryKey({ columns: [t.sourceId, t.day, t.kind] })],
);
