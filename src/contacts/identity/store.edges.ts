import { sql } from '../../core/sql.ts';
import type { Ctx } from '../../core/ctx.ts';
import { dateOf, rows } from '../../core/db.ts';
import { newId } from '../../core/ids.ts';
import { json } from '../store.match.ts';
import { STRONG_KINDS } from './evidence.ts';
import type { Evidence } from './evidence.ts';
import { identityEdge } from './schema.ts';
import { MAX_VALUES } from './shared.ts';

/** Edges: what was said of who a node is. */

export type EdgeRow = {
  nodeId: string;
  edgeId: string;
  kind: string;
  value: string;
  strength: 'weak' | 'strong';
  source: string;
  occurredAt: Date;
  recordedAt: Date;
  removedAt: Date | null;
  removedBy: string | null;
  removedReason: string | null;
};

/** Strong values of one kind a node keeps: far more than make it shared, after which no other changes anything. */
const MAX_STRONG = 5 * MAX_VALUES;
/** Weak hints of one kind a node keeps: whoever has only a write key must not fill the table with them. */
const MAX_WEAK = 50;

/**
 * Adds what is news: said of this node for the first time, or earlier than known. A source has one edge of a thing,
 * of the earliest time it said so. What somebody has taken back stays taken back.
 * One statement whatever the batch; returns the new strong edges.
 */
export async function insertEdges(
  ctx: Ctx,
  said: readonly Evidence[],
): Promise<Array<{ nodeId: string; kind: string; value: string }>> {
  if (said.length === 0) return [];
  const facts = said.map(({ contactId, ...fact }) => ({ ...fact, nodeId: contactId, edgeId: newId() }));
  return rows<{ nodeId: string; kind: string; value: string }>(
    ctx.db,
    sql`
    with said as (
      select distinct on (f."nodeId", f.kind, f.value, f.strength) f.*
      from jsonb_to_recordset(${json(facts)}) as f("nodeId" uuid, "edgeId" uuid, kind text, value text, strength text,
        source text, "occurredAt" timestamptz)
      order by f."nodeId", f.kind, f.value, f.strength, f."occurredAt", f.source
    ), moved as (
      update ${identityEdge} e set occurred_at = s."occurredAt" from said s
      where e.node_id = s."nodeId" and e.kind = s.kind and e.value = s.value and e.strength = s.strength
        and e.source = s.source and e.removed_at is null and e.occurred_at > s."occurredAt"
      returning e.node_id, e.kind, e.value, e.strength
    ), added as (
      insert into ${identityEdge} (node_id, edge_id, kind, value, strength, source, occurred_at, recorded_at)
      select s."nodeId", s."edgeId", s.kind, s.value, s.strength, s.source, s."occurredAt",
        ${ctx.clock.now().toISOString()}::timestamptz
      from (
        select *, row_number() over (partition by "nodeId", kind, strength order by "occurredAt", value) as nth from said
      ) s
      where not exists (
          select 1 from ${identityEdge} e
          where e.node_id = s."nodeId" and e.kind = s.kind and e.value = s.value and e.strength = s.strength
            and (e.removed_at is not null or e.source = s.source or e.occurred_at <= s."occurredAt"))
        and (s.strength = 'strong' and not s.kind = any(array(select jsonb_array_elements_text(${json(STRONG_KINDS)})))
          or s.nth + (
            select count(distinct e.value) from ${identityEdge} e
            where e.node_id = s."nodeId" and e.kind = s.kind and e.strength = s.strength
          ) <= case s.strength when 'weak' then ${MAX_WEAK}::int else ${MAX_STRONG}::int end)
      returning node_id, kind, value, strength
    )
    select distinct node_id as "nodeId", kind, value from (table added union all table moved) news where strength = 'strong'`,
  );
}

type RawEdge = Omit<EdgeRow, 'occurredAt' | 'recordedAt' | 'removedAt'> & {
  occurredAt: string;
  recordedAt: string;
  removedAt: string | null;
};

/** All edges of these nodes, weak and removed ones too, oldest first. */
export async function edgesOf(ctx: Ctx, nodeIds: readonly string[]): Promise<EdgeRow[]> {
  const found = await rows<RawEdge>(
    ctx.db,
    sql`
    select node_id as "nodeId", edge_id as "edgeId", kind, value, strength, source, occurred_at as "occurredAt",
      recorded_at as "recordedAt", removed_at as "removedAt", removed_by as "removedBy", removed_reason as "removedReason"
    from ${identityEdge} where node_id in (select jsonb_array_elements_text(${json(nodeIds)})::uuid)
    order by occurred_at, edge_id`,
  );
  return found.map((edge) => ({
    ...edge,
    occurredAt: dateOf(edge.occurredAt),
    recordedAt: dateOf(edge.recordedAt),
    removedAt: edge.removedAt === null ? null : dateOf(edge.removedAt),
  }));
}

/** Takes edges back; those that are gone already stay as they are. */
export async function removeEdges(
  ctx: Ctx,
  edges: ReadonlyArray<Pick<EdgeRow, 'nodeId' | 'edgeId'>>,
  why: { by: string; reason: string },
): Promise<void> {
  if (edges.length === 0) return;
  const keys = edges.map(({ nodeId, edgeId }) => ({ nodeId, edgeId }));
  await ctx.db.execute(sql`
    update ${identityEdge} e set removed_at = ${ctx.clock.now().toISOString()}::timestamptz, removed_by = ${why.by},
      removed_reason = ${why.reason}
    from jsonb_to_recordset(${json(keys)}) as k("nodeId" uuid, "edgeId" uuid)
    where e.node_id = k."nodeId" and e.edge_id = k."edgeId" and e.removed_at is null`);
}

/** A person's word about nodes: each gets an edge of the same kind and value. */
export async function insertDecision(
  ctx: Ctx,
  kind: string,
  value: string,
  nodeIds: readonly string[],
): Promise<void> {
  const now = ctx.clock.now();
  const said = nodeIds.map((nodeId) => ({
    nodeId,
    edgeId: newId(),
    kind,
    value,
    strength: 'strong',
    source: ctx.actor.name,
    occurredAt: now,
    recordedAt: now,
  }));
  await ctx.db.insert(identityEdge).values(said);
}
