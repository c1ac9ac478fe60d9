import { sql } from '../../core/sql.ts';
import type { SQL } from '../../core/sql.ts';
import type { Ctx } from '../../core/ctx.ts';
import { dateOf, hotRows, rows } from '../../core/db.ts';
import { event } from '../schema.ts';
import type { Cart, CartStep } from './cart.ts';
import { DEEDS } from './interest.ts';
import type { Deed, InterestKind } from './interest.ts';
import { CART_EVENTS } from './names.ts';
import type { CartEvent } from './names.ts';
import { cart, cartNode, interest } from './schema.ts';

/** Carts and interest, written in sets. All rows are locked in the order of their keys, so that writers never wait in a circle. */

const json = (value: unknown): SQL => sql`${JSON.stringify(value)}::text::jsonb`;
/** Literals: with parameters the planner could not know that the index holds these rows. */
const cartNames = sql.raw(CART_EVENTS.map((name) => `'${name}'`).join(', '));

export type Node = { contactId: string; originId: string; sourceId: string };
export const nodeKey = ({ contactId, originId, sourceId }: Node): string =>
  `${contactId} ${originId} ${sourceId}`;
const nodeColumns = sql`n("contactId" uuid, "originId" uuid, "sourceId" uuid)`;

/** Steps of one node that its carts are folded from: the latest, should somebody have sent more. */
const MAX_STEPS = 2_000;

/** Those of the nodes that have carts. */
export async function nodesWithCarts(ctx: Ctx, nodes: readonly Node[]): Promise<Set<string>> {
  const found = await rows<Node>(
    ctx.db,
    sql`select n.* from jsonb_to_recordset(${json(nodes)}) as ${nodeColumns}
      join ${cartNode} c on c.contact_id = n."contactId" and c.origin_id = n."originId" and c.source_id = n."sourceId"`,
  );
  return new Set(found.map(nodeKey));
}

/** Holds the nodes until the end of the transaction: whoever else has facts of theirs waits, and then sees ours. */
export async function holdNodes(ctx: Ctx, nodes: readonly Node[]): Promise<void> {
  await ctx.db.execute(sql`
    insert into ${cartNode} (contact_id, origin_id, source_id)
    select n."contactId", n."originId", n."sourceId" from jsonb_to_recordset(${json(nodes)}) as ${nodeColumns}
    order by 1, 2, 3
    on conflict (contact_id, origin_id, source_id) do update set source_id = excluded.source_id`);
}

/** Everything the nodes have done with carts, bots apart. */
export async function stepsOf(ctx: Ctx, nodes: readonly Node[]): Promise<Map<string, CartStep[]>> {
  const found = await rows<
    Node & { key: string; at: string; name: CartEvent; properties: Record<string, unknown> }
  >(
    ctx.db,
    sql`
    select n.*, e.* from jsonb_to_recordset(${json(nodes)}) as ${nodeColumns}
    cross join lateral (
      select coalesce(f.message_id, f.id::text) as key, f.occurred_at as at, f.name, f.properties from ${event} f
      where f.contact_id = n."contactId" and f.origin_id = n."originId" and f.source_id = n."sourceId"
        and f.name in (${cartNames}) and f.type = 'track' and not f.bot
      order by f.occurred_at desc, f.id desc limit ${MAX_STEPS}
    ) e`,
  );
  const steps = found.map(({ key, at, name, properties, ...node }) => ({
    node: nodeKey(node),
    step: { key, at: dateOf(at), name, properties },
  }));
  return new Map(
    [...Map.groupBy(steps, ({ node }) => node)].map(([node, list]) => [node, list.map(({ step }) => step)]),
  );
}

