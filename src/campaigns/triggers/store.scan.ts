import { sql } from '../../core/sql.ts';
import type { SQL } from '../../core/sql.ts';
import type { Ctx } from '../../core/ctx.ts';
import { dateOf, rows } from '../../core/db.ts';
import { addDays } from './dates.ts';
import type { KnownDate } from './dates.ts';

/** Whose dates come round, in pages by contact. */

type Page = { after: string; limit: number };
/** Of these contacts alone. */
type Among = Page & { contactIds?: readonly string[] };
const among = ({ contactIds }: Among): SQL =>
  contactIds === undefined ? sql`` : sql`and c.contact_id = any(${`{${contactIds.join(',')}}`}::uuid[])`;
const texts = (list: readonly string[]): SQL =>
  sql`${`{${list.map((one) => JSON.stringify(one)).join(',')}}`}::text[]`;

/** From now on a campaign looks ahead from `until`; what its moments before were is over. */
export async function startScan(ctx: Ctx, campaignId: string, until: Date): Promise<void> {
  await ctx.db.execute(sql`
    insert into trigger_scan (campaign_id, until) values (${campaignId}::uuid, ${until.toISOString()}::timestamptz)
    on conflict (campaign_id) do update set until = greatest(trigger_scan.until, excluded.until)`);
}

/** How far the campaign has looked, held until the end of the transaction; undefined: another worker is at it. */
export async function holdScan(ctx: Ctx, campaignId: string): Promise<Date | undefined> {
  const [found] = await rows<{ until: string }>(
    ctx.db,
    sql`select until from trigger_scan where campaign_id = ${campaignId}::uuid for update skip locked`,
  );
  return found === undefined ? undefined : dateOf(found.until);
}

export async function moveScan(ctx: Ctx, campaignId: string, until: Date): Promise<void> {
  await ctx.db.execute(
    sql`update trigger_scan set until = ${until.toISOString()}::timestamptz where campaign_id = ${campaignId}::uuid`,
  );
}

export type Dated = { contactId: string; timeZone: string | null; date: KnownDate | string };

/** People born on one of these months and days (MM-DD). */
export async function birthdayPage(ctx: Ctx, days: readonly string[], page: Page): Promise<Dated[]> {
  const pairs = days.map(
    (day) => sql`(${Number(day.slice(0, 2))}::smallint, ${Number(day.slice(3))}::smallint)`,
  );
  const found = await rows<{
    contactId: string;
    timeZone: string | null;
    year: number | null;
    month: number;
    day: number;
  }>(
    ctx.db,
    sql`
    select contact_id as "contactId", time_zone as "timeZone", birth_year as year, birth_month as month, birth_day as day
    from contact where birth_month is not null and (birth_month, birth_day) in (${sql.join(pairs, sql`, `)})
      and merged_into is null and kind <> 'visitor' and contact_id > ${page.after}::uuid
    order by contact_id limit ${page.limit}`,
  );
  return found.map(({ contactId, timeZone, ...date }) => ({ contactId, timeZone, date }));
}

/** Dates further back than this are no date of anybody alive. */
const YEARS_BACK = 120;

/** Contacts whose attribute is one of these days; of a yearly date, in whatever year. The index over fields finds them. */
export async function datePage(
  ctx: Ctx,
  start: { field: string; yearly: boolean },
  days: readonly string[],
  page: Page,
): Promise<Dated[]> {
  const wanted = start.yearly ? days.flatMap(inAllYears) : days;
  const name = start.field.replace(/^attributes\./, '');
  return rows<Dated>(
    ctx.db,
    sql`
    with found as (
      select distinct l.contact_id from unnest(${texts(wanted)}) d(day)
      -- The date alone, or with a time of day after it.
      join field_lookup l on l.entry >= ${`${start.field}\ns`} || d.day and l.entry < ${`${start.field}\ns`} || d.day || 'U'
    )
    select c.contact_id as "contactId", c.time_zone as "timeZone", c.attributes ->> ${name} as date
    from found f join contact c on c.contact_id = f.contact_id
    where c.merged_into is null and c.kind <> 'visitor' and c.contact_id > ${page.after}::uuid
      and jsonb_typeof(c.attributes -> ${name}) = 'string'
    order by c.contact_id limit ${page.limit}`,
  );
}

