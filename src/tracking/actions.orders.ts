import type { Ctx } from '../core/ctx.ts';
import { placeOrders } from '../orders/index.ts';
import type { OrderToPlace } from '../orders/index.ts';
import { orderOf } from './commerce.ts';
import type { ToldOrder } from './commerce.ts';
import type { Fact, Note, Trust } from './fact.ts';

/** Orders of one call of `placeOrders`. */
const ORDERS_AT_ONCE = 1_000;

/**
 * Orders of the facts among these that complete one. A server's word makes an order; a public source only claims one, which is
 * no revenue until the same number comes from a server under the same source. Returns why a fact made no order: it stands all
 * the same.
 */
export async function takeCommerce(tx: Ctx, facts: readonly Fact[]): Promise<Note[]> {
  const notes: Note[] = [];
  const told: Told[] = [];
  for (const fact of facts) {
    const verdict = orderOf(fact.event);
    if (verdict === null) continue;
    if (verdict.ok) told.push({ fact, order: toPlace(fact, verdict.order) });
    else notes.push({ fact, reason: verdict.reason });
  }
  for (const trust of TRUSTS) {
    const whose = told.filter(({ fact }) => fact.sender.trust === trust);
    for (let from = 0; from < whose.length; from += ORDERS_AT_ONCE) {
      notes.push(...(await place(tx, whose.slice(from, from + ORDERS_AT_ONCE), trust)));
    }
  }
  return notes;
}

type Told = { fact: Fact; order: OrderToPlace };
const TRUSTS: readonly Trust[] = ['public', 'server'];

async function place(tx: Ctx, told: readonly Told[], trust: Trust): Promise<Note[]> {
  // The sender's right to tell facts was checked; which of them count is decided by its trust.
  const ctx: Ctx = {
    ...tx,
    actor: { kind: 'system', id: tx.actor.id, name: `tracking for ${tx.actor.name}` },
  };
  const results = await placeOrders(
    ctx,
    told.map(({ order }) => order),
    { trust },
  );
  return results.flatMap((result, i) => {
    const fact = told[i]?.fact;
    // The same order told once more, a moment later, is no news and no mistake.
    if (result.ok || result.error.at === 'occurredAt' || fact === undefined) return [];
    return [{ fact, reason: result.error.detail }];
  });
}

function toPlace({ event, sender, contactId }: Fact, told: ToldOrder): OrderToPlace {
  return {
    ...told,
    source: sender.sourceId,
    occurredAt: event.occurredAt,
    buyer: { contactId },
    // Whoever has only the write key must not fill the catalogue.
    unknownProducts: sender.trust === 'public' ? 'refuse' : 'create',
  };
}
