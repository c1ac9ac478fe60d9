import { sql } from '../core/sql.ts';
import type { SQL } from '../core/sql.ts';
import type { Ctx } from '../core/ctx.ts';
import { dateOf, hotRows, rows } from '../core/db.ts';
import { unnested } from '../core/unnest.ts';
import { scoreEntry, scoreGuard } from './schema.ts';
import type { Holding } from './score.ts';

/** The ledger of points: booking entries, and what they come to. */

const json = (value: unknown): SQL => sql`${JSON.stringify(value)}::text::jsonb`;
export const uuids = (list: readonly string[]): SQL => sql`${`{${list.join(',')}}`}::uuid[]`;
const at = (moment: Date): SQL => sql`${moment.toISOString()}::timestamptz`;

export type EntryRow = {
  id: string;
  contactId: string;
  ruleId: string;
  ruleVersion: number;
  ruleName: string;
  kind: 'engagement' | 'fit';
  points: number;
  halfLifeDays: number | null;
  cap: number | null;
  occurredAt: Date;
  what: string;
  factKey: string;
  onceKey: string | null;
};

const ENTRY = {
  contactId: 'uuid',
  occurredAt: 'timestamptz',
  id: 'uuid',
  ruleId: 'uuid',
  ruleVersion: 'integer',
  ruleName: 'text',
  kind: 'text',
  points: 'integer',
  halfLifeDays: 'integer',
  cap: 'integer',
  what: 'text',
  factKey: 'text',
  onceKey: 'text',
} as const;

const INTO_ENTRIES = sql`insert into ${scoreEntry} (contact_id, occurred_at, id, rule_id, rule_version, rule_name, kind, points,
  half_life_days, cap, what, fact_key, once_key, recorded_at, origin_id)`;
const entryColumns = (
  ctx: Ctx,
): SQL => sql`e."contactId", e."occurredAt", e.id, e."ruleId", e."ruleVersion", e."ruleName",
  e.kind, e.points, e."halfLifeDays", e.cap, e.what, e."factKey", e."onceKey", ${at(ctx.clock.now())}, e."contactId"`;

/** Books the entries whose (contact, rule, fact) is new; of several for one the earliest. */
export async function addEntries(ctx: Ctx, entries: readonly EntryRow[]): Promise<void> {
  if (entries.length === 0) return;
  await hotRows(
    ctx.db,
    sql`
    with e as materialized (select * from ${unnested('e', earliest(entries), ENTRY)}),
    fresh as (
      insert into ${scoreGuard} (contact_id, rule_id, fact_key)
      select "contactId", "ruleId", "factKey" from e order by 1, 2, 3 on conflict do nothing
      returning contact_id, rule_id, fact_key
    )
    ${INTO_ENTRIES}
    select ${entryColumns(ctx)}
    from e join fresh f on f.contact_id = e."contactId" and f.rule_id = e."ruleId" and f.fact_key = e."factKey"`,
  );
}

function earliest(entries: readonly EntryRow[]): EntryRow[] {
  const kept = new Map<string, EntryRow>();
  for (const entry of entries) {
    const key = `${entry.contactId} ${entry.ruleId} ${entry.factKey}`;
    const other = kept.get(key);
    if (other === undefined || isEarlier(entry, other)) kept.set(key, entry);
  }
  return [...kept.values()];
}

function isEarlier(a: EntryRow, b: EntryRow): boolean {
  const gap = a.occurredAt.getTime() - b.occurredAt.getTime();
  return gap === 0 ? a.id < b.id : gap < 0;
}

/** Books changes of what fits: each is a fact of its own under a key nobody else has, which needs no guard. */
export async function addFits(ctx: Ctx, entries: readonly EntryRow[]): Promise<void> {
  if (entries.length === 0) return;
  await hotRows(
    ctx.db,
    sql`${INTO_ENTRIES} select ${entryColumns(ctx)} from ${unnested('e', entries, ENTRY)}`,
  );
}

export type FactKey = { contactId: string; ruleId: string; factKey: string };

/** Facts that are none: what they gave counts no more, and what has not been booked yet never will be. */
export async function voidFacts(ctx: Ctx, facts: readonly FactKey[]): Promise<void> {
  await ctx.db.execute(sql`
    insert into ${scoreGuard} (contact_id, rule_id, fact_key, voided_at)
    select f."contactId", f."ruleId", f."factKey", ${at(ctx.clock.now())}
    from jsonb_to_recordset(${json(facts)}) as f("contactId" uuid, "ruleId" uuid, "factKey" text)
    order by 1, 2, 3
    on conflict (contact_id, rule_id, fact_key) do update set voided_at = excluded.voided_at`);
}

/** Facts that are some after all: what was booked counts again, what was not can be. */
export async function restoreFacts(ctx: Ctx, facts: readonly FactKey[]): Promise<void> {
  const keys = sql`jsonb_to_recordset(${json(facts)}) as f("contactId" uuid, "ruleId" uuid, "factKey" text)`;
  await ctx.db.execute(sql`
    delete from ${scoreGuard} g using ${keys}
    where g.contact_id = f."contactId" and g.rule_id = f."ruleId" and g.fact_key = f."factKey" and g.voided_at is not null
      and not exists (select 1 from ${scoreEntry} e
        where e.contact_id = g.contact_id and e.rule_id = g.rule_id and e.fact_key = g.fact_key)`);
  await ctx.db.execute(sql`
    update ${scoreGuard} g set voided_at = null from ${keys}
    where g.contact_id = f."contactId" and g.rule_id = f."ruleId" and g.fact_key = f."factKey" and g.voided_at is not null`);
}

