import { sql } from '../../core/sql.ts';
import type { SQL } from '../../core/sql.ts';
import { movesIn, moveRows } from '../../contacts/index.ts';
import type { Move } from '../../contacts/index.ts';
import type { Ctx } from '../../core/ctx.ts';
import { hotRows } from '../../core/db.ts';
import { unnested } from '../../core/unnest.ts';
import { offerChange, offerContactCounter, offerCounter, offerUse } from './schema.ts';

/** Uses of offers and the counters of their limits, set by set. */

export type UseRow = {
  /** Of an anonymous order: the order's id. */
  contactId: string;
  orderId: string;
  at: Date;
  currency: string;
  state: 'reserved' | 'used';
  offerId: string;
  version: number;
  desiredMinor: number;
  actualMinor: number;
  points: number;
  code: string | null;
  slots: readonly string[];
  contactSlots: readonly string[];
};
/** A use that is there. */
export type UseKey = { contactId: string; orderId: string; offerId: string };
/** A counter of all buyers and what it may come to. */
export type Want = {
  offerId: string;
  slot: string;
  uses: number | undefined;
  budgetMinor: number | undefined;
  points: number | undefined;
};
/** `times`: how often it is to be counted. */
export type ContactWant = { contactId: string; offerId: string; slot: string; uses: number; times: number };

const json = (list: readonly string[]): string => JSON.stringify(list);
const texts = (list: SQL): SQL => sql`array(select jsonb_array_elements_text(${list}::jsonb))`;

/**
 * Writes the uses of orders that are not there yet (or were released), unless the offers have another mark. `written`: those that
 * are new.
 */
export async function writeUses(
  ctx: Ctx,
  mark: string,
  uses: readonly UseRow[],
): Promise<{ marked: boolean; written: UseKey[] }> {
  const item = unnested(
    'item',
    uses.map((use) => ({ ...use, slots: json(use.slots), contactSlots: json(use.contactSlots) })),
    {
      contactId: 'uuid',
      orderId: 'uuid',
      at: 'timestamptz',
      currency: 'text',
      state: 'text',
      offerId: 'text',
      version: 'integer',
      desiredMinor: 'bigint',
      actualMinor: 'bigint',
      points: 'bigint',
      code: 'text',
      slots: 'text',
      contactSlots: 'text',
    },
  );
  const [found] = await hotRows<{ marked: boolean; written: UseKey[] }>(
    ctx.db,
    sql`
    with present as materialized (select coalesce((select mark::text from ${offerChange}), '') = ${mark} as marked),
    written as (
      insert into ${offerUse} as u (contact_id, order_id, offer_id, version, state, desired_minor, actual_minor, points, currency,
        code, slots, contact_slots, occurred_at, settled_at, origin_id)
      select item."contactId", item."orderId", item."offerId", item.version, item.state, item."desiredMinor", item."actualMinor",
        item.points, item.currency, item.code, ${texts(sql`item.slots`)}, ${texts(sql`item."contactSlots"`)}, item.at, null,
        item."contactId"
      from ${item}, present where present.marked
      on conflict (contact_id, order_id, offer_id) do update set version = excluded.version, state = excluded.state,
        desired_minor = excluded.desired_minor, actual_minor = excluded.actual_minor, points = excluded.points,
        code = excluded.code, currency = excluded.currency, slots = excluded.slots, contact_slots = excluded.contact_slots,
        occurred_at = excluded.occurred_at, settled_at = null
      where u.state = 'released'
      returning u.contact_id, u.order_id, u.offer_id
    )
    select marked, coalesce((select jsonb_agg(jsonb_build_object('contactId', contact_id, 'orderId', order_id, 'offerId', offer_id))
      from written), '[]') as written from present`,
  );
  if (found === undefined) throw new Error('a reservation has no verdict');
  return found;
}

type Key = { offerId: string; slot: string };
type ContactKey = Key & { contactId: string };

const ofContact = { contactId: 'uuid', offerId: 'text', slot: 'text' } as const;

