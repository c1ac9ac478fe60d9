import { sql } from '../../core/sql.ts';
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
  await ctx.db.execute(sql`
    update ${tierStanding} set rebuild = true from ${pairs(moves)} where contact_id in (pair."from", pair."to")`);
  const whole = moves.filter(({ origins }) => origins === null);
  if (whole.length === 0) return;
  // The row tells what has been told already: who gets the facts goes on from it, who gives them finds it again.
  await ctx.db.execute(sql`
    insert into ${tierStanding} (contact_id, program_id, ladder_id, ladder_version, tier_id, since, earned_id, grace_until, basis,
      missing, reviewed_at, next_review_at, rebuild)
    select pair."to", program_id, ladder_id, ladder_version, tier_id, since, earned_id, grace_until, basis, missing, reviewed_at,
      next_review_at, true
    from ${tierStanding} join ${pairs(whole)} on contact_id = pair."from" on conflict do nothing`);
  await moveRows(ctx, whole, { table: 'tier_standing', park: 'own' });
}

const TABLES = ['tier_standing', 'tier_transition', 'person_category_assignment', 'personal_discount'];

export const standingEraser: Eraser = {
  name: 'loyalty.standing',
  tables: TABLES,
  keep: (ctx, contactIds) =>
    havingRows(ctx, contactIds, [{ table: 'person_category_assignment' }, { table: 'personal_discount' }]),
  erase: (ctx, contactIds) => eraseRows(ctx, TABLES, contactIds),
};
