import { sql } from '../core/sql.ts';
import {
  bigint,
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
import { instant } from '../core/columns.ts';

/** A saved rule (dynamic) or a list kept by hand (static). */
export const segment = pgTable(
  'segment',
  {
    segmentId: uuid('segment_id').primaryKey(),
    name: text('name').notNull(),
    description: text('description').notNull().default(''),
    /** dynamic | static */
    kind: text('kind').notNull(),
    /** The version last saved. */
    version: integer('version').notNull().default(1),
    /** The version the membership follows; null until the first build ends. */
    servedVersion: integer('served_version'),
    /** ready | building | failed */
    state: text('state').notNull(),
    error: text('error'),
    builtAt: instant('built_at'),
    buildMs: integer('build_ms'),
    createdBy: text('created_by').notNull(),
    createdAt: instant('created_at').notNull(),
    updatedAt: instant('updated_at').notNull(),
    /** Archived segments keep their rules and history for what was sent to them; they have no members. */
    archivedAt: instant('archived_at'),
  },
  (t) => [
    uniqueIndex('segment_name_idx')
      .on(sql`lower(${t.name})`)
      .where(sql`archived_at is null`),
  ],
);

/**
 * What the build of a segment is doing, apart from `segment` so that it is written and read while the build's transaction is
 * open. A row stands from the request until the build has ended.
 */
export const segmentBuild = pgTable('segment_build', {
  segmentId: uuid('segment_id').primaryKey(),
  /** waiting | evaluating | writing | counting */
  phase: text('phase').notNull(),
  since: instant('since').notNull(),
  /** build | fact: why a version that serves already is built anew. */
  cause: text('cause').notNull().default('build'),
});

/** Every rule a dynamic segment ever had, append-only. */
export const segmentVersion = pgTable(
  'segment_version',
  {
    segmentId: uuid('segment_id').notNull(),
    version: integer('version').notNull(),
    rule: jsonb('rule').notNull(),
    createdBy: text('created_by').notNull(),
    createdAt: instant('created_at').notNull(),
  },
  (t) => [primaryKey({ columns: [t.segmentId, t.version] })],
);

/** Which facts the served rule of a segment depends on; a fact finds its segments here. Key "*" is any of the kind. */
export const segmentDependency = pgTable(
  'segment_dependency',
  { kind: text('kind').notNull(), key: text('key').notNull(), segmentId: uuid('segment_id').notNull() },
  (t) => [
    primaryKey({ columns: [t.kind, t.key, t.segmentId] }),
    index('segment_dependency_segment_idx').on(t.segmentId),
  ],
);

/** Number of members when last counted, apart from `segment` so that counting never waits for those who edit or build. */
export const segmentSize = pgTable('segment_size', {
  segmentId: uuid('segment_id').primaryKey(),
  members: bigint('members', { mode: 'number' }).notNull(),
  updatedAt: instant('updated_at').notNull(),
});

/** Who came and went since the members were counted; folded into `segment_size` every few seconds. */
export const segmentSizeChange = pgTable(
  'segment_size_change',
  {
    id: uuid('id').primaryKey(),
    segmentId: uuid('segment_id').notNull(),
    change: integer('change').notNull(),
    createdAt: instant('created_at').notNull(),
  },
  (t) => [index('segment_size_change_segment_idx').on(t.segmentId)],
);

/**
 * Membership, sparse: a row stands where the value is true or will change by itself. `valid_until` is the first moment at
 * which it can change with no new fact; null when only a fact can change it.
 */
export const segmentMember = pgTable(
  'segment_member',
  {
    contactId: uuid('contact_id').notNull(),
    segmentId: uuid('segment_id').notNull(),
    value: boolean('value').notNull(),
    validUntil: instant('valid_until'),
    /** Since when the value is what it is. */
    since: instant('since').notNull(),
  },
  (t) => [
    primaryKey({ columns: [t.contactId, t.segmentId] }),
    index('segment_member_segment_idx').on(t.segmentId, t.contactId),
    index('segment_member_due_idx')
      .on(t.validUntil)
      .where(sql`valid_until is not null`),
  ],
);

/** Entering and leaving, append-only, written in the transaction of the change. */
export const segmentTransition = pgTable(
  'segment_transition',
  {
    contactId: uuid('contact_id').notNull(),
    occurredAt: instant('occurred_at').notNull(),
    id: uuid('id').notNull(),
    segmentId: uuid('segment_id').notNull(),
    /** entered | left */
    direction: text('direction').notNull(),
    /** fact | time | build | edit | manual | merge | archive */
    cause: text('cause').notNull(),
    /** The event that told of the fact, when it was one. */
    causeId: text('cause_id'),
    version: integer('version').notNull(),
    originId: uuid('origin_id').notNull(),
  },
  (t) => [
    primaryKey({ columns: [t.contactId, t.occurredAt, t.id] }),
    // With the id: a build writes any number of rows of one moment, and lists go through them page by page.
    index('segment_transition_segment_idx').on(t.segmentId, t.occurredAt, t.id),
  ],
);

/** Contacts to evaluate for a segment that was being built when their fact came. */
export const segmentPending = pgTable(
  'segment_pending',
  {
    contactId: uuid('contact_id').notNull(),
    segmentId: uuid('segment_id').notNull(),
    cause: text('cause').notNull(),
    causeId: text('cause_id'),
    createdAt: instant('created_at').notNull(),
  },
  (t) => [
    primaryKey({ columns: [t.contactId, t.segmentId] }),
    index('segment_pending_segment_idx').on(t.segmentId),
  ],
);
