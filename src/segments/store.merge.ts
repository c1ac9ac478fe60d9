import { sql } from 'drizzle-orm';
import { mayHold, moveRows } from '../contacts/index.ts';
import type { MergeMover } from '../contacts/index.ts';
import type { Ctx } from '../core/ctx.ts';
import { segmentMember, segmentPending, segmentSize } from './schema.ts';

/**
 * A merged contact's memberships and history become the survivor's; where both had one, the survivor's stays. No transition
 * is written: nobody entered anything. The event of the merge or the separation then evaluates the contacts anew.
 */
export const moveMembershipsOnMerge: MergeMover = {
  name: 'segments',
  move: async (ctx, move) => {
    await moveRows(ctx, move, { table: 'segment_transition' });
    if (move.origins !== null) return;
    if (mayHold(move, 'segment_member')) await joinMemberships(ctx, move.from, move.to);
    if (mayHold(move, 'segment_pending'))
      await ctx.db.execute(sql`delete from ${segmentPending} where contact_id = ${move.from}::uuid`);
  },
};

async function joinMemberships(ctx: Ctx, from: string, to: string): Promise<void> {
  await ctx.db.execute(sql`
    with gone as (delete from ${segmentMember} where contact_id = ${from}::uuid returning *),
    moved as (
      insert into ${segmentMember} (contact_id, segment_id, value, valid_until, since)
      select ${to}::uuid, segment_id, value, valid_until, since from gone
      on conflict (contact_id, segment_id) do update
        set value = excluded.value, since = excluded.since
        where excluded.value and not segment_member.value
      returning segment_id, value),
    lost as (
      select g.segment_id from gone g
      join ${segmentMember} m on m.contact_id = ${to}::uuid and m.segment_id = g.segment_id
      where g.value and m.value)
    update ${segmentSize} s set members = s.members - 1 from lost where s.segment_id = lost.segment_id`);
}
