import { sql } from '../../core/sql.ts';
import type { SQL } from '../../core/sql.ts';
import type { Ctx } from '../../core/ctx.ts';
import { hotRows } from '../../core/db.ts';
import { addMs, DAY_MS } from '../../core/time.ts';
import { category, orders, product, saleFact } from '../../orders/index.ts';
import { event } from '../schema.ts';
import { contactTrait, session } from './schema.ts';
import type { Due } from './store.due.ts';
import { json } from './store.visits.ts';
import { keysOf, MIN_ORDER_DAYS, MIN_VIEWS, MIN_VISITS, VIEWS } from './traits.ts';
import type { Part } from './traits.ts';

/** Traits as one set: computed for many contacts at once, written where they differ. */

/** Habits are those of the latest visits and views; what is older than these says little of today. */
const MAX_VISITS = 500;
const MAX_VIEWS = 500;
const VIEW_DAYS = 366;

/**
 * Computes one part of the traits of these contacts, writes what differs and gives what did: pairs of contact and trait. Each
 * part is one fixed text, which PostgreSQL plans once. What is stored is read once and found again by its place: nobody else
 * writes traits of a contact meanwhile, because whoever wants to waits for its row of wishes.
 */
export async function computeTraits(
  ctx: Ctx,
  part: Part,
  due: readonly Due[],
): Promise<Array<{ contactId: string; key: string }>> {
  const now = sql`${ctx.clock.now().toISOString()}::timestamptz`;
  const asked = due.map(({ contactId, zone }) => ({ contact_id: contactId, zone }));
  return hotRows<{ contactId: string; key: string }>(
    ctx.db,
    sql`
    with asked as materialized (
      select contact_id, zone from jsonb_to_recordset(${json(asked)}) as a(contact_id uuid, zone text)),
    ${TOLD[part](ctx)},
    stored as (
      select t.ctid as place, t.contact_id, t.key, t.text_value, t.number_value, t.date_value, t.facts, t.expires_at
      from asked a join ${contactTrait} t on t.contact_id = a.contact_id
      where t.key in (${sql.raw(namesOf(keysOf(part)))})),
    differs as materialized (
      select contact_id, key, place, n.facts is not null as told, n.text_value, n.number_value, n.date_value, n.facts,
        n.expires_at, (n.text_value, n.number_value, n.date_value, n.facts)
          is distinct from (o.text_value, o.number_value, o.date_value, o.facts) as changed
      from told n full join stored o using (contact_id, key)
      where (n.text_value, n.number_value, n.date_value, n.facts, n.expires_at)
        is distinct from (o.text_value, o.number_value, o.date_value, o.facts, o.expires_at)),
    gone as (
      delete from ${contactTrait} t using differs d where t.ctid = d.place and not d.told),
    mended as (
      update ${contactTrait} t set text_value = d.text_value, number_value = d.number_value, date_value = d.date_value,
        facts = d.facts, expires_at = d.expires_at, updated_at = case when d.changed then ${now} else t.updated_at end
      from differs d where t.ctid = d.place and d.told),
    made as (
      insert into ${contactTrait} (contact_id, key, text_value, number_value, date_value, facts, updated_at, expires_at)
      select contact_id, key, text_value, number_value, date_value, facts, ${now}, expires_at
      from differs where place is null)
    select contact_id as "contactId", key from differs where changed`,
  );
}

const namesOf = (names: readonly string[]): string => names.map((name) => `'${name}'`).join(', ');

type Value = 'text_value' | 'number_value' | 'date_value';
const NULLS: Readonly<Record<Value, string>> = {
  text_value: 'null::text',
  number_value: 'null::bigint',
  date_value: 'null::timestamptz',
};

/** One trait as a row of the common shape: name, the three values, the number of facts, and when it expires. */
function trait(key: string, kind: Value, value: string, facts: string, expires = 'null'): string {
  const columns = (Object.keys(NULLS) as Value[]).map((name) => (name === kind ? value : NULLS[name]));
  return `('${key}', ${columns.join(', ')}, (${facts})::int, (${expires})::timestamptz)`;
}

