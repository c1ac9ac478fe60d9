import { audit } from '../core/audit.ts';
import { authorise, inTx } from '../core/ctx.ts';
import type { Ctx } from '../core/ctx.ts';
import { dateOf } from '../core/db.ts';
import { conflict, DomainError, invalid, notFound } from '../core/errors.ts';
import { newId } from '../core/ids.ts';
import { cursorId, cursorInstant, decodeCursor, toPage } from '../core/paging.ts';
import type { Page } from '../core/paging.ts';
import type {
  PriceInput,
  PriceListInput,
  PriceListPatch,
  PriceListView,
  PricesWritten,
  PriceView,
} from './contract.price-lists.ts';
import { categoryIdsByCode, productIds } from './store.catalogue.ts';
import {
  activeEntries,
  activeLists,
  countPrices,
  deletePrices,
  findPriceList,
  insertPriceList,
  listPriceLists,
  listPrices,
  lockPriceList,
  markPricesChanged,
  updatePriceList,
  writePrices,
} from './store.price-lists.ts';
import type { PriceListRow, PriceRowFound, PriceWrite } from './store.price-lists.ts';

/** Every process keeps all prices in memory: so many take some hundred megabytes. */
const MAX_PRICES_OF_LIST = 100_000;
const MAX_PRICES_IN_ALL = 500_000;

const dateOrNull = (text: string | null | undefined): Date | null => (text ? new Date(text) : null);

/** 409 `price_list_exists` when the code is taken. */
export async function createPriceList(ctx: Ctx, input: PriceListInput): Promise<PriceListView> {
  authorise(ctx, 'loyalty:write');
  return inTx(ctx, async (tx) => {
    const now = tx.clock.now();
    const { from, until, currency, ...rest } = input;
    const row: PriceListRow = {
      ...rest,
      priceListId: newId(),
      currency: currency ?? tx.config.baseCurrency,
      validFrom: dateOrNull(from),
      validUntil: dateOrNull(until),
      state: 'active',
      version: 1,
      createdAt: now,
      updatedAt: now,
    };
    if (!(await insertPriceList(tx, row)))
      throw conflict(
        'price_list_exists',
        `There is a price list "${input.externalId}" already.`,
        'externalId',
      );
    await changed(tx, 'created', row);
    return viewOf(row, 0);
  });
}

/** Changes for whom and when a list holds. 409 `price_list_changed` when somebody was faster. */
export async function changePriceList(ctx: Ctx, id: string, patch: PriceListPatch): Promise<PriceListView> {
  authorise(ctx, 'loyalty:write');
  return inTx(ctx, async (tx) => {
    const row = await held(tx, id);
    if (row.version !== patch.version)
      throw conflict(
        'price_list_changed',
        'Somebody has changed this price list since you opened it.',
        'version',
      );
    const { from, until, version: _, ...rest } = patch;
    const told = Object.fromEntries(Object.entries(rest).filter(([, value]) => value !== undefined));
    const next: PriceListRow = {
      ...row,
      ...told,
      validFrom: from === undefined ? row.validFrom : dateOrNull(from),
      validUntil: until === undefined ? row.validUntil : dateOrNull(until),
      version: row.version + 1,
      updatedAt: tx.clock.now(),
    };
    if (next.validFrom !== null && next.validUntil !== null && next.validUntil <= next.validFrom)
      throw invalid('price_list_validity', 'It would be over before it begins.', 'until');
    await updatePriceList(tx, next);
    await withinBounds(tx, id);
    await changed(tx, 'changed', next);
    return viewOf(next, (await findPriceList(tx, id))?.prices ?? 0);
  });
}

export async function getPriceList(ctx: Ctx, id: string): Promise<PriceListView> {
  authorise(ctx, 'orders:read');
  const found = await findPriceList(ctx, id);
  if (found === undefined) throw notFound('price_list', id);
  return viewOf(found.row, found.prices);
}

