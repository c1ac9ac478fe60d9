import { contactsVisible } from './store.read.ts';
import { audit } from '../core/audit.ts';
import { authorise, inTx } from '../core/ctx.ts';
import type { Ctx } from '../core/ctx.ts';
import { invalid } from '../core/errors.ts';
import { placeOrders } from './actions.place.ts';
import type { OrderToPlace, PlaceOutcome } from './actions.place.ts';
import type { OrderInput } from './contract.ts';

/** An order as the API and files tell it, for `placeOrders`. */
export function orderToPlace(input: OrderInput): OrderToPlace {
  const { contact, occurredAt, ...order } = input;
  if (contact === undefined) return { ...order, occurredAt: new Date(occurredAt) };
  const { id, ...said } = contact;
  const buyer = id === undefined ? { said: { ...said, source: input.source } } : { contactId: id };
  return { ...order, occurredAt: new Date(occurredAt), buyer };
}

/** One order told by a server or a person. Throws what `placeOrders` gives as an error. */
export async function placeOrder(
  ctx: Ctx,
  input: OrderInput,
): Promise<{ id: string; contactId: string | null; outcome: PlaceOutcome }> {
  authorise(ctx, 'orders:write');
  return inTx(ctx, async (tx) => {
    const id = input.contact?.id;
    if (id !== undefined && !(await contactsVisible(tx, [id])).has(id)) {
      throw invalid('unknown_contact', 'No contact of this id.', 'contact.id');
    }
    const [result] = await placeOrders(tx, [orderToPlace(input)], { trust: 'server' });
    if (result === undefined) throw new Error('no result for the order');
    if (!result.ok) throw result.error;
    const { orderId, contactId, outcome } = result;
    if (outcome !== 'unchanged') {
      await audit(tx, { action: `order.${outcome}`, entity: 'order', entityId: orderId });
    }
    return { id: orderId, contactId, outcome };
  });
}
