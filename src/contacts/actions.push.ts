import { inTx } from '../core/ctx.ts';
import type { Ctx } from '../core/ctx.ts';
import { lockPoints } from './store.match.ts';
import { holdContacts } from './store.merge.ts';
import { holdersOfPush, PUSH, savePushPoint } from './store.push.ts';

/**
 * Keeps a web push subscription as a point of a contact: `endpoint` is its address, `raw` what is needed to encrypt for it
 * (JSON); `nodeId` is the visitor's row it was said of. One browser belongs to one contact at a time: it is taken from whoever
 * had it, and both are held. False when there is no such contact. The caller answers for who asks.
 */
export async function recordPushPoint(
  ctx: Ctx,
  point: { nodeId: string; endpoint: string; raw: string },
): Promise<boolean> {
  const { nodeId, endpoint } = point;
  return inTx(ctx, async (tx) => {
    // Nobody else gives this address to anybody until we have.
    await lockPoints(tx, [{ kind: PUSH, value: endpoint }]);
    const holders = await holdersOfPush(tx, endpoint);
    const contactId = (await holdContacts(tx, [nodeId, ...holders])).get(nodeId);
    if (contactId === undefined) return false;
    await savePushPoint(tx, { ...point, contactId });
    return true;
  });
}
