import { sql } from '../../core/sql.ts';
import type { Ctx } from '../../core/ctx.ts';
import { dateOf, rows } from '../../core/db.ts';
import type { SourceKind } from '../contract.ts';
import type { EventType, Fact } from '../fact.ts';
import { event, source } from '../schema.ts';
import { FOLLOW_EVENTS } from './names.ts';

const json = (value: unknown) => sql`${JSON.stringify(value)}::text::jsonb`;
/** Literals: with parameters the planner could not know that the index holds these rows. */
const followNames = sql.raw(FOLLOW_EVENTS.map((name) => `'${name}'`).join(', '));

/** Any number that nothing else locks by. */
const ORDERS_LOCK = 7_302_114;

/**
 * Keeps what is said of orders apart, until the end of the transaction, from the telling of orders: else a refund and its order, told
 * at the same moment, could each fail to see the other. Tellings of orders alone go on beside each other.
 */
export async function oneByOne(ctx: Ctx, followed: boolean): Promise<void> {
  await ctx.db.execute(
    followed
      ? sql`select pg_advisory_xact_lock(${ORDERS_LOCK})`
      : sql`select pg_advisory_xact_lock_shared(${ORDERS_LOCK})`,
  );
}

/** Ids of sources by what a server may call them: id, write key or name. A name two sources share is nobody's. */
export async function namedSources(ctx: Ctx, names: readonly string[]): Promise<Map<string, string>> {
  const found = await rows<{ name: string; ids: string[] }>(
    ctx.db,
    sql`
    select n as name, array_agg(s.source_id::text) as ids
    from (select distinct jsonb_array_elements_text(${json(names)}) as n) as wanted
    join ${source} s on n in (s.source_id::text, s.write_key, s.name)
    group by n`,
  );
  return new Map(
    found.flatMap(({ name, ids }) => (ids.length === 1 && ids[0] !== undefined ? [[name, ids[0]]] : [])),
  );
}

type FactRow = {
  id: string;
  contactId: string;
  originId: string;
  sourceId: string;
  kind: SourceKind;
  messageId: string | null;
  type: EventType;
  name: string;
  at: string;
  properties: Record<string, unknown>;
  context: Record<string, unknown>;
};

/** What servers have said of orders of these numbers so far, whatever source it came from, in the order of time. */
export async function earlyFollowUps(
  ctx: Ctx,
  orders: ReadonlyArray<{ externalId: string }>,
): Promise<Fact[]> {
  if (orders.length === 0) return [];
  const found = await rows<FactRow>(
    ctx.db,
    sql`
    select e.id, e.contact_id as "contactId", e.origin_id as "originId", e.source_id as "sourceId", s.kind,
      e.message_id as "messageId", e.type, e.name, e.occurred_at as at, e.properties, e.context
    from ${event} e join ${source} s on s.source_id = e.source_id
    where e.name in (${followNames}) and e.type = 'track' and e.trust = 'server'
      and e.properties ->> 'order_id' in (select jsonb_array_elements_text(${json(orders.map(({ externalId }) => externalId))}))
    order by e.occurred_at, e.id`,
  );
  return found.map(
    ({ id, contactId, originId, sourceId, kind, at, messageId, type, name, properties, context }) => ({
      id,
      contactId,
      originId,
      trust: 'server',
      bot: false,
      sender: { sourceId, kind, trust: 'server' },
      event: {
        messageId,
        type,
        name,
        occurredAt: dateOf(at),
        anonymousId: null,
        userId: null,
        previousId: null,
        properties,
        context,
      },
    }),
  );
}
