import { sql } from '../../core/sql.ts';
import type { SQL } from '../../core/sql.ts';
import type { TimelineSource } from '../../contacts/index.ts';
import { dateOf, rows } from '../../core/db.ts';
import { personCategory, personCategoryAssignment, tierLadderVersion, tierTransition } from './schema.ts';

/** What the contact's card tells of standing. */

const nameIn = (tierId: SQL): SQL =>
  sql`(select x ->> 'name' from ${tierLadderVersion} v, jsonb_array_elements(v.rules -> 'tiers') x
    where v.ladder_id = t.ladder_id and x ->> 'id' = ${tierId}::text order by v.version desc limit 1)`;

/** Moves between tiers. */
export const tierTimeline: TimelineSource = {
  kind: 'tier',
  load: async (ctx, contactId, { before, limit }) => {
    const found = await rows<{ id: string; occurredAt: string } & Record<string, unknown>>(
      ctx.db,
      sql`select t.transition_id as id, t.occurred_at as "occurredAt", t.direction, t.cause, t.program_id as "programId",
          ${nameIn(sql`t.from_tier_id`)} as "from", ${nameIn(sql`t.to_tier_id`)} as "to"
        from ${tierTransition} t where t.contact_id = ${contactId}::uuid
          and (t.occurred_at, t.transition_id) < (${before.occurredAt.toISOString()}::timestamptz, ${before.id}::uuid)
        order by t.occurred_at desc, t.transition_id desc limit ${limit}`,
    );
    return found.map(({ id, occurredAt, ...data }) => ({
      id,
      kind: 'tier',
      occurredAt: dateOf(occurredAt),
      data,
    }));
  },
};

/** Person categories, at the moment they were asked for. */
export const categoryTimeline: TimelineSource = {
  kind: 'personCategory',
  load: async (ctx, contactId, { before, limit }) => {
    const found = await rows<{
      id: string;
      occurredAt: string;
      name: string;
      state: string;
      validFrom: string;
      validUntil: string | null;
    }>(
      ctx.db,
      sql`select a.assignment_id as id, a.requested_at as "occurredAt", k.name, a.state, a.valid_from as "validFrom",
          a.valid_until as "validUntil"
        from ${personCategoryAssignment} a join ${personCategory} k on k.category_id = a.category_id
        where a.contact_id = ${contactId}::uuid
          and (a.requested_at, a.assignment_id) < (${before.occurredAt.toISOString()}::timestamptz, ${before.id}::uuid)
        order by a.requested_at desc, a.assignment_id desc limit ${limit}`,
    );
    return found.map(({ id, occurredAt, validFrom, validUntil, ...data }) => ({
      id,
      kind: 'personCategory',
      occurredAt: dateOf(occurredAt),
      data: {
        ...data,
        validFrom: dateOf(validFrom).toISOString(),
        validUntil: validUntil === null ? null : dateOf(validUntil).toISOString(),
      },
    }));
  },
};