/** More half-lives than this leave nothing, and powers of PostgreSQL fail where the result is too small to tell. */
const MAX_HALF_LIVES = 100;

/** The entries that count at `now`, with what is left of their points. */
const counting = (contactIds: readonly string[], now: Date): SQL => sql`
  select e.*, e.points * case when e.half_life_days is null then 1 else
    power(0.5, least(${MAX_HALF_LIVES}, extract(epoch from ${at(now)} - e.occurred_at)::float8 / (e.half_life_days * 86400.0))) end
    as points_now
  from (
    select *, row_number() over (partition by contact_id, rule_id, coalesce(once_key, fact_key) order by occurred_at, id) as nth
    from ${scoreEntry} where contact_id = any(${uuids(contactIds)}) and occurred_at <= ${at(now)}
      and (contact_id, rule_id, fact_key) not in (
        select contact_id, rule_id, fact_key from ${scoreGuard}
        where contact_id = any(${uuids(contactIds)}) and voided_at is not null)
  ) e where e.nth = 1`;

export type Ledger = { holdings: Holding[]; newestAt: Date | null };

/** What the ledgers of these contacts come to at `now`; contacts without entries are absent. */
export async function ledgersOf(
  ctx: Ctx,
  contactIds: readonly string[],
  now: Date,
): Promise<Map<string, Ledger>> {
  const found = await hotRows<Holding & { contactId: string; newestAt: string }>(
    ctx.db,
    sql`
    select contact_id as "contactId", rule_id as "ruleId", kind, half_life_days as "halfLifeDays", cap,
      sum(points_now)::float8 as points, max(occurred_at) as "newestAt"
    from (${counting(contactIds, now)}) e
    group by contact_id, rule_id, kind, half_life_days, cap
    order by contact_id, rule_id, kind, half_life_days, cap`,
  );
  const ledgers = new Map<string, Ledger>();
  for (const { contactId, newestAt, ...holding } of found) {
    const ledger = ledgers.get(contactId) ?? { holdings: [], newestAt: null };
    ledgers.set(contactId, ledger);
    ledger.holdings.push(holding);
    const newest = dateOf(newestAt);
    if (holding.kind === 'engagement' && (ledger.newestAt === null || newest > ledger.newestAt))
      ledger.newestAt = newest;
  }
  return ledgers;
}

export type ReasonRow = {
  contactId: string;
  id: string;
  ruleId: string;
  rule: string;
  kind: 'engagement' | 'fit';
  points: number;
  pointsNow: number;
  counted: number;
  occurredAt: Date;
  what: string;
  times: number;
};

/**
 * The causes of these contacts' scores at `now`, the weightiest first, at most `top` each. A cap is filled by the newest entries;
 * what a fit rule gave and took is counted as one, with the last change. Without `all`, causes that count nothing are left out, and
 * those of one rule are told once, with their sum, the last of them and how many they are.
 */
export async function reasonsOf(
  ctx: Ctx,
  contactIds: readonly string[],
  now: Date,
  { top, all }: { top: number; all: boolean },
): Promise<Map<string, ReasonRow[]>> {
  const found = await rows<Omit<ReasonRow, 'occurredAt'> & { occurredAt: string }>(
    ctx.db,
    sql`
    with e as (${counting(contactIds, now)}),
    summed as (
      select *, sum(points_now) over newest_first as upto,
        row_number() over newest_first as place, sum(points_now) over (partition by contact_id, rule_id) as total
      from e
      window newest_first as (partition by contact_id, rule_id, kind, half_life_days, cap order by occurred_at desc, id desc)
    ),
    counted as (
      select *, case when kind = 'fit' then case when place = 1 then total else 0 end
        when cap is null then points_now
        else greatest(-cap, least(cap, upto)) - greatest(-cap, least(cap, upto - points_now)) end as counted
      from summed
    ),
    told as (
      select contact_id, id, rule_id, rule_name, kind, points, points_now, counted, occurred_at, what, 1 as times from counted where ${all}
      union all
      select contact_id, (array_agg(id order by occurred_at desc, id desc))[1], rule_id,
        (array_agg(rule_name order by occurred_at desc, id desc))[1], kind, sum(points)::int, sum(points_now), sum(counted),
        max(occurred_at), (array_agg(what order by occurred_at desc, id desc))[1], count(*)::int
      from counted where not ${all} and counted <> 0 group by contact_id, rule_id, kind
    ),
    ranked as (
      select *, row_number() over (partition by contact_id order by abs(counted) desc, occurred_at desc, id desc) as rank from told
    )
    select contact_id as "contactId", id, rule_id as "ruleId", rule_name as rule, kind, points,
      points_now::float8 as "pointsNow", counted::float8 as counted, occurred_at as "occurredAt", what, times
    from ranked where rank <= ${top} order by contact_id, rank`,
  );
  return Map.groupBy(
    found.map((row) => ({ ...row, occurredAt: dateOf(row.occurredAt) })),
    (row) => row.contactId,
  );
}
