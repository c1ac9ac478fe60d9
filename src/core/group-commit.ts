import { DomainError } from './errors.ts';

/**
 * Group commit: what many callers bring at about the same time goes through one transaction, and each is answered after it. A free
 * lane takes at once what waits, so that a lone request loses no time; while lanes work, others gather. Pure scheduling.
 */

export type CommitterOptions<T, R> = {
  /** Commits all items or none, in one transaction; one result each. `lane` is the number of the lane that runs it. */
  commit(items: readonly T[], lane: number): Promise<readonly R[]>;
  /** True when the failure is nobody's own: then all of a group fail, instead of being tried one by one. */
  isOutage(error: unknown): boolean;
  /** Size of an item; a group grows to `maxSize`, an item larger than that goes alone. */
  sizeOf(item: T): number;
  maxSize: number;
  /** Transactions at once. */
  lanes: number;
  /** A second lane opens when this much waits … */
  crowdSize: number;
  /** … or when something has waited for so long: the first lane may hang on a lock. */
  patienceMs: number;
  /** So many items wait at most, the next is refused: 503 `busy`. Absent: whoever hands them in keeps a bound of their own. */
  maxWaiting?: number;
};

const RETRY_AFTER_S = 2;

/** More wait than will have their turn in time. */
export const tooManyWait = (): DomainError =>
  new DomainError({
    code: 'busy',
    status: 503,
    detail: 'Too much is waiting at this moment. Nothing was changed; try again.',
    retryAfterS: RETRY_AFTER_S,
  });

type Job<T, R> = { item: T; resolve: (result: R) => void; reject: (error: unknown) => void };

/** Returns the function to hand an item in; it settles when its transaction has. */
export function groupCommitter<T, R>(options: CommitterOptions<T, R>): (item: T) => Promise<R> {
  const { sizeOf, maxSize, crowdSize, maxWaiting = Number.POSITIVE_INFINITY } = options;
  const busy = Array.from({ length: options.lanes }, () => false);
  let waiting: Job<T, R>[] = [];
  let waitingSize = 0;
  let scheduled = false;
  let impatient: NodeJS.Timeout | undefined;

  const next = (): Job<T, R>[] => {
    let size = 0;
    let count = 0;
    for (const { item } of waiting) {
      const own = sizeOf(item);
      if (count > 0 && size + own > maxSize) break;
      size += own;
      count += 1;
    }
    waitingSize -= size;
    const taken = waiting.slice(0, count);
    waiting = waiting.slice(count);
    return taken;
  };

  const start = (patient: boolean): void => {
    clearTimeout(impatient);
    impatient = undefined;
    let hurry = !patient;
    while (waiting.length > 0) {
      const lane = busy.indexOf(false);
      if (lane === -1) return;
      if (!hurry && busy.includes(true) && waitingSize < crowdSize) {
        impatient = setTimeout(start, options.patienceMs, false);
        return;
      }
      hurry = false;
      busy[lane] = true;
      void settle(options, next(), lane).finally(() => {
        busy[lane] = false;
        start(true);
      });
    }
  };

  return (item) =>
    new Promise<R>((resolve, reject) => {
      if (waiting.length >= maxWaiting) {
        reject(tooManyWait());
        return;
      }
      waiting.push({ item, resolve, reject });
      waitingSize += sizeOf(item);
      if (scheduled) return;
      scheduled = true;
      // Requests that came in the same turn of the event loop go together.
      setImmediate(() => {
        scheduled = false;
        start(true);
      });
    });
}

/** Commits a group; when it fails through something in it, one by one, so that a bad item fails alone. */
async function settle<T, R>(
  options: CommitterOptions<T, R>,
  jobs: readonly Job<T, R>[],
  lane: number,
): Promise<void> {
  try {
    const results = await options.commit(
      jobs.map(({ item }) => item),
      lane,
    );
    for (const [i, job] of jobs.entries()) job.resolve(results[i] as R);
  } catch (error) {
    if (jobs.length === 1 || options.isOutage(error)) {
      for (const job of jobs) job.reject(error);
      return;
    }
    for (const job of jobs) await settle(options, [job], lane);
  }
}
