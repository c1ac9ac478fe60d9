import { sql } from '../core/sql.ts';
import { eraseRows } from '../contacts/index.ts';
import type { Eraser } from '../contacts/index.ts';
import type { Ctx } from '../core/ctx.ts';
import { rows } from '../core/db.ts';
import { idList } from './plan.ts';
import { segmentMember } from './schema.ts';
import { addPending } from './store.members.ts';
import { addToSizes } from './store.sizes.ts';
import { segmentsInBuild } from './store.ts';

/**
 * Memberships go with the contact, and the kept counts with them. A build under way may still write whom it saw before: it is
 * looked at once more when it has ended.
 */
export const membershipEraser: Eraser = {
  name: 'segments',
  tables: ['segment_member', 'segment_pending', 'segment_transition'],
  erase: async (ctx, contactIds) => {
    await eraseMemberships(ctx, contactIds);
    const inBuild = await segmentsInBuild(ctx);
    await addPending(ctx, new Map(inBuild.map((id) => [id, contactIds])), 'build', new Map());
  },
};

/** Of contacts that are no more. */
export async function eraseMemberships(ctx: Ctx, contactIds: readonly string[]): Promise<void> {
  if (contactIds.length === 0) return;
  const gone = await rows<{ segmentId: string; members: number }>(
    ctx.db,
    sql`
      with gone as (
        delete from ${segmentMember} where contact_id = any(${idList(contactIds)}) returning segment_id, value)
      select segment_id as "segmentId", count(*)::int as members from gone where value group by segment_id`,
  );
  await addToSizes(ctx, new Map(gone.map(({ segmentId, members }) => [segmentId, -members])));
  await eraseRows(ctx, ['segment_pending', 'segment_transition'], contactIds);
}
