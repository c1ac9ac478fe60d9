import type { Ctx } from '../../core/ctx.ts';
import { idFrom, sha256 } from '../../core/ids.ts';
import type { Fact, Note } from '../fact.ts';
import { takeOrders } from './actions.orders.ts';
import { foldCarts } from './cart.ts';
import { DEEDS, interestOf } from './interest.ts';
import type { Deed, InterestSign } from './interest.ts';
import { isCartEvent } from './names.ts';
import * as store from './store.ts';
import type { InterestRow, Node } from './store.ts';

/**
 * What stored facts mean for carts, interest and orders, in the caller's transaction. Carts and interest are anybody's word; what
 * it takes to move money is decided by `takeOrders`. Returns why a fact had no effect on orders: it stands all the same.
 */
export async function takeCommerce(tx: Ctx, facts: readonly Fact[]): Promise<Note[]> {
  const done = facts.filter(({ event, bot }) => event.type === 'track' && !bot);
  if (done.length === 0) return [];
  await takeInterest(tx, done);
  await takeCarts(tx, done);
  return takeOrders(tx, done);
}

async function takeCarts(tx: Ctx, facts: readonly Fact[]): Promise<void> {
  const nodes = new Map<string, Node>();
  const certain = new Set<string>();
  for (const { event, contactId, originId, sender } of facts) {
    if (!isCartEvent(event.name)) continue;
    const node = { contactId, originId, sourceId: sender.sourceId };
    nodes.set(store.nodeKey(node), node);
    if (event.name !== 'Order Completed') certain.add(store.nodeKey(node));
  }
  // An order alone, as servers tell it, concerns only those who have a cart.
  const doubtful = [...nodes].flatMap(([key, node]) => (certain.has(key) ? [] : [node]));
  const known = doubtful.length === 0 ? certain : await store.nodesWithCarts(tx, doubtful);
  const concerned = [...nodes].flatMap(([key, node]) => (certain.has(key) || known.has(key) ? [node] : []));
  if (concerned.length > 0) await makeCarts(tx, concerned);
}

/** Makes the carts of these nodes anew from all they have done. */
async function makeCarts(tx: Ctx, nodes: readonly Node[]): Promise<void> {
  await store.holdNodes(tx, nodes);
  const steps = await store.stepsOf(tx, nodes);
  const read = nodes.flatMap((node) => {
    const own = steps.get(store.nodeKey(node)) ?? [];
    const since = new Date(Math.min(...own.map(({ at }) => at.getTime())));
    return own.length === 0 ? [] : [{ node, own, since }];
  });
  await store.replaceCarts(
    tx,
    read.map(({ node, since }) => ({ ...node, since })),
    read.flatMap(({ node, own }) =>
      foldCarts(own).map((cart) => ({
        ...node,
        ...cart,
        cartId: idFrom(`${node.originId} ${node.sourceId} ${cart.openKey}`),
      })),
    ),
  );
}

async function takeInterest(tx: Ctx, facts: readonly Fact[]): Promise<void> {
  const list = new Map<string, InterestRow>();
  for (const fact of facts) {
    for (const sign of interestOf(fact.event.name, fact.event.properties)) {
      const key = `${fact.contactId} ${fact.originId} ${sign.kind} ${sign.key}`;
      list.set(key, together(list.get(key) ?? emptyRow(fact, sign), sign, fact.event.occurredAt));
    }
  }
  await store.addInterest(tx, [...list.values()]);
}

const perDeed = <T>(value: (deed: Deed) => T): Record<Deed, T> =>
  Object.fromEntries(DEEDS.map((deed) => [deed, value(deed)])) as Record<Deed, T>;

function emptyRow(fact: Fact, { kind, key }: InterestSign): InterestRow {
  const { contactId, originId, event } = fact;
  return {
    contactId,
    originId,
    kind,
    key,
    counts: perDeed(() => 0),
    times: perDeed(() => null),
    lastAt: event.occurredAt,
    details: {},
    detailsAt: event.occurredAt,
    detailsKey: '',
  };
}

function together(row: InterestRow, { deed, details }: InterestSign, at: Date): InterestRow {
  const later = (known: Date | null): Date => (known === null || at > known ? at : known);
  const detailsKey = keyOfDetails(details);
  const newer =
    at > row.detailsAt || (at.getTime() === row.detailsAt.getTime() && detailsKey > row.detailsKey);
  return {
    ...row,
    counts: { ...row.counts, [deed]: row.counts[deed] + 1 },
    times: { ...row.times, [deed]: later(row.times[deed]) },
    lastAt: later(row.lastAt),
    ...(newer ? { details, detailsKey, detailsAt: at } : {}),
  };
}

/** Of two tellings of one instant one counts, by a rule that does not ask which came first. */
const keyOfDetails = (details: object): string => sha256(JSON.stringify(details)).slice(0, 16);