/** Counts uses of contacts in each counter that has room for them; returns those they were counted in. */
export async function countContact(ctx: Ctx, wants: readonly ContactWant[]): Promise<ContactKey[]> {
  const want = unnested('w', wants, { ...ofContact, uses: 'bigint', times: 'bigint' });
  return hotRows<ContactKey>(
    ctx.db,
    sql`
    with want as materialized (select * from ${want})
    insert into ${offerContactCounter} as t (contact_id, offer_id, slot, uses)
    select "contactId", "offerId", slot, times from want where times <= uses order by 1, 2, 3
    on conflict (contact_id, offer_id, slot) do update set uses = t.uses + excluded.uses
    where t.uses + excluded.uses <= (select w.uses from want w
      where w."contactId" = excluded.contact_id and w."offerId" = excluded.offer_id and w.slot = excluded.slot)
    returning contact_id as "contactId", offer_id as "offerId", slot`,
  );
}

/** What orders take from a counter of everybody: so many uses, so much money, so many points. */
export type Take = Want & { times: number; minor: number; more: number };

const wanted = (takes: readonly Take[]): SQL =>
  unnested('w', takes, {
    offerId: 'text',
    slot: 'text',
    uses: 'bigint',
    budgetMinor: 'bigint',
    points: 'bigint',
    times: 'bigint',
    minor: 'bigint',
    more: 'bigint',
  });

/** Takes from counters, each if its limits allow; returns from which. Held until the commit. */
export async function countShared(ctx: Ctx, takes: readonly Take[]): Promise<Key[]> {
  return hotRows<Key>(
    ctx.db,
    sql`
    update ${offerCounter} c set uses = c.uses + w.times, spent_minor = c.spent_minor + w.minor, points = c.points + w.more
    from ${wanted(takes)} where c.offer_id = w."offerId" and c.slot = w.slot and (w.uses is null or c.uses + w.times <= w.uses)
      and (w."budgetMinor" is null or c.spent_minor + w.minor <= w."budgetMinor")
      and (w.points is null or c.points + w.more <= w.points)
    returning c.offer_id as "offerId", c.slot`,
  );
}

export type Standing = Key & { uses: number; spentMinor: number; points: number };

/** Where counters stand, locked in the order everybody takes. Counters without a row are absent. */
export async function lockShared(ctx: Ctx, takes: readonly Take[]): Promise<Standing[]> {
  const found = await hotRows<Record<keyof Standing, string>>(
    ctx.db,
    sql`
    select c.offer_id as "offerId", c.slot, c.uses::text, c.spent_minor::text as "spentMinor", c.points::text
    from ${offerCounter} c
    where (c.offer_id, c.slot) in (select w."offerId", w.slot from ${wanted(takes)})
    order by c.offer_id, c.slot for update of c`,
  );
  return found.map((row) => ({
    offerId: row.offerId,
    slot: row.slot,
    uses: Number(row.uses),
    spentMinor: Number(row.spentMinor),
    points: Number(row.points),
  }));
}

/** Takes back uses just written and what the contacts' counters were raised by. */
export async function undoUses(
  ctx: Ctx,
  written: readonly UseKey[],
  counted: ReadonlyArray<ContactKey & { times: number }>,
): Promise<void> {
  await hotRows(
    ctx.db,
    sql`
    with gone as (
      delete from ${offerUse} u using ${unnested('w', written, { contactId: 'uuid', orderId: 'uuid', offerId: 'text' })}
      where u.contact_id = w."contactId" and u.order_id = w."orderId" and u.offer_id = w."offerId")
    update ${offerContactCounter} t set uses = t.uses - w.times
    from ${unnested('w', counted, { ...ofContact, times: 'bigint' })}
    where t.contact_id = w."contactId" and t.offer_id = w."offerId" and t.slot = w.slot`,
  );
}

