import type { Ctx } from '../core/ctx.ts';
import { withLimits } from './store.ts';

/** SQLSTATE of a statement that ran into its time limit. */
const QUERY_CANCELED = '57014';

/**
 * Runs `body`, which only reads, within limits of time and memory; undefined when time was up, and PostgreSQL has ended the
 * statement then. A transaction that is open already stays usable.
 */
export async function unlessTooSlow<T>(
  ctx: Ctx,
  limits: { timeoutMs: number; workMem: string },
  body: (ctx: Ctx) => Promise<T>,
): Promise<T | undefined> {
  try {
    return await ctx.db.transaction((tx) => {
      const inside = { ...ctx, db: tx, inTransaction: true };
      return withLimits(inside, { ...limits, timeoutMs: Math.max(1, Math.ceil(limits.timeoutMs)) }, () =>
        body(inside),
      );
    });
  } catch (error) {
    if (isTimeout(error)) return undefined;
    throw error;
  }
}

function isTimeout(error: unknown): boolean {
  if (typeof error !== 'object' || error === null) return false;
  if ('code' in error && error.code === QUERY_CANCELED) return true;
  return 'cause' in error && isTimeout(error.cause);
}