export async function priceLists(
  ctx: Ctx,
  query: { state?: string | undefined; limit: number; cursor?: string | undefined },
): Promise<Page<PriceListView>> {
  authorise(ctx, 'orders:read');
  const [createdAt, id] = query.cursor === undefined ? [] : decodeCursor(query.cursor, 2);
  const before =
    query.cursor === undefined ? undefined : { createdAt: cursorInstant(createdAt), id: cursorId(id) };
  const found = await listPriceLists(ctx, { state: query.state, before, limit: query.limit + 1 });
  const page = toPage(found, query.limit, ({ row }) => [row.createdAt.toISOString(), row.priceListId]);
  return { ...page, items: page.items.map(({ row, prices }) => viewOf(row, prices)) };
}

/**
 * Writes prices by what they are for, from which quantity and from when. 422 `unknown_product`, `unknown_category`,
 * `repeated_price`, `too_many_prices`, with the place.
 */
export async function putPrices(ctx: Ctx, id: string, prices: readonly PriceInput[]): Promise<PricesWritten> {
  authorise(ctx, 'loyalty:write');
  return inTx(ctx, async (tx) => {
    const resolve = await targetsOf(tx, prices);
    const writes = prices.map((price, i) => {
      const target = resolve(price);
      if ('problem' in target)
        throw new DomainError({ ...target.problem, status: 422, at: `prices.${i}.${target.at}` });
      return { ...target, ...figuresOf(price), from: isoOrNull(price.from), until: isoOrNull(price.until) };
    });
    const keys = writes.map(priceKey);
    const repeated = keys.findIndex((key, i) => keys.indexOf(key) !== i);
    if (repeated >= 0) throw invalid('repeated_price', 'The same price occurs twice.', `prices.${repeated}`);
    return writeTo(tx, id, writes);
  });
}

/** Writes prices into a list, its lock held; the list's version goes up when any is another one. */
export async function writeTo(tx: Ctx, id: string, writes: readonly PriceWrite[]): Promise<PricesWritten> {
  const row = await held(tx, id);
  const done = await writePrices(tx, id, writes);
  const unchanged = writes.length - done.created - done.updated;
  if (unchanged === writes.length) return { ...done, unchanged, version: row.version };
  await withinBounds(tx, id);
  const next = await bump(tx, row, 'prices_written', { count: done.created + done.updated });
  return { ...done, unchanged, version: next.version };
}

export async function dropPrices(
  ctx: Ctx,
  id: string,
  ids: readonly string[],
): Promise<{ deleted: number; version: number }> {
  authorise(ctx, 'loyalty:write');
  return inTx(ctx, async (tx) => {
    const row = await held(tx, id);
    const deleted = await deletePrices(tx, id, ids);
    const next = deleted === 0 ? row : await bump(tx, row, 'prices_deleted', { count: deleted });
    return { deleted, version: next.version };
  });
}

export async function pricesOf(
  ctx: Ctx,
  id: string,
  query: {
    /** A product's code. */
    product?: string | undefined;
    /** A part of the name or code of a product or category. */
    search?: string | undefined;
    limit: number;
    cursor?: string | undefined;
  },
): Promise<Page<PriceView>> {
  authorise(ctx, 'orders:read');
  if ((await findPriceList(ctx, id)) === undefined) throw notFound('price_list', id);
  const after = query.cursor === undefined ? null : cursorId(decodeCursor(query.cursor, 1)[0]);
  const found = await listPrices(ctx, id, { ...query, after, limit: query.limit + 1 });
  const page = toPage(found, query.limit, (row) => [row.id]);
  return { ...page, items: page.items.map(priceView) };
}

/** All lists in service with their prices, in the shape pricing takes. For modules, who have authorised their caller. */
export async function loadPriceLists(ctx: Ctx) {
  const entries = Map.groupBy(await activeEntries(ctx), (entry) => entry.listId);
  return (await activeLists(ctx)).map((row) => ({
    id: row.priceListId,
    version: row.version,
    name: row.name,
    currency: row.currency,
    contacts: row.contacts,
    personCategories: row.personCategories,
    tiers: row.tiers,
    segments: row.segments,
    channels: row.channels,
    from: row.validFrom?.toISOString() ?? null,
    until: row.validUntil?.toISOString() ?? null,
    entries: (entries.get(row.priceListId) ?? []).map((entry) => ({
      id: entry.id,
      product: entry.product ?? undefined,
      category: entry.category ?? undefined,
      fromQuantity: entry.fromQuantity,
      unitPrice: entry.unitPrice ?? undefined,
      percentOff: entry.percentOff ?? undefined,
      from: entry.from,
      until: entry.until,
    })),
  }));
}

