import { sql } from '../../core/sql.ts';
import {
  bigint,
  index,
  integer,
  jsonb,
  pgTable,
  primaryKey,
  text,
  uniqueIndex,
  uuid,
} from '../../core/pg-core.ts';
import { instant } from '../../core/columns.ts';

/** What members can have for points. */
export const reward = pgTable(
  'reward',
  {
    rewardId: uuid('reward_id').primaryKey(),
    programId: uuid('program_id').notNull(),
    /** draft | live | paused | ended */
    state: text('state').$type<'draft' | 'live' | 'paused' | 'ended'>().notNull(),
    version: integer('version').notNull().default(1),
    definition: jsonb('definition').notNull(),
    /** Of the definition, kept beside it for the counter's own statement; null: no end. */
    stock: integer('stock'),
    /** Redemptions that are not cancelled: never more than `stock` was when they were taken. */
    taken: integer('taken').notNull().default(0),
    createdAt: instant('created_at').notNull(),
    updatedAt: instant('updated_at').notNull(),
  },
  (t) => [index('reward_program_idx').on(t.programId, t.createdAt)],
);

/** A reward that a member has taken, as it was then; also the reservation that takes one of the stock. */
export const rewardRedemption = pgTable(
  'reward_redemption',
  {
    contactId: uuid('contact_id').notNull(),
    redemptionId: uuid('redemption_id').notNull(),
    rewardId: uuid('reward_id').notNull(),
    programId: uuid('program_id').notNull(),
    key: text('key').notNull(),
    rewardVersion: integer('reward_version').notNull(),
    /** {en, ru} */
    name: jsonb('name').notNull(),
    /** coupon | gift | custom */
    kind: text('kind').$type<'coupon' | 'gift' | 'custom'>().notNull(),
    points: bigint('points', { mode: 'bigint' }).notNull(),
    code: text('code'),
    productId: uuid('product_id'),
    /** open | given | cancelled */
    state: text('state').$type<'open' | 'given' | 'cancelled'>().notNull(),
    redeemedAt: instant('redeemed_at').notNull(),
    settledAt: instant('settled_at'),
    settledBy: text('settled_by'),
    reason: text('reason'),
    originId: uuid('origin_id').notNull(),
  },
  (t) => [
    primaryKey({ columns: [t.contactId, t.redemptionId] }),
    uniqueIndex('reward_redemption_key_idx').on(t.contactId, t.key, t.originId),
    index('reward_redemption_id_idx').on(t.redemptionId),
    index('reward_redemption_reward_idx').on(t.rewardId, t.redeemedAt),
    index('reward_redemption_open_idx')
      .on(t.redeemedAt, t.redemptionId)
      .where(sql`state = 'open'`),
  ],
);
