import { Queue, Worker } from 'bullmq';
import type { IQueueBackend, Job, JobProgress, JobsOptions } from 'bullmq';
import { messageOf } from './errors.ts';
import type { Logger } from './logger.ts';
import { openPostgresBackend, openRedisBackend } from './queue.backend.ts';
import type { QueueBackend } from './queue.backend.ts';
import { settledWithin } from './settle.ts';

/**
 * Jobs over BullMQ, on PostgreSQL or Redis alike. A job carries ids of a batch of rows, never the rows: the queue wakes
 * workers, the tables hold the work, and a lost queue is rebuilt from them. Delivery is at least once: handlers are
 * idempotent. Jobs of one queue start in the order they were added; a delayed or retried one starts when it is due.
 */
export type JobData = Readonly<Record<string, unknown>>;

export type AddOptions = {
  /** Starts no sooner than this many milliseconds from now. */
  delayMs?: number;
  /**
   * At most one job with this key waits and one runs: adding while one waits (or is delayed) changes nothing, adding while
   * one runs makes one more run after it, so that a wake-up is never lost.
   */
  dedupeKey?: string;
  /** Runs in all, the first included. */
  attempts?: number;
  /** Wait before the second attempt; doubles with each further one. */
  backoffMs?: number;
};

export type JobRun = {
  /** Aborted when the process must stop now or another worker has taken the job over. */
  signal: AbortSignal;
  /** 1 at the first start; counts starts after a crash too. */
  attempt: number;
};

export type JobHandler = (data: unknown, run: JobRun) => Promise<void>;

export type JobCounts = { waiting: number; active: number; delayed: number; failed: number };

export type JobQueue = {
  readonly name: string;
  add(name: string, data: JobData, options?: AddOptions): Promise<void>;
  /** All or none, in this order, in one round trip. */
  addMany(jobs: readonly { name: string; data: JobData; options?: AddOptions }[]): Promise<void>;
  /** Runs `name` every so many milliseconds, once over all workers. Call again (at each start) to change or restore it. */
  every(name: string, everyMs: number, data?: JobData): Promise<void>;
  /** Starts working, with a handler by job name or one for all names; resolves once connected. */
  work(
    handlers: JobHandler | Readonly<Record<string, JobHandler>>,
    options?: { concurrency?: number },
  ): Promise<void>;
  counts(): Promise<JobCounts>;
  /** Throws the queue away with everything in it, running jobs included. */
  obliterate(): Promise<void>;
};

export type Queues = {
  readonly backend: 'postgres' | 'redis';
  queue(name: string): JobQueue;
  /** Takes no more jobs, lets the running ones finish within bounds, aborts what is left, disconnects. */
  close(): Promise<void>;
};

export type QueueTiming = {
  /** A worker that has not renewed a job's lock for so long is taken for dead. */
  lockDurationMs: number;
  /** How often dead workers are looked for; a job of one restarts after at most lock + two of these. */
  stalledIntervalMs: number;
  /** Running jobs may finish for so long when closing; orchestrators kill after 30 s. */
  closeTimeoutMs: number;
};

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
/** A job that took its worker down this often is given up; deploys that kill workers stay below it. */
const MAX_STALLED = 5;
const MAX_CONCURRENCY = 64;
/** Enough to look at what failed lately; the tables know what is still to do. */
const KEEP_FAILED = { age: 7 * 24 * 3_600, count: 1_000 };
/** The event stream of BullMQ is not read by anything here. */
const KEEP_EVENTS = 256;
/** An aborted handler has this long to notice. */
const ABORT_GRACE_MS = 2_000;
const DEFAULT_TIMING: QueueTiming = {
  lockDurationMs: 30_000,
  stalledIntervalMs: 15_000,
  closeTimeoutMs: 20_000,
};
/** Keys of all queues on Redis start with this, so that one Redis may serve more than one thing. */
const REDIS_PREFIX = 'otklik';

type BullQueue = Queue<JobData, void, string, JobData, void, string, IQueueBackend, true>;
type BullWorker = Worker<JobData, void, string, IQueueBackend, JobProgress, true>;
type Open = {
  backend: QueueBackend;
  log: Logger;
  prefix: string;
  timing: QueueTiming;
  workers: Set<RunningWorker>;
};

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
  const open: Open = { backend, log, prefix: options.prefix ?? REDIS_PREFIX, timing, workers: new Set() };
  const queues = new Map<string, { bull: BullQueue; jobs: JobQueue }>();
  return {
    backend: backend.kind,
    queue: (name) => {
      const known = queues.get(name);
      if (known !== undefined) return known.jobs;
      const made = openQueue(open, name);
      queues.set(name, made);
      return made.jobs;
    },
    close: async () => {
      await Promise.all([...open.workers].map((worker) => closeWorker(open, worker)));
      await settledWithin(Promise.all([...queues.values()].map(({ bull }) => bull.close())), ABORT_GRACE_MS);
      await settledWithin(backend.close(), ABORT_GRACE_MS);
    },
  };
}

