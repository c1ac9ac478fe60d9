import { csvLine } from '../contacts/index.ts';
import { authorise } from '../core/ctx.ts';
import type { Ctx } from '../core/ctx.ts';
import { getPriceList, pricesOf } from './actions.price-lists.ts';
import type { PriceListView, PriceView } from './contract.price-lists.ts';

/** Prices read at a time. */
const PART = 1_000;

/** As a file of prices is read: what comes out can be changed and brought back. */
const COLUMNS = [
  'list',
  'product',
  'category',
  'fromQuantity',
  'unitPrice',
  'percentOff',
  'from',
  'until',
] as const;

/** The prices of a list as CSV, read as fast as the reader takes them. 404 for a list nobody knows. */
export async function exportPrices(ctx: Ctx, id: string): Promise<ReadableStream<Uint8Array>> {
  authorise(ctx, 'contacts:export');
  return ReadableStream.from(lines(ctx, await getPriceList(ctx, id)));
}

async function* lines(ctx: Ctx, list: PriceListView): AsyncGenerator<Uint8Array> {
  const encoder = new TextEncoder();
  // The mark tells spreadsheets that this is UTF-8.
  yield encoder.encode(`\ufeff${csvLine(COLUMNS)}`);
  for (let cursor: string | undefined; ;) {
    const { items, nextCursor } = await pricesOf(ctx, list.id, { limit: PART, cursor });
    if (items.length > 0) yield encoder.encode(items.map((one) => lineOf(list, one)).join(''));
    if (nextCursor === null) return;
    cursor = nextCursor;
  }
}

const lineOf = (list: PriceListView, price: PriceView): string =>
  csvLine([
    list.externalId,
    price.product?.externalId ?? null,
    price.category?.externalId ?? null,
    price.fromQuantity,
    price.unitPrice,
    price.percentOff,
    price.from,
    price.until,
  ]);
