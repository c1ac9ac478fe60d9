import { sql } from './sql.ts';
import type { Ctx } from './ctx.ts';
import { dateOf, rows } from './db.ts';
import type { OutboxEvent } from './jobs.ts';

/** With doubling from one second the last attempt comes about a quarter of an hour after the first. */
const MAX_ATTEMPTS = 10;
/** An event is never further away than this from what it tells of once its cause of failure is gone. */
const BACKOFF_MAX_MS = 10 * 60_000;
/** Enough to see what went wrong without keeping whole stacks in a row. */
const MAX_ERROR_CHARS = 500;

/** `things`: how many the row tells of. */
export type ClaimedRow = { id: string; topic: string; attempts: number; things: number };

/** Clocks of machines differ, so that all times of claims and retries are the database's. */
const uuids = (ids: readonly string[]) => sql`${`{${ids.join(',')}}`}::uuid[]`;
const texts = (list: readonly string[]) =>
  sql`${`{${list.map((text) => JSON.stringify(text)).join(',')}}`}::text[]`;

/**
 * Takes the oldest due events for `leaseMs`, none of the topics in `except`; `full` when there may be more. A row whose earlier
 * claim lapsed (its worker died) counts that as an attempt, so that an event that kills its worker ends parked as well. The
 * claim does not wait for the disk: one that a crash of the server forgets is as if it had never been made.
 */
export async function claimDue(
  ctx: Ctx,
  { limit, except, leaseMs }: { limit: number; except: readonly string[]; leaseMs: number },
): Promise<{ claimed: ClaimedRow[]; full: boolean }> {
  const found = await rows<ClaimedRow & { parked: boolean }>(
    ctx.db,
    sql`
    with quick as materialized (select set_config('synchronous_commit', 'off', true)),
    due as (
      select id, claimed_until is not null as lapsed from outbox
      where done_at is null and parked_at is null and available_at <= now() and topic <> all(${texts(except)})
      order by available_at, id limit ${limit}::int
      for update skip locked
    )
    update outbox o set
      available_at = now() + ${leaseMs}::int * interval '1 ms',
      claimed_until = now() + ${leaseMs}::int * interval '1 ms',
      attempts = o.attempts + due.lapsed::int,
      last_error = case when due.lapsed then 'claim lapsed: the worker died or stood still' else o.last_error end,
      parked_at = case when due.lapsed and o.attempts + 1 >= ${MAX_ATTEMPTS}::int then now() end
    from due, quick where o.id = due.id
    returning o.id, o.topic, o.attempts, o.parked_at is not null as parked,
      case 'array' when jsonb_typeof(o.payload -> 'events') then jsonb_array_length(o.payload -> 'events')
        when jsonb_typeof(o.payload -> 'contactIds') then jsonb_array_length(o.payload -> 'contactIds') else 1 end as things`,
  );
  const claimed = found.filter((event) => !event.parked).toSorted((a, b) => (a.id < b.id ? -1 : 1));
  return { claimed, full: found.length === limit };
}

/** Gives claims back unused, to be taken at once. */
export async function release(ctx: Ctx, ids: readonly string[]): Promise<void> {
  await ctx.db.execute(sql`
    update outbox set claimed_until = null, available_at = now()
    where id = any(${uuids(ids)}) and done_at is null and parked_at is null`);
}

/**
 * Marks the events done and returns them in the order of their ids, inside the caller's transaction: should a handler fail,
 * the mark goes with its effects. Events done already, or in another worker's hands, are left out. (`coalesce` keeps PostgreSQL
 * from looking through the index of all that is pending, which may be long, instead of by key. Neither this nor a claim is
 * a kept plan: the table grows from nothing to millions between two looks of the server at its size.)
 */
export async function take(ctx: Ctx, ids: readonly string[]): Promise<OutboxEvent[]> {
  const taken = await rows<{ id: string; topic: string; payload: unknown; createdAt: string }>(
    ctx.db,
    sql`
    with mine as (
      select id from outbox where id = any(${uuids(ids)}) and coalesce(done_at, parked_at) is null
      for update skip locked
    )
    update outbox o set done_at = now(), claimed_until = null
    from mine where o.id = mine.id
    returning o.id, o.topic, o.payload, o.created_at as "createdAt"`,
  );
  return taken
    .map((event) => ({ ...event, createdAt: dateOf(event.createdAt) }))
    .toSorted((a, b) => (a.id < b.id ? -1 : 1));
}

/** Puts failed events back for a later attempt, or parks those that had their last. */
export async function fail(
  ctx: Ctx,
  ids: readonly string[],
  error: string,
  backoffMs: number,
): Promise<void> {
  const wait = sql`least(${BACKOFF_MAX_MS}, ${backoffMs} * 2 ^ attempts) * (0.8 + 0.4 * random()) * interval '1 ms'`;
  await ctx.db.execute(sql`
    update outbox set
      attempts = attempts + 1,
      claimed_until = null,
      last_error = ${error.slice(0, MAX_ERROR_CHARS)},
      available_at = now() + ${wait},
      parked_at = case when attempts + 1 >= ${MAX_ATTEMPTS} then now() end
    where id = any(${uuids(ids)}) and done_at is null and parked_at is null`);
}
