import { sql } from '../core/sql.ts';
import {
  bigint,
  boolean,
  customType,
  index,
  integer,
  jsonb,
  pgTable,
  primaryKey,
  real,
  smallint,
  text,
  uuid,
} from '../core/pg-core.ts';
import { instant } from '../core/columns.ts';

/** Text compared byte by byte: the same order in every database, and quick. For keys and prepared sort keys. */
const plainText = customType<{ data: string }>({ dataType: () => 'text collate "C"' });

/**
 * Contacts a person works with: neither anonymous visitors, who may outnumber them a hundred times, nor redirects of a merge.
 * Queries of lists spell exactly this, so that the partial indexes serve them.
 */
const known = sql.raw(`"merged_into" is null and "kind" <> 'visitor'`);

/**
 * A party: person or organisation, or a visitor not known yet. Its own fields are the latest values; what they were
 * before stands in contact_history. `search` is the folded text the search box looks in, `sort_name` the folded name.
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
    sortName: plainText('sort_name').notNull().default(''),
    givenName: text('given_name'),
    familyName: text('family_name'),
    email: plainText('email'),
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
    /** "visitor" for a row that began as one nobody knew; what a separated contact goes back to. */
    bornAs: text('born_as'),
    /** When the row itself began, once a merge has given the contact an earlier beginning. */
    bornAt: instant('born_at'),
    search: text('search').notNull().default(''),
    version: integer('version').notNull().default(1),
    createdAt: instant('created_at').notNull(),
    updatedAt: instant('updated_at').notNull(),
  },
  (t) => [
    index('contact_created_idx').on(t.createdAt, t.contactId).where(known),
    index('contact_updated_idx').on(t.updatedAt, t.contactId).where(known),
    index('contact_name_idx').on(t.sortName, t.contactId).where(known),
    index('contact_email_idx').on(t.email, t.contactId).where(known),
    index('contact_visitor_idx').on(t.createdAt, t.contactId).where(sql.raw(`"kind" = 'visitor'`)),
    index('contact_owner_idx')
      .on(t.ownerId, t.createdAt, t.contactId)
      .where(sql.raw(`"owner_id" is not null`)),
    index('contact_birthday_idx')
      .on(t.birthMonth, t.birthDay, t.contactId)
      .where(sql.raw(`"birth_month" is not null and "merged_into" is null`)),
    index('contact_merged_idx').on(t.mergedInto).where(sql.raw(`"merged_into" is not null`)),
    index('contact_tags_idx').using('gin', t.tags),
    index('contact_search_idx').using('gin', t.search.op('gin_trgm_ops')).where(known),
  ],
);

/** Ways to reach a party. Not unique by value: families share phones. */
export const contactPoint = pgTable(
  'contact_point',
  {
    contactId: uuid('contact_id').notNull(),
    pointId: uuid('point_id').notNull(),
    /** email | phone | messenger | address | push (a browser's web push address; raw holds its keys) | telegram (a chat) */
    kind: text('kind').notNull(),
    /** Normalised: lower-case email, E.164 phone; equal to raw when it can't be parsed. */
    value: text('value').notNull(),
    raw: text('raw').notNull(),
    extension: text('extension'),
    valid: boolean('valid').notNull().default(true),
    isPrimary: boolean('is_primary').notNull().default(false),
    verifiedAt: instant('verified_at'),
    createdAt: instant('created_at').notNull(),
    /** Typed by somebody nobody can vouch for: shown, written to with consent, and never used to recognise anybody. */
    claimed: boolean('claimed').notNull().default(false),
    /** The node it was said of; null: of the contact itself. */
    originId: uuid('origin_id'),
  },
  (t) => [primaryKey({ columns: [t.contactId, t.pointId] })],
);

/** Look-up by email or phone, less the claimed ones: its own small table keyed by the value. */
export const contactPointLookup = pgTable(
  'contact_point_lookup',
  { kind: text('kind').notNull(), value: text('value').notNull(), contactId: uuid('contact_id').notNull() },
  (t) => [primaryKey({ columns: [t.kind, t.value, t.contactId] })],
);

/**
 * Look-up by the value of any other field or custom attribute, for filters that few contacts fit: entries as lookup.ts
 * makes them. Holds what differs from what every contact begins with; kept together with the contact's row.
 */
export const fieldLookup = pgTable(
  'field_lookup',
  {
    /** Field and value in one column, so that PostgreSQL knows how many have this value of this field. */
    entry: plainText('entry').notNull(),
    contactId: uuid('contact_id').notNull(),
  },
  (t) => [primaryKey({ columns: [t.entry, t.contactId] })],
);

