import { followOrders, placeOrders } from '../../orders/index.ts';
import type { FollowUp, OrderToPlace } from '../../orders/index.ts';
import type { Ctx } from '../../core/ctx.ts';
import type { Fact, Note, Trust } from '../fact.ts';
import { followOf } from './follow.ts';
import { isFollowEvent } from './names.ts';
import { contentOf, orderOf } from './order.ts';
import type { ToldOrder } from './order.ts';
import { earlyFollowUps, namedSources, oneByOne } from './store.orders.ts';

/** Orders of one call of `placeOrders`. */
const ORDERS_AT_ONCE = 1_000;
const TRUSTS: readonly Trust[] = ['public', 'server'];
const UNKNOWN_SOURCE = 'context.source: no source has this write key, id or name';

type Telling = { fact: Fact; source: string };
type Told = Telling & { order: OrderToPlace };

/**
 * Orders of the facts among these, and what is said of orders already placed. A server's word makes an order and changes it; a
 * public source only claims one, which is no revenue until the same number comes from a server under the same source, and what it
 * says of refunds and cancellations changes nothing. Returns why a fact had no effect: it stands all the same.
 */
export async function takeOrders(tx: Ctx, facts: readonly Fact[]): Promise<Note[]> {
  const notes: Note[] = [];
  const concerned = facts.filter(
    ({ event }) => event.name === 'Order Completed' || isFollowEvent(event.name),
  );
  if (concerned.length === 0) return notes;
  const ctx = systemOf(tx);
  const followed = concerned.some(
    ({ event, sender }) => sender.trust === 'server' && isFollowEvent(event.name),
  );
  await oneByOne(ctx, followed);
  const tellings = await tellingsOf(ctx, concerned, notes);
  const placed = await placeTold(ctx, tellings, notes);
  const follow = tellings.filter(({ fact }) => isFollowEvent(fact.event.name));
  // What was said of an order before anybody had told of it waits among the facts.
  const early = await earlyFollowUps(ctx, placed);
  const known = new Set(follow.map(({ fact }) => fact.id));
  const late = await tellingsOf(
    ctx,
    early.filter(({ id }) => !known.has(id)),
    [],
  );
  await followTold(ctx, [...late, ...follow], notes);
  return notes.filter(({ fact }) => facts.includes(fact));
}

/** The sender's right to tell facts was checked; which of them count is decided by its trust. */
function systemOf(tx: Ctx): Ctx {
  return { ...tx, actor: { kind: 'system', id: tx.actor.id, name: `tracking for ${tx.actor.name}` } };
}

/** Under which source each fact's order is numbered: the sender's, unless a server names another one. */
async function tellingsOf(ctx: Ctx, facts: readonly Fact[], notes: Note[]): Promise<Telling[]> {
  const named = new Map<Fact, string>();
  for (const fact of facts) {
    const name = fact.event.context['source'];
    if (fact.sender.trust === 'server' && typeof name === 'string' && name.trim() !== '')
      named.set(fact, name.trim());
  }
  const sources = named.size === 0 ? new Map<string, string>() : await namedSources(ctx, [...named.values()]);
  return facts.flatMap((fact) => {
    const name = named.get(fact);
    const source = name === undefined ? fact.sender.sourceId : sources.get(name);
    if (source !== undefined) return [{ fact, source }];
    notes.push({ fact, reason: UNKNOWN_SOURCE });
    return [];
  });
}

/** Places what is told of whole orders; returns the numbers that servers have told of. */
async function placeTold(
  ctx: Ctx,
  tellings: readonly Telling[],
  notes: Note[],
): Promise<Array<{ source: string; externalId: string }>> {
  const told: Told[] = [];
  for (const telling of tellings) {
    const verdict = orderOf(telling.fact.event);
    if (verdict === null) continue;
    if (verdict.ok) told.push({ ...telling, order: toPlace(telling, verdict.order) });
    else notes.push({ fact: telling.fact, reason: verdict.reason });
  }
  for (const trust of TRUSTS) {
    const whose = told.filter(({ fact }) => fact.sender.trust === trust);
    for (let from = 0; from < whose.length; from += ORDERS_AT_ONCE)
      notes.push(...(await place(ctx, whose.slice(from, from + ORDERS_AT_ONCE), trust)));
  }
  return told.flatMap(({ fact, order: { source, externalId } }) =>
    fact.sender.trust === 'server' ? [{ source, externalId }] : [],
  );
}

async function place(ctx: Ctx, told: readonly Told[], trust: Trust): Promise<Note[]> {
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

function toPlace({ fact: { event, sender, originId }, source }: Telling, told: ToldOrder): OrderToPlace {
  return {
    ...told,
    source,
    occurredAt: event.occurredAt,
    // The node it was told of: a separation takes the order along.
    buyer: { contactId: originId },
    // Whoever has only the write key must not fill the catalogue.
    unknownProducts: sender.trust === 'public' ? 'refuse' : 'create',
  };
}

const NO_TRUST = 'only a server can change an order: this source is public';

async function followTold(ctx: Ctx, tellings: readonly Telling[], notes: Note[]): Promise<void> {
  const told: Array<Telling & { follow: FollowUp; content: ToldOrder | null }> = [];
  const ordered = tellings.toSorted(
    (a, b) => a.fact.event.occurredAt.getTime() - b.fact.event.occurredAt.getTime(),
  );
  for (const telling of ordered) {
    const { fact, source } = telling;
    const content = fact.event.name === 'Order Updated' ? contentOf(fact.event.properties) : null;
    const told1 = content?.ok === true ? content.order : null;
    const verdict = followOf(fact, told1);
    if (fact.sender.trust !== 'server') notes.push({ fact, reason: NO_TRUST });
    else if (!verdict.ok) notes.push({ fact, reason: verdict.reason });
    else {
      const { externalId, does } = verdict;
      const follow = { source, externalId, occurredAt: fact.event.occurredAt, does };
      told.push({ ...telling, follow, content: told1 });
    }
  }
  const results = await followOrders(
    ctx,
    told.map(({ follow }) => follow),
  );
  for (const [i, one] of told.entries()) {
    const result = results[i];
    if (result === undefined || result.ok) continue;
    const unknown = result.error.code === 'order_unknown' || result.error.code === 'order_claimed';
    // An update that tells everything is as good as the order's first telling.
    if (unknown && one.content !== null)
      notes.push(...(await place(ctx, [{ ...one, order: statedOrder(one, one.content) }], 'server')));
    else notes.push({ fact: one.fact, reason: `${result.error.detail}${unknown ? WAITS : ''}` });
  }
}

const WAITS = ' It counts as soon as a server tells of the order.';

function statedOrder(one: Telling & { follow: FollowUp }, content: ToldOrder): OrderToPlace {
  const { does } = one.follow;
  return { ...toPlace(one, content), ...('status' in does ? { status: does.status } : {}) };
}
