import { sql } from 'drizzle-orm';
import type { SQL } from 'drizzle-orm';
import { contact } from '../../contacts/index.ts';
import type { Ctx } from '../../core/ctx.ts';
import { rows } from '../../core/db.ts';
import { addMs, DAY_MS } from '../../core/time.ts';
import { category, orders, product, saleFact } from '../../orders/index.ts';
import { event } from '../schema.ts';
import { contactTrait, contactTraitDue, session } from './schema.ts';
import { json } from './store.visits.ts';
import { MIN_ORDER_DAYS, MIN_VIEWS, MIN_VISITS } from './traits.ts';

/** Traits as one set: computed for many contacts at once, written where they differ. */

/** Habits are those of the latest visits and views; what is older than these says little of today. */
const MAX_VISITS = 500;
const MAX_VIEWS = 500;
const VIEW_DAYS = 366;

/** Has these contacts' traits computed anew soon; who waits already waits on. */
export async function markDue(ctx: Ctx, contactIds: readonly string[]): Promise<void> {
  if (contactIds.length === 0) return;
  await ctx.db.execute(sql`
    insert into ${contactTraitDue} (contact_id, created_at)
    select distinct id::uuid, ${ctx.clock.now().toISOString()}::timestamptz
    from jsonb_array_elements_text(${json(contactIds)}) as id
    order by 1 on conflict do nothing`);
}

/** Takes contacts that wait, the longest first. A fact that comes meanwhile has its contact wait anew. */
export async function takeDue(ctx: Ctx, limit: number): Promise<string[]> {
  const taken = await rows<{ id: string }>(
    ctx.db,
    sql`
    with due as (
      select contact_id from ${contactTraitDue} order by created_at limit ${limit} for update skip locked)
    delete from ${contactTraitDue} d using due where d.contact_id = due.contact_id
    returning d.contact_id as id`,
  );
  return taken.map(({ id }) => id);
}

/** Zones asked about before: PostgreSQL reads hundreds of files to tell its names. */
const zonesAsked = new Map<string, boolean>();
const MAX_ZONES_ASKED = 2_000;

/** The zones of these contacts that PostgreSQL can reckon with. One that it cannot would fail the statement for everybody. */
async function usableZones(ctx: Ctx, contactIds: readonly string[]): Promise<string[]> {
  const told = await rows<{ zone: string }>(
    ctx.db,
    sql`
    select distinct c.time_zone as zone from jsonb_array_elements_text(${json(contactIds)}) as id
    join ${contact} c on c.contact_id = id::uuid where c.time_zone is not null`,
  );
  const zones = told.map(({ zone }) => zone);
  if (zonesAsked.size > MAX_ZONES_ASKED) zonesAsked.clear();
  const fresh = zones.filter((zone) => !zonesAsked.has(zone));
  if (fresh.length > 0) {
    const known = await rows<{ zone: string }>(
      ctx.db,
      sql`
      select zone from jsonb_array_elements_text(${json(fresh)}) as zone
      where lower(zone) in (select lower(name) from pg_timezone_names)`,
    );
    const names = new Set(known.map(({ zone }) => zone));
    for (const zone of fresh) zonesAsked.set(zone, names.has(zone));
  }
  return zones.filter((zone) => zonesAsked.get(zone));
}

