import type { Ctx } from './ctx.ts';

/** An event as its subscribers get it: the outbox row without its bookkeeping. */
export type OutboxEvent = { id: string; topic: string; payload: unknown; createdAt: Date };

/**
 * A reaction to events of one topic. It runs inside the transaction that marks the events done, so its effects in the
 * database happen exactly once; calls to the outside belong into work rows that a job claims.
 */
export type Subscription = {
  name: string;
  topic: string;
  /** Things it wants to be told of at once at most, where a row tells of many: its `events` or `contactIds`. */
  things?: number;
  handle(ctx: Ctx, events: readonly OutboxEvent[]): Promise<void>;
};

/**
 * Background work of a module. `everyMs` runs it again and again (one at a time over all workers); a job without it runs
 * when enqueued by name. Work is rows in a state claimed with SKIP LOCKED, so running twice or never is harmless: the queue
 * can be rebuilt from tables.
 */
export type Job = {
  name: string;
  everyMs?: number;
  /** Runs of this job at once in one worker process. */
  concurrency?: number;
  run(ctx: Ctx, data: unknown, signal: AbortSignal): Promise<void>;
};
