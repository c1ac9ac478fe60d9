import { sql } from 'drizzle-orm';
import type { Ctx } from '../core/ctx.ts';
import { dateOf, hotRows, rows } from '../core/db.ts';
import { DAY_MS, MINUTE_MS } from '../core/time.ts';
import type { RecentEvent, SourceHealth } from './contract.ts';
import { deadLetter, event, sourceMinute } from './schema.ts';

/** How sources fare, and what came last. */

export type Counts = { sourceId: string; accepted: number; duplicate: number; rejected: number };

/** Counters are kept for a week of comparison. */
const KEEP_MS = 7 * DAY_MS;

const json = (value: unknown) => sql`${JSON.stringify(value)}::text::jsonb`;

export async function addToMinutes(ctx: Ctx, writer: string, counts: readonly Counts[]): Promise<void> {
  if (counts.length === 0) return;
  const now = ctx.clock.now().toISOString();
  await hotRows(
    ctx.db,
    sql`
    insert into ${sourceMinute} as m (source_id, minute, writer, accepted, duplicate, rejected, last_at)
    select c."sourceId", date_trunc('minute', ${now}::timestamptz), ${writer}::uuid, c.accepted, c.duplicate, c.rejected,
      ${now}::timestamptz
    from jsonb_to_recordset(${json(counts)}) as c("sourceId" uuid, accepted int, duplicate int, rejected int)
    order by c."sourceId"
    on conflict (source_id, minute, writer) do update set accepted = m.accepted + excluded.accepted,
      duplicate = m.duplicate + excluded.duplicate, rejected = m.rejected + excluded.rejected, last_at = excluded.last_at`,
  );
}

export async function forgetMinutes(ctx: Ctx): Promise<void> {
  const before = new Date(ctx.clock.now().getTime() - KEEP_MS).toISOString();
  await ctx.db.execute(sql`delete from ${sourceMinute} where minute < ${before}::timestamptz`);
}

/** The minutes of the last hours in which something came, oldest first. */
export async function minutesOf(ctx: Ctx, sourceId: string, hours: number): Promise<SourceHealth['items']> {
  const since = new Date(ctx.clock.now().getTime() - hours * 60 * MINUTE_MS).toISOString();
  const found = await rows<{ minute: string; accepted: number; duplicate: number; rejected: number }>(
    ctx.db,
    sql`
    select minute, sum(accepted)::int as accepted, sum(duplicate)::int as duplicate, sum(rejected)::int as rejected
    from ${sourceMinute} where source_id = ${sourceId}::uuid and minute >= ${since}::timestamptz
    group by minute order by minute`,
  );
  return found.map((row) => ({ ...row, minute: dateOf(row.minute).toISOString() }));
}

/** Each window costs what came in it: the next one is looked at only when the last held too little. */
const WINDOWS_MS = [10_000, 2 * MINUTE_MS, 30 * MINUTE_MS, DAY_MS, 30 * DAY_MS];

type Recent = Omit<RecentEvent, 'masked'>;
type RecentRow = Omit<Recent, 'receivedAt' | 'occurredAt'> & {
  receivedAt: string;
  occurredAt: string | null;
};

/** The newest events of a source with their verdicts. */
export async function recentOf(ctx: Ctx, sourceId: string, limit: number): Promise<Recent[]> {
  let found: RecentRow[] = [];
  for (const windowMs of WINDOWS_MS) {
    const since = new Date(ctx.clock.now().getTime() - windowMs);
    found = await recentSince(ctx, sourceId, since, limit);
    if (found.length >= limit) break;
  }
  return found.map((row) => ({
    ...row,
    receivedAt: dateOf(row.receivedAt).toISOString(),
    occurredAt: row.occurredAt === null ? null : dateOf(row.occurredAt).toISOString(),
  }));
}

async function recentSince(ctx: Ctx, sourceId: string, since: Date, limit: number): Promise<RecentRow[]> {
  const from = since.toISOString();
  return rows<RecentRow>(
    ctx.db,
    sql`
    with stored as (
      select id, recorded_at as "receivedAt", 'accepted' as verdict, null::text as reason, message_id as "messageId", type, name,
        trust, bot, occurred_at as "occurredAt", contact_id as "contactId", properties, context, null::text as raw
      from ${event} where source_id = ${sourceId}::uuid and recorded_at >= ${from}::timestamptz
      order by recorded_at desc, id desc limit ${limit}
    ), aside as (
      select id, received_at, 'rejected', reason, message_id, null, null, trust, false, null::timestamptz, null::uuid,
        null::jsonb, null::jsonb, raw
      from ${deadLetter} where source_id = ${sourceId}::uuid and kind = 'event' and received_at >= ${from}::timestamptz
      order by received_at desc, id desc limit ${limit}
    ), noted as (
      select message_id, max(reason) as reason from ${deadLetter}
      where source_id = ${sourceId}::uuid and kind = 'order' and received_at >= ${from}::timestamptz group by message_id
    ), both_kinds as (select * from stored union all select * from aside)
    select b.id, b."receivedAt", b.verdict, coalesce(b.reason, n.reason) as reason, b."messageId", b.type, b.name, b.trust, b.bot,
      b."occurredAt", b."contactId", b.properties, b.context, b.raw
    from both_kinds b left join noted n on b.verdict = 'accepted' and n.message_id = b."messageId"
    order by b."receivedAt" desc, b.id desc limit ${limit}`,
  );
}
