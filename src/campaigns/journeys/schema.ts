import { sql } from '../../core/sql.ts';
import {
  bigint,
  index,
  integer,
  jsonb,
  pgTable,
  primaryKey,
  smallint,
  text,
  uniqueIndex,
  uuid,
} from '../../core/pg-core.ts';
import { instant } from '../../core/columns.ts';

/** The draft of a journey, and which version people come into. */
export const journey = pgTable(
  'journey',
  {
    journeyId: uuid('journey_id').primaryKey(),
    name: text('name').notNull(),
    /** draft | running | paused | stopped */
    state: text('state').notNull().default('draft'),
    draft: jsonb('draft').notNull(),
    /** Grows with every change of the draft; of the last published one. */
    revision: integer('revision').notNull().default(1),
    publishedRevision: integer('published_revision'),
    version: integer('version'),
    /** How people get into that version: segment-entered | segment-left | event | order | api | audience, and of what. */
    entryKind: text('entry_kind'),
    entryKey: text('entry_key'),
    /** A segment whose members are still to be brought in. */
    fillSegmentId: uuid('fill_segment_id'),
    createdBy: text('created_by').notNull(),
    createdAt: instant('created_at').notNull(),
    updatedAt: instant('updated_at').notNull(),
    publishedAt: instant('published_at'),
    stoppedAt: instant('stopped_at'),
  },
  (t) => [
    index('journey_created_idx').on(t.createdAt, t.journeyId),
    index('journey_entry_idx')
      .on(t.entryKind, t.entryKey)
      .where(sql`state in ('running', 'paused')`),
  ],
);

/** Immutable: people finish the version they began. */
export const journeyVersion = pgTable(
  'journey_version',
  {
    journeyId: uuid('journey_id').notNull(),
    version: integer('version').notNull(),
    definition: jsonb('definition').notNull(),
    /** Of each message node: its campaign and the template's version, {nodeId: {campaignId, templateVersion}}. */
    messages: jsonb('messages').notNull(),
    /** What may fulfil a goal wherever somebody is: event:<name>, order, response; any: every fact. */
    watches: text('watches').array().notNull(),
    /** All that may move somebody on: that, and what is waited for. */
    wakes: text('wakes').array().notNull(),
    publishedBy: text('published_by').notNull(),
    publishedAt: instant('published_at').notNull(),
  },
  (t) => [primaryKey({ columns: [t.journeyId, t.version] })],
);

/** Where people are. One row for each time somebody came in; in one journey nobody is twice at once. */
export const journeyPerson = pgTable(
  'journey_person',
  {
    contactId: uuid('contact_id').notNull(),
    entryId: uuid('entry_id').notNull(),
    journeyId: uuid('journey_id').notNull(),
    version: integer('version').notNull(),
    /** moving | waiting | left */
    state: text('state').notNull(),
    nodeId: text('node_id').notNull(),
    /** How many times they have been at this node, and at which ones how often. */
    visit: smallint('visit').notNull().default(1),
    visits: jsonb('visits').notNull().default({}),
    arrivedAt: instant('arrived_at').notNull(),
    /** When they are looked at next; null: only when something happens, or never. */
    wakeAt: instant('wake_at'),
    /** When what they wait for is over, of itself. */
    untilAt: instant('until_at'),
    /** time | event:<name> | order | response | message */
    waitingFor: text('waiting_for'),
    enteredAt: instant('entered_at').notNull(),
    /** segment | event | order | api | audience */
    enteredBy: text('entered_by').notNull(),
    /** What brought them in, once for each contact; null: nothing that could be told twice. */
    cause: text('cause'),
    leftAt: instant('left_at'),
    reason: text('reason'),
    originId: uuid('origin_id').notNull(),
  },
  (t) => [
    primaryKey({ columns: [t.contactId, t.entryId] }),
    uniqueIndex('journey_person_once_idx')
      .on(t.contactId, t.journeyId)
      .where(sql`state <> 'left'`),
    uniqueIndex('journey_person_cause_idx')
      .on(t.contactId, t.journeyId, t.cause)
      .where(sql`cause is not null`),
    index('journey_person_due_idx')
      .on(t.journeyId, t.wakeAt)
      .where(sql`state <> 'left'`),
    index('journey_person_place_idx').on(t.journeyId, t.version, t.nodeId, t.state),
  ],
);

/** Every stay at a node that is over, append-only, partitioned by month of occurred_at (when it was left). */
export const journeyVisit = pgTable(
  'journey_visit',
  {
    contactId: uuid('contact_id').notNull(),
    occurredAt: instant('occurred_at').notNull(),
    id: uuid('id').notNull(),
    entryId: uuid('entry_id').notNull(),
    journeyId: uuid('journey_id').notNull(),
    version: integer('version').notNull(),
    nodeId: text('node_id').notNull(),
    visit: smallint('visit').notNull(),
    /** Counts the steps of one entry: several may fall on one moment. */
    step: integer('step').notNull(),
    arrivedAt: instant('arrived_at').notNull(),
    /** The exit taken; null: they left the journey from here. */
    exit: text('exit'),
    reason: text('reason').notNull(),
    detail: jsonb('detail'),
    originId: uuid('origin_id').notNull(),
  },
  (t) => [
    primaryKey({ columns: [t.contactId, t.occurredAt, t.id] }),
    index('journey_visit_count_idx').on(t.journeyId, t.version, t.nodeId, t.exit),
  ],
);

/** How many incentives a node has given, in all versions: the budget is kept here. */
export const journeyGiven = pgTable(
  'journey_given',
  {
    journeyId: uuid('journey_id').notNull(),
    nodeId: text('node_id').notNull(),
    given: bigint('given', { mode: 'bigint' }).notNull(),
  },
  (t) => [primaryKey({ columns: [t.journeyId, t.nodeId] })],
);
