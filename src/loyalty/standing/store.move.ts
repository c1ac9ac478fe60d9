import { sql } from 'drizzle-orm';
import { eraseRows, havingRows, moveRows, movesIn, pairs } from '../../contacts/index.ts';
import type { Eraser, MergeMover, Move } from '../../contacts/index.ts';
import type { Ctx } from '../../core/ctx.ts';
import { tierStanding } from './schema.ts';

/**
 * History, categories and discounts go with the node they were said of. A standing is made of facts: who gives or gets some is
 * reckoned from the beginning when next read or reviewed, so that a separation leaves each with what is theirs.
 */
export const moveStandingsOnMerge: MergeMover = {
  name: 'loyalty.standing',
  move: async (ctx, moves) => {
    for (const table of ['tier_transition', 'person_category_assignment', 'personal_discount'])
      await moveRows(ctx, moves, { table });
    await remakeStandings(ctx, movesIn(moves, 'tier_standing'));
  },
};

async function remakeStandings(ctx: Ctx, moves: readonly Move[]): Promise<void> {
  if (moves.length === 0) return;
  const whole = moves.filter(({ origins }) => origins === null);
  await ctx.db.execute(sql`
    update ${tierStanding} set rebuild = true from ${pairs(moves)} where contact_id in (pair."from", pair."to")`);
  if (whole.length > 0)
    await ctx.db.execute(
      sql`delete from ${tierStanding} using ${pairs(whole)} where contact_id = pair."from"`,
    );
}

const TABLES = ['tier_standing', 'tier_transition', 'person_category_assignment', 'personal_discount'];

export const standingEraser: Eraser = {
  name: 'loyalty.standing',
  tables: TABLES,
  keep: (ctx, contactIds) =>
    havingRows(ctx, contactIds, [{ table: 'person_category_assignment' }, { table: 'personal_discount' }]),
  erase: (ctx, contactIds) => eraseRows(ctx, TABLES, contactIds),
};
