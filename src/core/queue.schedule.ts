import type { IQueueBackend, JobsOptions, Queue } from 'bullmq';
import { messageOf } from './errors.ts';
import type { Logger } from './logger.ts';
import type { JobData } from './queue.types.ts';

type Schedule = { everyMs: number; data: JobData; options: JobsOptions };
type BullQueue = Queue<JobData, void, string, JobData, void, string, IQueueBackend, true>;

/**
 * What a queue should do by itself: its schedules and its limit. Kept in memory as well, because the queue may be lost: each
 * worker process looks now and then whether they are still there.
 */
export function keepSchedules(bull: BullQueue, log: Logger, restoreMs: number) {
  const wanted = new Map<string, Schedule>();
  const state = { alone: false };
  let timer: NodeJS.Timeout | undefined;
  const put = async (job: string, { everyMs, data, options }: Schedule): Promise<void> => {
    await bull.upsertJobScheduler(job, { every: everyMs }, { name: job, data, opts: options });
  };
  const restore = async (): Promise<void> => {
    if (state.alone) await bull.setGlobalConcurrency(1);
    if (wanted.size === 0) return;
    // A live schedule always has its next job in the queue.
    const counts = await bull.getJobCounts('wait', 'prioritized', 'active', 'delayed');
    const empty = Object.values(counts).every((count) => count === 0);
    for (const [job, schedule] of wanted) {
      if (empty || (await bull.getJobScheduler(job)) === undefined) await put(job, schedule);
    }
  };
  const look = (): void => {
    restore().catch((error: unknown) =>
      log.warn({ queue: bull.name, reason: messageOf(error) }, 'schedules not looked after'),
    );
  };
  const start = (): void => {
    timer ??= setInterval(look, restoreMs).unref();
  };
  return {
    every: async (job: string, schedule: Schedule): Promise<void> => {
      await put(job, schedule);
      wanted.set(job, schedule);
      start();
    },
    alone: async (): Promise<void> => {
      await bull.setGlobalConcurrency(1);
      state.alone = true;
      start();
    },
    stop: (): void => clearInterval(timer),
  };
}
