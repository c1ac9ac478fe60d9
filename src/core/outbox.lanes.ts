import type { Batch } from './outbox.hand.ts';

/** Batches under way in this process, a bounded number at once. */
export type Lanes = {
  free(): number;
  /** Topics being worked on. */
  busy(): ReadonlySet<string>;
  begin(batch: Batch): void;
  /** Resolves when every batch under way has ended. */
  ended(): Promise<unknown>;
};

/** `work` must not reject; `onFree` is called when a lane has become free. */
export function openLanes(count: number, work: (batch: Batch) => Promise<void>, onFree: () => void): Lanes {
  const running = new Map<symbol, { topic: string; done: Promise<void> }>();
  return {
    free: () => count - running.size,
    busy: () => new Set([...running.values()].map(({ topic }) => topic)),
    begin: (batch) => {
      const lane = Symbol(batch.topic);
      const done = work(batch).finally(() => {
        running.delete(lane);
        onFree();
      });
      running.set(lane, { topic: batch.topic, done });
    },
    ended: () => Promise.all([...running.values()].map(({ done }) => done)),
  };
}
