import { authorise } from '../../core/ctx.ts';
import type { Ctx } from '../../core/ctx.ts';
import { findProgram } from '../programs/store.ts';
import { postMany } from './actions.post.ts';

/** Points given to many for something that is no purchase. */

/** `key`: once for each member, whatever repeats. */
export type Gift = { contactId: string; key: string; points: bigint; expiresAt?: Date };

/**
 * Gives bonus points, at once spendable, in the caller's transaction. One outcome for each gift: null when it was given (now or before),
 * else the code of the refusal. At most 1,000.
 */
export async function givePoints(
  ctx: Ctx,
  programId: string,
  reason: string,
  gifts: readonly Gift[],
): Promise<Array<string | null>> {
  authorise(ctx, 'loyalty:write');
  const outcomes = await postMany(
    ctx,
    gifts.map(({ expiresAt, ...gift }) => [
      {
        kind: 'accrue',
        programId,
        reason,
        pending: 'none',
        ...gift,
        ...(expiresAt === undefined ? {} : { expiresAt }),
      },
    ]),
  );
  return outcomes.map((outcome) => (outcome.ok ? null : outcome.error.code));
}

/** Whether points of this program can be given. */
export async function isProgramOpen(ctx: Ctx, programId: string): Promise<boolean> {
  return (await findProgram(ctx, programId)) !== undefined;
}