/** Makes the counters that are not there yet. */
export async function makeCounters(
  ctx: Ctx,
  wants: ReadonlyArray<{ offerId: string; slot: string }>,
): Promise<void> {
  await hotRows(
    ctx.db,
    sql`
    insert into ${offerCounter} (offer_id, slot)
    select given."offerId", given.slot from ${unnested('given', wants, { offerId: 'text', slot: 'text' })} order by 1, 2
    on conflict do nothing`,
  );
}

export type OrderKey = { contactId: string; orderId: string };
const orderKeys = (orders: readonly OrderKey[]): SQL =>
  unnested('k', orders, { contactId: 'uuid', orderId: 'uuid' });

/** Reservations become uses. Returns how many. */
export async function confirm(ctx: Ctx, orders: readonly OrderKey[]): Promise<number> {
  const done = await hotRows(
    ctx.db,
    sql`
    update ${offerUse} u set state = 'used', settled_at = ${ctx.clock.now().toISOString()}::timestamptz
    from ${orderKeys(orders)} where u.contact_id = k."contactId" and u.order_id = k."orderId" and u.state = 'reserved'
    returning 1`,
  );
  return done.length;
}

/** Gives back what the orders took, each once. Returns how many uses. */
export async function release(ctx: Ctx, orders: readonly OrderKey[]): Promise<number> {
  const [found] = await hotRows<{ released: number }>(
    ctx.db,
    sql`
    with gone as (
      update ${offerUse} u set state = 'released', settled_at = ${ctx.clock.now().toISOString()}::timestamptz
      from ${orderKeys(orders)} where u.contact_id = k."contactId" and u.order_id = k."orderId" and u.state <> 'released'
      returning u.contact_id, u.offer_id, u.slots, u.contact_slots, u.actual_minor, u.points
    ), own as materialized (
      select contact_id, offer_id, slot, count(*) as uses from gone, unnest(contact_slots) slot group by 1, 2, 3
    ), own_locked as materialized (
      select c.contact_id, c.offer_id, c.slot from ${offerContactCounter} c
      where (c.contact_id, c.offer_id, c.slot) in (select contact_id, offer_id, slot from own)
      order by 1, 2, 3 for update of c
    ), own_counted as (
      update ${offerContactCounter} t set uses = t.uses - own.uses from own join own_locked using (contact_id, offer_id, slot)
      where t.contact_id = own.contact_id and t.offer_id = own.offer_id and t.slot = own.slot
    ), shared as materialized (
      select offer_id, slot, count(*) as uses, sum(actual_minor)::bigint as minor, sum(points)::bigint as points
      from gone, unnest(slots) slot group by 1, 2
    ), locked as materialized (
      select c.offer_id, c.slot from ${offerCounter} c
      where (c.offer_id, c.slot) in (select offer_id, slot from shared) and (select count(*) from own_locked) >= 0
      order by 1, 2 for update of c
    ), counted as (
      update ${offerCounter} t set uses = t.uses - s.uses, spent_minor = t.spent_minor - s.minor, points = t.points - s.points
      from shared s join locked using (offer_id, slot) where t.offer_id = s.offer_id and t.slot = s.slot
    )
    select count(*)::int as released from gone`,
  );
  return found?.released ?? 0;
}

/** Uses follow the buyer; what each of both has used is counted anew. */
export async function moveUses(ctx: Ctx, all: readonly Move[]): Promise<void> {
  const moves = movesIn(all, 'offer_use');
  if (moves.length === 0) return;
  await moveRows(ctx, moves, { table: 'offer_use' });
  const list = sql`${`{${moves.flatMap(({ from, to }) => [from, to]).join(',')}}`}::text::uuid[]`;
  await ctx.db.execute(sql`delete from ${offerContactCounter} where contact_id = any(${list})`);
  await ctx.db.execute(sql`
    insert into ${offerContactCounter} (contact_id, offer_id, slot, uses)
    select contact_id, offer_id, slot, count(*) from ${offerUse}, unnest(contact_slots) slot
    where contact_id = any(${list}) and state <> 'released' group by 1, 2, 3`);
}