/** Look-up by another system's id: (namespace, id) names one contact. Namespace "user" holds the shop's login ids. */
export const contactExternalId = pgTable(
  'contact_external_id',
  {
    namespace: text('namespace').notNull(),
    externalId: text('external_id').notNull(),
    contactId: uuid('contact_id').notNull(),
    /** The node it names; null: the contact itself. */
    originId: uuid('origin_id'),
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
    /** Of a word about tags: {added, removed} against what stood before; null: all of them are new. */
    delta: jsonb('delta'),
    /** The merge that made this word to settle what two histories say; it goes when the merge is undone. */
    settles: uuid('settles'),
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
    originId: uuid('origin_id').notNull(),
  },
  (t) => [
    primaryKey({ columns: [t.contactId, t.purpose, t.channel, t.occurredAt, t.id] }),
    index('consent_find_idx').on(t.purpose, t.channel, t.granted, t.contactId),
  ],
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

/** What somebody wrote about a contact, append-only. */
export const contactNote = pgTable(
  'contact_note',
  {
    contactId: uuid('contact_id').notNull(),
    occurredAt: instant('occurred_at').notNull(),
    id: uuid('id').notNull(),
    body: text('body').notNull(),
    authorId: text('author_id').notNull(),
    authorName: text('author_name').notNull(),
    originId: uuid('origin_id').notNull(),
  },
  (t) => [primaryKey({ columns: [t.contactId, t.occurredAt, t.id] })],
);

/** Custom attributes seen so far with the types of their values: what filters and column pickers offer. */
export const attributeKey = pgTable(
  'attribute_key',
  {
    key: text('key').notNull(),
    /** text | number | boolean | date | list */
    type: text('type').notNull(),
    createdAt: instant('created_at').notNull(),
  },
  (t) => [primaryKey({ columns: [t.key, t.type] })],
);

/** A list somebody saved: search, filter, sort and columns. Shared ones are seen by all, changed by their owner. */
export const savedView = pgTable(
  'saved_view',
  {
    viewId: uuid('view_id').primaryKey(),
    entity: text('entity').notNull(),
    name: text('name').notNull(),
    query: jsonb('query').notNull(),
    ownerId: text('owner_id').notNull(),
    shared: boolean('shared').notNull().default(false),
    createdAt: instant('created_at').notNull(),
    updatedAt: instant('updated_at').notNull(),
  },
  (t) => [index('saved_view_owner_idx').on(t.entity, t.ownerId)],
);

/**
 * A file on its way into the base. The row is claimed with a lease; every batch of rows commits together with the counters
 * here, so that whoever goes on after a crash begins exactly behind the last committed row.
 */
export const importJob = pgTable(
  'import_job',
  {
    importId: uuid('import_id').primaryKey(),
    kind: text('kind').notNull(),
    name: text('name').notNull(),
    /** csv | ndjson */
    format: text('format').notNull(),
    preset: text('preset'),
    mapping: jsonb('mapping').notNull(),
    /** Column names of a CSV file, as found when it was uploaded. */
    header: text('header').array(),
    /** queued | running | done | failed | cancelled */
    state: text('state').notNull(),
    sha256: text('sha256').notNull(),
    /** Bytes as stored (compressed when the file is). */
    bytesTotal: bigint('bytes_total', { mode: 'number' }).notNull(),
    bytesRead: bigint('bytes_read', { mode: 'number' }).notNull().default(0),
    /** The checkpoint: rows 1 … rowsRead are finished with. */
    rowsRead: integer('rows_read').notNull().default(0),
    rowsCreated: integer('rows_created').notNull().default(0),
    rowsUpdated: integer('rows_updated').notNull().default(0),
    rowsUnchanged: integer('rows_unchanged').notNull().default(0),
    rowsFailed: integer('rows_failed').notNull().default(0),
    rowsPerS: real('rows_per_s'),
    /** Why it failed: {code, detail, at}. */
    failure: jsonb('failure'),
    leaseToken: uuid('lease_token'),
    leaseUntil: instant('lease_until'),
    /** Claims since the last committed batch; a file that takes worker after worker down is given up. */
    claims: integer('claims').notNull().default(0),
    createdBy: text('created_by').notNull(),
    createdAt: instant('created_at').notNull(),
    startedAt: instant('started_at'),
    finishedAt: instant('finished_at'),
    /** When the stored file was removed after its term. */
    fileRemovedAt: instant('file_removed_at'),
  },
  (t) => [
    index('import_job_created_idx').on(t.createdAt, t.importId),
    index('import_job_open_idx')
      .on(t.createdAt, t.importId)
      .where(sql`${t.state} in ('queued', 'running')`),
  ],
);

/** A row of a file that was not taken, with why and as it stood in the file. */
export const importError = pgTable(
  'import_error',
  {
    importId: uuid('import_id').notNull(),
    /** Number of the data row in the file, from 1; a header is not counted. */
    rowNumber: integer('row_number').notNull(),
    code: text('code').notNull(),
    field: text('field'),
    detail: text('detail').notNull(),
    /** Line of its document, for kinds that number them; lets a mended row find its place again. */
    line: integer('line'),
    /** Cells of the CSV row, or the text of the NDJSON line. */
    raw: text('raw').array().notNull(),
  },
  (t) => [primaryKey({ columns: [t.importId, t.rowNumber] })],
);
