import { sql } from 'drizzle-orm';
import type { SQL } from 'drizzle-orm';
import { movesIn, moveRows } from '../../contacts/index.ts';
import type { Move } from '../../contacts/index.ts';
import type { Ctx } from '../../core/ctx.ts';
import { hotRows } from '../../core/db.ts';
import { unnested } from '../../core/unnest.ts';
import { offerChange, offerContactCounter, offerCounter, offerUse } from './schema.ts';

/** Uses of offers and the counters of their limits. Everything of one order goes in one statement. */

export type UseRow = {
  offerId: string;
  version: number;
  desiredMinor: number;
  actualMinor: number;
  points: number;
  code: string | null;
  slots: readonly string[];
  contactSlots: readonly string[];
};
/** A counter of all buyers and what it may come to. */
export type Want = {
  offerId: string;
  slot: string;
  uses: number | undefined;
  budgetMinor: number | undefined;
  points: number | undefined;
};
export type ContactWant = { offerId: string; slot: string; uses: number };
export type Taking = {
  /** Of an anonymous order: the order's id. */
  contactId: string;
  orderId: string;
  at: Date;
  currency: string;
  state: 'reserved' | 'used';
  mark: string;
  uses: readonly UseRow[];
  wants: readonly Want[];
  contactWants: readonly ContactWant[];
};
export type Taken = Record<string, unknown> & {
  marked: boolean;
  /** Uses that were not there yet, and those written. */
  fresh: number;
  written: number;
  /** Counters that have no row yet. */
  missing: number;
  contactMissed: number;
  refused: Array<{
    offerId: string;
    slot: string;
    of: 'contact' | 'uses' | 'money' | 'points';
    left: number;
  }>;
};

const json = (list: readonly string[]): string => JSON.stringify(list);

/**
 * Locks the counters (those of the contact first, then those of everybody, each in the order of their keys), checks all limits, and
 * if nothing stands against it counts and writes the uses. Otherwise nothing is written.
 */
