import { sql } from 'drizzle-orm';
import {
  boolean,
  index,
  integer,
  jsonb,
  pgTable,
  primaryKey,
  smallint,
  text,
  uuid,
} from 'drizzle-orm/pg-core';
import { instant } from '../core/columns.ts';

/**
 * A party: person or organisation, or a visitor not known yet. Its own fields are the latest values; what they were
 * before stands in contact_history. `search` is the lower-case text the search box looks in.
 */
export const contact = pgTable(
  'contact',
  {
    contactId: uuid('contact_id').primaryKey(),
    kind: text('kind').notNull(),
    roles: text('roles')
      .array()
      .notNull()
      .default(sql`'{client}'`),
    name: text('name').notNull().default(''),
    givenName: text('given_name'),
    familyName: text('family_name'),
    email: text('email'),
    phone: text('phone'),
    country: text('country'),
    city: text('city'),
    locale: text('locale'),
    timeZone: text('time_zone'),
    birthYear: smallint('birth_year'),
    birthMonth: smallint('birth_month'),
    birthDay: smallint('birth_day'),
    status: text('status').notNull().default('active'),
    tags: text('tags')
      .array()
      .notNull()
      .default(sql`'{}'`),
    attributes: jsonb('attributes').notNull().default({}),
    ownerId: text('owner_id'),
    source: text('source'),
    externalId: text('external_id'),
    mergedInto: uuid('merged_into'),
    search: text('search').notNull().default(''),
    version: integer('version').notNull().default(1),
    createdAt: instant('created_at').notNull(),
    updatedAt: instant('updated_at').notNull(),
  },
  (t) => [
    index('contact_created_idx').on(t.createdAt, t.contactId),
    index('contact_updated_idx').on(t.updatedAt, t.contactId),
    index('contact_name_idx').on(t.name, t.contactId),
    index('contact_owner_idx').on(t.ownerId, t.createdAt, t.contactId),
    index('contact_tags_idx').using('gin', t.tags),
    index('contact_attributes_idx').using('gin', t.attributes.op('jsonb_path_ops')),
    index('contact_search_idx').using('gin', t.search.op('gin_trgm_ops')),
  ],
);

/** Ways to reach a party. Not unique by value: families share phones. */
export const contactPoint = pgTable(
  'contact_point',
  {
    contactId: uuid('contact_id').notNull(),
    pointId: uuid('point_id').notNull(),
    /** email | phone | messenger | address */
    kind: text('kind').notNull(),
    /** Normalised: lower-case email, E.164 phone; equal to raw when it can't be parsed. */
    value: text('value').notNull(),
    raw: text('raw').notNull(),
    extension: text('extension'),
    valid: boolean('valid').notNull().default(true),
    isPrimary: boolean('is_primary').notNull().default(false),
    verifiedAt: instant('verified_at'),
    createdAt: instant('created_at').notNull(),
  },
  (t) => [primaryKey({ columns: [t.contactId, t.pointId] })],
);

/** Look-up by email or phone: its own small table keyed by the value. */
export const contactPointLookup = pgTable(
  'contact_point_lookup',
  { kind: text('kind').notNull(), value: text('value').notNull(), contactId: uuid('contact_id').notNull() },
  (t) => [primaryKey({ columns: [t.kind, t.value, t.contactId] })],
);

/** Look-up by another system's id: (namespace, id) names one contact. Namespace "user" holds the shop's login ids. */
export const contactExternalId = pgTable(
  'contact_external_id',
  {
    namespace: text('namespace').notNull(),
    externalId: text('external_id').notNull(),
    contactId: uuid('contact_id').notNull(),
  },
  (t) => [
    primaryKey({ columns: [t.namespace, t.externalId] }),
    index('contact_external_id_contact_idx').on(t.contactId),
  ],
);

/** Every value a field or attribute ever had, append-only: the answer to "as of". `value` null means it was removed. */
export const contactHistory = pgTable(
  'contact_history',
  {
    contactId: uuid('contact_id').notNull(),
    key: text('key').notNull(),
    occurredAt: instant('occurred_at').notNull(),
    id: uuid('id').notNull(),
    value: jsonb('value'),
    recordedAt: instant('recorded_at').notNull(),
    originId: uuid('origin_id').notNull(),
  },
  (t) => [primaryKey({ columns: [t.contactId, t.key, t.occurredAt, t.id] })],
);

/** Consent given or withdrawn, with its proof, append-only; the latest row per purpose and channel counts. */
export const consent = pgTable(
  'consent',
  {
    contactId: uuid('contact_id').notNull(),
    purpose: text('purpose').notNull(),
    channel: text('channel').notNull(),
    occurredAt: instant('occurred_at').notNull(),
    id: uuid('id').notNull(),
    granted: boolean('granted').notNull(),
    source: text('source').notNull(),
    proof: jsonb('proof').notNull().default({}),
    recordedAt: instant('recorded_at').notNull(),
  },
  (t) => [primaryKey({ columns: [t.contactId, t.purpose, t.channel, t.occurredAt, t.id] })],
);

/** Addresses that get nothing, whoever holds them: hard bounce, complaint, unsubscribe, erased. */
export const suppression = pgTable(
  'suppression',
  {
    channel: text('channel').notNull(),
    address: text('address').notNull(),
    reason: text('reason').notNull(),
    createdAt: instant('created_at').notNull(),
  },
  (t) => [primaryKey({ columns: [t.channel, t.address] })],
);
