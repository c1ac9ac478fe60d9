import { randomInt } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { sql } from '../src/core/sql.ts';
import type { Ctx } from '../src/core/ctx.ts';
import { row } from '../src/core/db.ts';
import { ensureEmbedded } from '../src/core/embedded.ts';
import { createLogger } from '../src/core/logger.ts';
import { runNights } from '../src/loyalty/ledger/actions.night.ts';
import { commit } from '../src/loyalty/sales/actions.commit.ts';
import { reserve, sell } from '../src/loyalty/sales/actions.sell.ts';
import { commitInput, reserveInput, saleInput } from '../src/loyalty/sales/contract.ts';
import { registerModules } from '../src/modules.ts';
import { openInstallation } from './lib/campaigns.ts';
import { openAt } from './lib/installation.ts';
import { cartOf, launch, launchPromotions, numbered, openShop } from './lib/loyalty.shop.ts';
import type { Shop } from './lib/loyalty.shop.ts';
import { putWallets } from './lib/loyalty.wallets.ts';
import { discard, newDataDir, startProduct, whenIdle } from './lib/product.ts';
import type { Product } from './lib/product.ts';
import type { Bench } from './main.ts';

/** DESIGN.md */
const QUOTE_P95_MS = 20;
const COMMIT_P95_MS = 50;
const HTTP_COMMITS_PER_S = 500;

const SECONDS = Number(process.env['BENCH_SECONDS'] ?? 10);
const MEMBERS = Number(process.env['BENCH_MEMBERS'] ?? 2_000);
const WALLETS = Number(process.env['BENCH_WALLETS'] ?? 1_000_000);
const CODES = Number(process.env['BENCH_CODES'] ?? 1_000_000);
/** Tills that sell at the same moment. */
const LANES = 32;
const WARM = 20;
/** A million in a minute. */
const CODES_PER_S = 16_667;
const QUOTE_LINES = 50;
const SALE_LINES = 3;

type Emit = Parameters<Bench>[0];
type Note = Parameters<Bench>[1];

/**
 * What a till waits for, and what the night takes. Sales in process and over HTTP, over many members and on one counter that all
 * of them lower, and reservations that are committed; beside them, bare transactions that lock a row, change it and commit, from as
 * many callers.
 */
export const run: Bench = async (emit, note) => {
  note(
    `embedded PostgreSQL with the settings of every installation (fsync and synchronous_commit on); ${LANES} at once, ${MEMBERS} members with points, sales of ${SALE_LINES} lines of which points pay a part`,
  );
  const dataDir = await newDataDir();
  registerModules();
  try {
    const { ctx, close } = await openInstallation(dataDir);
    const shop = await openShop(ctx, MEMBERS);
    await inProcess(ctx, shop, emit, note);
    await close();
    await overHttp(dataDir, shop, emit, note);
    const { url } = await ensureEmbedded({ dataDir, log: createLogger('warn') });
    const again = await openAt(url, dataDir);
    await night(again.ctx, emit, note);
    await again.close();
  } finally {
    await discard(dataDir);
  }
};

