import { createReadStream } from 'node:fs';
import { Readable } from 'node:stream';
import { DAY_MS } from '../core/time.ts';
import type { Client } from './client.ts';
import { inventShop } from './shop.ts';
import type { Shop } from './shop.ts';

/** Fills the product through its public import, as a shop would. */

const LOOK_MS = 100;
const MAX_PAGE = 200;

/** The invented shop: contacts and a year of orders that ended yesterday. */
export async function seedShop(client: Client, now: Date): Promise<string> {
  const shop = inventShop(new Date(Math.floor(now.getTime() / DAY_MS) * DAY_MS));
  await load(client, 'contacts', 'ndjson', linesOf(contactsOf(shop)));
  await addProducts(client, shop);
  await load(client, 'orders', 'ndjson', linesOf(ordersOf(shop)));
  return 'an invented tea shop (all names, addresses and orders are made up)';
}

/** Real purchases; the file has no addresses, so its customers get invented ones at example.com. */
export async function seedOrders(client: Client, file: string): Promise<string> {
  const body = Readable.toWeb(createReadStream(file)) as ReadableStream<Uint8Array>;
  await finished(
    client,
    await client.upload('/api/imports?kind=order-lines&format=csv&preset=online-retail', body),
  );
  await load(client, 'contacts', 'ndjson', linesOf(await inventedAddresses(client)));
  return `${file} (customers' names and addresses are invented)`;
}

async function load(client: Client, kind: string, format: string, body: Uint8Array): Promise<void> {
  await finished(client, await client.upload(`/api/imports?kind=${kind}&format=${format}&name=demo`, body));
}

type ImportState = { id: string; state: string; rowsFailed: number; failure: { detail: string } | null };

async function finished(client: Client, { id }: { id: string }): Promise<void> {
  for (;;) {
    const now = await client.get<ImportState>(`/api/imports/${id}`);
    if (now.state === 'done' && now.rowsFailed === 0) return;
    if (now.state === 'done') throw new Error(`${now.rowsFailed} rows of import ${id} were refused`);
    if (now.state !== 'queued' && now.state !== 'running')
      throw new Error(`import ${id} ${now.state}: ${now.failure?.detail ?? ''}`);
    await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
  }
}

const linesOf = (rows: Iterable<object>): Uint8Array =>
  Buffer.from([...rows].map((row) => `${JSON.stringify(row)}\n`).join(''));

function contactsOf(shop: Shop): object[] {
  return shop.customers.map(({ id, consents, birthday, ...rest }) => ({
    externalId: id,
    ...rest,
    birthDate: birthday,
    ...(consents ? { emailConsent: true } : {}),
  }));
}

async function addProducts(client: Client, shop: Shop): Promise<void> {
  for (const name of new Set(shop.products.map(({ category }) => category))) {
    await client.post('/api/categories', { externalId: name, name });
  }
  await client.post('/api/products', {
    products: shop.products.map(({ id, ...rest }) => ({ externalId: id, currency: 'GBP', ...rest })),
  });
}

function ordersOf(shop: Shop): object[] {
  return shop.orders.map(({ id, customerId, placedAt, lines }) => ({
    source: 'shop',
    externalId: id,
    contact: { externalIds: [{ id: customerId }] },
    occurredAt: placedAt.toISOString(),
    currency: 'GBP',
    lines: lines.map(({ productId, ...line }) => ({ product: productId, ...line })),
  }));
}

async function inventedAddresses(client: Client): Promise<object[]> {
  const found: object[] = [];
  let cursor: string | null = null;
  do {
    const page: { items: Array<{ externalId: string | null }>; nextCursor: string | null } = await client.get(
      `/api/contacts?limit=${MAX_PAGE}${cursor === null ? '' : `&cursor=${encodeURIComponent(cursor)}`}`,
    );
    for (const { externalId } of page.items) {
      if (externalId === null) continue;
      found.push({
        externalId,
        name: `Customer ${externalId}`,
        email: `customer-${externalId}@example.com`,
        emailConsent: true,
      });
    }
    cursor = page.nextCursor;
  } while (cursor !== null);
  return found;
}