function inAllYears(day: string): string[] {
  const last = Number(day.slice(0, 4));
  const monthDays = day.endsWith('-02-28') ? [day.slice(4), '-02-29'] : [day.slice(4)];
  return Array.from({ length: YEARS_BACK }, (_, back) => String(last - back)).flatMap((year) =>
    monthDays.map((rest) => `${year}${rest}`),
  );
}

type Days = { from: string; to: string };
/** The last day on which something that ends at this instant is there. */
const lastDay = (end: SQL): SQL =>
  sql`to_char((${end} - interval '1 millisecond') at time zone p.zone, 'YYYY-MM-DD')`;
/** Instants that may be the end of one of these days, whatever the zone. */
const near = (column: SQL, { from, to }: Days): SQL =>
  sql`${column} between ${addDays(from, -1)}::timestamptz and ${addDays(to, 2)}::timestamptz`;

/** Members some of whose points are over at the end of one of these days. */
export async function endingPoints(
  ctx: Ctx,
  programId: string,
  days: Days,
  page: Among,
): Promise<Array<{ contactId: string; timeZone: string | null; day: string; points: number }>> {
  const end = sql`least(l.expires_at, w.expires_at)`;
  return rows(
    ctx.db,
    sql`
    with ending as (
      select l.contact_id, l.lot_id from lot l where l.program_id = ${programId}::uuid and l.live and ${near(sql`l.expires_at`, days)}
      union
      select l.contact_id, l.lot_id from wallet w join lot l on l.contact_id = w.contact_id and l.wallet_id = w.wallet_id and l.live
      where w.program_id = ${programId}::uuid and ${near(sql`w.expires_at`, days)}
    )
    select c.contact_id as "contactId", c.time_zone as "timeZone", d.day, sum(l.remaining)::float8 as points
    from ending n join lot l on l.contact_id = n.contact_id and l.lot_id = n.lot_id
    join wallet w on w.contact_id = l.contact_id and w.wallet_id = l.wallet_id and w.state = 'open'
    join loyalty_program p on p.program_id = l.program_id
    join contact c on c.contact_id = l.contact_id and c.merged_into is null
    cross join lateral (select ${lastDay(end)} as day) d
    where d.day between ${days.from} and ${days.to} and l.contact_id > ${page.after}::uuid and l.remaining > 0 ${among(page)}
    group by c.contact_id, c.time_zone, d.day -- A contact's rows stay together.
    order by c.contact_id fetch first ${page.limit} rows with ties`,
  );
}

/** Members whose tier stays to the end of one of these days alone. */
export async function endingTiers(
  ctx: Ctx,
  what: { programId: string; tierId: string | null },
  days: Days,
  page: Among,
): Promise<Array<{ contactId: string; timeZone: string | null; day: string; tierId: string }>> {
  const only = what.tierId === null ? sql`` : sql`and s.tier_id = ${what.tierId}::uuid`;
  return rows(
    ctx.db,
    sql`
    select c.contact_id as "contactId", c.time_zone as "timeZone", d.day, s.tier_id as "tierId"
    from tier_standing s join loyalty_program p on p.program_id = s.program_id
    join contact c on c.contact_id = s.contact_id and c.merged_into is null
    cross join lateral (select ${lastDay(sql`s.grace_until`)} as day) d
    where s.program_id = ${what.programId}::uuid and s.tier_id is not null and ${near(sql`s.grace_until`, days)} ${only}
      and d.day between ${days.from} and ${days.to} and s.contact_id > ${page.after}::uuid
      ${among(page)}
    order by c.contact_id limit ${page.limit}`,
  );
}
