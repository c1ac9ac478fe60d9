import { eq, sql } from '../../core/sql.ts';
import type { SQL } from '../../core/sql.ts';
import { contact } from '../../contacts/index.ts';
import type { Ctx } from '../../core/ctx.ts';
import { minorDigits } from '../../core/money.ts';
import { row, rows } from '../../core/db.ts';
import { saleFact } from '../../orders/index.ts';
import { instant } from '../window.ts';
import { MAP_IN_ORDER } from './cells.ts';
import type { RfmMethod } from './contract.ts';
import { contactRfm, rfmState } from './schema.ts';

/** Scores over everybody who bought, as one set. */

/**
 * Rows (contact_id, recency, frequency, money, cell, last_at, days, orders, revenue) as of a moment: of sales alone, with a
 * quantity and a price, trusted, of known contacts. Ties go by the shop's own number.
 */
export function scoredSql(ctx: Ctx, method: RfmMethod, at: Date): SQL {
  const cells = `{${MAP_IN_ORDER.join(',')}}`;
  return sql`
    select s.*, (${cells}::text[])[(s.recency - 1) * 5 + (s.frequency + s.money + 1) / 2] as cell from (
      select b.contact_id, b.last_at, b.days, b.orders, b.revenue, ${scores(method, minorDigits(ctx.config.baseCurrency))}
      from (
        select t.contact_id, c.external_id, t.last_at, t.orders, t.revenue,
          floor(extract(epoch from ${instant(at)} - t.last_at) / 86400)::int as days
        from (
          select o.contact_id, max(o.occurred_at) as last_at, count(*)::int as orders, sum(o.amount) as revenue
          from (
            select f.contact_id, f.order_id, max(f.occurred_at) as occurred_at, sum(f.base_amount) as amount from ${saleFact} f
            where f.kind = 'sale' and f.quantity > 0 and f.unit_price > 0 and f.trust <> 'public' and not f.anonymous
              and f.occurred_at <= ${instant(at)}
            group by f.contact_id, f.order_id) o
          group by o.contact_id) t
        join ${contact} c on c.contact_id = t.contact_id and c.merged_into is null and c.kind <> 'visitor'
      ) b
    ) s`;
}

const BY_NUMBER = sql`b.external_id collate "C" nulls last, b.contact_id`;

function scores(method: RfmMethod, digits: number): SQL {
  if (method.method === 'quintiles') {
    return sql`ntile(5) over (order by b.days desc, ${BY_NUMBER}) as recency,
      ntile(5) over (order by b.orders, ${BY_NUMBER}) as frequency,
      ntile(5) over (order by b.revenue, ${BY_NUMBER}) as money`;
  }
  // width_bucket of ascending bounds: 0 below the first, 4 from the fourth on; days up to a bound are below the next whole day.
  const days = method.recencyDays.map((bound) => bound + 1);
  const bucket = (value: SQL, bounds: readonly number[]): SQL =>
    sql`width_bucket(${value}, ${`{${bounds.join(',')}}`}::numeric[])`;
  return sql`5 - ${bucket(sql`b.days::numeric`, days)} as recency,
    1 + ${bucket(sql`b.orders::numeric`, method.orders)} as frequency,
    1 + ${bucket(sql`round(b.revenue * ${10 ** digits}::numeric)`, method.money)} as money`;
}

export type RfmStateRow = typeof rfmState.$inferSelect;
const ONLY = 1;

export async function findState(ctx: Ctx): Promise<RfmStateRow | undefined> {
  const [found] = await ctx.db.select().from(rfmState).where(eq(rfmState.id, ONLY));
  return found;
}

export async function saveSettings(ctx: Ctx, settings: RfmMethod): Promise<void> {
  const values = { settings, updatedAt: ctx.clock.now() };
  await ctx.db
    .insert(rfmState)
    .values({ id: ONLY, ...values })
    .onConflictDoUpdate({ target: rfmState.id, set: values });
}

export async function saveComputed(
  ctx: Ctx,
  values: { settings: RfmMethod; computedAt: Date; contacts: number; tookMs: number },
): Promise<void> {
  const { settings, ...made } = values;
  await ctx.db
    .insert(rfmState)
    .values({ id: ONLY, settings, updatedAt: values.computedAt, ...made })
    .onConflictDoUpdate({ target: rfmState.id, set: made });
}

/** Advisory lock of computing: one at a time. */
const COMPUTING = 7_015_610;

export async function holdForComputing(ctx: Ctx): Promise<void> {
  await ctx.db.execute(sql`select pg_advisory_xact_lock(${COMPUTING}::bigint)`);
}

/**
 * Computes everybody's scores and writes the rows that differ. Gives how many have scores and whose scores changed, up to `limit`
 * ids; one more than that means too many to name.
 */