/** Computes the traits of these contacts, writes what differs and gives what did: pairs of contact and trait. */
export async function computeTraits(
  ctx: Ctx,
  contactIds: readonly string[],
): Promise<Array<{ contactId: string; key: string }>> {
  const now = sql`${ctx.clock.now().toISOString()}::timestamptz`;
  const zones = await usableZones(ctx, contactIds);
  return rows<{ contactId: string; key: string }>(
    ctx.db,
    sql`
    with asked as materialized (select id::uuid as contact_id from jsonb_array_elements_text(${json(contactIds)}) as id),
    who as materialized (
      select c.contact_id,
        case when c.time_zone in (select jsonb_array_elements_text(${json(zones)})) then c.time_zone
          else ${ctx.config.timeZone}::text end as zone
      from asked join ${contact} c using (contact_id) where c.merged_into is null),
    ${fromVisits()},
    ${fromOrders()},
    ${fromCategories(ctx)},
    fresh as materialized (
      ${sql.join([...VISIT_TRAITS, ...ORDER_TRAITS, CATEGORY_TRAIT], sql` union all `)}),
    told as (
      select * from fresh where text_value is not null or number_value is not null or date_value is not null),
    gone as (
      delete from ${contactTrait} t using asked a
      where t.contact_id = a.contact_id
        and not exists (select from told f where f.contact_id = t.contact_id and f.key = t.key)
      returning t.contact_id, t.key),
    written as (
      insert into ${contactTrait} as t (contact_id, key, text_value, number_value, date_value, facts, updated_at)
      select contact_id, key, text_value, number_value, date_value, facts, ${now} from told
      on conflict (contact_id, key) do update set text_value = excluded.text_value, number_value = excluded.number_value,
        date_value = excluded.date_value, facts = excluded.facts, updated_at = excluded.updated_at
        where (t.text_value, t.number_value, t.date_value, t.facts)
          is distinct from (excluded.text_value, excluded.number_value, excluded.date_value, excluded.facts)
      returning t.contact_id, t.key)
    select contact_id as "contactId", key from gone union all select contact_id, key from written`,
  );
}

type Value = 'text_value' | 'number_value' | 'date_value';
const NULLS: Readonly<Record<Value, string>> = {
  text_value: 'null::text',
  number_value: 'null::bigint',
  date_value: 'null::timestamptz',
};

/** One trait as rows of the common shape. */
function trait(key: string, kind: Value, value: string, facts: string, from: string): SQL {
  const columns = (Object.keys(NULLS) as Value[]).map((name) => (name === kind ? value : NULLS[name]));
  return sql.raw(`select contact_id, '${key}' as key, ${columns[0]} as text_value, ${columns[1]} as number_value,
    ${columns[2]} as date_value, (${facts})::int as facts from ${from}`);
}

function fromVisits(): SQL {
  const touch = (order: SQL): SQL => sql`
    select w.contact_id, s.* from who w cross join lateral (
      select s.started_at, s.channel, s.source, s.medium, s.campaign from ${session} s where s.contact_id = w.contact_id
      order by ${order} limit 1) s`;
  return sql`
    latest as materialized (
      select w.contact_id, s.channel, s.device, s.started_at at time zone w.zone as local
      from who w cross join lateral (
        select s.started_at, s.channel, s.device from ${session} s where s.contact_id = w.contact_id
        order by s.started_at desc, s.visit_id desc limit ${MAX_VISITS}) s),
    habit as (
      select contact_id, count(*) as visits, count(device) as devices,
        mode() within group (order by extract(hour from local)) as hour,
        mode() within group (order by extract(isodow from local)) as weekday,
        mode() within group (order by channel) as channel,
        mode() within group (order by device) as device
      from latest group by contact_id),
    visited as (
      select w.contact_id, count(*) as visits from who w join ${session} s on s.contact_id = w.contact_id group by 1),
    first_touch as (select * from (${touch(sql`s.started_at, s.visit_id`)}) t join visited using (contact_id)),
    last_touch as (
      select * from (${touch(sql`s.channel = 'Direct', s.started_at desc, s.visit_id desc`)}) t
      join visited using (contact_id))`;
}

/** A habit needs some visits; whatever came last or first needs one. */
const HABIT = `habit where visits >= ${MIN_VISITS}`;
const touchTraits = (which: 'first' | 'last'): SQL[] => [
  trait(`${which}TouchAt`, 'date_value', 'started_at', 'visits', `${which}_touch`),
  ...(['channel', 'source', 'medium', 'campaign'] as const).map((column) =>
    trait(
      `${which}Touch${column.charAt(0).toUpperCase()}${column.slice(1)}`,
      'text_value',
      column,
      'visits',
      `${which}_touch`,
    ),
  ),
];
const VISIT_TRAITS: SQL[] = [
  trait('usualHour', 'number_value', 'hour::bigint', 'visits', HABIT),
  trait('usualWeekday', 'number_value', 'weekday::bigint', 'visits', HABIT),
  trait('usualChannel', 'text_value', 'channel', 'visits', HABIT),
  trait('device', 'text_value', 'device', 'devices', 'habit'),
  ...touchTraits('first'),
  ...touchTraits('last'),
];

