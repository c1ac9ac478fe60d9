import { authorise } from '../../core/ctx.ts';
import type { Ctx } from '../../core/ctx.ts';
import { OWN_EVENT } from './actions.check.ts';
import { eventNames } from './store.names.ts';

/** Names of events that have come and may start a campaign, in the order of the alphabet. */
export async function seenEvents(ctx: Ctx): Promise<string[]> {
  authorise(ctx, 'campaigns:read');
  return (await eventNames(ctx)).filter((name) => !OWN_EVENT.test(name));
}