async function inProcess(ctx: Ctx, shop: Shop, emit: Emit, note: Note): Promise<void> {
  const sale = () => saleInput.parse(numbered(cartOf(shop, SALE_LINES, { spendPoints: 100 })));
  const bare = await lockRate(ctx, MEMBERS);
  await rate(1, () => sell(ctx, sale()));
  const commits = await rate(SECONDS, () => sell(ctx, sale()));
  note(`bare row-lock transactions: ${Math.round(bare)}/s over ${MEMBERS} rows`);
  emit({
    metric: 'commits_per_s',
    value: commits.perS,
    unit: '1/s',
    limit: bare,
    ratio: commits.perS / bare,
  });
  const held = await rate(SECONDS, async () => {
    const cart = numbered(cartOf(shop, SALE_LINES, { spendPoints: 100 }));
    const { id } = await reserve(ctx, reserveInput.parse(cart));
    await commit(ctx, id, commitInput.parse({}));
  });
  emit({
    metric: 'reserved_commits_per_s',
    value: held.perS,
    unit: '1/s',
    limit: bare,
    ratio: held.perS / bare,
  });
  const hot = await launch(ctx, {
    name: 'One counter',
    stage: 'order',
    effect: { type: 'percent', percent: '1' },
    scope: {},
    limits: { uses: 100_000_000 },
  });
  const bareHot = await lockRate(ctx, 1);
  const hotCommits = await rate(SECONDS, () => sell(ctx, sale()));
  note(`bare row-lock transactions: ${Math.round(bareHot)}/s on one row`);
  emit({
    metric: 'hot_commits_per_s',
    value: hotCommits.perS,
    unit: '1/s',
    limit: bareHot,
    ratio: hotCommits.perS / bareHot,
  });
  const { uses } = await row<{ uses: number }>(
    ctx.db,
    sql`select count(*)::int as uses from offer_use where offer_id = ${hot}`,
  );
  if (uses !== hotCommits.done) throw new Error(`${hotCommits.done} sales, ${uses} uses`);
}

/** As many a second as `LANES` at once do, and what each waits for. */
async function rate(
  seconds: number,
  once: () => Promise<unknown>,
): Promise<{ perS: number; done: number; p95Ms: number }> {
  const times: number[] = [];
  const started = performance.now();
  const lane = async (): Promise<void> => {
    while (performance.now() - started < seconds * 1_000) {
      const from = performance.now();
      await once();
      times.push(performance.now() - from);
    }
  };
  await Promise.all(Array.from({ length: LANES }, lane));
  const perS = times.length / ((performance.now() - started) / 1_000);
  return { perS, done: times.length, p95Ms: atShare(times, 0.95) };
}

/** The least a sale could be: a row locked, changed and committed. */
async function lockRate(ctx: Ctx, rows: number): Promise<number> {
  await ctx.db.execute(sql`create table if not exists bench_row (id int primary key, n int not null)`);
  await ctx.db.execute(
    sql`insert into bench_row select i, 0 from generate_series(0, ${rows - 1}::int) i on conflict do nothing`,
  );
  const { perS } = await rate(Math.min(SECONDS, 5), () =>
    ctx.db.transaction(async (tx) => {
      const id = randomInt(rows);
      await tx.execute(sql`select n from bench_row where id = ${id} for update`);
      await tx.execute(sql`update bench_row set n = n + 1 where id = ${id}`);
    }),
  );
  return perS;
}

async function night(ctx: Ctx, emit: Emit, note: Note): Promise<void> {
  const { programId, due } = await putWallets(ctx, WALLETS);
  const started = performance.now();
  await runNights(ctx, new AbortController().signal);
  const seconds = (performance.now() - started) / 1_000;
  const { left } = await row<{ left: number }>(
    ctx.db,
    sql`select count(*)::int as left from lot where program_id = ${programId}::uuid and live and expires_at <= now()`,
  );
  if (left !== 0) throw new Error(`${left} lots are over and not booked`);
  note(`a night over ${WALLETS} wallets of which ${due} have points that end: ${seconds.toFixed(1)} s`);
  emit({ metric: 'night_s', value: seconds, unit: 's', limit: 600, ratio: seconds / 600 });
}

