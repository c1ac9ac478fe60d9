import { parse } from 'csv-parse';
import { createReadStream } from 'node:fs';
import { access } from 'node:fs/promises';
import { createGunzip } from 'node:zlib';
import postgres from 'postgres';
import { rebuild, suggestionsFor } from '../src/campaigns/recommend/actions.ts';
import { ensureEmbedded } from '../src/core/embedded.ts';
import type { Ctx } from '../src/core/ctx.ts';
import { createLogger } from '../src/core/logger.ts';
import { openAt } from './lib/installation.ts';
import { discard, newDataDir } from './lib/product.ts';
import type { Bench } from './main.ts';

/** The real orders of a year; `OTKLIK_DATA` names another folder. */
const FOLDER = process.env['OTKLIK_DATA'] ?? `${import.meta.dirname}/../../shared/data`;
const FILE = `${FOLDER}/online_retail.csv.gz`;
/** What came before is known, what came in the 30 days after is to be foretold. */
const CUTS = ['2011-09-01', '2011-11-09'] as const;
const TEST_DAYS = 30;
const AT = 5;
const BATCH = 500;
const DAY_MS = 86_400_000;
/** A night's work, and a share of a batch's second that the send loop does not feel. */
const REBUILD_TARGET_S = 60;
const QUERY_TARGET_MS = 2;

type Line = {
  customer: number;
  product: string;
  at: number;
  name: string;
  price: string;
  invoice: string;
  back: boolean;
};

async function readLines(): Promise<Line[]> {
  const lines: Line[] = [];
  const rows = createReadStream(FILE)
    .pipe(createGunzip())
    .pipe(parse({ columns: true, bom: true }));
  for await (const row of rows as AsyncIterable<Record<string, string>>) {
    const quantity = Number(row['Quantity']);
    if (!row['CustomerID'] || !(Number(row['UnitPrice']) > 0) || quantity === 0) continue;
    lines.push({
      customer: Math.trunc(Number(row['CustomerID'])),
      product: row['StockCode'] ?? '',
      at: Date.parse((row['InvoiceDate'] ?? '').replace(' ', 'T').replace(/Z?$/, 'Z')),
      name: row['Description'] ?? '',
      price: row['UnitPrice'] ?? '0',
      invoice: row['InvoiceNo'] ?? '',
      back: quantity < 0,
    });
  }
  return lines;
}

const contactOf = (customer: number): string =>
  `01900000-0000-7000-8000-${customer.toString(16).padStart(12, '0')}`;

/** Ids of products by their code. */
async function fill(sql: postgres.Sql, lines: readonly Line[]): Promise<Map<string, string>> {
  const names = new Map(lines.map((line) => [line.product, line]));
  const ids = new Map(
    [...names.keys()].map((code, i) => [code, `01900000-0000-7000-8001-${i.toString(16).padStart(12, '0')}`]),
  );
  const now = new Date();
  const products = [...names.values()].map((line) => ({
    product_id: ids.get(line.product) ?? '',
    external_id: line.product,
    name: line.name === '' ? line.product : line.name,
    price: line.price,
    currency: 'GBP',
    created_at: now,
    updated_at: now,
  }));
  for (let i = 0; i < products.length; i += 1_000)
    await sql`insert into product ${sql(products.slice(i, i + 1_000))}`;
  return ids;
}

async function sell(
  sql: postgres.Sql,
  lines: readonly Line[],
  ids: ReadonlyMap<string, string>,
): Promise<void> {
  for (let from = 0; from < lines.length; from += 2_000) {
    const part = lines.slice(from, from + 2_000).map((line, i) => ({
      contact: contactOf(line.customer),
      at: new Date(line.at).toISOString(),
      no: from + i,
      kind: line.back ? 'return' : 'sale',
      product: ids.get(line.product),
      price: line.price,
    }));
    await sql`
      insert into sale_fact (contact_id, occurred_at, order_id, ordinal, kind, product_id, quantity, unit_price, amount, base_amount,
        currency, recorded_at, origin_id)
      select r.contact, r.at, gen_random_uuid(), r.no, r.kind, r.product, 1, r.price, r.price, r.price, 'GBP', r.at, r.contact
      from jsonb_to_recordset(${JSON.stringify(part)}::text::jsonb)
        as r(contact uuid, at timestamptz, no int, kind text, product uuid, price numeric)`;
  }
  await sql.unsafe('vacuum (analyze) sale_fact, product');
}

type Held = {
  customers: number[];
  owned: Map<number, Set<string>>;
  wanted: Map<number, Set<string>>;
  popular: string[];
};