/** Sales that count; the rhythm is that of days with an order, so that two orders of one day are one occasion. */
function fromOrders(): SQL {
  return sql`
    sale as materialized (
      select o.contact_id, o.occurred_at, o.base_total_minor, (o.occurred_at at time zone w.zone)::date as day
      from who w join ${orders} o on o.contact_id = w.contact_id
      where o.kind = 'sale' and o.trust <> 'public' and not o.anonymous and o.status <> 'cancelled'),
    bought as (
      select contact_id, count(*) as orders, round(avg(base_total_minor))::bigint as average,
        max(occurred_at) as last_at from sale group by contact_id),
    gap as (
      select contact_id, day - lag(day) over (partition by contact_id order by day) as days
      from (select distinct contact_id, day from sale) d),
    rhythm as (
      select contact_id, count(*) as days, percentile_cont(0.5) within group (order by days) as median
      from gap group by contact_id),
    expected as (
      select contact_id, orders, last_at + median * interval '1 day' as next_at
      from rhythm join bought using (contact_id) where days >= ${MIN_ORDER_DAYS}::int)`;
}

const ORDER_TRAITS: SQL[] = [
  trait('averageOrderValue', 'number_value', 'average', 'orders', 'bought'),
  trait('expectedNextOrder', 'date_value', 'next_at', 'orders', 'expected'),
];

/** The category most orders were about; of who bought nothing, the one looked at most. */
function fromCategories(ctx: Ctx): SQL {
  const since = addMs(ctx.clock.now(), -VIEW_DAYS * DAY_MS).toISOString();
  return sql`
    bought_category as (
      select f.contact_id, coalesce(nullif(c.name, ''), c.external_id) as name, count(distinct f.order_id) as facts,
        max(f.occurred_at) as last_at
      from who w join ${saleFact} f on f.contact_id = w.contact_id
      join ${product} p on p.product_id = f.product_id join ${category} c on c.category_id = p.category_id
      where f.kind = 'sale' and f.trust <> 'public' and not f.anonymous
      group by f.contact_id, c.category_id, c.name, c.external_id),
    viewed as (
      select w.contact_id, e.occurred_at, e.properties->>'category' as told, e.properties->>'product_id' as product
      from who w cross join lateral (
        select e.occurred_at, e.properties from ${event} e
        where e.contact_id = w.contact_id and e.name in ('Product Viewed', 'Product List Viewed', 'Category Viewed') and not e.bot
          and e.occurred_at > ${since}::timestamptz
        order by e.occurred_at desc limit ${MAX_VIEWS}) e
      where not exists (select from bought_category b where b.contact_id = w.contact_id)),
    viewed_category as (
      select v.contact_id, coalesce(nullif(c.name, ''), c.external_id, v.told) as name, count(*) as facts,
        max(v.occurred_at) as last_at
      from viewed v
      left join ${product} p on p.external_id = v.product
      left join ${category} c on c.category_id = p.category_id or (p.category_id is null and c.external_id = v.told)
      group by 1, 2 having count(*) >= ${MIN_VIEWS}::int),
    favourite as (
      select distinct on (contact_id) contact_id, left(name, 200) as name, facts
      from (select * from bought_category union all select * from viewed_category) f
      where name is not null order by contact_id, facts desc, last_at desc, name)`;
}

const CATEGORY_TRAIT = trait('favouriteCategory', 'text_value', 'name', 'facts', 'favourite');

/** Takes back what was told of contacts who are somebody else now. */
export async function dropTraits(ctx: Ctx, contactIds: readonly string[]): Promise<void> {
  if (contactIds.length === 0) return;
  await ctx.db.execute(sql`
    delete from ${contactTrait} where contact_id in (select jsonb_array_elements_text(${json(contactIds)})::uuid)`);
}