async function overHttp(dataDir: string, shop: Shop, emit: Emit, note: Note): Promise<void> {
  const product = await startProduct(dataDir);
  const { url } = await ensureEmbedded({ dataDir, log: createLogger('warn') });
  const { ctx, close } = await openAt(url, dataDir);
  try {
    // What follows sales (points, standings, traits) shares the processor with quotes until it is worked off.
    const busy = await quotes(product, shop, SECONDS);
    note(`quote without promotions behind ${SECONDS * 3} s of sales: p50/95 ${words(busy)} ms`);
    const waited = await whenIdle(product);
    note(`what followed the sales was worked off ${(waited / 1_000).toFixed(0)} s later`);
    for (const [before, offers] of [
      [0, 200],
      [200, 2_000],
    ] as const) {
      await launchPromotions(ctx, shop, before, offers);
      const times = await quotes(product, shop, SECONDS);
      note(`quote of ${QUOTE_LINES} lines over ${offers} live promotions: p50/95 ${words(times)} ms`);
      const short = await quotes(product, shop, SECONDS, { trace: 'short' });
      note(`the same with a short trace: p50/95 ${words(short)} ms`);
      const [, p95] = times;
      emit({
        metric: offers === 200 ? 'quote_p95_ms' : `quote_${offers}_p95_ms`,
        value: p95,
        unit: 'ms',
        limit: QUOTE_P95_MS,
        ratio: p95 / QUOTE_P95_MS,
      });
    }
    // Sales are measured as in process: without promotions.
    await ctx.db.execute(sql`update promotion set state = 'ended'`);
    await ctx.db.execute(sql`update offer_change set mark = gen_random_uuid()`);
    const sales = await rate(SECONDS, () =>
      post(product, '/api/loyalty/sales', numbered(cartOf(shop, SALE_LINES, { spendPoints: 100 }))),
    );
    emit({
      metric: 'commit_p95_ms',
      value: sales.p95Ms,
      unit: 'ms',
      limit: COMMIT_P95_MS,
      ratio: sales.p95Ms / COMMIT_P95_MS,
    });
    emit({
      metric: 'http_commits_per_s',
      value: sales.perS,
      unit: '1/s',
      limit: HTTP_COMMITS_PER_S,
      ratio: sales.perS / HTTP_COMMITS_PER_S,
    });
    await codes(product, emit);
  } finally {
    await close();
    await product.stop();
  }
}

type Times = [p50Ms: number, p95Ms: number];
const words = (times: Times): string => times.map((ms) => ms.toFixed(1)).join('/');

const quotes = (product: Product, shop: Shop, seconds: number, how: object = {}): Promise<Times> =>
  alone(seconds, () => post(product, '/api/loyalty/quote', { ...cartOf(shop, QUOTE_LINES), ...how }));

/** One after the other: what somebody at a till waits for. */
async function alone(seconds: number, once: () => Promise<unknown>): Promise<Times> {
  const times: number[] = [];
  for (let i = 0; i < WARM; i += 1) await once();
  const started = performance.now();
  while (performance.now() - started < seconds * 1_000) {
    const from = performance.now();
    await once();
    times.push(performance.now() - from);
  }
  return [atShare(times, 0.5), atShare(times, 0.95)];
}

const atShare = (times: readonly number[], share: number): number =>
  times.toSorted((a, b) => a - b)[Math.floor(times.length * share)] ?? Number.NaN;

async function post(product: Product, path: string, body: object): Promise<Record<string, unknown>> {
  const answer = await fetch(product.url + path, {
    method: 'POST',
    headers: { authorization: `Bearer ${product.apiKey}`, 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
  const text = await answer.text();
  if (!answer.ok) throw new Error(`${path}: ${answer.status} ${text.slice(0, 500)}`);
  return JSON.parse(text) as Record<string, unknown>;
}

const LOOK_MS = 250;

async function codes(product: Product, emit: Emit): Promise<void> {
  const made = await post(product, '/api/coupon-campaigns', {
    name: 'Bench',
    kind: 'percent',
    percent: 10,
    pattern: 'B-##########',
    personal: false,
  });
  const started = performance.now();
  const batch = await post(product, `/api/coupon-campaigns/${String(made['id'])}/batches`, { count: CODES });
  for (;;) {
    const answer = await fetch(`${product.url}/api/coupon-batches/${String(batch['id'])}`, {
      headers: { authorization: `Bearer ${product.apiKey}` },
    });
    const { state, done } = (await answer.json()) as { state: string; done: number };
    if (state === 'done' && done === CODES) break;
    if (state === 'failed') throw new Error('no codes');
    await delay(LOOK_MS);
  }
  const perS = CODES / ((performance.now() - started) / 1_000);
  emit({ metric: 'codes_per_s', value: perS, unit: '1/s', limit: CODES_PER_S, ratio: perS / CODES_PER_S });
}
