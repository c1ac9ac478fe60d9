import { holdContacts, upsertContacts } from '../contacts/index.ts';
import type { UpsertInput } from '../contacts/index.ts';
import { authorise, inTx } from '../core/ctx.ts';
import type { Ctx } from '../core/ctx.ts';
import { conflict, DomainError, invalid } from '../core/errors.ts';
import { newId } from '../core/ids.ts';
import { resolveProducts } from './actions.products.ts';
import { tellPlaced } from './actions.tell.ts';
import { differenceOf } from './documents.ts';
import type { Document, Trust } from './documents.ts';
import { cancellationOf, CANCELLED_SUFFIX, documentOf } from './draft.ts';
import type { PlaceOrder } from './draft.ts';
import {
  claimKeys,
  deleteDocuments,
  insertDocuments,
  keyOf,
  linesOf,
  lockDocuments,
  updateHeads,
  updateKeys,
} from './store.documents.ts';
import type { StoredDocument } from './store.documents.ts';
import { orderIdsByKey, ordersWithReturns } from './store.read.ts';

/** Who bought: a contact known by id, or what is said of one. Left out: nobody is known, the sale is anonymous. */
export type Buyer = { contactId: string } | { said: UpsertInput };
export type OrderToPlace = PlaceOrder & { buyer?: Buyer | undefined };

export type PlaceOptions = {
  /** public: claimed only, no revenue until a server tells of the same (source, externalId). */
  trust: Trust;
  /** Set for a load of the past: tells of its contacts in batches instead of order by order. */
  importId?: string | undefined;
};

export type PlaceOutcome = 'created' | 'updated' | 'unchanged' | 'confirmed';
export type PlaceResult =
  | { ok: true; outcome: PlaceOutcome; orderId: string; contactId: string | null }
  | { ok: false; error: DomainError };

/** Orders of one call. */
export const MAX_ORDERS = 1_000;

/**
 * Places orders in sets; one result per order, in the order given. (source, externalId) is one order for good: the same content
 * again is `unchanged`, another status is an update, any other change a conflict. A claimed order is `confirmed` by the first
 * trusted telling, whose content counts. One transaction; an order that is refused leaves the others alone.
 */
export async function placeOrders(
  ctx: Ctx,
  orders: readonly OrderToPlace[],
  options: PlaceOptions,
): Promise<PlaceResult[]> {
  authorise(ctx, 'orders:write');
  if (orders.length > MAX_ORDERS) throw invalid('too_many_orders', `At most ${MAX_ORDERS} orders at once.`);
  return inTx(ctx, async (tx) => {
    const results = new Map<OrderToPlace, PlaceResult>();
    // Two tellings of one order in one call are taken one after the other, as if they had come so.
    let waiting = [...orders];
    while (waiting.length > 0) {
      const wave = new Map<string, OrderToPlace>();
      for (const order of waiting) if (!wave.has(keyOf(order))) wave.set(keyOf(order), order);
      waiting = waiting.filter((order) => wave.get(keyOf(order)) !== order);
      for (const [order, result] of await placeWave(tx, [...wave.values()], options))
        results.set(order, result);
    }
    return orders.flatMap((order) => results.get(order) ?? []);
  });
}

type Placing = { order: OrderToPlace; document: Document; result?: PlaceResult };

async function placeWave(
  ctx: Ctx,
  orders: readonly OrderToPlace[],
  options: PlaceOptions,
): Promise<Map<OrderToPlace, PlaceResult>> {
  const results = new Map<OrderToPlace, PlaceResult>();
  const buyers = await buyersOf(ctx, orders, options);
  const placing = await draftAll(ctx, orders, buyers, options, results);
  const won = await claimKeys(
    ctx,
    placing.map(({ document }) => ({
      ...keyPart(document),
      importId: options.importId ?? null,
      importRows: 0,
    })),
  );
  const isNew = (item: Placing): boolean => won.has(keyOf(item.document));
  const fresh = placing.filter(isNew);
  await insertDocuments(
    ctx,
    fresh.map(({ document }) => document),
  );
  for (const { order, document } of fresh) results.set(order, done('created', document));
  const told = await meetStored(
    ctx,
    placing.filter((item) => !isNew(item)),
    options,
    results,
  );
  const cancelled = await cancelSales(ctx, [...fresh.map(({ document }) => document), ...told.cancelled]);
  const news = [...fresh.map(({ document }) => document), ...told.confirmed, ...cancelled];
  await tellPlaced(ctx, news, options.importId);
  return results;
}

