import { and, eq, sql } from '../../core/sql.ts';
import type { Ctx } from '../../core/ctx.ts';
import { dateOf, rows } from '../../core/db.ts';
import { newId } from '../../core/ids.ts';
import { contact, contactExternalId } from '../schema.ts';
import { json } from '../store.match.ts';
import { visibleContacts } from '../store.visible.ts';
import type { Conflict } from './resolve.ts';
import { identityEdge, identityReview } from './schema.ts';

/** Pairs of contacts a person is to decide about. */

/**
 * Queues pairs that were not joined; a pair that waits or was decided about already stays as it is. What only visitors are meant
 * by is nothing a person could decide, and a decision to keep apart stands.
 */
export async function queueReviews(ctx: Ctx, conflicts: readonly Conflict[]): Promise<void> {
  const open = conflicts.filter(({ reason }) => reason !== 'apart');
  if (open.length === 0) return;
  const pairs = open.map(({ nodes: [nodeA, nodeB], kind, value, reason }) => ({
    reviewId: newId(),
    nodeA,
    nodeB,
    kind,
    value,
    reason,
  }));
  const present = sql`select coalesce(c.merged_into, c.contact_id) from ${contact} c`;
  await ctx.db.execute(sql`
    with wanted as (
      select p.*, (${present} where c.contact_id = p."nodeA") as a, (${present} where c.contact_id = p."nodeB") as b
      from jsonb_to_recordset(${json(pairs)}) as p("reviewId" uuid, "nodeA" uuid, "nodeB" uuid, kind text, value text,
        reason text)
    ), paired as (
      select w.*, least(w.a, w.b) as first, greatest(w.a, w.b) as second from wanted w
      join ${contact} x on x.contact_id = w.a and x.kind <> 'visitor'
      join ${contact} y on y.contact_id = w.b and y.kind <> 'visitor'
      where w.a <> w.b
    )
    insert into ${identityReview} (review_id, node_a, node_b, reason, kind, value, state, created_at)
    select distinct on (first, second) "reviewId", first, second, reason, kind, value, 'open',
      ${ctx.clock.now().toISOString()}::timestamptz
    from paired order by first, second, "reviewId"
    on conflict (node_a, node_b) do update set reason = excluded.reason, kind = excluded.kind, value = excluded.value
      where identity_review.state = 'open' and identity_review.reason = 'unproven'`);
}

/**
 * Removes open pairs that the edges of shared nodes spoke for, of whoever these values are; returns the contacts of them, for
 * whom something else may speak.
 */
export async function withdrawReviews(
  ctx: Ctx,
  nodeIds: readonly string[],
  spoke: ReadonlyArray<{ kind: string; value: string }>,
): Promise<string[]> {
  const gone = await rows<{ a: string; b: string }>(
    ctx.db,
    sql`
    with spoke as (
      select distinct kind, value from jsonb_to_recordset(${json(spoke)}) as s(kind text, value text)
    ), named as (
      select jsonb_array_elements_text(${json(nodeIds)})::uuid as node
      union select x.contact_id from spoke s join ${contactExternalId} x on x.namespace = 'user' and x.external_id = s.value
        where s.kind = 'user'
      union select e.node_id from spoke s
        join ${identityEdge} e on e.kind = s.kind and e.value = s.value and e.strength = 'strong'
    ), present as (
      select n.node from named n union select coalesce(c.merged_into, c.contact_id) from named n
        join ${contact} c on c.contact_id = n.node
    )
    delete from ${identityReview} r using spoke s
    where r.state = 'open' and r.kind = s.kind and r.value = s.value
      and (r.node_a in (select node from present) or r.node_b in (select node from present))
    returning r.node_a as a, r.node_b as b`,
  );
  return [...new Set(gone.flatMap(({ a, b }) => [a, b]))];
}

export type ReviewRow = {
  reviewId: string;
  /** The contacts as they are now. */
  contactA: string;
  contactB: string;
  reason: string;
  kind: string;
  value: string;
  state: 'open' | 'merged' | 'apart';
  createdAt: Date;
};

const seen = (ctx: Ctx, id: ReturnType<typeof sql>) =>
  sql`exists (select 1 from ${contact} where ${contact.contactId} = ${id} and ${contact.mergedInto} is null
    and ${visibleContacts(ctx)})`;

const listed = (ctx: Ctx) => sql`
  select * from (
    select r.review_id as "reviewId", coalesce(a.merged_into, a.contact_id) as "contactA",
      coalesce(b.merged_into, b.contact_id) as "contactB", r.reason, r.kind, r.value, r.state, r.created_at as "createdAt"
    from ${identityReview} r join ${contact} a on a.contact_id = r.node_a join ${contact} b on b.contact_id = r.node_b
  ) q where "contactA" <> "contactB" and ${seen(ctx, sql`q."contactA"`)} and ${seen(ctx, sql`q."contactB"`)}`;

const reviewOf = (row: Omit<ReviewRow, 'createdAt'> & { createdAt: string }): ReviewRow => ({
  ...row,
  createdAt: dateOf(row.createdAt),
});

/** Where a page begins: behind this pair. */
export type ReviewPlace = { unproven: boolean; createdAt: Date; reviewId: string };

/** Open pairs both of whose contacts the actor may see: what proofs speak for before mere suspicion, oldest first. */
export async function openReviews(
  ctx: Ctx,
  page: { after: ReviewPlace | null; limit: number },
): Promise<ReviewRow[]> {
  const { after } = page;
  const from =
    after === null
      ? sql`true`
      : sql`(reason = 'unproven', "createdAt", "reviewId")
          > (${after.unproven}, ${after.createdAt.toISOString()}::timestamptz, ${after.reviewId}::uuid)`;
  const found = await rows<Omit<ReviewRow, 'createdAt'> & { createdAt: string }>(
    ctx.db,
    sql`${listed(ctx)} and state = 'open' and ${from} 
      order by reason = 'unproven', "createdAt", "reviewId" limit ${page.limit}`,
  );
  return found.map(reviewOf);
}

export async function findReview(ctx: Ctx, reviewId: string): Promise<ReviewRow | null> {
  const [found] = await rows<Omit<ReviewRow, 'createdAt'> & { createdAt: string }>(
    ctx.db,
    sql`${listed(ctx)} and "reviewId" = ${reviewId}::uuid`,
  );
  return found === undefined ? null : reviewOf(found);
}

/** Marks a pair as decided; false when somebody was faster. */
export async function decideReview(ctx: Ctx, reviewId: string, state: 'merged' | 'apart'): Promise<boolean> {
  const done = await ctx.db
    .update(identityReview)
    .set({ state, decidedAt: ctx.clock.now(), decidedBy: ctx.actor.name })
    .where(and(eq(identityReview.reviewId, reviewId), eq(identityReview.state, 'open')))
    .returning({ id: identityReview.reviewId });
  return done.length > 0;
}