/** The rows of all who have `from`, less those that say nothing. */
const toldFrom = (from: string, traits: readonly string[]): SQL =>
  sql.raw(`told as (
      select f.contact_id, t.* from ${from} f cross join lateral (values ${traits.join(', ')})
        as t(key, text_value, number_value, date_value, facts, expires_at)
      where t.text_value is not null or t.number_value is not null or t.date_value is not null)`);

const TOUCHED = ['channel', 'source', 'medium', 'campaign'] as const;
const touchTraits = (which: 'first' | 'last'): string[] => [
  trait(`${which}TouchAt`, 'date_value', `${which}_at`, 'visits'),
  ...TOUCHED.map((column) =>
    trait(
      `${which}Touch${column.charAt(0).toUpperCase()}${column.slice(1)}`,
      'text_value',
      `${which}_${column}`,
      'visits',
    ),
  ),
];

/** A habit needs some visits; whatever came last or first needs one. */
const VISIT_TRAITS = toldFrom('habit', [
  trait('usualHour', 'number_value', 'hour::bigint', 'latest'),
  trait('usualWeekday', 'number_value', 'weekday::bigint', 'latest'),
  trait('usualChannel', 'text_value', 'usual_channel', 'latest'),
  trait('device', 'text_value', 'device', 'devices'),
  ...touchTraits('first'),
  ...touchTraits('last'),
]);

const touched = (which: 'first' | 'last', where: string): string =>
  ['started_at as at', ...TOUCHED]
    .map((column) => column.split(' as '))
    .map(([column, name = column]) => `max(${column}) filter (where ${where}) as ${which}_${name}`)
    .join(', ');

/**
 * One reading of a contact's visits, numbered from the last (`n`) and from the last touch (`touch`: what came directly is the
 * last resort). Most have one or two visits: sorting for a habit begins with the first row that counts, so that they need none.
 */
function fromVisits(): SQL {
  const habit = `filter (where n <= ${MAX_VISITS} and visits >= ${MIN_VISITS})`;
  return sql`
    habit as (
      select a.contact_id, v.* from asked a cross join lateral (
        select count(*) as visits, ${sql.raw(`
          count(*) filter (where n <= ${MAX_VISITS}) as latest,
          count(device) filter (where n <= ${MAX_VISITS}) as devices,
          mode() within group (order by extract(hour from local)) ${habit} as hour,
          mode() within group (order by extract(isodow from local)) ${habit} as weekday,
          mode() within group (order by channel) ${habit} as usual_channel,
          coalesce(max(device) filter (where visits = 1),
            mode() within group (order by device) filter (where n <= ${MAX_VISITS} and visits > 1)) as device,
          ${touched('first', 'n = visits')}, ${touched('last', 'touch = 1')}`)}
        from (
          select s.started_at, s.started_at at time zone a.zone as local, s.channel, s.source, s.medium, s.campaign,
            s.device, row_number() over (order by s.started_at desc, s.visit_id desc) as n,
            row_number() over (order by s.channel = 'Direct', s.started_at desc, s.visit_id desc) as touch,
            count(*) over () as visits
          from ${session} s where s.contact_id = a.contact_id) s) v
      where a.zone is not null and v.visits > 0),
    ${VISIT_TRAITS}`;
}

