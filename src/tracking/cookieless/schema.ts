import { pgTable, text } from '../../core/pg-core.ts';

/** A random salt for one UTC day, shared by all processes. Gone the day after: then nobody can link an id to an address. */
export const daySalt = pgTable('day_salt', {
  /** YYYY-MM-DD */
  day: text('day').primaryKey(),
  salt: text('salt').notNull(),
});
