import { sql } from '../../core/sql.ts';
import { pairs } from '../../contacts/index.ts';
import type { MergeMover } from '../../contacts/index.ts';
import { adjustmentRequest } from './schema.ts';

/**
 * Who would get the points of a transfer that waits is found where they live now. When giver and getter become one person there is
 * nothing to give any more. Runs after what moves the requests themselves.
 */
export const moveGettersOnMerge: MergeMover = {
  name: 'loyalty.requests',
  move: async (ctx, moves) => {
    const now = sql`${ctx.clock.now().toISOString()}::timestamptz`;
    await ctx.db.execute(sql`
      update ${adjustmentRequest} r set to_contact_id = pair."to" from ${pairs(moves)}
      where r.to_contact_id = pair."from" and (pair.origins is null or r.to_origin_id = any(pair.origins))`);
    await ctx.db.execute(sql`
      update ${adjustmentRequest} r set state = 'refused', why = 'same_contact', decided_at = ${now} from ${pairs(moves)}
      where r.contact_id = pair."to" and r.to_contact_id = r.contact_id and r.state = 'waiting'`);
  },
};