/** Sales that count; the rhythm is that of days with an order, so that two orders of one day are one occasion. */
function fromOrders(): SQL {
  return sql`
    sale as materialized (
      select o.contact_id, o.occurred_at, o.base_total_minor, (o.occurred_at at time zone a.zone)::date as day
      from asked a join ${orders} o on o.contact_id = a.contact_id
      where a.zone is not null and o.kind = 'sale' and o.trust <> 'public' and not o.anonymous
        and o.status <> 'cancelled'),
    bought as (
      select contact_id, count(*) as orders, round(avg(base_total_minor))::bigint as average,
        max(occurred_at) as last_at from sale group by contact_id),
    gap as (
      select contact_id, day - lag(day) over (partition by contact_id order by day) as days
      from (select distinct contact_id, day from sale) d),
    rhythm as (
      select contact_id, count(*) as days, percentile_cont(0.5) within group (order by days) as median
      from gap group by contact_id),
    rhythmic as (
      select b.*, case when r.days >= ${MIN_ORDER_DAYS}::int then last_at + median * interval '1 day' end as next_at
      from bought b left join rhythm r using (contact_id)),
    ${ORDER_TRAITS}`;
}

const ORDER_TRAITS = toldFrom('rhythmic', [
  trait('averageOrderValue', 'number_value', 'average', 'orders'),
  trait('expectedNextOrder', 'date_value', 'next_at', 'orders'),
]);

/**
 * The category most orders were about; of who bought nothing, the one looked at most, which says something as long as the
 * oldest of these views counts.
 */
function fromCategories(ctx: Ctx): SQL {
  const since = addMs(ctx.clock.now(), -VIEW_DAYS * DAY_MS).toISOString();
  return sql`
    bought_category as (
      select f.contact_id, coalesce(nullif(c.name, ''), c.external_id) as name, count(distinct f.order_id) as facts,
        max(f.occurred_at) as last_at, null::timestamptz as first_at
      from asked a join ${saleFact} f on f.contact_id = a.contact_id
      join ${product} p on p.product_id = f.product_id join ${category} c on c.category_id = p.category_id
      where a.zone is not null and f.kind = 'sale' and f.trust <> 'public' and not f.anonymous
      group by f.contact_id, c.category_id, c.name, c.external_id),
    viewed as (
      select a.contact_id, e.occurred_at, e.properties->>'category' as told, e.properties->>'product_id' as product
      from asked a cross join lateral (
        select e.occurred_at, e.properties from ${event} e
        where e.contact_id = a.contact_id and e.name in (${sql.raw(namesOf(VIEWS))}) and not e.bot
          and e.occurred_at > ${since}::timestamptz
        order by e.occurred_at desc limit ${MAX_VIEWS}) e
      where a.zone is not null and not exists (select from bought_category b where b.contact_id = a.contact_id)),
    viewed_category as (
      select v.contact_id, coalesce(nullif(c.name, ''), c.external_id, v.told) as name, count(*) as facts,
        max(v.occurred_at) as last_at, min(v.occurred_at) as first_at
      from viewed v
      left join ${product} p on p.external_id = v.product
      left join ${category} c on c.category_id = p.category_id or (p.category_id is null and c.external_id = v.told)
      group by 1, 2 having count(*) >= ${MIN_VIEWS}::int),
    favourite as (
      select distinct on (contact_id) contact_id, left(name, 200) as name, facts, first_at
      from (select * from bought_category union all select * from viewed_category) f
      where name is not null order by contact_id, facts desc, last_at desc, name),
    ${CATEGORY_TRAIT}`;
}

const CATEGORY_TRAIT = toldFrom('favourite', [
  trait(
    'favouriteCategory',
    'text_value',
    'f.name',
    'f.facts',
    `f.first_at + interval '${VIEW_DAYS * 24} hours'`,
  ),
]);

const TOLD: Readonly<Record<Part, (ctx: Ctx) => SQL>> = {
  visits: fromVisits,
  orders: fromOrders,
  category: fromCategories,
};

/** Takes back what was told of contacts who are somebody else now. */
export async function dropTraits(ctx: Ctx, contactIds: readonly string[]): Promise<void> {
  if (contactIds.length === 0) return;
  await ctx.db.execute(sql`
    delete from ${contactTrait} where contact_id in (select jsonb_array_elements_text(${json(contactIds)})::uuid)`);
}
