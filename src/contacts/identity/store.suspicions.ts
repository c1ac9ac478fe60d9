import { sql } from '../../core/sql.ts';
import type { Ctx } from '../../core/ctx.ts';
import { rows } from '../../core/db.ts';
import { idFrom } from '../../core/ids.ts';
import { contact, contactPointLookup } from '../schema.ts';
import { json } from '../store.match.ts';
import { APART } from './resolve.ts';
import { identityEdge, identityReview } from './schema.ts';

/** Contacts that share an address nobody proved: found by walking the look-ups in the order of their values. */

/** Rows of each look-up that one step reads, from the index alone: less than half a second even beside other work. */
const STEP_ROWS = 50_000;
/** An address of more contacts than this (a shop's own phone, an office) says nothing of any two of them. */
const MAX_SHARERS = 5;
/** Nor are an address's rows gathered beyond this: contacts of many nodes say it more than once. */
const MAX_SAID = 100;

export type Address = { kind: string; value: string };
export type Pair = Address & { a: string; b: string };

/** The value a step that begins with `from` ends before; null when it reads to the end. */
async function endOfStep(ctx: Ctx, from: Address): Promise<Address | null> {
  const far = sql`(kind, value) > (${from.kind}, ${from.value}) and kind in ('email', 'phone')`;
  const [end] = await rows<Address>(
    ctx.db,
    sql`
    (select kind, value from ${contactPointLookup} where ${far} order by kind, value offset ${STEP_ROWS} limit 1)
    union all
    (select kind, value from ${identityEdge} where ${far} and strength = 'weak' and removed_at is null
      order by kind, value offset ${STEP_ROWS} limit 1)
    order by kind, value limit 1`,
  );
  return end ?? null;
}

/** Values from `from` on that several have, with whoever has them; `next` is where to go on, null at the end. */
export async function nextSharedAddresses(
  ctx: Ctx,
  from: Address,
): Promise<{ found: Array<Address & { nodeIds: string[] }>; next: Address | null }> {
  const next = await endOfStep(ctx, from);
  const before = next === null ? sql`` : sql`and (kind, value) < (${next.kind}, ${next.value})`;
  const step = sql`where (kind, value) >= (${from.kind}, ${from.value}) ${before} and kind in ('email', 'phone')`;
  const found = await rows<Address & { nodeIds: string[] }>(
    ctx.db,
    sql`
    select kind, value, jsonb_agg(node_id) as "nodeIds" from (
      select kind, value, contact_id as node_id from ${contactPointLookup} ${step}
      union all
      select kind, value, node_id from ${identityEdge} ${step} and strength = 'weak' and removed_at is null
    ) held group by kind, value having count(*) between 2 and ${MAX_SAID}`,
  );
  return { found, next };
}

/** Pairs of known contacts among them that nobody has decided about or waits to, the eldest with each of the others. */
export async function suspectedPairs(
  ctx: Ctx,
  shared: ReadonlyArray<Address & { nodeIds: readonly string[] }>,
): Promise<Pair[]> {
  if (shared.length === 0) return [];
  return rows<Pair>(
    ctx.db,
    sql`
    with held as (
      select distinct s.kind, s.value, p.contact_id as id
      from jsonb_to_recordset(${json(shared)}) as s(kind text, value text, "nodeIds" uuid[])
      cross join lateral unnest(s."nodeIds") as node_id
      join ${contact} n on n.contact_id = node_id
      join ${contact} p on p.contact_id = coalesce(n.merged_into, n.contact_id) and p.kind <> 'visitor'
    ), grouped as (
      select kind, value, (array_agg(id order by id))[1] as a, array_agg(id) as ids from held
      group by kind, value having count(*) between 2 and ${MAX_SHARERS}
    )
    select distinct on (g.a, b) g.a, b, g.kind, g.value from grouped g cross join lateral unnest(g.ids) as b
    where b <> g.a
      and not exists (select 1 from ${identityReview} r where r.node_a = g.a and r.node_b = b)
      and not exists (
        select 1 from ${contact} n join ${identityEdge} e on e.node_id = n.contact_id and starts_with(e.kind, ${APART})
            and e.removed_at is null
          join ${identityEdge} f on f.kind = e.kind and f.value <> e.value and f.strength = 'strong' and f.removed_at is null
          join ${contact} m on m.contact_id = f.node_id
        where (n.contact_id = g.a or n.merged_into = g.a) and (m.contact_id = b or m.merged_into = b))
    order by g.a, b, g.kind, g.value`,
  );
}

/** Queues pairs behind those that proofs speak for; one pair has one id. */
export async function queueSuspicions(ctx: Ctx, pairs: readonly Pair[]): Promise<void> {
  if (pairs.length === 0) return;
  const list = pairs.map((pair) => ({ ...pair, reviewId: idFrom(`identity review\n${pair.a}\n${pair.b}`) }));
  await ctx.db.execute(sql`
    insert into ${identityReview} (review_id, node_a, node_b, reason, kind, value, state, created_at)
    select p."reviewId", p.a, p.b, 'unproven', p.kind, p.value, 'open', ${ctx.clock.now().toISOString()}::timestamptz
    from jsonb_to_recordset(${json(list)}) as p("reviewId" uuid, a uuid, b uuid, kind text, value text)
    on conflict do nothing`);
}

export async function countSuspicions(ctx: Ctx): Promise<number> {
  const [found] = await rows<{ n: number }>(
    ctx.db,
    sql`select count(*)::int as n from ${identityReview} where state = 'open' and reason = 'unproven'`,
  );
  return found?.n ?? 0;
}

/** Withdraws what nothing speaks for any more: an address was corrected, or the two are one by now. */
export async function dropSettledSuspicions(ctx: Ctx): Promise<void> {
  const has = (node: string) => sql`exists (
    select 1 from ${contact} n where (n.contact_id = ${sql.raw(node)} or n.merged_into = ${sql.raw(node)})
      and (exists (select 1 from ${contactPointLookup} l where l.kind = r.kind and l.value = r.value and l.contact_id = n.contact_id)
        or exists (select 1 from ${identityEdge} e where e.node_id = n.contact_id and e.kind = r.kind and e.value = r.value
          and e.removed_at is null)))`;
  await ctx.db.execute(sql`
    delete from ${identityReview} r where r.state = 'open' and r.reason = 'unproven'
      and not (${has('r.node_a')} and ${has('r.node_b')} and (
        select count(distinct coalesce(c.merged_into, c.contact_id)) from ${contact} c where c.contact_id in (r.node_a, r.node_b)) = 2)`);
}
