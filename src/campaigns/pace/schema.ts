import { doublePrecision, integer, pgTable, text } from '../../core/pg-core.ts';
import { instant } from '../../core/columns.ts';

/** What all worker processes know together of a provider: its bucket of tokens and its circuit breaker. */
export const paceProvider = pgTable('pace_provider', {
  provider: text('provider').primaryKey(),
  tokens: doublePrecision('tokens').notNull().default(0),
  filledAt: instant('filled_at').notNull(),
  /** What the last taking got: the answer of the statement that took. */
  granted: integer('granted').notNull().default(0),
  /** It has asked to be left alone until then. */
  blockedUntil: instant('blocked_until'),
  /** Messages a second that it took when it last said "too fast", halved. */
  rateCap: doublePrecision('rate_cap'),
  slowedAt: instant('slowed_at'),
  /** closed | open | half_open */
  state: text('state').notNull().default('closed'),
  /** Outages since the last answer. */
  streak: integer('streak').notNull().default(0),
  /** Of the minute that began at `window_at`, and of those the outages. */
  total: integer('total').notNull().default(0),
  failed: integer('failed').notNull().default(0),
  windowAt: instant('window_at').notNull(),
  /** Open: not tried before; half open: whoever tries has to be back by then. */
  until: instant('until'),
  /** Times it was opened since it last answered. */
  trips: integer('trips').notNull().default(0),
  reason: text('reason'),
  changedAt: instant('changed_at').notNull(),
});

/** The same of a domain of recipients, only while it is limited. Forgotten a day after it was last written to. */
export const paceDomain = pgTable('pace_domain', {
  domain: text('domain').primaryKey(),
  tokens: doublePrecision('tokens').notNull().default(0),
  filledAt: instant('filled_at').notNull(),
  granted: integer('granted').notNull().default(0),
  /** The next message that has to wait waits until then. */
  nextSlot: instant('next_slot').notNull(),
  rateCap: doublePrecision('rate_cap'),
  slowedAt: instant('slowed_at'),
});