function openQueue(open: Open, name: string): { bull: BullQueue; jobs: JobQueue } {
  const bull: BullQueue = new Queue(
    name,
    { connection: true, prefix: open.prefix, streams: { events: { maxLen: KEEP_EVENTS } } },
    open.backend.factory,
  );
  bull.on('error', (error) => open.log.warn({ queue: name, reason: messageOf(error) }, 'queue error'));
  const jobs: JobQueue = {
    name,
    add: async (job, data, options = {}) => {
      assertSize(name, job, data);
      await bull.add(job, data, jobOptions(options));
    },
    addMany: async (list) => {
      if (list.length > MAX_ADD)
        throw new Error(`queue ${name}: ${list.length} jobs at once, at most ${MAX_ADD}`);
      for (const job of list) assertSize(name, job.name, job.data);
      const bulk = list.map((job) => ({
        name: job.name,
        data: job.data,
        opts: jobOptions(job.options ?? {}),
      }));
      const [only] = bulk;
      // On PostgreSQL the bulk way makes temporary tables, which one job is not worth.
      if (only !== undefined && bulk.length === 1) await bull.add(only.name, only.data, only.opts);
      else if (bulk.length > 1) await bull.addBulk(bulk);
    },
    every: async (job, everyMs, data = {}) => {
      assertSize(name, job, data);
      await bull.upsertJobScheduler(
        job,
        { every: everyMs },
        { name: job, data, opts: jobOptions({ attempts: 1 }) },
      );
    },
    work: (handlers, options = {}) => startWorker(open, name, handlers, options.concurrency ?? 1),
    counts: async () => {
      const counts = await bull.getJobCounts('wait', 'prioritized', 'active', 'delayed', 'failed');
      const of = (state: string) => counts[state] ?? 0;
      const waiting = of('wait') + of('prioritized');
      return { waiting, active: of('active'), delayed: of('delayed'), failed: of('failed') };
    },
    obliterate: () => bull.obliterate({ force: true }),
  };
  return { bull, jobs };
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

type RunningWorker = { bull: BullWorker; running: Map<string, AbortController> };

async function startWorker(
  open: Open,
  name: string,
  handlers: JobHandler | Readonly<Record<string, JobHandler>>,
  concurrency: number,
): Promise<void> {
  const running = new Map<string, AbortController>();
  const process = async (job: Job<JobData, void>): Promise<void> => {
    const handler = typeof handlers === 'function' ? handlers : handlers[job.name];
    if (handler === undefined) throw new Error(`queue ${name}: no handler for job ${job.name}`);
    const id = job.id ?? '';
    const abort = new AbortController();
    running.set(id, abort);
    try {
      await handler(job.data, { signal: abort.signal, attempt: Math.max(job.attemptsStarted, 1) });
    } finally {
      if (running.get(id) === abort) running.delete(id);
    }
  };
  const bull: BullWorker = new Worker(
    name,
    process,
    {
      connection: true,
      prefix: open.prefix,
      concurrency: Math.min(concurrency, MAX_CONCURRENCY),
      lockDuration: open.timing.lockDurationMs,
      stalledInterval: open.timing.stalledIntervalMs,
      maxStalledCount: MAX_STALLED,
      drainDelay: open.backend.idleWaitS,
    },
    open.backend.factory,
  );
  bull.on('error', (error) => open.log.warn({ queue: name, reason: messageOf(error) }, 'worker error'));
  bull.on('failed', (job, error) =>
    open.log.error({ queue: name, job: job?.name, jobId: job?.id, err: error }, 'job failed'),
  );
  bull.on('lockRenewalFailed', (ids) => {
    for (const id of ids) running.get(id)?.abort(new Error('another worker has taken the job over'));
  });
  open.workers.add({ bull, running });
  await bull.waitUntilReady();
}

async function closeWorker(open: Open, worker: RunningWorker): Promise<void> {
  open.workers.delete(worker);
  const closed = worker.bull.close();
  if (await settledWithin(closed, open.timing.closeTimeoutMs)) return;
  for (const abort of worker.running.values()) abort.abort(new Error('the process is stopping'));
  if (await settledWithin(closed, ABORT_GRACE_MS)) return;
  const left = worker.running.size;
  open.log.warn(
    { queue: worker.bull.name, left },
    'jobs left running at the end; another worker will repeat them',
  );
}