type Target = { productId: string | null; categoryId: string | null };
type Unknown = { at: 'product' | 'category'; problem: { code: string; detail: string } };
type Named = { product?: string | undefined; category?: string | undefined };

/** Looks up what prices are for, all at once. */
export async function targetsOf(
  ctx: Ctx,
  prices: readonly Named[],
): Promise<(price: Named) => Target | Unknown> {
  const codes = (key: 'product' | 'category'): string[] => [
    ...new Set(prices.flatMap((price) => price[key] ?? [])),
  ];
  const [products, categories] = [
    await productIds(ctx, codes('product')),
    await categoryIdsByCode(ctx, codes('category')),
  ];
  return ({ product, category }) => {
    const productId = product === undefined ? null : products.get(product);
    const categoryId = category === undefined ? null : categories.get(category);
    if (productId === undefined)
      return { at: 'product', problem: { code: 'unknown_product', detail: `No product "${product}".` } };
    if (categoryId === undefined)
      return { at: 'category', problem: { code: 'unknown_category', detail: `No category "${category}".` } };
    return { productId, categoryId };
  };
}

export const figuresOf = (price: {
  fromQuantity: string;
  unitPrice?: string | undefined;
  percentOff?: string | undefined;
}) => ({
  fromQuantity: price.fromQuantity,
  unitPrice: price.unitPrice ?? null,
  percentOff: price.percentOff ?? null,
});

/** What a list has one price of. */
export const priceKey = (price: PriceWrite): string =>
  JSON.stringify([price.productId ?? price.categoryId, Number(price.fromQuantity), price.from]);

const isoOrNull = (text: string | null | undefined): string | null =>
  text ? new Date(text).toISOString() : null;

async function held(ctx: Ctx, id: string): Promise<PriceListRow> {
  const row = await lockPriceList(ctx, id);
  if (row === undefined) throw notFound('price_list', id);
  return row;
}

async function withinBounds(ctx: Ctx, id: string): Promise<void> {
  const { own, all } = await countPrices(ctx, id);
  if (own > MAX_PRICES_OF_LIST || all > MAX_PRICES_IN_ALL)
    throw invalid(
      'too_many_prices',
      `A list has at most ${MAX_PRICES_OF_LIST} prices, all lists in service ${MAX_PRICES_IN_ALL}.`,
      'prices',
    );
}

async function bump(
  ctx: Ctx,
  row: PriceListRow,
  what: string,
  details: Record<string, unknown>,
): Promise<PriceListRow> {
  const next = { ...row, version: row.version + 1, updatedAt: ctx.clock.now() };
  await updatePriceList(ctx, next);
  await changed(ctx, what, next, details);
  return next;
}

async function changed(ctx: Ctx, what: string, row: PriceListRow, details = {}): Promise<void> {
  await markPricesChanged(ctx);
  await audit(ctx, {
    action: `price_list.${what}`,
    entity: 'price_list',
    entityId: row.priceListId,
    details: { version: row.version, ...details },
  });
}

function viewOf(row: PriceListRow, prices: number): PriceListView {
  const { priceListId: id, validFrom, validUntil, createdAt, updatedAt, kind, state, ...rest } = row;
  return {
    ...rest,
    id,
    kind: kind as PriceListView['kind'],
    state: state === 'archived' ? 'archived' : 'active',
    from: validFrom?.toISOString() ?? null,
    until: validUntil?.toISOString() ?? null,
    prices,
    createdAt: createdAt.toISOString(),
    updatedAt: updatedAt.toISOString(),
  };
}

function priceView(row: PriceRowFound): PriceView {
  const named = (id: string | null, externalId: string | null, name: string | null) =>
    id === null ? null : { id, externalId: externalId ?? '', name: name ?? '' };
  const time = (text: string | null): string | null => (text === null ? null : dateOf(text).toISOString());
  return {
    id: row.id,
    product: named(row.productId, row.product, row.productName),
    category: named(row.categoryId, row.category, row.categoryName),
    fromQuantity: row.fromQuantity,
    unitPrice: row.unitPrice,
    percentOff: row.percentOff,
    from: time(row.from),
    until: time(row.until),
  };
}
