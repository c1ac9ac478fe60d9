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

type JobRun = {
  /** Aborted when the process must stop now or another worker has taken the job over. */
  signal: AbortSignal;
  /** 1 at the first start; counts starts after a crash too. */
  attempt: number;
};

export type JobHandler = (data: unknown, run: JobRun) => Promise<void>;

export type JobHandlers = JobHandler | Readonly<Record<string, JobHandler>>;

type WorkOptions = {
  /** Jobs at once in this process; 1 unless given. */
  concurrency?: number;
  /** One job at a time over all workers of this queue, for work that must not overlap itself. */
  alone?: boolean;
};

type JobCounts = { waiting: number; active: number; delayed: number; failed: number };

export type JobQueue = {
  readonly name: string;
  add(name: string, data: JobData, options?: AddOptions): Promise<void>;
  /** All or none, in this order, in one round trip. */
  addMany(jobs: readonly { name: string; data: JobData; options?: AddOptions }[]): Promise<void>;
  /**
   * Runs `name` every so many milliseconds, counted once over all workers; call it at each start of each of them. A run that
   * takes longer may meet the next one, unless the workers work `alone`. Comes back by itself after the queue was lost.
   */
  every(name: string, everyMs: number, data?: JobData): Promise<void>;
  /** Starts working, with a handler by job name or one for all names; resolves once connected. */
  work(handlers: JobHandlers, options?: WorkOptions): Promise<void>;
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
  /** How often schedules are looked after; a lost one is back by then. */
  restoreMs: number;
  /** Adding and counting fail after this long: a caller may hold a transaction open meanwhile. */
  answerMs: number;
  /** Running jobs may finish for so long when closing; orchestrators kill after 30 s. */
  closeTimeoutMs: number;
};
