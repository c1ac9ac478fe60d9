import { sql } from '../../core/sql.ts';
import { eraseRows, movesIn, pairs } from '../../contacts/index.ts';
import type { Eraser, MergeMover } from '../../contacts/index.ts';
import { contactRfm } from './schema.ts';

/**
 * Scores place somebody among everybody, so that they are not made anew for one contact: until the next night the survivor keeps
 * its own, or those of whom it swallowed. Who is separated waits for theirs.
 */
export const moveScoresOnMerge: MergeMover = {
  name: 'segments.rfm',
  move: async (ctx, moves) => {
    const whole = movesIn(moves, 'contact_rfm').filter(({ origins }) => origins === null);
    if (whole.length === 0) return;
    await ctx.db.execute(sql`
      with gone as (
        delete from ${contactRfm} g using ${pairs(whole)} where g.contact_id = pair."from" returning g.*, pair."to" as target)
      insert into ${contactRfm} (contact_id, recency, frequency, money, cell, last_at, orders, revenue, changed_at)
      select distinct on (target) target, recency, frequency, money, cell, last_at, orders, revenue, changed_at
      from gone order by target, last_at desc on conflict do nothing`);
  },
};

export const scoresEraser: Eraser = {
  name: 'segments.rfm',
  tables: ['contact_rfm'],
  erase: (ctx, contactIds) => eraseRows(ctx, ['contact_rfm'], contactIds),
};
