import { sql } from '../../core/sql.ts';
import { index, jsonb, pgTable, primaryKey, text, uniqueIndex, uuid } from '../../core/pg-core.ts';
import { instant } from '../../core/columns.ts';

/**
 * What was ever said of who a node is, append-only: an edge that was taken back stays with who did it and why, and keeps the
 * same evidence from counting again. A node is a row of `contact`, also one that lives on in another.
 */
export const identityEdge = pgTable(
  'identity_edge',
  {
    nodeId: uuid('node_id').notNull(),
    edgeId: uuid('edge_id').notNull(),
    /**
     * user | email | phone | click | …; "has:email" of who has an address somebody proved; manual and "apart:<decision>" are
     * people's own decisions.
     */
    kind: text('kind').notNull(),
    value: text('value').notNull(),
    /** weak | strong */
    strength: text('strength').notNull(),
    /** Who said so: a source's id, a form, a campaign, a person. */
    source: text('source').notNull(),
    occurredAt: instant('occurred_at').notNull(),
    recordedAt: instant('recorded_at').notNull(),
    removedAt: instant('removed_at'),
    removedBy: text('removed_by'),
    removedReason: text('removed_reason'),
  },
  (t) => [
    primaryKey({ columns: [t.nodeId, t.edgeId] }),
    index('identity_edge_value_idx')
      .on(t.kind, t.value)
      .where(sql`strength = 'strong'`),
    index('identity_edge_hint_idx')
      .on(t.kind, t.value, t.nodeId)
      .where(sql`strength = 'weak' and removed_at is null and kind in ('email', 'phone')`),
  ],
);

/**
 * When a node was last said to be what its history says already, by history key in milliseconds. Such a word is no row of the history,
 * and yet it counts against what was said otherwise before it, and is told later or of another node.
 */
export const identityRepeat = pgTable('identity_repeat', {
  nodeId: uuid('node_id').primaryKey(),
  said: jsonb('said').$type<Record<string, number>>().notNull(),
});

/** Every merge and separation that was made, with why and by whom. */
export const identityMerge = pgTable(
  'identity_merge',
  {
    mergeId: uuid('merge_id').primaryKey(),
    /** merge | unmerge */
    kind: text('kind').notNull(),
    fromId: uuid('from_id').notNull(),
    toId: uuid('to_id').notNull(),
    /** Nodes that changed their contact by it. */
    nodes: uuid('nodes').array().notNull(),
    reason: text('reason').notNull(),
    actorName: text('actor_name').notNull(),
    madeAt: instant('made_at').notNull(),
  },
  (t) => [index('identity_merge_from_idx').on(t.fromId), index('identity_merge_to_idx').on(t.toId)],
);

/** Two contacts that may be one person and are not merged by themselves: a person decides. */
export const identityReview = pgTable(
  'identity_review',
  {
    reviewId: uuid('review_id').primaryKey(),
    /** Nodes of the two contacts, the smaller id first. */
    nodeA: uuid('node_a').notNull(),
    nodeB: uuid('node_b').notNull(),
    /** other_value | too_many | shared; unproven: both have an address nobody proved */
    reason: text('reason').notNull(),
    /** The evidence that spoke for it when it was found. */
    kind: text('kind').notNull(),
    value: text('value').notNull(),
    /** open | merged | apart */
    state: text('state').notNull(),
    createdAt: instant('created_at').notNull(),
    decidedAt: instant('decided_at'),
    decidedBy: text('decided_by'),
  },
  (t) => [
    uniqueIndex('identity_review_pair_idx').on(t.nodeA, t.nodeB),
    index('identity_review_open_idx')
      .on(sql`(reason = 'unproven')`, t.createdAt, t.reviewId)
      .where(sql`state = 'open'`),
    index('identity_review_b_idx').on(t.nodeB),
  ],
);

/**
 * Rows of any per-contact table that could not move along in a merge, the other contact having one of the same key. They wait
 * here, as they were, for the day that contact and theirs are separated.
 */
export const identityParked = pgTable(
  'identity_parked',
  {
    contactId: uuid('contact_id').notNull(),
    parkedId: uuid('parked_id').notNull(),
    originId: uuid('origin_id').notNull(),
    tableName: text('table_name').notNull(),
    row: jsonb('row').notNull(),
  },
  (t) => [primaryKey({ columns: [t.contactId, t.parkedId] })],
);
