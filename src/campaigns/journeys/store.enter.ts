import { sql } from '../../core/sql.ts';
import type { SQL } from '../../core/sql.ts';
import type { Ctx } from '../../core/ctx.ts';
import { rows } from '../../core/db.ts';
import { contact } from '../../contacts/index.ts';
import { segmentTransition } from '../../segments/index.ts';
import type { Reentry } from './contract.definition.ts';
import { journeyPerson } from './schema.ts';

/** How people come in. */

export type Into = {
  journeyId: string;
  version: number;
  /** The node they come to first. */
  nodeId: string;
  /** segment | event | order | api | audience */
  by: string;
  reentry: Reentry;
};

/** Newcomers: contacts that are present, each with what brought them in. */
export type Newcomer = { contactId: string; cause: string | null };

const at = (now: Date): SQL => sql`${now.toISOString()}::timestamptz`;

/**
 * Who may not come in, by where they are and were: rows (contact_id), grouped before anybody is brought in. Asked row by row instead, the
 * statement would look through the rows it has just written itself, more of them for each.
 */
function barred({ journeyId, reentry }: Into, now: Date, among: SQL): SQL {
  const again =
    reentry.type === 'always'
      ? sql`false`
      : reentry.type === 'once'
        ? sql`true`
        : sql`p.left_at > ${at(now)} - make_interval(days => ${reentry.days}::int)`;
  return sql`select p.contact_id from ${journeyPerson} p
    where p.journey_id = ${journeyId}::uuid and (p.state <> 'left' or ${again}) ${among} group by 1`;
}

/**
 * Brings in those of `newcomers` (rows contact_id, cause) who may come; each once for its cause, and nobody twice at once. Who has been
 * merged away meanwhile comes in as who they are now. Returns who came.
 */
async function bringIn(ctx: Ctx, into: Into, newcomers: SQL, among = sql``): Promise<string[]> {
  const now = ctx.clock.now();
  const found = await rows<{ contactId: string }>(
    ctx.db,
    sql`
    with barred as materialized (${barred(into, now, among)})
    insert into ${journeyPerson} (contact_id, entry_id, journey_id, version, state, node_id, visit, visits, arrived_at, wake_at,
      entered_at, entered_by, cause, origin_id)
    select n.contact_id, gen_random_uuid(), ${into.journeyId}::uuid, ${into.version}, 'moving', ${into.nodeId}, 1,
      jsonb_build_object(${into.nodeId}::text, 1), ${at(now)}, ${at(now)}, ${at(now)}, ${into.by}, n.cause, n.contact_id
    from (select distinct on (c.contact_id) c.contact_id, k.cause from (${newcomers}) k
      join ${contact} o on o.contact_id = k.contact_id
      join ${contact} c on c.contact_id = coalesce(o.merged_into, o.contact_id)
      order by c.contact_id) n
    where not exists (select from barred b where b.contact_id = n.contact_id)
    on conflict do nothing returning contact_id as "contactId"`,
  );
  return found.map(({ contactId }) => contactId);
}

export function enterNamed(ctx: Ctx, into: Into, newcomers: readonly Newcomer[]): Promise<string[]> {
  return bringIn(
    ctx,
    into,
    sql`select k."contactId" as contact_id, k.cause
      from jsonb_to_recordset(${JSON.stringify(newcomers)}::text::jsonb) as k("contactId" uuid, cause text)`,
    // Also under the ids of those they live on in.
    sql`and p.contact_id in (select coalesce(o.merged_into, o.contact_id) from ${contact} o
      where o.contact_id = any(${`{${newcomers.map(({ contactId }) => contactId).join(',')}}`}::uuid[]))`,
  );
}

/** All rows (contact_id) of a statement, in one. `filter`: rows (contact_id) of those alone who come in. */
export async function enterAll(
  ctx: Ctx,
  into: Into,
  members: SQL,
  cause: string,
  filter: SQL | null,
): Promise<number> {
  const only = filter === null ? sql`` : sql`where m.contact_id in (${filter})`;
  const came = await bringIn(
    ctx,
    into,
    sql`select m.contact_id, ${cause}::text as cause from (${members}) m ${only}`,
  );
  return came.length;
}

/** Who moved into or out of a segment at a moment: rows (contact_id). */
export const movedSql = (segmentId: string, direction: 'entered' | 'left', occurredAt: string): SQL => sql`
  select t.contact_id from ${segmentTransition} t where t.segment_id = ${segmentId}::uuid
    and t.occurred_at = ${occurredAt}::timestamptz and t.direction = ${direction} and t.cause <> 'merge'`;

/** Where these contacts stand in a journey: inside, or when they left last. */
export async function standings(
  ctx: Ctx,
  journeyId: string,
  contactIds: readonly string[],
): Promise<Map<string, { inside: boolean; causes: string[] }>> {
  const found = await rows<{ contactId: string; inside: boolean; causes: string[] }>(
    ctx.db,
    sql`select contact_id as "contactId", bool_or(state <> 'left') as inside,
        coalesce(array_agg(cause) filter (where cause is not null), '{}') as causes
      from ${journeyPerson} where journey_id = ${journeyId}::uuid and contact_id = any(${`{${contactIds.join(',')}}`}::uuid[])
      group by 1`,
  );
  return new Map(found.map((one) => [one.contactId, one]));
}
