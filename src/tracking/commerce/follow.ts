import type { FollowUp } from '../../orders/index.ts';
import { REFUNDED_SUFFIX } from '../../orders/index.ts';
import type { Fact } from '../fact.ts';
import type { ToldOrder } from './order.ts';
import { codeOf, numberOf, plainDecimal, productOf, quantityOf } from './product.ts';
import type { Bag } from './product.ts';

/** Order Updated, Order Refunded and Order Cancelled as what they do to an order. Pure. */

export type FollowVerdict =
  | { ok: true; externalId: string; does: FollowUp['does'] }
  | { ok: false; reason: string };

/** What shops call the states of an order, by the states there are here. */
const STATUS: ReadonlyMap<string, string> = new Map(
  Object.entries({
    placed: ['placed', 'pending', 'processing', 'completed', 'created'],
    paid: ['paid'],
    shipped: ['shipped', 'fulfilled', 'sent'],
    delivered: ['delivered', 'received'],
    cancelled: ['cancelled', 'canceled', 'voided'],
    refunded: ['refunded', 'returned'],
  }).flatMap(([status, words]) => words.map((word) => [word, status] as const)),
);

const refuse = (reason: string): FollowVerdict => ({ ok: false, reason });

/** `content` is the order as an Order Updated tells it anew, when it does. */
export function followOf(fact: Pick<Fact, 'event' | 'id'>, content: ToldOrder | null): FollowVerdict {
  const { name, properties } = fact.event;
  const externalId = codeOf(properties['order_id']);
  if (externalId === null) return refuse('order_id: an order number is needed');
  const rest: FollowUp['does'] = { number: refundNumber(fact, externalId, null), lines: null };
  if (name === 'Order Cancelled') return { ok: true, externalId, does: { status: 'cancelled' } };
  if (name === 'Order Refunded') return refundOf(fact, externalId);
  const word = properties['status'];
  const status = typeof word === 'string' ? STATUS.get(word.trim().toLowerCase()) : undefined;
  if (status === 'refunded') return { ok: true, externalId, does: rest };
  if (status === 'cancelled') return { ok: true, externalId, does: { status } };
  if (status === undefined && content === null)
    return refuse('status: neither a known status nor products that could have changed');
  return { ok: true, externalId, does: { status: status ?? 'placed', lines: content?.lines } };
}

function refundOf(fact: Pick<Fact, 'event' | 'id'>, externalId: string): FollowVerdict {
  const { properties } = fact.event;
  const list = properties['products'];
  if (Array.isArray(list) && list.length > 0) {
    const lines = [];
    for (const [i, one] of (list as unknown[]).entries()) {
      const product = productOf(one);
      if (product === null) return refuse(`products.${i}: a product needs product_id or sku`);
      const given = (one as Bag)['quantity'];
      if (given !== undefined && given !== null && quantityOf(given) === null)
        return refuse(`products.${i}.quantity: a number of units above 0`);
      lines.push({
        product: product.code,
        description: product.name ?? undefined,
        quantity: plainDecimal(product.quantity),
        unitPrice: product.price ?? undefined,
      });
    }
    return { ok: true, externalId, does: { number: refundNumber(fact, externalId, 'part'), lines } };
  }
  const total = numberOf(properties['total']);
  if (total !== null && total <= 0) return refuse('total: an amount above 0');
  const amount = total === null ? undefined : plainDecimal(total);
  const number = refundNumber(fact, externalId, amount === undefined ? null : 'part');
  return { ok: true, externalId, does: { number, lines: null, amount } };
}

/**
 * The return's own number: the shop's (`refund_id`), else one made of the order's. A part without a number is told apart by its
 * event's message id.
 */
function refundNumber({ event, id }: Pick<Fact, 'event' | 'id'>, order: string, part: 'part' | null): string {
  const own = codeOf(event.properties['refund_id']) ?? codeOf(event.properties['return_id']);
  if (own !== null) return own;
  return part === null ? `${order}${REFUNDED_SUFFIX}` : `${order}#refund-${event.messageId ?? id}`;
}