const keyPart = ({ source, externalId, contactId, orderId }: Document) => ({
  source,
  externalId,
  contactId,
  orderId,
});

function done(
  outcome: PlaceOutcome,
  document: Pick<Document, 'orderId' | 'contactId' | 'anonymous'>,
): PlaceResult {
  return {
    ok: true,
    outcome,
    orderId: document.orderId,
    contactId: document.anonymous ? null : document.contactId,
  };
}

/** Whose an order is now, and the node it was told of. */
type Bought = { contactId: string; originId: string };

/** The contact of every order that has one, held against merges until the commit. */
async function buyersOf(
  ctx: Ctx,
  orders: readonly OrderToPlace[],
  options: PlaceOptions,
): Promise<Map<OrderToPlace, Bought>> {
  const buyers = new Map<OrderToPlace, Bought>();
  const known = orders.flatMap(({ buyer }) =>
    buyer !== undefined && 'contactId' in buyer ? [buyer.contactId] : [],
  );
  const present = await holdContacts(ctx, [...new Set(known)]);
  const said: Array<{ order: OrderToPlace; input: UpsertInput }> = [];
  for (const order of orders) {
    const { buyer } = order;
    if (buyer === undefined) continue;
    if ('said' in buyer) said.push({ order, input: { occurredAt: order.occurredAt, ...buyer.said } });
    else buyers.set(order, { contactId: present.get(buyer.contactId) ?? '', originId: buyer.contactId });
  }
  const upserted = await upsertContacts(
    ctx,
    said.map(({ input }) => input),
    {
      matchBy: options.trust === 'public' ? [] : ['email', 'phone'],
      events: options.importId === undefined ? 'each' : 'none',
    },
  );
  for (const [i, { order }] of said.entries()) {
    const made = upserted[i];
    if (made !== undefined) buyers.set(order, made);
  }
  return buyers;
}

async function draftAll(
  ctx: Ctx,
  orders: readonly OrderToPlace[],
  buyers: ReadonlyMap<OrderToPlace, Bought>,
  options: PlaceOptions,
  results: Map<OrderToPlace, PlaceResult>,
): Promise<Placing[]> {
  const productIds = await productsOf(ctx, orders);
  const originals = await orderIdsByKey(
    ctx,
    orders.flatMap(({ source, originalExternalId }) =>
      originalExternalId === undefined ? [] : [{ source, externalId: originalExternalId }],
    ),
  );
  const now = ctx.clock.now();
  const inWave = new Map(orders.map((order) => [keyOf(order), order.orderId ?? newId()]));
  return orders.flatMap((order): Placing[] => {
    try {
      if (order.externalId.endsWith(CANCELLED_SUFFIX)) {
        throw invalid(
          'reserved_number',
          `Numbers ending in "${CANCELLED_SUFFIX}" are made here.`,
          'externalId',
        );
      }
      const { contactId = null, originId = null } = buyers.get(order) ?? {};
      if (contactId === '') throw invalid('unknown_contact', 'No contact of this id.', 'contact.id');
      const document = documentOf(order, {
        now,
        baseCurrency: ctx.config.baseCurrency,
        trust: options.trust,
        orderId: inWave.get(keyOf(order)) ?? newId(),
        contactId,
        originId,
        productIds,
        originalOrderId: originalOf(order, originals, inWave),
      });
      return [{ order, document }];
    } catch (error) {
      if (!(error instanceof DomainError)) throw error;
      results.set(order, { ok: false, error });
      return [];
    }
  });
}

async function productsOf(ctx: Ctx, orders: readonly OrderToPlace[]): Promise<Map<string, string>> {
  const names = new Map<string, string | null>();
  const makeable = new Set<string>();
  for (const order of orders) {
    for (const line of order.lines) {
      names.set(line.product, names.get(line.product) ?? line.description ?? null);
      if (order.unknownProducts !== 'refuse') makeable.add(line.product);
    }
  }
  return resolveProducts(ctx, names, (code) => makeable.has(code));
}

