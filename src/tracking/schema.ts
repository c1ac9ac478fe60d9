import {
  boolean,
  index,
  integer,
  jsonb,
  pgTable,
  primaryKey,
  text,
  uniqueIndex,
  uuid,
} from '../core/pg-core.ts';
import { sql } from '../core/sql.ts';
import { CART_EVENTS, FOLLOW_EVENTS } from './commerce/names.ts';
import { ONSITE_EVENTS } from './onsite/names.ts';
import { instant } from '../core/columns.ts';
import type { ConsentDefault, LetterKind, SourceKind } from './contract.ts';
import type { Trust } from './fact.ts';

/** A site, app, server or shop that sends facts. The write key is public and can only write public facts. */
export const source = pgTable(
  'source',
  {
    sourceId: uuid('source_id').primaryKey(),
    name: text('name').notNull(),
    /** site | app | server | shop */
    kind: text('kind').$type<SourceKind>().notNull(),
    writeKey: text('write_key').notNull(),
    /** What the site's server proves user ids with: context.userHash = hex HMAC-SHA256(secret, userId). Never shown to pages. */
    secret: text('secret')
      .notNull()
      .default(sql`replace(gen_random_uuid()::text || gen_random_uuid()::text, '-', '')`),
    origins: text('origins')
      .array()
      .notNull()
      .default(sql`'{}'`),
    /** What holds for a visitor who was not asked yet: granted | denied */
    consentDefault: text('consent_default').$type<ConsentDefault>().notNull().default('granted'),
    disabledAt: instant('disabled_at'),
    createdAt: instant('created_at').notNull(),
  },
  (t) => [uniqueIndex('source_write_key_idx').on(t.writeKey)],
);

const namesOf = (names: readonly string[]) => sql.raw(names.map((name) => `'${name}'`).join(', '));

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
    /** track | page | screen | identify | group | alias */
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
    // Small: they hold only what carts are made of, and what is said of orders already placed.
    index('event_cart_idx')
      .on(t.contactId, t.originId, t.occurredAt)
      .where(sql`name in (${namesOf(CART_EVENTS)})`),
    index('event_follow_idx')
      .on(sql`(properties->>'order_id')`)
      .where(sql`name in (${namesOf(FOLLOW_EVENTS)})`),
    index('event_onsite_idx')
      .on(sql`(properties->>'message_id')`, t.name)
      .where(sql`name in (${namesOf(ONSITE_EVENTS)})`),
    // Rows come in the order of time: a few pages of index find what came last, for next to nothing a row.
    index('event_recorded_idx').using('brin', t.recordedAt),
  ],
);

/**
 * Guard against doubles: a partitioned table cannot hold this uniqueness itself. The key is derived from source, trust and message
 * id: half the size of the three, which every event pays for. Trust is in it, so that whoever guesses a server's message id cannot
 * keep its fact out. Kept for good: what is stored once is never stored again.
 */
export const eventSeen = pgTable('event_seen', {
  key: uuid('key').primaryKey(),
  recordedAt: instant('recorded_at').notNull(),
});

/** Which node an anonymous id was given to: a row of contact, also when that lives on in another by now. Never moves. */
export const visitorLookup = pgTable(
  'visitor_lookup',
  {
    anonymousId: text('anonymous_id').primaryKey(),
    contactId: uuid('contact_id').notNull(),
    createdAt: instant('created_at').notNull(),
  },
  (t) => [
    index('visitor_lookup_contact_idx').on(t.contactId),
    // Visitors of a day, who are forgotten soon.
    index('visitor_lookup_day_idx')
      .on(t.createdAt)
      .where(sql`starts_with(anonymous_id, 'cl_')`),
  ],
);

/**
 * What could not become a fact (`event`), and facts that could not become an order (`order`): with the reason and the text as it
 * came, for the developer to see, mend and replay with the trust it was sent with.
 */
export const deadLetter = pgTable(
  'dead_letter',
  {
    id: uuid('id').primaryKey(),
    sourceId: uuid('source_id').notNull(),
    /** event | order */
    kind: text('kind').$type<LetterKind>().notNull(),
    /** public | server */
    trust: text('trust').$type<Trust>().notNull(),
    messageId: text('message_id'),
    reason: text('reason').notNull(),
    raw: text('raw').notNull(),
    receivedAt: instant('received_at').notNull(),
  },
  (t) => [
    index('dead_letter_source_idx').on(t.sourceId, t.receivedAt, t.id),
    index('dead_letter_received_idx').on(t.receivedAt, t.id),
  ],
);

/**
 * How a source fares, by minute. Each writer (a lane of a process) has rows of its own, so that no commit waits for another one's
 * counter.
 */
export const sourceMinute = pgTable(
  'source_minute',
  {
    sourceId: uuid('source_id').notNull(),
    minute: instant('minute').notNull(),
    writer: uuid('writer').notNull(),
    accepted: integer('accepted').notNull(),
    duplicate: integer('duplicate').notNull(),
    rejected: integer('rejected').notNull(),
    lastAt: instant('last_at').notNull(),
  },
  (t) => [primaryKey({ columns: [t.sourceId, t.minute, t.writer] })],
);
