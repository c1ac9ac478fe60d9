import { may } from '../core/ctx.ts';
import type { Ctx } from '../core/ctx.ts';

/** Whether the actor may see what events say of people: those of a source are of everybody. Pure. */
export function seesEverybody(ctx: Ctx): boolean {
  const limited = ctx.actor.kind === 'user' && ctx.actor.visibility !== 'all';
  return may(ctx, 'contacts:read') && !limited;
}
