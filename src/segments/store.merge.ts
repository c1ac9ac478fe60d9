import { sql } from 'drizzle-orm';
import type { MergeMover } from '../contacts/index.ts';
import { segmentMember, segmentPending, segmentSize, segmentTransition } from './schema.ts';

/**
 * A merged contact's memberships and history become the survivor's; where both had one, the survivor's stays. No transition
 * is written: nobody entered anything. The event of the merge then evaluates the survivor anew.
 */
export const moveMembershipsOnMerge: MergeMover = {
  name: 'segments',
  move: async (ctx, from, to) => {
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
    await ctx.db.execute(sql`
      with gone as (delete from ${segmentTransition} where contact_id = ${from}::uuid returning *)
      insert into ${segmentTransition} (contact_id, occurred_at, id, segment_id, direction, cause, cause_id, version, origin_id)
      select ${to}::uuid, occurred_at, id, segment_id, direction, cause, cause_id, version, origin_id from gone`);
    await ctx.db.execute(sql`delete from ${segmentPending} where contact_id = ${from}::uuid`);
  },
};
