import { sql } from '../../core/sql.ts';
import { eraseRows, moveRows, movesIn, pairs } from '../../contacts/index.ts';
import type { Eraser, MergeMover } from '../../contacts/index.ts';
import { referral, referralCode } from './schema.ts';

const TABLES = ['accrual', 'challenge_action', 'referral'];

/** What was earned goes with the wallet it was earned into; a code stays good, whoever its member is now. */
export const moveAccrualsOnMerge: MergeMover = {
  name: 'loyalty.accrual',
  move: async (ctx, moves) => {
    for (const table of TABLES) await moveRows(ctx, moves, { table });
    const codes = movesIn(moves, 'referral_code');
    if (codes.length > 0)
      await ctx.db.execute(sql`
        update ${referralCode} c set contact_id = pair."to" from ${pairs(codes)}
        where c.contact_id = pair."from" and (pair.origins is null or c.origin_id = any(pair.origins))`);
  },
};

const ERASED = [...TABLES, 'referral_code'];

export const accrualEraser: Eraser = {
  name: 'loyalty.accrual',
  tables: ERASED,
  erase: async (ctx, contactIds) => {
    await eraseRows(ctx, ERASED, contactIds);
    await ctx.db.execute(sql`
      update ${referral} set referrer_id = null where referrer_id = any(${`{${contactIds.join(',')}}`}::text::uuid[])`);
  },
};
