import { sql } from '../core/sql.ts';
import type { TimelineSource } from '../contacts/index.ts';
import { dateOf, rows } from '../core/db.ts';
import { segment, segmentTransition } from './schema.ts';
import { instant } from './window.ts';

/** Entering and leaving segments on the contact's card. */
export const segmentTimeline: TimelineSource = {
  kind: 'segment',
  load: async (ctx, contactId, { before, limit }) => {
    const found = await rows<{
      id: string;
      occurredAt: string;
      segmentId: string;
      name: string;
      direction: string;
      cause: string;
    }>(
      ctx.db,
      sql`
      select t.id::text as id, t.occurred_at as "occurredAt", t.segment_id as "segmentId",
        s.name, t.direction, t.cause
      from ${segmentTransition} t join ${segment} s on s.segment_id = t.segment_id
      where t.contact_id = ${contactId}::uuid
        and (t.occurred_at, t.id) < (${instant(before.occurredAt)}, ${before.id}::uuid)
      order by t.occurred_at desc, t.id desc limit ${limit}`,
    );
    return found.map(({ id, occurredAt, ...data }) => ({
      id,
      kind: 'segment',
      occurredAt: dateOf(occurredAt),
      data,
    }));
  },
};
