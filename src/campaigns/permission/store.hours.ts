import { sql } from '../../core/sql.ts';
import type { SQL } from '../../core/sql.ts';
import type { Ctx } from '../../core/ctx.ts';
import { dateOf, rows } from '../../core/db.ts';
import { addMs, DAY_MS } from '../../core/time.ts';

/** Habits of half a year; older ones may be another job's. */
const SIGNAL_DAYS = 180;
/** More of one contact change nothing. */
const MAX_OWN = 200;
/** Enough to know by which hours people read at large. */
const MAX_COMMON = 20_000;

export type Signal = { contactId: string; at: Date; timeZone: string | null };

const human = (ctx: Ctx): SQL => sql`r.human and r.kind in ('opened', 'clicked')
  and r.occurred_at > ${addMs(ctx.clock.now(), -SIGNAL_DAYS * DAY_MS).toISOString()}::timestamptz`;

async function read(ctx: Ctx, query: SQL): Promise<Signal[]> {
  const found = await rows<Omit<Signal, 'at'> & { at: string }>(ctx.db, query);
  return found.map((signal) => ({ ...signal, at: dateOf(signal.at) }));
}

/** The latest human opens and clicks of each of these contacts. */
export async function signalsOf(ctx: Ctx, contactIds: readonly string[]): Promise<Signal[]> {
  return read(
    ctx,
    sql`
    select k.id as "contactId", s.at, null as "timeZone"
    from unnest(${`{${contactIds.join(',')}}`}::uuid[]) as k(id)
    cross join lateral (select r.occurred_at as at from response r where r.contact_id = k.id and ${human(ctx)}
      order by r.occurred_at desc limit ${MAX_OWN}) s`,
  );
}

/** Some of everybody's, or of those whom earlier campaigns to this segment have reached. */
export async function commonSignals(ctx: Ctx, segmentId: string | null): Promise<Signal[]> {
  const whose =
    segmentId === null
      ? sql`true`
      : sql`r.campaign_id in (select campaign_id from campaign where segment_id = ${segmentId}::uuid)`;
  return read(
    ctx,
    sql`
    select r.contact_id as "contactId", r.occurred_at as at, c.time_zone as "timeZone"
    from response r join contact c on c.contact_id = r.contact_id
    where ${whose} and ${human(ctx)} order by r.occurred_at desc limit ${MAX_COMMON}`,
  );
}