function originalOf(
  order: OrderToPlace,
  stored: ReadonlyMap<string, string>,
  inWave: ReadonlyMap<string, string>,
): string | null {
  const { source, originalExternalId } = order;
  if (originalExternalId === undefined) return null;
  const key = keyOf({ source, externalId: originalExternalId });
  const found = stored.get(key) ?? (originalExternalId === order.externalId ? undefined : inWave.get(key));
  if (found !== undefined) return found;
  throw invalid(
    'original_not_found',
    `No order "${originalExternalId}" of "${source}".`,
    'originalExternalId',
  );
}

type Met = { confirmed: Document[]; cancelled: Document[] };

/** Orders that were told of before. */
async function meetStored(
  ctx: Ctx,
  placing: readonly Placing[],
  options: PlaceOptions,
  results: Map<OrderToPlace, PlaceResult>,
): Promise<Met> {
  const stored = await lockDocuments(
    ctx,
    placing.map(({ document }) => document),
  );
  const lines = await linesOf(ctx, [...stored.values()]);
  const met: Met = { confirmed: [], cancelled: [] };
  const replaced: StoredDocument[] = [];
  for (const { order, document } of placing) {
    const found = stored.get(keyOf(document));
    if (found === undefined) throw new Error(`order key ${keyOf(document)} has no order`);
    const before: Document = { ...found, lines: lines.get(found.orderId) ?? [] };
    if (before.trust === 'public' && document.trust !== 'public') {
      const orderId = before.orderId;
      const anonymousId = document.anonymous ? { contactId: orderId, originId: orderId } : {};
      met.confirmed.push({ ...document, orderId, ...anonymousId });
      replaced.push(found);
      results.set(order, done('confirmed', { ...document, orderId }));
    } else if (document.trust === 'public' && before.trust !== 'public') {
      results.set(order, done('unchanged', before));
    } else {
      // Who does not speak of the status changes none.
      const status = order.status ?? before.status;
      results.set(order, await compare(ctx, before, { ...document, status }, met));
    }
  }
  await deleteDocuments(ctx, replaced);
  await updateKeys(
    ctx,
    met.confirmed.map((document) => ({
      ...keyPart(document),
      importId: options.importId ?? null,
      importRows: 0,
    })),
  );
  await insertDocuments(ctx, met.confirmed);
  met.cancelled.push(...met.confirmed);
  return met;
}

async function compare(ctx: Ctx, before: Document, told: Document, met: Met): Promise<PlaceResult> {
  const difference = differenceOf(before, told);
  if (difference !== null) {
    const detail = `Order "${told.externalId}" of "${told.source}" is stored with another ${difference}. Only its status may change.`;
    return { ok: false, error: conflict('order_changed', detail, difference) };
  }
  if (before.status === told.status) return done('unchanged', before);
  if (before.status === 'cancelled') {
    return { ok: false, error: conflict('order_cancelled', 'A cancelled order stays cancelled.', 'status') };
  }
  if (told.status === 'cancelled' && (await ordersWithReturns(ctx, [before.orderId])).size > 0) {
    const detail = 'Parts of the order were returned already: tell of the rest as a return.';
    return { ok: false, error: conflict('order_has_returns', detail, 'status') };
  }
  await updateHeads(ctx, [{ ...before, status: told.status }]);
  if (told.status === 'cancelled') met.cancelled.push({ ...before, status: told.status });
  return done('updated', before);
}

/** Writes the return of every cancelled sale among these; gives those documents. */
async function cancelSales(ctx: Ctx, documents: readonly Document[]): Promise<Document[]> {
  const now = ctx.clock.now();
  const returns = documents
    .filter(({ status, kind }) => status === 'cancelled' && kind === 'sale')
    .map((sale) => cancellationOf(sale, newId(), now));
  const won = await claimKeys(
    ctx,
    returns.map((document) => ({ ...keyPart(document), importId: null, importRows: 0 })),
  );
  const fresh = returns.filter((document) => won.has(keyOf(document)));
  await insertDocuments(ctx, fresh);
  return fresh;
}