export async function takeUses(ctx: Ctx, taking: Taking): Promise<Taken> {
  const { contactId, orderId, wants, contactWants } = taking;
  const item = unnested(
    'item',
    taking.uses.map((use) => ({ ...use, slots: json(use.slots), contactSlots: json(use.contactSlots) })),
    {
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
  const texts = (list: SQL): SQL => sql`array(select jsonb_array_elements_text(${list}::jsonb))`;
  const [found] = await hotRows<Taken>(
    ctx.db,
    sql`
    with fresh as materialized (
      select item.* from ${item} where not exists (
        select from ${offerUse} u where u.contact_id = ${contactId}::uuid and u.order_id = ${orderId}::uuid
          and u.offer_id = item."offerId" and u.state <> 'released')
    ), ${contactWants.length === 0 ? NO_CONTACT : contactPart(contactId, contactWants)},
    ${wants.length === 0 ? NO_SHARED : sharedPart(wants)},
    refused as materialized (select * from contact_refused union all select * from shared_refused),
    verdict as materialized (
      select coalesce((select mark::text from ${offerChange}), '') = ${taking.mark} as marked,
        (select count(*)::int from fresh) as fresh,
        (select count(*)::int from want join fresh using ("offerId")) - (select count(*)::int from counter) as missing
    ), go as materialized (
      select v.marked and v.missing = 0 and not exists (select from refused) as go from verdict v
    ), ${wants.length === 0 ? sql`counted as (select 1)` : SHARED_WRITE},
    ${contactWants.length === 0 ? sql`contact_counted as (select 1 where false)` : contactWrite(contactId)},
    written as (
      insert into ${offerUse} as u (contact_id, order_id, offer_id, version, state, desired_minor, actual_minor, points, currency,
        code, slots, contact_slots, occurred_at, settled_at, origin_id)
      select ${contactId}::uuid, ${orderId}::uuid, f."offerId", f.version, ${taking.state}, f."desiredMinor", f."actualMinor", f.points,
        ${taking.currency}, f.code, ${texts(sql`f.slots`)}, ${texts(sql`f."contactSlots"`)}, ${taking.at.toISOString()}::timestamptz,
        null, ${contactId}::uuid
      from fresh f, go where go.go order by f."offerId"
      on conflict (contact_id, order_id, offer_id) do update set version = excluded.version, state = excluded.state,
        desired_minor = excluded.desired_minor, actual_minor = excluded.actual_minor, points = excluded.points,
        code = excluded.code, currency = excluded.currency, slots = excluded.slots, contact_slots = excluded.contact_slots,
        occurred_at = excluded.occurred_at, settled_at = null
      where u.state = 'released'
      returning 1
    )
    select v.marked, v.fresh, v.missing, (select count(*)::int from written) as written,
      case when go.go then (select count(*)::int from contact_want join fresh using ("offerId")) - (select count(*)::int from contact_counted)
        else 0 end as "contactMissed",
      coalesce((select jsonb_agg(to_jsonb(r)) from refused r), '[]') as refused
    from verdict v, go`,
  );
  if (found === undefined) throw new Error('a reservation has no verdict');
  return found;
}

const NO_CONTACT = sql`contact_want as (select ''::text as "offerId", ''::text as slot, 0::bigint as uses where false),
    contact_refused as (select ''::text as "offerId", ''::text as slot, ''::text as of, 0::bigint as "left" where false)`;

function contactPart(contactId: string, wants: readonly ContactWant[]): SQL {
  const want = unnested('contact_given', wants, { offerId: 'text', slot: 'text', uses: 'bigint' });
  return sql`contact_want as materialized (select * from ${want}),
    contact_counter as materialized (
      select c.offer_id, c.slot, c.uses from ${offerContactCounter} c
      where c.contact_id = ${contactId}::uuid
        and (c.offer_id, c.slot) in (select w."offerId", w.slot from contact_want w join fresh using ("offerId"))
      order by c.offer_id, c.slot for update of c
    ), contact_refused as materialized (
      select w."offerId", w.slot, 'contact'::text as of, greatest(w.uses - c.uses, 0) as "left"
      from contact_want w join contact_counter c on c.offer_id = w."offerId" and c.slot = w.slot where c.uses >= w.uses
    )`;
}

const NO_SHARED = sql`want as (select ''::text as "offerId", ''::text as slot where false), counter as (select 1 where false),
    shared_refused as (select ''::text as "offerId", ''::text as slot, ''::text as of, 0::bigint as "left" where false)`;

/** The counters everybody waits for are locked last, and not at all when the contact's own have refused. */
function sharedPart(wants: readonly Want[]): SQL {
  const want = unnested('given', wants, {
    offerId: 'text',
    slot: 'text',
    uses: 'bigint',
    budgetMinor: 'bigint',
    points: 'bigint',
  });
  return sql`want as materialized (select * from ${want}),
    counter as materialized (
      select c.offer_id, c.slot, c.uses, c.spent_minor, c.points from ${offerCounter} c
      where (c.offer_id, c.slot) in (select w."offerId", w.slot from want w join fresh using ("offerId"))
        and not (select exists (select from contact_refused))
      order by c.offer_id, c.slot for update of c
    ), asked as materialized (
      select w.*, c.uses as had, c.spent_minor as spent, c.points as given, f."actualMinor" as minor, f.points as more
      from counter c join want w on w."offerId" = c.offer_id and w.slot = c.slot join fresh f on f."offerId" = c.offer_id
    ), shared_refused as materialized (
      select "offerId", slot, 'uses'::text as of, greatest(uses - had, 0) as "left" from asked where had >= uses
      union all
      select "offerId", slot, 'money', greatest("budgetMinor" - spent, 0) from asked where spent + minor > "budgetMinor"
      union all
      select "offerId", slot, 'points', greatest(points - given, 0) from asked where given + more > points
    )`;
}

const SHARED_WRITE = sql`counted as (
      update ${offerCounter} t set uses = t.uses + 1, spent_minor = t.spent_minor + a.minor, points = t.points + a.more
      from asked a, go where go.go and t.offer_id = a."offerId" and t.slot = a.slot
      returning 1
    )`;

function contactWrite(contactId: string): SQL {
  return sql`contact_counted as (
      insert into ${offerContactCounter} as t (contact_id, offer_id, slot, uses)
      select ${contactId}::uuid, w."offerId", w.slot, 1 from contact_want w join fresh using ("offerId"), go
      where go.go order by 2, 3
      on conflict (contact_id, offer_id, slot) do update set uses = t.uses + 1
      where t.uses < (select w.uses from contact_want w where w."offerId" = excluded.offer_id and w.slot = excluded.slot)
      returning 1
    )`;
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

export type CounterRow = Record<string, unknown> & {
  offerId: string;
  slot: string;
  own: boolean;
  uses: string;
  spentMinor: string;
  points: string;
};

/** What counters stand at, without what `orderId` itself has taken. */
export async function readCounters(
  ctx: Ctx,
  wants: ReadonlyArray<{ offerId: string; slot: string }>,
  contactWants: ReadonlyArray<{ offerId: string; slot: string }>,
  of: { contactId: string | null; orderId: string | null },
): Promise<CounterRow[]> {
  const key = { offerId: 'text', slot: 'text' } as const;
  const nobody = '00000000-0000-0000-0000-000000000000';
  const contactId = of.contactId ?? of.orderId ?? nobody;
  const orderId = of.orderId ?? nobody;
  return hotRows<CounterRow>(
    ctx.db,
    sql`
    with mine as materialized (
      select offer_id, slots, contact_slots, actual_minor, points from ${offerUse}
      where contact_id = ${contactId}::uuid and order_id = ${orderId}::uuid and state <> 'released'
    )
    select c.offer_id as "offerId", c.slot, false as own,
      (c.uses - (select count(*) from mine m where m.offer_id = c.offer_id and c.slot = any(m.slots)))::text as uses,
      (c.spent_minor - coalesce((select sum(m.actual_minor) from mine m where m.offer_id = c.offer_id and c.slot = any(m.slots)), 0))::text as "spentMinor",
      (c.points - coalesce((select sum(m.points) from mine m where m.offer_id = c.offer_id and c.slot = any(m.slots)), 0))::text as points
    from ${offerCounter} c join ${unnested('w', wants, key)} on c.offer_id = w."offerId" and c.slot = w.slot
    union all
    select c.offer_id, c.slot, true,
      (c.uses - (select count(*) from mine m where m.offer_id = c.offer_id and c.slot = any(m.contact_slots)))::text, '0', '0'
    from ${offerContactCounter} c join ${unnested('w', contactWants, key)} on c.offer_id = w."offerId" and c.slot = w.slot
    where c.contact_id = ${contactId}::uuid`,
  );
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
