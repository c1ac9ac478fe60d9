import { boolean, index, integer, jsonb, pgTable, primaryKey, text, uuid } from '../../core/pg-core.ts';
import { instant } from '../../core/columns.ts';
import type { OnsiteKind, OnsiteTrigger } from './contract.ts';

/** Messages shown on the pages of a site. A small table: a handful of them is active at a time. */
export const onsiteMessage = pgTable(
  'onsite_message',
  {
    messageId: uuid('message_id').primaryKey(),
    /** Null: on the pages of every source. */
    sourceId: uuid('source_id'),
    /** banner | popup | inline */
    kind: text('kind').$type<OnsiteKind>().notNull(),
    title: text('title').notNull(),
    body: text('body').notNull(),
    linkText: text('link_text'),
    linkUrl: text('link_url'),
    slot: text('slot'),
    pagePattern: text('page_pattern').notNull(),
    trigger: jsonb('trigger').$type<OnsiteTrigger>().notNull(),
    priority: integer('priority').notNull(),
    cap: integer('cap').notNull(),
    enabled: boolean('enabled').notNull(),
    /** Null: for every visitor. */
    segmentId: uuid('segment_id'),
    /** Percent who never see it. */
    control: integer('control').notNull(),
    startsAt: instant('starts_at'),
    endsAt: instant('ends_at'),
    createdAt: instant('created_at').notNull(),
    updatedAt: instant('updated_at').notNull(),
  },
  (t) => [index('onsite_message_order_idx').on(t.priority, t.createdAt)],
);

/** What visitors did with messages before they were forgotten: facts that are gone still count. */
export const onsiteForgotten = pgTable(
  'onsite_forgotten',
  {
    messageId: uuid('message_id').notNull(),
    /** Name of the event. */
    name: text('name').notNull(),
    events: integer('events').notNull(),
  },
  (t) => [primaryKey({ columns: [t.messageId, t.name] })],
);
