import { sql } from '../../core/sql.ts';
import type { Ctx } from '../../core/ctx.ts';
import { dateOf, hotRows } from '../../core/db.ts';
import { unnested } from '../../core/unnest.ts';
import { contact } from '../../contacts/index.ts';
import { orders } from '../../orders/index.ts';
import { event } from '../../tracking/index.ts';
import { message, response, sendGuard } from '../schema.ts';

/** What nodes ask about people, for a batch of them at once. */

/** In (after, until]. */
export type Window = { contactId: string; entryId: string; after: Date; until: Date };
export type Happened = { entryId: string; id: string; at: Date };

/** Events of one name that are looked through for each person, the first of the window: conditions are tested on these. */
const MAX_EVENTS = 100;

/** Events of a name in each person's window, of no bots, in order. */
export async function eventsIn(
  ctx: Ctx,
  name: string,
  windows: readonly Window[],
): Promise<Array<Happened & { properties: unknown }>> {
  const found = await hotRows<{ entryId: string; id: string; at: string; properties: unknown }>(
    ctx.db,
    sql`
    select k."entryId", e.id, e.occurred_at as at, e.properties
    from ${unnested('k', windows, { contactId: 'uuid', entryId: 'uuid', after: 'timestamptz', until: 'timestamptz' })}
    cross join lateral (
      select f.id, f.occurred_at, f.properties from ${event} f
      where f.contact_id = k."contactId" and f.occurred_at > k.after and f.occurred_at <= k.until and f.name = ${name} and not f.bot
      order by f.occurred_at, f.id limit ${MAX_EVENTS}) e
    order by e.occurred_at, e.id`,
  );
  return found.map((one) => ({ ...one, at: dateOf(one.at) }));
}

/** The first order of at least so much in each person's window; claimed and cancelled ones do not count. */
export async function ordersIn(
  ctx: Ctx,
  minTotalMinor: number,
  windows: readonly Window[],
): Promise<Happened[]> {
  const found = await hotRows<{ entryId: string; id: string; at: string }>(
    ctx.db,
    sql`
    select distinct on (k."entryId") k."entryId", o.order_id as id, o.occurred_at as at
    from ${unnested('k', windows, { contactId: 'uuid', entryId: 'uuid', after: 'timestamptz', until: 'timestamptz' })}
    join ${orders} o on o.contact_id = k."contactId" and o.occurred_at > k.after and o.occurred_at <= k.until and o.kind = 'sale'
      and o.trust <> 'public' and o.status <> 'cancelled' and o.base_total_minor >= ${minTotalMinor}::bigint
    order by k."entryId", o.occurred_at, o.order_id`,
  );
  return found.map((one) => ({ ...one, at: dateOf(one.at) }));
}

export type MessageFact = {
  id: string;
  state: string;
  reason: string | null;
  handedAt: Date | null;
  opened: Date | null;
  clicked: Date | null;
  bought: Date | null;
};

type RawMessage = {
  entryId: string;
  id: string;
  state: string;
  reason: string | null;
  handedAt: string | null;
  opened: string | null;
  clicked: string | null;
  bought: string | null;
};

/** What became of messages of these send keys, by entry; responses are of people alone. */
export async function messagesOf(
  ctx: Ctx,
  keys: ReadonlyArray<{ contactId: string; entryId: string; sendKey: string }>,
): Promise<Map<string, MessageFact>> {
  const found = await hotRows<RawMessage>(
    ctx.db,
    sql`
    select k."entryId", m.id, m.state, m.reason, m.handed_at as "handedAt", r.opened, r.clicked, r.bought
    from ${unnested('k', keys, { contactId: 'uuid', entryId: 'uuid', sendKey: 'text' })}
    join ${sendGuard} g on g.contact_id = k."contactId" and g.send_key = k."sendKey"
    join ${message} m on m.contact_id = g.contact_id and m.id = g.message_id
    cross join lateral (
      select min(a.occurred_at) filter (where a.kind in ('opened', 'clicked')) as opened,
        min(a.occurred_at) filter (where a.kind = 'clicked') as clicked,
        min(a.occurred_at) filter (where a.kind = 'converted') as bought
      from ${response} a where a.contact_id = m.contact_id and a.message_id = m.id and a.human) r`,
  );
  const date = (text: string | null): Date | null => (text === null ? null : dateOf(text));
  return new Map(
    found.map(({ entryId, ...one }) => [
      entryId,
      {
        ...one,
        handedAt: date(one.handedAt),
        opened: date(one.opened),
        clicked: date(one.clicked),
        bought: date(one.bought),
      },
    ]),
  );
}

/** What events of these ids say. */
export async function propertiesOf(
  ctx: Ctx,
  events: ReadonlyArray<{ contactId: string; id: string; occurredAt: string }>,
): Promise<Map<string, unknown>> {
  const keys = events.map(({ contactId, id, occurredAt }) => ({
    contactId,
    id,
    occurredAt: new Date(occurredAt),
  }));
  const found = await hotRows<{ id: string; properties: unknown }>(
    ctx.db,
    sql`
    select e.id, e.properties from ${unnested('k', keys, { contactId: 'uuid', id: 'uuid', occurredAt: 'timestamptz' })}
    join ${contact} c on c.contact_id = k."contactId"
    join ${event} e on e.contact_id = coalesce(c.merged_into, c.contact_id) and e.occurred_at = k."occurredAt" and e.id = k.id`,
  );
  return new Map(found.map(({ id, properties }) => [id, properties]));
}
