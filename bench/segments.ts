import { sql } from '../src/core/sql.ts';
import { buildSegment } from '../src/segments/actions.build.ts';
import { createSegment } from '../src/segments/actions.ts';
import { compileRule } from '../src/segments/compile.ts';
import { ruleSchema, segmentCreate } from '../src/segments/contract.ts';
import type { Ctx } from '../src/core/ctx.ts';
import { row } from '../src/core/db.ts';
import { discard, newDataDir } from './lib/product.ts';
import { openAt } from './lib/installation.ts';
import { openBases } from './lib/segments.base.ts';
import type { Bases } from './lib/segments.base.ts';
import { costsOf } from './lib/segments.cost.ts';
import { live } from './lib/segments.live.ts';
import { activeSegments, BUILDS } from './lib/segments.rules.ts';
import type { Bench } from './main.ts';

/** DESIGN.md */
const RATIO_TARGET = 1.2;
const P95_TARGET_MS = 1_000;
const GROWTH_TARGET = 1.5;
/** BENCH_SIZES=1000,2000 tries the bench itself. */
const SIZES = (process.env['BENCH_SIZES'] ?? '10000,100000,1000000').split(',').map(Number);
const LARGEST = Math.max(...SIZES);
const BUILD_ROUNDS = 5;

export const run: Bench = async (emit, note) => {
  const kept = process.env['BENCH_DATA'];
  const dataDir = kept ?? (await newDataDir());
  try {
    note('embedded PostgreSQL with the settings of every installation (fsync and synchronous_commit on)');
    note(`bases of ${SIZES.join(', ')} contacts, with ten events and two orders a contact`);
    const bases = await openBases(dataDir, SIZES);
    const { ctx, close } = await openAt(bases.urlOf(LARGEST), dataDir);
    try {
      const ratio = await buildRatio(ctx, note);
      emit({
        metric: 'build_ratio_to_sql',
        value: ratio,
        unit: 'ratio',
        limit: RATIO_TARGET,
        ratio: ratio / RATIO_TARGET,
      });
    } finally {
      await close();
    }
    const costs = await costsAt(bases, dataDir);
    for (const [i, ms] of costs.entries())
      note(`${SIZES[i]} contacts: ${ms.toFixed(2)} ms an event that concerns ten segments`);
    const growth = (costs.at(-1) ?? Number.NaN) / (costs[0] ?? Number.NaN);
    emit({
      metric: 'cost_growth_ratio',
      value: growth,
      unit: 'ratio',
      limit: GROWTH_TARGET,
      ratio: growth / GROWTH_TARGET,
    });
    const p95 = await live(dataDir, bases.urlOf(LARGEST), LARGEST, note);
    emit({
      metric: 'membership_p95_ms',
      value: p95,
      unit: 'ms',
      limit: P95_TARGET_MS,
      ratio: p95 / P95_TARGET_MS,
    });
  } finally {
    if (kept === undefined) await discard(dataDir);
  }
};

async function costsAt(bases: Bases, dataDir: string): Promise<number[]> {
  const opened: Awaited<ReturnType<typeof openAt>>[] = [];
  try {
    for (const contacts of SIZES) {
      const base = await openAt(bases.urlOf(contacts), dataDir);
      opened.push(base);
      await putSegments(base.ctx);
    }
    return await costsOf(opened.map(({ ctx }) => ctx));
  } finally {
    for (const { close } of opened) await close();
  }
}

/** Once for a base: they stay for the next run. */
async function putSegments(ctx: Ctx): Promise<void> {
  const { n } = await row<{ n: number }>(
    ctx.db,
    sql`select count(*)::int as n from segment where name like 'Bench live %'`,
  );
  if (n > 0) return;
  for (const { name, rule } of activeSegments()) {
    const { id } = await createSegment(ctx, segmentCreate.parse({ kind: 'dynamic', name, rule }));
    await buildSegment(ctx, id);
  }
}

/** Value and the moment it changes by itself for everybody, against the quickest SQL by hand that gives the members alone. */
async function buildRatio(ctx: Ctx, note: (text: string) => void): Promise<number> {
  const ratios: number[] = [];
  for (const { name, rule, sql: written } of BUILDS) {
    const now = ctx.clock.now();
    const { baseCurrency } = ctx.config;
    const options = { now, baseCurrency, segments: new Map(), future: false };
    const states = compileRule(ruleSchema.parse(rule), options).states();
    const ways = [
      sql`select count(*) filter (where value)::int as n, max(valid_until) from (${states}) s`,
      ...written.map((text) => {
        const raw = sql.raw(text.replaceAll('$1', `'${now.toISOString()}'`));
        return sql`select count(*)::int as n from (${raw}) s`;
      }),
    ];
    const best = ways.map(() => Number.POSITIVE_INFINITY);
    // In turn, so that whatever else the machine does falls on all.
    for (let round = 0; round <= BUILD_ROUNDS; round += 1) {
      const asked: { n: number; ms: number }[] = [];
      for (const way of ways) asked.push(await timed(ctx, way));
      if (new Set(asked.map(({ n }) => n)).size > 1)
        throw new Error(`${name}: different members: ${asked.map(({ n }) => n).join(', ')}`);
      if (round > 0) for (const [i, { ms }] of asked.entries()) best[i] = Math.min(best[i] ?? ms, ms);
    }
    const [ours = Number.NaN, ...others] = best;
    ratios.push(ours / Math.min(...others));
    note(`${name}: ${Math.round(ours)} ms, by hand ${others.map(Math.round).join(' or ')} ms`);
  }
  note(`build ratios: ${ratios.map((ratio) => ratio.toFixed(2)).join(', ')}`);
  return ratios[0] ?? Number.NaN;
}

async function timed(ctx: Ctx, query: ReturnType<typeof sql>): Promise<{ n: number; ms: number }> {
  return ctx.db.transaction(async (tx) => {
    await tx.execute(
      sql`select set_config('work_mem', '256MB', true), set_config('statement_timeout', '600000', true)`,
    );
    const started = performance.now();
    const { n } = await row<{ n: number }>(tx, query);
    return { n, ms: performance.now() - started };
  });
}
