import type { Ctx } from './core/ctx.ts';
import type { Database } from './core/db.ts';
import { messageOf } from './core/errors.ts';
import { idFrom } from './core/ids.ts';
import type { Job, OutboxEvent, Subscription } from './core/jobs.ts';
import { forgetDoneEvents } from './core/outbox.ts';
import { startRelay } from './core/outbox.relay.ts';
import { ensurePartitions } from './core/partitions.ts';
import type { Queues } from './core/queue.ts';
import { HOUR_MS } from './core/time.ts';
import { jobs, subscriptions } from './modules.ts';

/** An event of this topic prefix asks for one run of the job named after it. */
const JOB_TOPIC = 'job.';

export type RunningWorker = { close(): Promise<void> };

/**
 * Works off everything that happens in the background: the outbox's events go to their subscribers, jobs run when asked for
 * and on their interval. Any number of workers may run beside each other.
 */
export async function startWorker(deps: {
  newCtx: (name: string) => Ctx;
  database: Database;
  queues: Queues;
  concurrency: number;
}): Promise<RunningWorker> {
  const all = [...jobs(), upkeep(deps.database)];
  await Promise.all(all.map((job) => startJob(deps, job)));
  const relay = await startRelay({
    newCtx: () => deps.newCtx('relay'),
    databaseUrl: deps.database.url,
    subscriptions: [...subscriptions(), ...all.map((job) => forwardTo(deps.queues, job))],
    concurrency: deps.concurrency,
  });
  return { close: () => relay.close() };
}

/** What the foundation itself needs done: partitions made ahead, done events forgotten. */
function upkeep({ sql }: Database): Job {
  return {
    name: 'core.upkeep',
    everyMs: HOUR_MS,
    run: async (ctx) => {
      await ensurePartitions(sql, ctx.clock.now(), ctx.log);
      await forgetDoneEvents(ctx);
    },
  };
}

/** One queue a job: a long import never keeps a message waiting. */
async function startJob(deps: { newCtx: (name: string) => Ctx; queues: Queues }, job: Job): Promise<void> {
  const queue = deps.queues.queue(job.name);
  await queue.work(
    async (data, { signal }) => {
      const ctx = deps.newCtx(job.name);
      try {
        await job.run(ctx, data, signal);
      } catch (error) {
        ctx.log.error({ job: job.name, err: error }, `job failed: ${messageOf(error)}`);
        throw error;
      }
    },
    { concurrency: job.concurrency ?? 1, alone: job.everyMs !== undefined && job.concurrency === undefined },
  );
  if (job.everyMs !== undefined) await queue.every(job.name, job.everyMs);
}

/** Several wishes for the same work become one run; a wish that comes while it runs is kept for after it. */
function forwardTo(queues: Queues, job: Job): Subscription {
  return {
    name: `run ${job.name}`,
    topic: JOB_TOPIC + job.name,
    handle: async (_ctx: Ctx, events: readonly OutboxEvent[]) => {
      const wishes = new Map(
        events.map(({ payload }) => [idFrom(JSON.stringify(payload)), payload as object]),
      );
      for (const [dedupeKey, payload] of wishes) {
        await queues.queue(job.name).add(job.name, payload as Record<string, unknown>, { dedupeKey });
      }
    },
  };
}
