import { sql } from './sql.ts';
import { inTx } from './ctx.ts';
import type { Ctx } from './ctx.ts';
import { hotRows, row, rows } from './db.ts';
import type { Db } from './db.ts';
import { messageOf } from './errors.ts';
import { newId } from './ids.ts';

/** The relays of all processes listen on this channel of PostgreSQL. */
export const OUTBOX_CHANNEL = 'otklik_outbox';

/** Events carry ids and the few facts a subscriber needs at once; what is larger is read from its table. */
const MAX_PAYLOAD_BYTES = 16_384;
/** Rows of one insert: 1,000 of the usual size are a few hundred kilobytes of parameter. */
const INSERT_ROWS = 1_000;
/** Commits closer together than this share one wake-up; a tenth of what a person notices. */
const WAKE_GAP_MS = 10;
/** Deleting in steps keeps each transaction short. */
const FORGET_ROWS = 5_000;
/** Done events are kept this long for looking at what happened. */
const KEEP_DONE_HOURS = 24;

/**
 * Tells of a change: writes one event per payload in the caller's transaction (or one of its own) and wakes the relays once
 * it has committed. Each event reaches every subscriber of `topic`, and its effects in the database are applied exactly once.
 */
export async function emit(ctx: Ctx, topic: string, payloads: readonly object[]): Promise<void> {
  await emitAll(
    ctx,
    payloads.map((payload) => ({ topic, payload })),
  );
}

/** The same for events of several topics, in one statement; they keep their order. */
export async function emitAll(
  ctx: Ctx,
  told: ReadonlyArray<{ topic: string; payload: object }>,
): Promise<void> {
  if (told.length === 0) return;
  // Ids of one millisecond are in random order: sorted, they keep the order of the payloads.
  const ids = told.map(() => newId()).toSorted();
  const events = told.map(
    ({ topic, payload }, i) =>
      `{"id":"${ids[i]}","topic":${JSON.stringify(topic)},"payload":${textOf(topic, payload)}}`,
  );
  await inTx(ctx, async (tx) => {
    for (let from = 0; from < events.length; from += INSERT_ROWS) {
      const part = events.slice(from, from + INSERT_ROWS);
      await hotRows(
        tx.db,
        sql`
        insert into outbox (id, topic, payload, created_at, available_at)
        select e.id, e.topic, e.payload, ${tx.clock.now().toISOString()}::timestamptz, now()
        from jsonb_to_recordset(${`[${part.join(',')}]`}::text::jsonb) as e(id uuid, topic text, payload jsonb)`,
      );
    }
    for (const topic of new Set(told.map((one) => one.topic)))
      tx.afterCommit?.((after) => wakeRelays(after, topic));
  });
}

function textOf(topic: string, payload: object): string {
  const text = JSON.stringify(payload);
  const bytes = Buffer.byteLength(text);
  if (bytes > MAX_PAYLOAD_BYTES)
    throw new Error(`event ${topic} carries ${bytes} bytes, at most ${MAX_PAYLOAD_BYTES}`);
  return text;
}

/** `topics`: told of since the last notification; `ANY` among them when it is not known which. */
type Wake = { busy: boolean; topics: Set<string> };
const wakes = new WeakMap<Db, Wake>();
const ANY = '';

/** The topics a notification tells of; without a payload it may be any. */
export function topicsIn(payload = ANY): 'any' | string[] {
  return payload === ANY ? 'any' : payload.split(',');
}

/**
 * Notifies the relays, at most once per WAKE_GAP_MS. After the commit and by a statement of its own: NOTIFY inside a
 * transaction makes all commits of the database wait for each other's disk writes. When it is lost, the relays' poll finds
 * the events.
 */
function wakeRelays(ctx: Ctx, topic: string): void {
  const wake = wakes.get(ctx.db) ?? { busy: false, topics: new Set() };
  wakes.set(ctx.db, wake);
  wake.topics.add(topic);
  if (wake.busy) return;
  wake.busy = true;
  // All topics of one commit go together.
  queueMicrotask(() => notify(ctx, wake));
}

function notify(ctx: Ctx, wake: Wake): void {
  const payload = wake.topics.has(ANY) ? ANY : [...wake.topics].join(',');
  wake.topics.clear();
  ctx.db
    .execute(sql`select pg_notify(${OUTBOX_CHANNEL}, ${payload})`)
    .catch((error: unknown) =>
      ctx.log.debug({ reason: messageOf(error) }, 'relay not notified; its poll will find the events'),
    )
    .finally(() => {
      setTimeout(() => {
        if (wake.topics.size > 0) notify(ctx, wake);
        else wake.busy = false;
      }, WAKE_GAP_MS).unref();
    });
}

export type OutboxStats = {
  /** Not done and not given up. */
  pending: number;
  /** Failed at least once and waiting to be tried again. */
  retrying: number;
  /** Given up after too many attempts; `replayParked` tries them again. */
  parked: number;
  /** Age of the oldest event that could be delivered now, in seconds; 0 when there is none. */
  lagSeconds: number;
};

export async function outboxStats(ctx: Ctx): Promise<OutboxStats> {
  return row<OutboxStats>(
    ctx.db,
    sql`
    select count(*)::int as "pending",
      count(*) filter (where attempts > 0)::int as "retrying",
      (select count(*) from outbox where parked_at is not null)::int as "parked",
      coalesce(extract(epoch from now() - min(available_at) filter (where available_at <= now())), 0)::float8 as "lagSeconds"
    from outbox where done_at is null and parked_at is null`,
  );
}

/** Gives parked events (of one topic, or all) a fresh start; returns how many. */
export async function replayParked(ctx: Ctx, topic?: string): Promise<number> {
  const oneTopic = topic === undefined ? sql`` : sql`and topic = ${topic}`;
  return inTx(ctx, async (tx) => {
    const replayed = await rows(
      tx.db,
      sql`
      update outbox set parked_at = null, attempts = 0, available_at = now()
      where parked_at is not null ${oneTopic}
      returning 1`,
    );
    tx.afterCommit?.((after) => wakeRelays(after, topic ?? ANY));
    return replayed.length;
  });
}

/**
 * Deletes done events made more than `keepHours` ago, in steps; returns how many. Ids are ordered by time, so that the
 * primary key finds them and the table needs no index of its own for it.
 */
export async function forgetDoneEvents(ctx: Ctx, keepHours = KEEP_DONE_HOURS): Promise<number> {
  let deleted = 0;
  for (;;) {
    const part = await rows(
      ctx.db,
      sql`
      delete from outbox where id in (
        select id from outbox
        where id < (lpad(to_hex(((extract(epoch from now()) - ${keepHours}::float8 * 3600) * 1000)::bigint), 12, '0')
            || repeat('0', 20))::uuid
          and done_at is not null
        order by id limit ${FORGET_ROWS})
      returning 1`,
    );
    deleted += part.length;
    if (part.length < FORGET_ROWS) return deleted;
  }
}
