import { sql } from '../../core/sql.ts';
import type { SQL } from '../../core/sql.ts';
import type { Ctx } from '../../core/ctx.ts';
import { rows } from '../../core/db.ts';
import { orders } from '../../orders/index.ts';
import { event } from '../schema.ts';
import type { OnsiteComparison, OnsiteCounts } from './contract.ts';
import { ONSITE_EVENTS } from './names.ts';
import type { OnsiteEvent } from './names.ts';
import { onsiteForgotten, onsiteMessage } from './schema.ts';

/** How often messages were shown and what came of it: of people's browsers, machines left out. */

/** An order counts for a message so many days after a click on it. */
const CONVERSION_DAYS = 7;

const SHOWN: OnsiteEvent = 'On-site Message Shown';
const HELD: OnsiteEvent = 'On-site Message Held Back';
/** What is counted: who was kept from a message has seen nothing of it. */
const COUNTED = ONSITE_EVENTS.filter((name) => name !== HELD);
const NAMES = sql.join(
  COUNTED.map((name) => sql`${name}`),
  sql`, `,
);
const idList = (ids: readonly string[]): SQL => sql`${`{${ids.join(',')}}`}::text::text[]`;
const ABOUT = sql`e.properties->>'message_id'`;

/** Messages nothing is known of are absent. */
export async function countsOf(ctx: Ctx, messageIds: readonly string[]): Promise<Map<string, OnsiteCounts>> {
  if (messageIds.length === 0) return new Map();
  const told = await rows<{ id: string; name: keyof typeof COLUMN; n: number }>(
    ctx.db,
    sql`
    select id, name, sum(n)::int as n from (
      select ${ABOUT} as id, e.name, count(*) as n from ${event} e
      where e.name in (${NAMES}) and ${ABOUT} = any(${idList(messageIds)}) and not e.bot group by 1, 2
      union all
      select message_id::text, name, events from ${onsiteForgotten} where message_id::text = any(${idList(messageIds)})) f
    group by id, name`,
  );
  const bought = await rows<{ id: string; n: number }>(
    ctx.db,
    sql`
    select ${ABOUT} as id, count(distinct e.contact_id)::int as n from ${event} e
    where e.name = ${'On-site Message Clicked' satisfies OnsiteEvent} and ${ABOUT} = any(${idList(messageIds)}) and not e.bot
      and exists (select from ${orders} o where o.contact_id = e.contact_id and o.kind = 'sale' and o.trust <> 'public'
        and o.status <> 'cancelled' and o.occurred_at >= e.occurred_at
        and o.occurred_at < e.occurred_at + ${CONVERSION_DAYS}::int * interval '1 day')
    group by 1`,
  );
  const counts = new Map<string, OnsiteCounts>();
  const of = (id: string): OnsiteCounts => {
    const known = counts.get(id) ?? { shown: 0, clicked: 0, closed: 0, converted: 0 };
    counts.set(id, known);
    return known;
  };
  for (const { id, name, n } of told) of(id)[COLUMN[name]] = n;
  for (const { id, n } of bought) of(id).converted = n;
  return counts;
}

const COLUMN = {
  'On-site Message Shown': 'shown',
  'On-site Message Clicked': 'clicked',
  'On-site Message Closed': 'closed',
} as const satisfies Partial<Record<OnsiteEvent, keyof OnsiteCounts>>;

/** Of those with a control group: who saw it and who was kept from it, as far back as facts are kept. */
export async function comparisonOf(
  ctx: Ctx,
  messageIds: readonly string[],
): Promise<Map<string, OnsiteComparison>> {
  if (messageIds.length === 0) return new Map();
  const found = await rows<{ id: string; held: boolean; contacts: number; bought: number }>(
    ctx.db,
    sql`
    with first as (
      select ${ABOUT} as id, e.contact_id, min(e.occurred_at) as at, bool_or(e.name = ${HELD}) as held from ${event} e
      where e.name in (${SHOWN}, ${HELD}) and ${ABOUT} = any(${idList(messageIds)}) and not e.bot group by 1, 2
    )
    select id, held, count(*)::int as contacts, count(*) filter (where exists (select from ${orders} o
        where o.contact_id = f.contact_id and o.kind = 'sale' and o.trust <> 'public' and o.status <> 'cancelled'
          and o.occurred_at >= f.at and o.occurred_at < f.at + ${CONVERSION_DAYS}::int * interval '1 day'))::int as bought
    from first f group by 1, 2`,
  );
  const nobody = { contacts: 0, bought: 0 };
  const compared = new Map<string, OnsiteComparison>();
  for (const { id, held, ...arm } of found)
    compared.set(id, { shown: nobody, held: nobody, ...compared.get(id), [held ? 'held' : 'shown']: arm });
  return compared;
}

/** Keeps the counts of what these contacts did, whose facts are about to go. */
export async function keepCounts(ctx: Ctx, contactIds: readonly string[]): Promise<void> {
  await ctx.db.execute(sql`
    insert into ${onsiteForgotten} as f (message_id, name, events)
    select m.message_id, e.name, count(*)::int from ${event} e join ${onsiteMessage} m on m.message_id::text = ${ABOUT}
    where e.contact_id = any(${`{${contactIds.join(',')}}`}::text::uuid[]) and e.name in (${NAMES}) and not e.bot
    group by 1, 2 order by 1, 2
    on conflict (message_id, name) do update set events = f.events + excluded.events`);
}
