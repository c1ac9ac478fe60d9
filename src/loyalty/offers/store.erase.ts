import { sql } from '../../core/sql.ts';
import { eraseRows } from '../../contacts/index.ts';
import type { Eraser, MergeMover } from '../../contacts/index.ts';
import { offerUse } from './schema.ts';
import { moveUses } from './store.uses.ts';

/** What was taken off stays with the sale, as an anonymous one's; who had used what is forgotten. */
export const offerEraser: Eraser = {
  name: 'loyalty.offers',
  tables: ['offer_use', 'offer_contact_counter'],
  erase: async (ctx, contactIds) => {
    const list = sql`${`{${contactIds.join(',')}}`}::text::uuid[]`;
    await eraseRows(ctx, ['offer_contact_counter'], contactIds);
    await ctx.db.execute(sql`
      update ${offerUse} set contact_id = order_id, origin_id = order_id where contact_id = any(${list})`);
  },
};

export const moveUsesOnMerge: MergeMover = { name: 'loyalty.offers', move: moveUses };
