import { recordPushPoint } from '../../contacts/index.ts';
import { inTx } from '../../core/ctx.ts';
import type { Ctx } from '../../core/ctx.ts';
import { untilUndisturbed } from '../../core/deadlock.ts';
import { senderOf } from '../actions.senders.ts';
import { isDayVisitor } from '../cookieless/visitor.ts';
import { ensureVisitors } from '../store.visitors.ts';
import type { PushSubscribe } from './contract.ts';
import { vapidPublicKey } from './vapid.ts';

/** The key a browser subscribes with. Throws 401 and 403 as ingestion does. */
export async function pushKeyFor(ctx: Ctx, writeKey: string, origin: string | null): Promise<string> {
  await senderOf(ctx, writeKey, origin);
  return vapidPublicKey(ctx.config);
}

/**
 * Keeps where a visitor's browser can be reached, as a point of the contact. Who knows the address has the browser: another
 * visitor of the same browser takes it over. A visitor counted without cookies has none.
 */
export async function subscribePush(ctx: Ctx, input: PushSubscribe, origin: string | null): Promise<boolean> {
  await senderOf(ctx, input.writeKey, origin);
  const { anonymousId, subscription } = input;
  if (isDayVisitor(anonymousId)) return false;
  const { endpoint, keys } = subscription;
  return untilUndisturbed(() =>
    inTx(ctx, async (tx) => {
      const nodeId = (await ensureVisitors(tx, [anonymousId])).get(anonymousId);
      if (nodeId === undefined) return false;
      return recordPushPoint(tx, { nodeId, endpoint, raw: JSON.stringify({ endpoint, keys }) });
    }),
  );
}
