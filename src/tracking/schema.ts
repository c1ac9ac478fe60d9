import { boolean, index, jsonb, pgTable, primaryKey, text, uniqueIndex, uuid } from 'drizzle-orm/pg-core';
import { sql } from 'drizzle-orm';
import { instant } from '../core/columns.ts';
import type { SourceKind } from './contract.ts';

/** A site, app, server or shop that sends facts. The write key is public and can only write public facts. */
export const source = pgTable(
  'source',
  {
    sourceId: uuid('source_id').primaryKey(),
    name: text('name').notNull(),
    /** site | app | server | shop */
    kind: text('kind').$type<SourceKind>().notNull(),
    writeKey: text('write_key').notNull(),
    origins: text('origins')
      .array()
      .notNull()
      .default(sql`'{}'`),
    disabledAt: instant('disabled_at'),
    createdAt: instant('created_at').notNull(),
  },
  (t) => [uniqueIndex('source_write_key_idx').on(t.writeKey)],
);

/** What people did, append-only, partitioned by month of occurred_at. */
export const event = pgTable(
  'event',
  {
    contactId: uuid('contact_id').notNull(),
    occurredAt: instant('occurred_at').notNull(),
    id: uuid('id').notNull(),
    recordedAt: instant('recorded_at').notNull(),
    sourceId: uuid('source_id').notNull(),
    /** Null when the sender gave none. */
    messageId: text('message_id'),
    /** track | page | screen | identify */
    type: text('type').notNull(),
    name: text('name').notNull(),
    /** public | server | verified */
    trust: text('trust').notNull(),
    bot: boolean('bot').notNull().default(false),
    properties: jsonb('properties').notNull().default({}),
    context: jsonb('context').notNull().default({}),
    originId: uuid('origin_id').notNull(),
  },
  (t) => [
    primaryKey({ columns: [t.contactId, t.occurredAt, t.id] }),
    index('event_name_idx').on(t.name, t.occurredAt),
  ],
);

/**
 * Guard against doubles: a partitioned table cannot hold this uniqueness itself. Public and trusted senders of one source have ids
 * of their own, so that whoever guesses a server's message id cannot keep its fact out.
 */
export const eventSeen = pgTable(
  'event_seen',
  {
    sourceId: uuid('source_id').notNull(),
    trust: text('trust').notNull(),
    messageId: text('message_id').notNull(),
    recordedAt: instant('recorded_at').notNull(),
  },
  (t) => [
    primaryKey({ columns: [t.sourceId, t.trust, t.messageId] }),
    // Rows come in the order of time: a few pages of index tell how a source fared today.
    index('event_seen_recorded_idx').using('brin', t.recordedAt),
  ],
);

/** Which contact row an anonymous id stands for: a visitor, or the known contact it was joined to. */
export const visitorLookup = pgTable(
  'visitor_lookup',
  {
    anonymousId: text('anonymous_id').primaryKey(),
    contactId: uuid('contact_id').notNull(),
    createdAt: instant('created_at').notNull(),
  },
  (t) => [index('visitor_lookup_contact_idx').on(t.contactId)],
);

/** Events that could not become facts, with the reason and the text as it came, for the developer to see and replay. */
export const deadLetter = pgTable(
  'dead_letter',
  {
    id: uuid('id').primaryKey(),
    sourceId: uuid('source_id').notNull(),
    messageId: text('message_id'),
    reason: text('reason').notNull(),
    raw: text('raw').notNull(),
    receivedAt: instant('received_at').notNull(),
  },
  (t) => [index('dead_letter_source_idx').on(t.sourceId, t.receivedAt)],
);
