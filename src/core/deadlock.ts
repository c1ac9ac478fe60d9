import { inTx } from './ctx.ts';
import type { Ctx } from './ctx.ts';

/** Deadlock, and a transaction that could not be ordered with another: PostgreSQL has undone one so that the other goes on. */
const AGAIN = new Set(['40P01', '40001']);
const ATTEMPTS = 5;
/** drizzle wraps the driver's error once, a verb perhaps once more. */
const MAX_CAUSES = 5;

/**
 * Runs a whole transaction, and at once again when PostgreSQL chose it as the one to give way; the error stands after the
 * fifth time. `transaction` must begin one: inside an open one nothing could be repeated.
 */
export async function untilUndisturbed<T>(transaction: () => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await transaction();
    } catch (error) {
      if (attempt >= ATTEMPTS || !gaveWay(error)) throw error;
    }
  }
}

/** `inTx` for verbs that lock much: repeated like that when the transaction is its own, once in one that is open already. */
export function inTxUndisturbed<T>(ctx: Ctx, body: (ctx: Ctx) => Promise<T>): Promise<T> {
  return ctx.inTransaction ? body(ctx) : untilUndisturbed(() => inTx(ctx, body));
}

function gaveWay(error: unknown): boolean {
  let current: unknown = error;
  for (let i = 0; i < MAX_CAUSES && typeof current === 'object' && current !== null; i++) {
    if ('code' in current && typeof current.code === 'string' && AGAIN.has(current.code)) return true;
    current = 'cause' in current ? current.cause : undefined;
  }
  return false;
}
