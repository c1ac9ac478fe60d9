import { sql } from '../../core/sql.ts';
import type { Ctx } from '../../core/ctx.ts';
import { dateOf, rows } from '../../core/db.ts';
import { contact, contactExternalId, contactPoint, contactPointLookup } from '../schema.ts';
import { json } from '../store.match.ts';
import { STRONG_KINDS } from './evidence.ts';
import { APART, HAS, MANUAL } from './resolve.ts';
import { MAX_VALUES } from './shared.ts';
import { identityEdge, identityParked } from './schema.ts';

/** The part of the graph that one piece of evidence may change. */

const IDENTITY_LOCK_CLASS = 7_015_511;
const IDENTITY_LOCKS = 256;

/** Holds, until the transaction ends, the right to decide who these values belong to; always in one order. */
export async function lockValues(
  ctx: Ctx,
  values: ReadonlyArray<{ kind: string; value: string }>,
): Promise<void> {
  await ctx.db.execute(sql`
    select pg_advisory_xact_lock(${IDENTITY_LOCK_CLASS}, s.stripe) from (
      select distinct abs(hashtext(v.key) % ${IDENTITY_LOCKS}) as stripe
      from jsonb_array_elements_text(${json(values.map(({ kind, value }) => `${kind}\n${value}`))}) as v(key) order by 1
    ) s`);
}

const standing = (alias: string) =>
  sql`${sql.raw(alias)}.strength = 'strong' and ${sql.raw(alias)}.removed_at is null`;

/** Stands and counts: not said of a shared node, unless by a person (`asCounted` is the rule). */
const counting = (alias: string) =>
  sql`${standing(alias)} and (${sql.raw(alias)}.kind = ${MANUAL} or not exists (
    select 1 from ${identityEdge} s where s.node_id = ${sql.raw(alias)}.node_id and s.strength = 'strong'
      and s.kind in (${sql.join(
        STRONG_KINDS.map((kind) => sql`${kind}`),
        sql`, `,
      )})
    group by s.kind having count(distinct s.value) > ${MAX_VALUES}))`;

/** Who has an address meets who proved it. */
const OTHER_KIND = sql`case when starts_with(e.kind, ${HAS}) then substr(e.kind, ${HAS.length + 1}) else ${HAS} || e.kind end`;

/**
 * All nodes that strong edges and merges connect with these, at most `limit` and one more. `offset 0` keeps each step a look-up by
 * the values of the one before, where the planner, when it knows nothing of a table yet, would read all evidence for every node.
 */
export async function reach(ctx: Ctx, nodeIds: readonly string[], limit: number): Promise<string[]> {
  const found = await rows<{ node: string }>(
    ctx.db,
    sql`
    with recursive reached (node) as (
      select v::uuid from jsonb_array_elements_text(${json(nodeIds)}) as v
      union
      select n.node from reached r cross join lateral (
        select c.merged_into as node from ${contact} c where c.contact_id = r.node and c.merged_into is not null
        union all
        select m.contact_id from ${contact} m where m.merged_into = r.node
        union all
        select o.node from (
          select e.kind, e.value from ${identityEdge} e
          where e.node_id = r.node and ${counting('e')} and not starts_with(e.kind, ${APART}) offset 0
        ) e cross join lateral (
          (select o.node_id as node from ${identityEdge} o
            where o.kind in (e.kind, ${OTHER_KIND}) and o.value = e.value and ${counting('o')} offset 0)
          union all
          (select x.contact_id from ${contactExternalId} x
            where e.kind = 'user' and x.namespace = 'user' and x.external_id = e.value offset 0)
        ) o
        union all
        select o.node_id from (
          select x.external_id from ${contactExternalId} x where x.contact_id = r.node and x.namespace = 'user' offset 0
        ) x cross join lateral (
          select o.node_id from ${identityEdge} o where o.kind = 'user' and o.value = x.external_id and ${counting('o')} offset 0
        ) o
      ) n
    ) select node from reached limit ${limit + 1}`,
  );
  return found.map(({ node }) => node);
}

