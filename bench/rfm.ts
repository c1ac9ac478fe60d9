import postgres from 'postgres';
import { ensureEmbedded } from '../src/core/embedded.ts';
import { createLogger } from '../src/core/logger.ts';
import { computeRfm, rfmReport } from '../src/segments/rfm/actions.ts';
import { openAt } from './lib/installation.ts';
import { discard, newDataDir } from './lib/product.ts';
import type { Bench } from './main.ts';

/** A nightly job may take minutes; the report of kept scores is waited for by a person. */
const COMPUTE_TARGET_MS = 120_000;
const REPORT_TARGET_MS = 5_000;
const CONTACTS = 1_000_000;

/** Bare contacts, and for each one to five orders of a line or two over a year: half of a real history's width is not needed. */
const FILL = [
  `insert into contact (contact_id, kind, name, external_id, created_at, updated_at)
    select ('01900000-' || lpad(to_hex(i >> 16), 4, '0') || '-7000-8000-' || lpad(to_hex(i), 12, '0'))::uuid, 'person', 'C' || i,
      'C' || i, now(), now() from generate_series(1, ${CONTACTS}) i`,
  `insert into sale_fact (contact_id, occurred_at, order_id, ordinal, kind, product_id, quantity, unit_price, amount, base_amount,
      currency, recorded_at, origin_id)
    select c.contact_id, now() - (abs(hashint8extended(c.i, o)) % 31536000) * interval '1 second',
      ('01900000-0000-7000-8000-' || lpad(to_hex(c.i * 8 + o), 12, '0'))::uuid, l, 'sale',
      '01900000-0000-7000-8000-000000000001', 1, p, p, p, 'GBP', now(), c.contact_id
    from (select contact_id, substr(external_id, 2)::bigint as i from contact) c,
      generate_series(1, 5) o, generate_series(1, 2) l,
      lateral (select (1 + abs(hashint8extended(c.i * 16 + o * 2 + l, 7)) % 9000) / 100.0 as p) price
    where o <= 1 + abs(hashint8extended(c.i, 3)) % 5 and l <= 1 + (c.i + o) % 2`,
  'vacuum (analyze) contact, sale_fact',
];

/** Scores of a million buyers: the first time, a night on which nothing changed, and what a person waits for. */
export const run: Bench = async (emit, note) => {
  const dataDir = await newDataDir();
  const { url } = await ensureEmbedded({ dataDir, log: createLogger('error') });
  const { ctx, close } = await openAt(url, dataDir);
  const sql = postgres(url, { max: 1, onnotice: () => {} });
  try {
    for (const statement of FILL) await sql.unsafe(statement);
    const [lines] = await sql<{ n: number }[]>`select count(*)::int as n from sale_fact`;
    note(`${CONTACTS} buyers, ${lines?.n} lines`);
    const figure = async (metric: string, limit: number, work: () => Promise<unknown>): Promise<void> => {
      const from = performance.now();
      await work();
      const value = performance.now() - from;
      emit({ metric, value, unit: 'ms', limit, ratio: value / limit });
    };
    await figure('compute_first', COMPUTE_TARGET_MS, () => computeRfm(ctx));
    await sql.unsafe('vacuum (analyze) contact_rfm');
    await figure('compute_again', COMPUTE_TARGET_MS, () => computeRfm(ctx));
    await figure('report_kept', REPORT_TARGET_MS, () => rfmReport(ctx, {}));
    await figure('report_as_of', COMPUTE_TARGET_MS, () => rfmReport(ctx, { asOf: '2026-01-01' }));
  } finally {
    await sql.end();
    await close();
    await discard(dataDir);
  }
};