/** Who bought before and after, what each had and what new each bought; and what most people bought, of the year before. */
function heldOut(lines: readonly Line[], cut: number): Held {
  const owned = new Map<number, Set<string>>();
  const buyers = new Map<string, Set<number>>();
  const put = <K, V>(map: Map<K, Set<V>>, key: K, value: V): void => {
    map.set(key, (map.get(key) ?? new Set<V>()).add(value));
  };
  for (const { customer, product, at, back } of lines) {
    if (at >= cut) continue;
    put(owned, customer, product);
    if (!back && at > cut - 365 * DAY_MS) put(buyers, product, customer);
  }
  const wanted = new Map<number, Set<string>>();
  for (const { customer, product, at, back } of lines)
    if (!back && at >= cut && at < cut + TEST_DAYS * DAY_MS && owned.has(customer)) {
      wanted.set(customer, wanted.get(customer) ?? new Set());
      if (owned.get(customer)?.has(product) !== true) put(wanted, customer, product);
    }
  const popular = [...buyers].toSorted((a, b) => b[1].size - a[1].size).map(([product]) => product);
  return { customers: [...wanted.keys()], owned, wanted, popular };
}

function precision(held: Held, listOf: (customer: number) => readonly string[]): number {
  let hits = 0;
  for (const customer of held.customers)
    hits += listOf(customer)
      .slice(0, AT)
      .filter((product) => held.wanted.get(customer)?.has(product)).length;
  return hits / held.customers.length / AT;
}

async function suggest(
  ctx: Ctx,
  customers: readonly number[],
): Promise<{ lists: Map<number, string[]>; ms: number }> {
  const lists = new Map<number, string[]>();
  const from = performance.now();
  for (let i = 0; i < customers.length; i += BATCH) {
    const part = customers.slice(i, i + BATCH);
    const found = await suggestionsFor(ctx, part.map(contactOf), {
      recommended: true,
      wanted: false,
      why: false,
    });
    for (const customer of part)
      lists.set(
        customer,
        (found.get(contactOf(customer))?.recommended ?? []).map(({ productId }) => productId),
      );
  }
  return { lists, ms: performance.now() - from };
}

/**
 * Held out by time on the Online Retail orders: of five suggestions to everybody who bought before and after a day, how many did they
 * buy within 30 days for the first time? Beside it what is plainly popular, with the same things left out.
 */
export const run: Bench = async (emit, note) => {
  if (
    await access(FILE).then(
      () => false,
      () => true,
    )
  ) {
    note(`${FILE} is not there: name its folder by OTKLIK_DATA`);
    return;
  }
  const lines = await readLines();
  for (const cutDay of CUTS) {
    const cut = Date.parse(`${cutDay}T00:00:00Z`);
    const dataDir = await newDataDir();
    const { url } = await ensureEmbedded({ dataDir, log: createLogger('error') });
    const opened = await openAt(url, dataDir);
    const ctx: Ctx = { ...opened.ctx, clock: { ...opened.ctx.clock, now: () => new Date(cut) } };
    const sql = postgres(url, { max: 1, onnotice: () => {} });
    try {
      const held = heldOut(lines, cut);
      const ids = await fill(sql, lines);
      const before = lines.filter(({ at }) => at < cut);
      await sell(sql, before, ids);
      note(
        `before ${cutDay}: ${before.length} lines; ${held.customers.length} customers bought in the ${TEST_DAYS} days after`,
      );
      const from = performance.now();
      await rebuild(ctx);
      const seconds = (performance.now() - from) / 1_000;
      const { lists, ms } = await suggest(ctx, held.customers);
      const perContact = ms / held.customers.length;
      const codes = new Map([...ids].map(([code, id]) => [id, code]));
      const ours = precision(held, (customer) =>
        (lists.get(customer) ?? []).map((id) => codes.get(id) ?? ''),
      );
      const popular = precision(held, (customer) =>
        held.popular.filter((product) => held.owned.get(customer)?.has(product) !== true).slice(0, AT),
      );
      emit({
        metric: `precision_at_5 ${cutDay}`,
        value: ours,
        unit: 'share',
        limit: popular,
        ratio: ours / popular,
      });
      emit({ metric: `popularity_at_5 ${cutDay}`, value: popular, unit: 'share', limit: popular, ratio: 1 });
      emit({
        metric: `rebuild_s ${cutDay}`,
        value: seconds,
        unit: 's',
        limit: REBUILD_TARGET_S,
        ratio: seconds / REBUILD_TARGET_S,
      });
      emit({
        metric: `query_ms_per_contact ${cutDay}`,
        value: perContact,
        unit: 'ms',
        limit: QUERY_TARGET_MS,
        ratio: perContact / QUERY_TARGET_MS,
      });
    } finally {
      await sql.end();
      await opened.close();
      await discard(dataDir);
    }
  }
};
