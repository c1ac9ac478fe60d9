import { emit } from '../core/outbox.ts';
import { inTx } from '../core/ctx.ts';
import type { Ctx } from '../core/ctx.ts';
import { lockPoints } from './store.match.ts';
import { holdContacts } from './store.merge.ts';
import { holdersOfPush, markPushGone, savePushPoint } from './store.push.ts';
import type { DeviceKind } from './store.push.ts';

export { pushSecrets } from './store.push.ts';

/**
 * Keeps a web push subscription, or a chat with the bot, as a point of a contact: `endpoint` is its address, `raw` what is needed to encrypt for it
 * (JSON); `nodeId` is the visitor's row it was said of. One browser belongs to one contact at a time: it is taken from whoever
 * had it, and both are held. False when there is no such contact. The caller answers for who asks.
 */
export async function recordPushPoint(
  ctx: Ctx,
  point: { nodeId: string; endpoint: string; raw: string },
  kind: DeviceKind = 'push',
): Promise<boolean> {
  const { nodeId, endpoint } = point;
  return inTx(ctx, async (tx) => {
    // Nobody else gives this address to anybody until we have.
    await lockPoints(tx, [{ kind, value: endpoint }]);
    const holders = await holdersOfPush(tx, kind, endpoint);
    const contactId = (await holdContacts(tx, [nodeId, ...holders])).get(nodeId);
    if (contactId === undefined) return false;
    await savePushPoint(tx, { ...point, kind, contactId });
    return true;
  });
}

/** Nothing is sent to this browser or chat any more until it is brought anew. For modules, who have authorised their caller. */
export async function forgetPushPoint(
  ctx: Ctx,
  point: { kind: DeviceKind; contactId: string; endpoint: string },
): Promise<void> {
  await inTx(ctx, async (tx) => {
    if (await markPushGone(tx, point))
      await emit(tx, 'contact.changed', [{ contactId: point.contactId, keys: ['points'] }]);
  });
}

/** Whose browser or chat this is now; null: nobody's. */
export async function holderOfPush(ctx: Ctx, kind: DeviceKind, endpoint: string): Promise<string | null> {
  return (await holdersOfPush(ctx, kind, endpoint))[0] ?? null;
}