export async function writeScores(
  ctx: Ctx,
  method: RfmMethod,
  limit: number,
): Promise<{ contacts: number; changed: string[] }> {
  const at = ctx.clock.now();
  const said = sql.raw('recency, frequency, money, cell, last_at, orders, revenue');
  // A statement that also writes is worked out by one process alone; a table of its own is filled by all there are.
  await ctx.db.execute(
    sql`create temporary table rfm_scored on commit drop as ${scoredSql(ctx, method, at)}`,
  );
  await ctx.db.execute(sql`analyze rfm_scored`);
  const found = await row<{ contacts: number; changed: string[] }>(
    ctx.db,
    sql`
    with differing as materialized (
      select s.contact_id, s.recency, s.frequency, s.money, s.cell, s.last_at, s.orders, s.revenue,
        o.contact_id is null or (o.recency, o.frequency, o.money, o.cell) is distinct from (s.recency, s.frequency, s.money, s.cell)
          as told
      from rfm_scored s left join ${contactRfm} o on o.contact_id = s.contact_id
      where o.contact_id is null or (o.recency, o.frequency, o.money, o.cell, o.last_at, o.orders, o.revenue)
        is distinct from (s.recency, s.frequency, s.money, s.cell, s.last_at, s.orders, s.revenue)),
    gone as (
      delete from ${contactRfm} r where not exists (select from rfm_scored s where s.contact_id = r.contact_id)
      returning r.contact_id),
    written as (
      insert into ${contactRfm} (contact_id, ${said}, changed_at)
      select contact_id, ${said}, ${instant(at)} from differing order by contact_id
      on conflict (contact_id) do update set recency = excluded.recency, frequency = excluded.frequency,
        money = excluded.money, cell = excluded.cell, last_at = excluded.last_at, orders = excluded.orders,
        revenue = excluded.revenue, changed_at = excluded.changed_at)
    select (select count(*)::int from rfm_scored) as contacts,
      array(select contact_id::text from (
        select contact_id from differing where told union all select contact_id from gone) c limit ${limit + 1}) as changed`,
  );
  await ctx.db.execute(sql`drop table rfm_scored`);
  return found;
}

/** What the report is made of: sums and bounds for each triple of scores; amounts are exact decimals of the base currency. */
export type ScoreField = {
  recency: number;
  frequency: number;
  money: number;
  contacts: number;
  orders: number;
  days: number;
  revenue: string;
  minDays: number;
  maxDays: number;
  minOrders: number;
  maxOrders: number;
  minRevenue: string;
  maxRevenue: string;
};

/** Of the contacts the asker may see; `scored` is the kept table or scores of another moment. */
export async function fieldsOf(ctx: Ctx, scored: SQL, visible: SQL): Promise<ScoreField[]> {
  return rows<ScoreField>(
    ctx.db,
    sql`
    select s.recency::int as recency, s.frequency::int as frequency, s.money::int as money, count(*)::int as contacts,
      sum(s.orders)::float8 as orders, sum(s.days)::float8 as days, sum(s.revenue)::text as revenue,
      min(s.days) as "minDays", max(s.days) as "maxDays", min(s.orders) as "minOrders", max(s.orders) as "maxOrders",
      min(s.revenue)::text as "minRevenue", max(s.revenue)::text as "maxRevenue"
    from (${scored}) s join ${contact} on contact.contact_id = s.contact_id
    where contact.merged_into is null and ${visible}
    group by s.recency, s.frequency, s.money`,
  );
}

/** How many have kept scores of those for whom `visible`, a condition on the table contact, holds. */
export async function countScored(ctx: Ctx, visible: SQL): Promise<number> {
  const { contacts } = await row<{ contacts: number }>(
    ctx.db,
    sql`select count(*)::int as contacts from ${contactRfm} r join ${contact} on contact.contact_id = r.contact_id
      where contact.merged_into is null and ${visible}`,
  );
  return contacts;
}

/** The kept scores with the days they had at that moment. */
export const keptSql = (at: Date): SQL => sql`
  select r.*, floor(extract(epoch from ${instant(at)} - r.last_at) / 86400)::int as days from ${contactRfm} r`;

export type KeptScores = typeof contactRfm.$inferSelect;

/** A contact's kept scores, if the asker may see the contact; undefined contact: not there or not visible. */
export async function scoresOf(
  ctx: Ctx,
  contactId: string,
  visible: SQL,
): Promise<{ known: boolean; scores: KeptScores | undefined }> {
  const [found] = await ctx.db
    .select({ id: contact.contactId, scores: contactRfm })
    .from(contact)
    .leftJoin(contactRfm, eq(contactRfm.contactId, contact.contactId))
    .where(sql`${contact.contactId} = ${contactId}::uuid and ${visible}`);
  return { known: found !== undefined, scores: found?.scores ?? undefined };
}