/** Locks the present contacts of these nodes for a change, in the order everybody takes; returns them. */
export async function lockPresent(ctx: Ctx, nodeIds: readonly string[]): Promise<string[]> {
  const found = await rows<{ id: string }>(
    ctx.db,
    sql`
    select contact_id as id from ${contact} where contact_id in (
      select coalesce(n.merged_into, n.contact_id) from ${contact} n
      where n.contact_id in (select jsonb_array_elements_text(${json(nodeIds)})::uuid))
    order by contact_id for update`,
  );
  return found.map(({ id }) => id);
}

export type NodeRow = {
  nodeId: string;
  /** The contact it lives in now. */
  contactId: string;
  known: boolean;
  bornAt: Date;
  own: Array<{ kind: string; value: string }>;
};

/** Nodes with the ids that name them for good, in the order of their ids. */
export async function nodesOf(ctx: Ctx, nodeIds: readonly string[]): Promise<NodeRow[]> {
  const found = await rows<Omit<NodeRow, 'bornAt'> & { bornAt: string }>(
    ctx.db,
    sql`
    select c.contact_id as "nodeId", coalesce(c.merged_into, c.contact_id) as "contactId",
      c.kind <> 'visitor' as known, coalesce(c.born_at, c.created_at) as "bornAt",
      coalesce((
        select jsonb_agg(jsonb_build_object('kind', case x.namespace when 'user' then 'user' else 'ext:' || x.namespace end,
          'value', x.external_id) order by x.namespace, x.external_id)
        from ${contactExternalId} x
        where x.contact_id = coalesce(c.merged_into, c.contact_id) and coalesce(x.origin_id, x.contact_id) = c.contact_id),
        '[]') as own
    from ${contact} c where c.contact_id in (select jsonb_array_elements_text(${json(nodeIds)})::uuid)
    order by c.contact_id`,
  );
  return found.map((node) => ({ ...node, bornAt: dateOf(node.bornAt) }));
}

/** Contacts that share an address and are noted at most: two are enough for it to name nobody. */
const MAX_HOLDERS = 200;

export type PointHolder = { kind: string; value: string; nodeId: string };

/** Contacts that have these points by somebody's word who can be believed, with each node it was said of. */
export async function holdersOfPoints(
  ctx: Ctx,
  points: ReadonlyArray<{ kind: string; value: string }>,
): Promise<PointHolder[]> {
  return rows<PointHolder>(
    ctx.db,
    sql`
    select distinct l.kind, l.value, coalesce(p.origin_id, l.contact_id) as "nodeId"
    from jsonb_to_recordset(${json(points)}) as w(kind text, value text)
    join ${contactPointLookup} l on l.kind = w.kind and l.value = w.value
    cross join lateral (
      select p.origin_id from ${contactPoint} p
      where p.contact_id = l.contact_id and p.kind = l.kind and p.value = l.value and not p.claimed
      union all
      select k.origin_id from ${identityParked} k
      where k.contact_id = l.contact_id and k.table_name = 'contact_point' and k.row ->> 'kind' = l.kind
        and k.row ->> 'value' = l.value and not (k.row ->> 'claimed')::boolean
    ) p
    limit ${MAX_HOLDERS}`,
  );
}

/** Nodes these values were proven of. */
export async function provenOf(
  ctx: Ctx,
  values: ReadonlyArray<{ kind: string; value: string }>,
): Promise<Array<{ nodeId: string; kind: string; value: string }>> {
  if (values.length === 0) return [];
  return rows<{ nodeId: string; kind: string; value: string }>(
    ctx.db,
    sql`
    select distinct e.node_id as "nodeId", e.kind, e.value
    from jsonb_to_recordset(${json(values)}) as w(kind text, value text)
    join ${identityEdge} e on e.kind = w.kind and e.value = w.value and ${standing('e')} limit 1000`,
  );
}
