import { sql } from './sql.ts';
import { index, integer, jsonb, pgTable, primaryKey, text, uuid } from './pg-core.ts';
import { instant } from './columns.ts';

const at = instant;

/** Events on their way to their subscribers; written in the transaction of the change they tell of. */
export const outbox = pgTable(
  'outbox',
  {
    id: uuid('id').primaryKey(),
    topic: text('topic').notNull(),
    payload: jsonb('payload').notNull(),
    createdAt: at('created_at').notNull(),
    availableAt: at('available_at').notNull(),
    claimedUntil: at('claimed_until'),
    attempts: integer('attempts').notNull().default(0),
    doneAt: at('done_at'),
    lastError: text('last_error'),
    parkedAt: at('parked_at'),
  },
  (t) => [
    index('outbox_pending_idx')
      .on(t.availableAt, t.id)
      .where(sql`done_at is null and parked_at is null`),
    index('outbox_parked_idx')
      .on(t.parkedAt)
      .where(sql`parked_at is not null`),
  ],
);

/** Who changed what, append-only; written in the transaction of the change. */
export const auditLog = pgTable(
  'audit_log',
  {
    id: uuid('id').primaryKey(),
    at: at('at').notNull(),
    actorKind: text('actor_kind').notNull(),
    actorId: text('actor_id').notNull(),
    actorName: text('actor_name').notNull(),
    action: text('action').notNull(),
    entity: text('entity').notNull(),
    entityId: text('entity_id').notNull(),
    details: jsonb('details'),
    requestId: text('request_id').notNull(),
  },
  (t) => [index('audit_log_entity_idx').on(t.entity, t.entityId, t.at), index('audit_log_at_idx').on(t.at)],
);

/** First answers of write requests by (credential, key); a repeat gets the same answer, another input a 409. */
export const idempotencyKey = pgTable(
  'idempotency_key',
  {
    credential: text('credential').notNull(),
    key: text('key').notNull(),
    inputHash: text('input_hash').notNull(),
    status: integer('status'),
    body: text('body'),
    createdAt: at('created_at').notNull(),
  },
  (t) => [
    primaryKey({ columns: [t.credential, t.key] }),
    index('idempotency_key_created_idx').on(t.createdAt),
  ],
);

/** Small settings of the installation (secret fingerprint, first-start marks), by name. */
export const setting = pgTable('setting', {
  name: text('name').primaryKey(),
  value: jsonb('value').notNull(),
  updatedAt: at('updated_at').notNull(),
});
