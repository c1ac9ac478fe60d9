import { inTx } from '../core/ctx.ts';
import type { Ctx } from '../core/ctx.ts';
import { savePushPoint } from './store.push.ts';

/**
 * Keeps a web push subscription as a point of a contact: `endpoint` is its address, `raw` what is needed to encrypt for it
 * (JSON); `nodeId` is the visitor's row it was said of. The caller has held the contact and answers for who asks. One browser belongs to one contact at a time.
 */
export async function recordPushPoint(
  ctx: Ctx,
  point: { contactId: string; nodeId: string; endpoint: string; raw: string },
): Promise<void> {
  await inTx(ctx, (tx) => savePushPoint(tx, point));
}
