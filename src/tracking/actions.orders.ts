import type { Ctx } from '../core/ctx.ts';
import { placeOrders } from '../orders/index.ts';
import type { OrderToPlace } from '../orders/index.ts';
import { orderOf } from './commerce.ts';
import type { ToldOrder } from './commerce.ts';
import type { NormalEvent, Trust } from './normalise.ts';

/** Orders of one call of `placeOrders`. */
const ORDERS_AT_ONCE = 1_000;

export type OrderFact = { event: NormalEvent; contactId: string };
export type OrderNote = { event: NormalEvent; reason: string };

/**
 * Orders of the events among these that complete one. A server's word makes an order; a public source only claims one, which is
 * no revenue until the same number comes from a server under the same source. Returns why an event made no order: the event
 * itself is a fact all the same.
 */
export async function takeOrders(
  tx: Ctx,
  sender: { sourceId: string; trust: Trust },
  facts: readonly OrderFact[],
): Promise<OrderNote[]> {
  const notes: OrderNote[] = [];
  const told: Array<{ event: NormalEvent; order: OrderToPlace }> = [];
  for (const { event, contactId } of facts) {
    const verdict = orderOf(event);
    if (verdict === null) continue;
    if (verdict.ok) told.push({ event, order: toPlace(sender, verdict.order, event.occurredAt, contactId) });
    else notes.push({ event, reason: verdict.reason });
  }
  // The sender's right to tell facts was checked; which of them count is decided by its trust.
  const ctx: Ctx = {
    ...tx,
    actor: { kind: 'system', id: tx.actor.id, name: `tracking for ${tx.actor.name}` },
  };
  for (let from = 0; from < told.length; from += ORDERS_AT_ONCE) {
    const part = told.slice(from, from + ORDERS_AT_ONCE);
    const results = await placeOrders(
      ctx,
      part.map(({ order }) => order),
      { trust: sender.trust },
    );
    for (const [i, result] of results.entries()) {
      const event = part[i]?.event;
      // The same order told once more, a moment later, is no news and no mistake.
      if (result.ok || result.error.at === 'occurredAt' || event === undefined) continue;
      notes.push({ event, reason: result.error.detail });
    }
  }
  return notes;
}

function toPlace(
  sender: { sourceId: string; trust: Trust },
  told: ToldOrder,
  occurredAt: Date,
  contactId: string,
): OrderToPlace {
  return {
    ...told,
    source: sender.sourceId,
    occurredAt,
    buyer: { contactId },
    // Whoever has only the write key must not fill the catalogue.
    unknownProducts: sender.trust === 'public' ? 'refuse' : 'create',
  };
}
