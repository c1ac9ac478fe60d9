import { z } from 'zod';
import { inTx } from './ctx.ts';
import type { Ctx } from './ctx.ts';
import { untilUndisturbed } from './deadlock.ts';
import { messageOf } from './errors.ts';
import type { Subscription } from './jobs.ts';
import { listen } from './listen.ts';
import { OUTBOX_CHANNEL } from './outbox.ts';
import { startPump } from './outbox.pump.ts';
import { claimDue, fail, release, take } from './outbox.store.ts';
import type { ClaimedRow } from './outbox.store.ts';
import type { JobQueue, Queues } from './queue.ts';

/** Events a handler gets at once: round trips stop mattering, and one transaction stays in the tens of milliseconds. */
const BATCH = 500;
/** A batch that failed comes back in these sizes, so that one bad event ends alone and the others get through. */
const RETRY_BATCHES = [BATCH, 50, 1] as const;
/** Rows of one claim: four jobs in one round trip. */
const CLAIM_ROWS = 2_000;
/** The backlog stays in the table; the queue holds just enough to keep workers busy until the next claim. */
const MAX_WAITING_JOBS = 8;
const DEFAULT_CONCURRENCY = 4;

export type RelayTiming = {
  /** Looks without having been notified: finds retries, lapsed claims, and events of processes that died before notifying. */
  pollMs: number;
  /** How soon after a full queue is found to look again. */
  busyPollMs: number;
  /** A claim not finished by then is taken again. Longer than a job waits and runs; rows in work are locked besides. */
  leaseMs: number;
  /** Wait before the second attempt of a failed event; doubles with each further one. */
  backoffMs: number;
};

const DEFAULT_TIMING: RelayTiming = {
  pollMs: 2_000,
  busyPollMs: 25,
  leaseMs: 60_000,
  backoffMs: 1_000,
};

export type Relay = {
  /** Stops claiming and waits for a claim under way; jobs of the queue go on until the queues close. */
  close(): Promise<void>;
};

/**
 * Moves events from the outbox to their subscribers. Every worker process runs one; claims do not overlap. The queue job
 * carries ids; all subscribers of a topic run in one transaction with the mark that the events are done, so that what they do in
 * the database happens exactly once, whatever dies. `newCtx` makes a ctx outside any transaction.
 */
export async function startRelay(deps: {
  newCtx: () => Ctx;
  databaseUrl: string;
  queues: Queues;
  subscriptions: readonly Subscription[];
  concurrency?: number;
  timing?: Partial<RelayTiming>;
}): Promise<Relay> {
  const timing = { ...DEFAULT_TIMING, ...deps.timing };
  const queue = deps.queues.queue('outbox');
  const byTopic = Map.groupBy(deps.subscriptions, (subscription) => subscription.topic);
  const mostOf = (topic: string): number =>
    Math.min(...(byTopic.get(topic) ?? []).map(({ things }) => things ?? Number.POSITIVE_INFINITY));
  const pump = startPump(
    () => claimIntoQueue(deps.newCtx(), queue, timing.leaseMs, mostOf),
    deps.newCtx().log,
    timing,
  );
  const work = async (data: unknown, signal: AbortSignal): Promise<void> => {
    const job = jobSchema.parse(data);
    await deliver(deps.newCtx(), byTopic.get(job.topic) ?? [], job, { signal, backoffMs: timing.backoffMs });
    pump.roomMade();
  };
  await queue.work((data, run) => work(data, run.signal), {
    concurrency: deps.concurrency ?? DEFAULT_CONCURRENCY,
  });
  const listening = await listen(
    { databaseUrl: deps.databaseUrl, channel: OUTBOX_CHANNEL, log: deps.newCtx().log },
    pump.wake,
  );
  return {
    close: async () => {
      await pump.close();
      await listening.close();
    },
  };
}

const jobSchema = z.object({
  topic: z.string(),
  ids: z.array(z.uuid()).max(BATCH),
  batch: z.number().int().min(1),
});
type EventJob = z.output<typeof jobSchema>;

/** Claims until nothing is due ('idle') or the queue holds enough ('busy'). */
async function claimIntoQueue(
  ctx: Ctx,
  queue: JobQueue,
  leaseMs: number,
  mostOf: (topic: string) => number,
): Promise<'idle' | 'busy'> {
  for (;;) {
    const { waiting } = await queue.counts();
    if (waiting >= MAX_WAITING_JOBS) return 'busy';
    const claimed = await claimDue(ctx, CLAIM_ROWS, leaseMs);
    try {
      await queue.addMany(
        toJobs(claimed, mostOf).map((data) => ({ name: data.topic, data, options: { attempts: 1 } })),
      );
    } catch (error) {
      await release(
        ctx,
        claimed.map(({ id }) => id),
      );
      throw error;
    }
    if (claimed.length < CLAIM_ROWS) return 'idle';
  }
}

/** Jobs of one topic and one batch size each, in the order of the events; none tells of more than its subscribers want at once. */
function toJobs(claimed: readonly ClaimedRow[], mostOf: (topic: string) => number): EventJob[] {
  const groups = Map.groupBy(claimed, ({ topic, attempts }) => `${batchAfter(attempts)} ${topic}`);
  return [...groups.values()].flatMap((group) => {
    const { topic = '', attempts = 0 } = group[0] ?? {};
    return jobsOf(group, mostOf(topic)).map((ids) => ({ topic, ids, batch: batchAfter(attempts) }));
  });
}

function jobsOf(group: readonly ClaimedRow[], most: number): string[][] {
  const parts: string[][] = [];
  let told = 0;
  for (const { id, things } of group) {
    const last = parts.at(-1);
    if (last === undefined || last.length === BATCH || told + things > most) {
      parts.push([id]);
      told = things;
    } else {
      last.push(id);
      told += things;
    }
  }
  return parts;
}

function batchAfter(attempts: number): number {
  return RETRY_BATCHES[attempts] ?? 1;
}

function chunks<T>(items: readonly T[], size: number): T[][] {
  const parts: T[][] = [];
  for (let from = 0; from < items.length; from += size) parts.push(items.slice(from, from + size));
  return parts;
}

async function deliver(
  ctx: Ctx,
  subscriptions: readonly Subscription[],
  job: EventJob,
  { signal, backoffMs }: { signal: AbortSignal; backoffMs: number },
): Promise<void> {
  const parts = chunks(job.ids, job.batch);
  for (const [index, ids] of parts.entries()) {
    if (signal.aborted) return release(ctx, parts.slice(index).flat());
    let taken: string[] = [];
    try {
      // Handlers of other topics lock the same contacts: who had to give way in a deadlock has not failed.
      await untilUndisturbed(() =>
        inTx(ctx, async (tx) => {
          const events = await take(tx, ids);
          taken = events.map(({ id }) => id);
          if (events.length === 0) return;
          for (const subscription of subscriptions) await subscription.handle(tx, events);
        }),
      );
    } catch (error) {
      ctx.log.error({ topic: job.topic, events: taken.length, err: error }, 'events failed');
      await fail(ctx, taken.length === 0 ? ids : taken, messageOf(error), backoffMs);
    }
  }
}