/** Puts these in the place of the nodes' carts. What is older than the steps that were read stays as it was. */
export async function replaceCarts(
  ctx: Ctx,
  nodes: ReadonlyArray<Node & { since: Date }>,
  carts: ReadonlyArray<Node & Cart & { cartId: string }>,
): Promise<void> {
  await ctx.db.execute(sql`
    delete from ${cart} c using jsonb_to_recordset(${json(nodes)}) as n("contactId" uuid, "originId" uuid, "sourceId" uuid,
      since timestamptz)
    where c.contact_id = n."contactId" and c.origin_id = n."originId" and c.source_id = n."sourceId"
      and c.opened_at >= n.since`);
  if (carts.length === 0) return;
  await ctx.db.execute(sql`
    insert into ${cart} (contact_id, cart_id, origin_id, source_id, state, number, opened_at, last_at, order_number, ordered_at,
      checkout_at, checkout_step, coupons, currency, lines)
    select "contactId", "cartId", "originId", "sourceId", state, number, "openedAt", "lastAt", "orderNumber", "orderedAt",
      "checkoutAt", "checkoutStep", coupons, currency, lines
    from jsonb_to_recordset(${json(carts)}) as c("contactId" uuid, "cartId" uuid, "originId" uuid, "sourceId" uuid,
      state text, number text, "openedAt" timestamptz, "lastAt" timestamptz, "orderNumber" text, "orderedAt" timestamptz,
      "checkoutAt" timestamptz, "checkoutStep" smallint, coupons jsonb, currency text, lines jsonb)
    on conflict (contact_id, cart_id) do nothing`);
}

export type InterestRow = {
  contactId: string;
  originId: string;
  kind: InterestKind;
  key: string;
  counts: Readonly<Record<Deed, number>>;
  times: Readonly<Record<Deed, Date | null>>;
  lastAt: Date;
  details: Readonly<Record<string, string>>;
  detailsAt: Date;
  detailsKey: string;
};

const each = (make: (deed: Deed) => SQL): SQL => sql.join(DEEDS.map(make), sql`, `);
const name = (text: string): SQL => sql.raw(`"${text}"`);

/** Adds to what is known of the interest: sums and the latest times, so that the order of writers does not matter. */
export async function addInterest(ctx: Ctx, list: readonly InterestRow[]): Promise<void> {
  if (list.length === 0) return;
  const given = list.map(({ counts, times, ...rest }) => {
    // Most deeds were not done: what is not said is none.
    const done = DEEDS.filter((deed) => counts[deed] > 0);
    return {
      ...rest,
      ...Object.fromEntries(
        done.flatMap((deed) => [
          [deed, counts[deed]],
          [`${deed}At`, times[deed]],
        ]),
      ),
    };
  });
  const newer = sql`(excluded.details_at, excluded.details_key collate "C") > (t.details_at, t.details_key collate "C")`;
  await hotRows(
    ctx.db,
    sql`
    insert into ${interest} as t (contact_id, kind, key, origin_id, last_at, details, details_at, details_key,
      ${each((deed) => sql`${name(deed)}, ${name(`${deed}_at`)}`)})
    select g."contactId", g.kind, g.key, g."originId", g."lastAt", g.details, g."detailsAt", g."detailsKey",
      ${each((deed) => sql`coalesce(g.${name(deed)}, 0), g.${name(`${deed}At`)}`)}
    from jsonb_to_recordset(${json(given)}) as g("contactId" uuid, kind text, key text, "originId" uuid, "lastAt" timestamptz,
      details jsonb, "detailsAt" timestamptz, "detailsKey" text, ${each((deed) => sql`${name(deed)} int, ${name(`${deed}At`)} timestamptz`)})
    order by g."contactId", g.kind, g.key collate "C", g."originId"
    on conflict (contact_id, kind, key, origin_id) do update set
      ${each(
        (deed) => sql`${name(deed)} = t.${name(deed)} + excluded.${name(deed)},
        ${name(`${deed}_at`)} = greatest(t.${name(`${deed}_at`)}, excluded.${name(`${deed}_at`)})`,
      )},
      last_at = greatest(t.last_at, excluded.last_at),
      details = case when ${newer} then excluded.details else t.details end,
      details_key = case when ${newer} then excluded.details_key else t.details_key end,
      details_at = greatest(t.details_at, excluded.details_at)`,
  );
}
