import { Worker } from 'bullmq';
import type { IQueueBackend, Job, JobProgress } from 'bullmq';
import { messageOf } from './errors.ts';
import type { Logger } from './logger.ts';
import type { QueueBackend } from './queue.backend.ts';
import type { JobData, JobHandlers, QueueTiming } from './queue.types.ts';
import { settledWithin } from './settle.ts';

/** A job that took its worker down this often is given up; deploys that kill workers stay below it. */
const MAX_STALLED = 5;
/** One process has one thread for all of them; more would only hold more locks. */
const MAX_CONCURRENCY = 64;
/** An aborted handler has this long to notice. */
const ABORT_GRACE_MS = 2_000;
/** A worker that lost its server looks again so soon; closing waits for it. */
const RUN_RETRY_MS = 1_000;

export type RunningWorker = { close(): Promise<void> };

type BullWorker = Worker<JobData, void, string, IQueueBackend, JobProgress, true>;
type Setup = { backend: QueueBackend; log: Logger; prefix: string; timing: QueueTiming };

/** Works until closed. */
export async function startWorker(
  open: Setup,
  name: string,
  handlers: JobHandlers,
  concurrency: number,
): Promise<RunningWorker> {
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
      runRetryDelay: RUN_RETRY_MS,
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
  await bull.waitUntilReady();
  return { close: () => closeWorker(open, bull, running) };
}

async function closeWorker(
  open: Setup,
  bull: BullWorker,
  running: Map<string, AbortController>,
): Promise<void> {
  const closed = bull.close();
  if (await settledWithin(closed, open.timing.closeTimeoutMs)) return;
  for (const abort of running.values()) abort.abort(new Error('the process is stopping'));
  if (await settledWithin(closed, ABORT_GRACE_MS)) return;
  open.log.warn(
    { queue: bull.name, left: running.size },
    'jobs left running at the end; another worker will repeat them',
  );
}
