import { sql } from 'drizzle-orm';
import { eraseRows } from '../contacts/index.ts';
import type { Eraser } from '../contacts/index.ts';
import { rows } from '../core/db.ts';
import { idList } from './plan.ts';
import { segmentMember } from './schema.ts';
import { addToSizes } from './store.sizes.ts';

/** Memberships go with the contact, and the kept counts with them. */
export const membershipEraser: Eraser = {
  name: 'segments',
  tables: ['segment_member', 'segment_pending', 'segment_transition'],
  erase: async (ctx, contactIds) => {
    const gone = await rows<{ segmentId: string; members: number }>(
      ctx.db,
      sql`
      with gone as (
        delete from ${segmentMember} where contact_id = any(${idList(contactIds)}) returning segment_id, value)
      select segment_id as "segmentId", count(*)::int as members from gone where value group by segment_id`,
    );
    await addToSizes(ctx, new Map(gone.map(({ segmentId, members }) => [segmentId, -members])));
    await eraseRows(ctx, ['segment_pending', 'segment_transition'], contactIds);
  },
};
