import { sql } from '../../core/sql.ts';
import type { Ctx } from '../../core/ctx.ts';
import { row, rows } from '../../core/db.ts';
import { MINUTE_MS } from '../../core/time.ts';
import { product, saleFact } from '../../orders/index.ts';
import { productNeighbour, productPopularity, recommendBuild } from './schema.ts';

/** What people bought within a year is what they may want; older tastes and ranges are gone. */
const WINDOW_DAYS = 365;
/** What is wanted now: the season and the fashion. */
const RECENT_DAYS = 30;
/** Products of one contact that count, the latest first: a reseller of a thousand would make half a million pairs alone. */
const PER_CONTACT = 100;
/** Fewer people who bought both are chance. */
const LEAST_TOGETHER = 3;
const NEIGHBOURS = 20;
/** Places kept in a category: more than anybody owns of one, mostly. */
const MAX_PLACE = 1_000;
const TIMEOUT_MS = 30 * MINUTE_MS;
const MEMORY = '128MB';
/** One lock over all workers. */
const BUILDING = 7_319_015;

export type Build = { builtAt: Date; tookMs: number; contacts: number; products: number; pairs: number };

export async function findBuild(ctx: Ctx): Promise<Build | undefined> {
  const [found] = await ctx.db.select().from(recommendBuild);
  return found;
}

/** False: another worker is at it. Held until the end of the transaction. */
export async function holdBuild(ctx: Ctx): Promise<boolean> {
  const { held } = await row<{ held: boolean }>(
    ctx.db,
    sql`select pg_try_advisory_xact_lock(${BUILDING}::bigint) as held`,
  );
  return held;
}

/** Whether anything was ever sold. */
export async function soldAnything(ctx: Ctx): Promise<boolean> {
  const found = await rows(
    ctx.db,
    sql`select 1 as one from ${saleFact} where kind = 'sale' and trust <> 'public' limit 1`,
  );
  return found.length > 0;
}

/** Makes both tables anew from the sales of a year, within the caller's transaction: readers see the former ones until its end. */
export async function rebuildTables(ctx: Ctx): Promise<Omit<Build, 'builtAt' | 'tookMs'>> {
  const now = ctx.clock.now();
  await ctx.db.execute(
    sql`select set_config('statement_timeout', ${String(TIMEOUT_MS)}, true), set_config('work_mem', ${MEMORY}, true)`,
  );
  await gather(ctx, now);
  await ctx.db.execute(sql`delete from ${productPopularity}`);
  await ctx.db.execute(sql`
    insert into ${productPopularity} (product_id, category_id, buyers, recent_buyers, place, place_in_category)
    select product_id, category_id, buyers, recent_buyers, place, least(place_in_category, ${MAX_PLACE}) from (
      select t.*, p.category_id,
        row_number() over (order by recent_buyers desc, buyers desc, t.product_id)::int as place,
        row_number() over (partition by p.category_id order by recent_buyers desc, buyers desc, t.product_id)::int as place_in_category
      from recommend_thing t join ${product} p on p.product_id = t.product_id) t`);
  await ctx.db.execute(sql`delete from ${productNeighbour}`);
  const { contacts } = await row<{ contacts: number }>(
    ctx.db,
    sql`select count(distinct contact)::int as contacts from recommend_bought`,
  );
  await pair(ctx, contacts);
  const counts = await row<{ products: number; pairs: number }>(
    ctx.db,
    sql`select (select count(*)::int from ${productPopularity}) as products, (select count(*)::int from ${productNeighbour}) as pairs`,
  );
  await ctx.db.execute(sql`drop table recommend_bought, recommend_thing`);
  return { contacts, ...counts };
}

/** What each contact bought (numbers instead of ids: pairs of them are many), and how many people bought each thing. */
async function gather(ctx: Ctx, now: Date): Promise<void> {
  const at = sql`${now.toISOString()}::timestamptz`;
  await ctx.db.execute(sql`
    create temp table recommend_bought on commit drop as
    select dense_rank() over (order by contact_id)::int as contact, dense_rank() over (order by product_id)::int as thing,
      product_id, latest, n from (
      select contact_id, product_id, max(occurred_at) as latest,
        row_number() over (partition by contact_id order by max(occurred_at) desc, product_id) as n
      from ${saleFact} where kind = 'sale' and trust <> 'public' and not anonymous
        and occurred_at > ${at} - make_interval(days => ${WINDOW_DAYS}::int) and occurred_at <= ${at}
      group by contact_id, product_id) b`);
  await ctx.db.execute(sql`
    create temp table recommend_thing on commit drop as
    select thing, product_id, count(*)::int as buyers,
      count(*) filter (where latest > ${at} - make_interval(days => ${RECENT_DAYS}::int))::int as recent_buyers,
      count(*) filter (where n <= ${PER_CONTACT}::int)::int as counted
    from recommend_bought group by thing, product_id`);
  await ctx.db.execute(sql`delete from recommend_bought where n > ${PER_CONTACT}::int`);
  await ctx.db.execute(sql`create index on recommend_bought (contact)`);
  await ctx.db.execute(sql`analyze recommend_bought`);
  await ctx.db.execute(sql`analyze recommend_thing`);
}

const xLogX = (x: ReturnType<typeof sql>) => sql`(case when ${x} <= 0 then 0 else ${x} * ln(${x}) end)`;

/** Counts each pair once, reckons its ratio as `llr.ts` does, and keeps of each product the most telling others. */
async function pair(ctx: Ctx, contacts: number): Promise<void> {
  const [both, one, other] = [sql`k.shared::float8`, sql`a.counted::float8`, sql`b.counted::float8`];
  const all = sql`${contacts}::float8`;
  const cells = sql`${xLogX(both)} + ${xLogX(sql`(${one} - ${both})`)} + ${xLogX(sql`(${other} - ${both})`)}
    + ${xLogX(sql`(${all} - ${one} - ${other} + ${both})`)}`;
  const margins = sql`${xLogX(one)} + ${xLogX(sql`(${all} - ${one})`)} + ${xLogX(other)} + ${xLogX(sql`(${all} - ${other})`)}`;
  await ctx.db.execute(sql`
    insert into ${productNeighbour} (product_id, other_id, together, ratio, weight)
    with pairs as materialized (
      select k.shared, a.product_id as one_id, b.product_id as other_id, a.recent_buyers as one_recent, b.recent_buyers as other_recent,
        greatest(0, 2 * (${cells} - (${margins}) + ${xLogX(all)})) as ratio
      from (select x.thing as one, y.thing as other, count(*)::int as shared
        from recommend_bought x join recommend_bought y on y.contact = x.contact and y.thing > x.thing
        group by 1, 2 having count(*) >= ${LEAST_TOGETHER}::int) k
      join recommend_thing a on a.thing = k.one join recommend_thing b on b.thing = k.other
      where ${both} * ${all} > ${one} * ${other}
    )
    select product_id, other_id, shared, ratio, ratio * (1 + recent) from (
      select e.*, row_number() over (partition by product_id order by ratio desc, other_id) as n from (
        select one_id as product_id, other_id, shared, ratio, other_recent as recent from pairs
        union all select other_id, one_id, shared, ratio, one_recent from pairs) e) e
    where n <= ${NEIGHBOURS}::int`);
}

export async function keepBuild(ctx: Ctx, build: Build): Promise<void> {
  await ctx.db
    .insert(recommendBuild)
    .values({ one: true, ...build })
    .onConflictDoUpdate({ target: recommendBuild.one, set: build });
}
