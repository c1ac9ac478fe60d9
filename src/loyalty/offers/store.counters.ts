import { sql } from '../../core/sql.ts';
import type { Ctx } from '../../core/ctx.ts';
import { hotRows } from '../../core/db.ts';
import { unnested } from '../../core/unnest.ts';
import { offerContactCounter, offerCounter, offerUse } from './schema.ts';

/** What counters stand at. */

export type Counter = { uses: number; spentMinor: number; points: number };
/** all: of everybody; own: of the contact `who`; held…: what the order `who` has in them itself. */
export type CounterRow = Counter & {
  kind: 'all' | 'own' | 'heldOfAll' | 'heldOfOwn';
  who: string;
  offerId: string;
  slot: string;
};

type Key = { offerId: string; slot: string };
type Raw = Record<keyof Counter | 'who' | 'offerId' | 'slot', string> & { kind: CounterRow['kind'] };

const KEY = { offerId: 'text', slot: 'text' } as const;

/** Counters of everybody, of these buyers, and what these orders hold already. */
export async function readCounters(
  ctx: Ctx,
  wants: { shared: readonly Key[]; own: readonly Key[] },
  orders: ReadonlyArray<{ contactId: string | null; orderId?: string | null }>,
): Promise<CounterRow[]> {
  const buyers = orders.flatMap(({ contactId }) => (contactId === null ? [] : [{ contactId }]));
  const held = orders.flatMap(({ contactId, orderId }) =>
    orderId === undefined || orderId === null ? [] : [{ contactId: contactId ?? orderId, orderId }],
  );
  const found = await hotRows<Raw>(
    ctx.db,
    sql`
    select 'all' as kind, '' as who, c.offer_id as "offerId", c.slot, c.uses::text, c.spent_minor::text as "spentMinor",
      c.points::text
    from ${offerCounter} c join ${unnested('w', wants.shared, KEY)} on c.offer_id = w."offerId" and c.slot = w.slot
    union all
    select 'own', c.contact_id::text, c.offer_id, c.slot, c.uses::text, '0', '0'
    from ${unnested('b', buyers, { contactId: 'uuid' })}
    cross join ${unnested('w', wants.own, KEY)}
    join ${offerContactCounter} c on c.contact_id = b."contactId" and c.offer_id = w."offerId" and c.slot = w.slot
    union all
    select m.kind, u.order_id::text, u.offer_id, m.slot, '1', u.actual_minor::text, u.points::text
    from ${unnested('k', held, { contactId: 'uuid', orderId: 'uuid' })}
    join ${offerUse} u on u.contact_id = k."contactId" and u.order_id = k."orderId" and u.state <> 'released'
    cross join lateral (select 'heldOfAll' as kind, unnest(u.slots) as slot
      union all select 'heldOfOwn', unnest(u.contact_slots)) m`,
  );
  return found.map(({ uses, spentMinor, points, ...key }) => ({
    ...key,
    uses: Number(uses),
    spentMinor: Number(spentMinor),
    points: Number(points),
  }));
}
