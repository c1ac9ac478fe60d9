import postgres from 'postgres';
import { ensureEmbedded } from '../src/core/embedded.ts';
import { createLogger } from '../src/core/logger.ts';
import { newId } from '../src/core/ids.ts';
import { workedOff } from './lib/outbox.ts';
import { discard, newDataDir, newSource, startProduct } from './lib/product.ts';
import type { Product } from './lib/product.ts';
import type { Bench } from './main.ts';

/** Hundreds of people log in within one group commit when a shop sends what it had kept back. */
const TARGET_MS = 2;
const PEOPLE = 300;
const ROUNDS = 3;

/**
 * Visitors with a history and people with a login, then one request of a server in which every visitor logs in for the first
 * time: each join moves the rows of all modules. A batch of the same size that joins nobody is taken off.
 */
export const run: Bench = async (emit, note) => {
  const dataDir = await newDataDir();
  const product = await startProduct(dataDir);
  const { url } = await ensureEmbedded({ dataDir, log: createLogger('warn') });
  const sql = postgres(url, { max: 1, onnotice: () => {} });
  try {
    note(`${PEOPLE} first logins in one request, ${ROUNDS} rounds, all roles in one process`);
    const writeKey = await newSource(product);
    const perJoin: number[] = [];
    for (let round = 0; round < ROUNDS; round += 1) {
      const [users, visitors] = [`u${round}-`, `v${round}-`];
      const each = (make: (i: number) => object) => Array.from({ length: PEOPLE }, (_, i) => make(i));
      await send(
        product,
        writeKey,
        each((i) => ({ type: 'identify', userId: users + i, traits: { name: `User ${i}`, city: 'York' } })),
      );
      for (const event of ['Landed', 'Product Viewed', 'Product Added'])
        await send(
          product,
          writeKey,
          each((i) => ({ type: 'track', event, anonymousId: visitors + i, properties: goods })),
        );
      await workedOff(sql);
      const logins = () =>
        each((i) => ({ type: 'track', event: 'Signed In', userId: users + i, anonymousId: visitors + i }));
      const joining = await send(product, writeKey, logins());
      await mustBeJoined(sql, visitors);
      await workedOff(sql);
      const plain = await send(product, writeKey, logins());
      note(`round ${round + 1}: ${Math.round(joining)} ms, joined already ${Math.round(plain)} ms`);
      perJoin.push((joining - plain) / PEOPLE);
    }
    const median = perJoin.toSorted((a, b) => a - b)[Math.floor(ROUNDS / 2)] ?? Number.NaN;
    emit({ metric: 'ms_per_join', value: median, unit: 'ms', limit: TARGET_MS, ratio: median / TARGET_MS });
  } finally {
    await sql.end();
    await product.stop();
    await discard(dataDir);
  }
};

const goods = { product_id: 'tea', name: 'Tea', category: 'Drinks', price: 10, quantity: 1 };

/** Milliseconds until the answer. */
async function send(product: Product, writeKey: string, events: readonly object[]): Promise<number> {
  const batch = events.map((event) => ({
    messageId: newId(),
    timestamp: new Date().toISOString(),
    ...event,
  }));
  const started = performance.now();
  const answer = await fetch(`${product.url}/v1/batch`, {
    method: 'POST',
    headers: { authorization: `Bearer ${product.apiKey}`, 'content-type': 'application/json' },
    body: JSON.stringify({ writeKey, batch }),
  });
  const told = await answer.text();
  if (!told.includes(`"accepted":${events.length},`)) throw new Error(`not taken: ${told.slice(0, 500)}`);
  return performance.now() - started;
}

async function mustBeJoined(sql: postgres.Sql, visitors: string): Promise<void> {
  const [joined] = await sql<{ n: number }[]>`
    select count(*)::int as n from visitor_lookup v join contact c using (contact_id)
    where v.anonymous_id like ${`${visitors}%`} and c.merged_into is not null`;
  if (joined?.n !== PEOPLE) throw new Error(`${joined?.n} of ${PEOPLE} were joined`);
}
