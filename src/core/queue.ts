import { Queue } from 'bullmq';
import type { IQueueBackend, JobsOptions } from 'bullmq';
import { messageOf } from './errors.ts';
import type { Logger } from './logger.ts';
import { openPostgresBackend, openRedisBackend } from './queue.backend.ts';
import type { QueueBackend } from './queue.backend.ts';
import { keepSchedules } from './queue.schedule.ts';
import type { AddOptions, JobData, JobQueue, Queues, QueueTiming } from './queue.types.ts';
import { startWorker } from './queue.worker.ts';
import type { RunningWorker } from './queue.worker.ts';
import { settledWithin } from './settle.ts';

export type { Queues } from './queue.types.ts';

/** 500 ids of 39 bytes in JSON are 20 kB; three times that means that a job carries something other than ids. */
const MAX_DATA_BYTES = 65_536;
/** A larger round trip holds Redis, which does one thing at a time, for more than a few milliseconds. */
const MAX_ADD = 1_000;
const DEFAULT_ATTEMPTS = 5;
/** With doubling from one second the tenth attempt comes after 8 minutes; what fails longer belongs into a table. */
const MAX_ATTEMPTS = 10;
const DEFAULT_BACKOFF_MS = 1_000;
/** Spreads the retries of jobs that failed together. */
const BACKOFF_JITTER = 0.2;
/** Enough to look at what failed lately; the tables know what is still to do. */
const KEEP_FAILED = { age: 7 * 24 * 3_600, count: 1_000 };
/** The event stream of BullMQ is not read by anything here. */
const KEEP_EVENTS = 256;
/** Disconnecting is a round trip; longer means that the server is gone. */
const DISCONNECT_MS = 2_000;
const DEFAULT_TIMING: QueueTiming = {
  lockDurationMs: 30_000,
  stalledIntervalMs: 15_000,
  restoreMs: 60_000,
  answerMs: 5_000,
  closeTimeoutMs: 20_000,
};
/** Keys of all queues on Redis start with this, so that one Redis may serve more than one thing. */
const REDIS_PREFIX = 'otklik';

type BullQueue = Queue<JobData, void, string, JobData, void, string, IQueueBackend, true>;
type Open = {
  backend: QueueBackend;
  log: Logger;
  prefix: string;
  timing: QueueTiming;
};

type OpenQueue = { jobs: JobQueue; stopWorkers(): Promise<unknown>; close(): Promise<unknown> };

/** On Redis when `redisUrl` is given, otherwise in the database. Throws when the server cannot be reached. */
export async function createQueues(
  cfg: { databaseUrl: string; redisUrl?: string | undefined },
  log: Logger,
  options: { prefix?: string; timing?: Partial<QueueTiming> } = {},
): Promise<Queues> {
  const { databaseUrl, redisUrl } = cfg;
  const backend = await (redisUrl === undefined
    ? openPostgresBackend(databaseUrl, log)
    : openRedisBackend(redisUrl, log));
  const timing = { ...DEFAULT_TIMING, ...options.timing };
  const open: Open = { backend, log, prefix: options.prefix ?? REDIS_PREFIX, timing };
  const queues = new Map<string, OpenQueue>();
  let closing: Promise<void> | undefined;
  return {
    backend: backend.kind,
    queue: (name) => {
      const known = queues.get(name);
      if (known !== undefined) return known.jobs;
      const made = openQueue(open, name);
      queues.set(name, made);
      return made.jobs;
    },
    close: () => (closing ??= closeAll([...queues.values()], backend)),
  };
}

async function closeAll(queues: readonly OpenQueue[], backend: QueueBackend): Promise<void> {
  // All workers first: the last jobs of one queue may still add to another.
  await Promise.all(queues.map((queue) => queue.stopWorkers()));
  await Promise.all(queues.map((queue) => queue.close()));
  await settledWithin(backend.close(), DISCONNECT_MS);
}

