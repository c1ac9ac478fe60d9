import { sql } from '../../core/sql.ts';
import { eraseRows, havingRows, moveRows } from '../../contacts/index.ts';
import type { Eraser, MergeMover, TimelineSource } from '../../contacts/index.ts';
import { dateOf, rows } from '../../core/db.ts';
import { rewardRedemption } from './schema.ts';

export const moveRedemptionsOnMerge: MergeMover = {
  name: 'loyalty.rewards',
  move: (ctx, moves) => moveRows(ctx, moves, { table: 'reward_redemption' }),
};

/** Whoever took it is forgotten; that one of the stock is gone stays. */
export const redemptionEraser: Eraser = {
  name: 'loyalty.rewards',
  tables: ['reward_redemption'],
  keep: (ctx, contactIds) => havingRows(ctx, contactIds, [{ table: 'reward_redemption' }]),
  erase: (ctx, contactIds) => eraseRows(ctx, ['reward_redemption'], contactIds),
};

/** Rewards on the contact's card, at the moment they were redeemed, as they stand now. */
export const rewardTimeline: TimelineSource = {
  kind: 'reward',
  load: async (ctx, contactId, { before, limit }) => {
    const found = await rows<{
      id: string;
      occurredAt: string;
      name: unknown;
      rewardKind: string;
      points: string;
      state: string;
    }>(
      ctx.db,
      sql`
      select redemption_id as id, redeemed_at as "occurredAt", name, kind as "rewardKind", points, state from ${rewardRedemption}
      where contact_id = ${contactId}::uuid
        and (redeemed_at, redemption_id) < (${before.occurredAt.toISOString()}::timestamptz, ${before.id}::uuid)
      order by redeemed_at desc, redemption_id desc limit ${limit}`,
    );
    return found.map(({ id, occurredAt, points, ...data }) => ({
      id,
      kind: 'reward',
      occurredAt: dateOf(occurredAt),
      data: { ...data, points: Number(points) },
    }));
  },
};
