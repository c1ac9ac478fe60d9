import { index, pgTable, primaryKey, smallint, text, uuid } from '../../core/pg-core.ts';
import { instant } from '../../core/columns.ts';
import type { ProviderKind } from './provider.ts';

/**
 * What providers have told, each event once. A message's state is made of all its events here, so that neither their order nor
 * their repetition matters.
 */
export const providerEvent = pgTable(
  'provider_event',
  {
    provider: text('provider').notNull(),
    providerEventId: text('provider_event_id').notNull(),
    receivedAt: instant('received_at').notNull(),
    occurredAt: instant('occurred_at').notNull(),
    /** Null: a kind nobody here knows. */
    kind: text('kind').$type<ProviderKind>(),
    /** Null when it names no message, or none of ours. */
    messageId: uuid('message_id'),
    attempt: smallint('attempt'),
    address: text('address'),
    reason: text('reason'),
    /** The event as it came, when nothing could be done with it. */
    raw: text('raw'),
  },
  (t) => [
    primaryKey({ columns: [t.provider, t.providerEventId] }),
    index('provider_event_message_idx').on(t.messageId),
    index('provider_event_received_idx').on(t.receivedAt),
  ],
);
