import { setTimeout as pass } from 'node:timers/promises';
import { monotonicMs } from './clock.ts';

/** The driver's and the system's words for a connection that is gone, and PostgreSQL's for a server that stops or has not started yet. */
const LOST = new Set([
  'CONNECTION_CLOSED',
  'CONNECTION_ENDED',
  'CONNECTION_DESTROYED',
  'CONNECT_TIMEOUT',
  'ECONNREFUSED',
  'ECONNRESET',
  'EPIPE',
  '57P01',
  '57P02',
  '57P03',
]);
const WAIT_MS = 250;
/** drizzle wraps the driver's error once, a verb perhaps once more. */
const MAX_CAUSES = 5;

/**
 * Runs `work`, and again while the database is away, until `untilMs` of the monotonic clock; then the error stands. Only for what
 * may happen twice: nobody knows whether what was lost with its connection was committed.
 */
export async function untilBack<T>(work: () => Promise<T>, untilMs: number): Promise<T> {
  for (;;) {
    try {
      return await work();
    } catch (error) {
      if (!isLost(error) || monotonicMs() + WAIT_MS > untilMs) throw error;
      await pass(WAIT_MS);
    }
  }
}

function isLost(error: unknown): boolean {
  let current: unknown = error;
  for (let i = 0; i < MAX_CAUSES && typeof current === 'object' && current !== null; i++) {
    if ('code' in current && typeof current.code === 'string' && LOST.has(current.code)) return true;
    current = 'cause' in current ? current.cause : undefined;
  }
  return false;
}
