import { sql } from '../core/sql.ts';
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

type Recent = Omit<RecentEvent, 'masked' | 'warnings'>;
type RecentRow = Omit<Recent, 'receivedAt' | 'occurredAt'> & {
  receivedAt: string;
  occurredAt: string | null;
};

/** The newest events of a source with their verdicts, of the week that counters are kept for. */
export async function recentOf(ctx: Ctx, sourceId: string, limit: number): Promise<Recent[]> {
  const window = await windowOf(ctx, sourceId, limit);
  if (window === null) return [];
  const found = await recentIn(ctx, sourceId, window, limit);
  return found.map((row) => ({
    ...row,
    receivedAt: dateOf(row.receivedAt).toISOString(),
    occurredAt: row.occurredAt === null ? null : dateOf(row.occurredAt).toISOString(),
  }));
}

type Window = { from: string; to: string };

/** When the last `limit` came, by the counters: what came from others meanwhile is read only within. Null for nothing at all. */
async function windowOf(ctx: Ctx, sourceId: string, limit: number): Promise<Window | null> {
  const since = new Date(ctx.clock.now().getTime() - KEEP_MS).toISOString();
  const minutes = await rows<{ minute: string; n: number }>(
    ctx.db,
    sql`
    select minute, accepted + rejected as n from ${sourceMinute}
    where source_id = ${sourceId}::uuid and minute >= ${since}::timestamptz and accepted + rejected > 0
    order by minute desc limit ${limit}`,
  );
  const [newest] = minutes;
  if (newest === undefined) return null;
  let oldest = newest;
  let told = 0;
  for (const one of minutes) {
    oldest = one;
    told += one.n;
    if (told >= limit) break;
  }
  // Events are written before they are counted, which may be in the next minute.
  return {
    from: new Date(dateOf(oldest.minute).getTime() - MINUTE_MS).toISOString(),
    to: new Date(dateOf(newest.minute).getTime() + MINUTE_MS).toISOString(),
  };
}

async function recentIn(
  ctx: Ctx,
  sourceId: string,
  { from, to }: Window,
  limit: number,
): Promise<RecentRow[]> {
  return rows<RecentRow>(
    ctx.db,
    sql`
    with stored as (
      select id, recorded_at as "receivedAt", 'accepted' as verdict, null::text as reason, message_id as "messageId", type, name,
        trust, bot, occurred_at as "occurredAt", contact_id as "contactId", properties, context, null::text as raw
      from ${event} where source_id = ${sourceId}::uuid and recorded_at >= ${from}::timestamptz and recorded_at < ${to}::timestamptz
      order by recorded_at desc, id desc limit ${limit}
    ), aside as (
      select id, received_at, 'rejected', reason, message_id, null, null, trust, false, null::timestamptz, null::uuid,
        null::jsonb, null::jsonb, raw
      from ${deadLetter} where source_id = ${sourceId}::uuid and kind = 'event' and received_at >= ${from}::timestamptz
        and received_at < ${to}::timestamptz
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
