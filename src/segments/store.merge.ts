import { sql } from '../core/sql.ts';
import { moveRows, movesIn, pairs } from '../contacts/index.ts';
import type { MergeMover, Move } from '../contacts/index.ts';
import type { Ctx } from '../core/ctx.ts';
import { rows } from '../core/db.ts';
import { segmentMember, segmentPending } from './schema.ts';
import { addToSizes } from './store.sizes.ts';

/**
 * A merged contact's memberships and history become the survivor's; where both had one, the survivor's stays. No transition
 * is written: nobody entered anything. The event of the merge or the separation then evaluates the contacts anew.
 */
export const moveMembershipsOnMerge: MergeMover = {
  name: 'segments',
  move: async (ctx, moves) => {
    await moveRows(ctx, moves, { table: 'segment_transition' });
    const whole = moves.filter(({ origins }) => origins === null);
    await joinMemberships(ctx, movesIn(whole, 'segment_member'));
    const waiting = movesIn(whole, 'segment_pending');
    if (waiting.length > 0)
      await ctx.db.execute(
        sql`delete from ${segmentPending} using ${pairs(waiting)} where contact_id = pair."from"`,
      );
  },
};

async function joinMemberships(ctx: Ctx, moves: readonly Move[]): Promise<void> {
  if (moves.length === 0) return;
  const lost = await rows<{ segmentId: string; n: number }>(
    ctx.db,
    sql`
    with gone as (
      delete from ${segmentMember} g using ${pairs(moves)} where g.contact_id = pair."from" returning g.*, pair."to" as target),
    moved as (
      insert into ${segmentMember} (contact_id, segment_id, value, valid_until, since)
      select target, segment_id, value, valid_until, since from gone
      on conflict (contact_id, segment_id) do update
        set value = excluded.value, since = excluded.since
        where excluded.value and not segment_member.value
      returning segment_id),
    in_both as (
      select g.segment_id from gone g
      join ${segmentMember} m on m.contact_id = g.target and m.segment_id = g.segment_id
      where g.value and m.value)
    select segment_id as "segmentId", count(*)::int as n from in_both group by segment_id`,
  );
  await addToSizes(ctx, new Map(lost.map(({ segmentId, n }) => [segmentId, -n])));
}