function openQueue(open: Open, name: string): OpenQueue {
  const bull: BullQueue = new Queue(
    name,
    { connection: true, prefix: open.prefix, streams: { events: { maxLen: KEEP_EVENTS } } },
    open.backend.factory,
  );
  bull.on('error', (error) => open.log.warn({ queue: name, reason: messageOf(error) }, 'queue error'));
  const schedules = keepSchedules(bull, open.log, open.timing.restoreMs);
  const workers: RunningWorker[] = [];
  const jobs: JobQueue = {
    ...producer(bull, open.timing.answerMs),
    every: async (job, everyMs, data = {}) => {
      assertSize(name, job, data);
      await schedules.every(job, { everyMs, data, options: jobOptions({ attempts: 1 }) });
    },
    work: async (handlers, options = {}) => {
      if (options.alone === true) await schedules.alone();
      workers.push(await startWorker(open, name, handlers, options.concurrency ?? 1));
    },
  };
  return {
    jobs,
    stopWorkers: () => {
      schedules.stop();
      return Promise.all(workers.map((worker) => worker.close()));
    },
    close: () => settledWithin(bull.close(), DISCONNECT_MS),
  };
}

function producer(bull: BullQueue, answerMs: number): Omit<JobQueue, 'every' | 'work'> {
  // What times out may still be done later: one more run of an idempotent job.
  const answered = async <T>(work: Promise<T>): Promise<T> => {
    if (await settledWithin(work, answerMs)) return work;
    throw new Error(`queue ${bull.name} did not answer within ${answerMs} ms`);
  };
  return {
    name: bull.name,
    add: async (job, data, options = {}) => {
      assertSize(bull.name, job, data);
      await answered(bull.add(job, data, jobOptions(options)));
    },
    addMany: async (list) => {
      if (list.length > MAX_ADD) {
        throw new Error(`queue ${bull.name}: ${list.length} jobs at once, at most ${MAX_ADD}`);
      }
      const bulk = list.map(({ name, data, options = {} }) => {
        assertSize(bull.name, name, data);
        return { name, data, opts: jobOptions(options) };
      });
      const [only] = bulk;
      // On PostgreSQL the bulk way makes temporary tables, which one job is not worth.
      if (only !== undefined && bulk.length === 1) await answered(bull.add(only.name, only.data, only.opts));
      else if (bulk.length > 1) await answered(bull.addBulk(bulk));
    },
    counts: async () => {
      const counts = await answered(bull.getJobCounts('wait', 'prioritized', 'active', 'delayed', 'failed'));
      const of = (state: string): number => counts[state] ?? 0;
      const waiting = of('wait') + of('prioritized');
      return { waiting, active: of('active'), delayed: of('delayed'), failed: of('failed') };
    },
    obliterate: async () => {
      try {
        await bull.obliterate({ force: true });
      } finally {
        // It begins with a pause, which stays when it fails half-way.
        await bull.resume();
      }
    },
  };
}

function assertSize(queue: string, job: string, data: JobData): void {
  const bytes = Buffer.byteLength(JSON.stringify(data));
  if (bytes > MAX_DATA_BYTES) {
    throw new Error(
      `queue ${queue}: job ${job} carries ${bytes} bytes, at most ${MAX_DATA_BYTES}: a job carries ids only`,
    );
  }
}

function jobOptions(options: AddOptions): JobsOptions {
  const attempts = Math.min(options.attempts ?? DEFAULT_ATTEMPTS, MAX_ATTEMPTS);
  return {
    attempts,
    backoff: { type: 'exponential', delay: options.backoffMs ?? DEFAULT_BACKOFF_MS, jitter: BACKOFF_JITTER },
    removeOnComplete: true,
    removeOnFail: KEEP_FAILED,
    ...(options.delayMs === undefined ? {} : { delay: options.delayMs }),
    ...(options.dedupeKey === undefined
      ? {}
      : { deduplication: { id: options.dedupeKey, keepLastIfActive: true } }),
  };
}
