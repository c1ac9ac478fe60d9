import { sql } from 'drizzle-orm';
import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { z } from 'zod';
import { inTx } from '../../src/core/ctx.ts';
import { row } from '../../src/core/db.ts';
import { preview } from '../../src/segments/actions.preview.ts';
import { estimate } from '../../src/segments/estimate.ts';
import type { Rule } from '../../src/segments/contract.ts';
import { registerLeaf } from '../../src/segments/index.ts';
import { as, person } from '../support/ctx.ts';
import { ctx, useBase } from './fixture.ts';

/** Every contact takes its time, and half of them are in. */
const slow = z.strictObject({ type: z.literal('slow'), seconds: z.number() });
registerLeaf(
  {
    type: 'slow',
    compile: (leaf: z.output<typeof slow>, env) => ({
      value: sql`(pg_sleep(case when ${env.contact('kind')} = '' then 0 else ${leaf.seconds}::float8 end) is not null
        and ${env.contact('city')} = 'in')`,
      until: () => null,
      needs: [],
    }),
    dependencies: () => [],
    futureFacts: null,
    words: () => 'is slow',
    fields: () => [],
  },
  slow,
);

useBase();

const ruleOf = (seconds: number) => ({ type: 'slow', seconds }) as unknown as Rule;
const PEOPLE = 3_000;

const busy = async (): Promise<number> => {
  const { n } = await row<{ n: number }>(
    ctx.db,
    sql`select count(*)::int as n from pg_stat_activity
      where datname = current_database() and state = 'active' and query like '%pg_sleep%' and pid <> pg_backend_pid()`,
  );
  return n;
};

test('a preview whose time is up tells from a sample, with bounds; the statement is ended, not abandoned', async () => {
  await ctx.db.execute(sql`
    insert into contact (contact_id, kind, city, created_at, updated_at)
    select gen_random_uuid(), 'person', case when i % 2 = 0 then 'in' else 'out' end, now(), now()
    from generate_series(1, ${PEOPLE}) as i`);
  const told = await preview(ctx, { rule: ruleOf(0.001) }, { timeoutMs: 200, sampleMs: 1_500 });
  expect(told).toMatchObject({ partial: true, base: PEOPLE });
  expect(told.looked).toBeGreaterThan(0.05);
  expect(told.looked).toBeLessThan(0.3);
  expect(told.bounds.low).toBeLessThan(told.count);
  expect(told.bounds.high).toBeGreaterThan(told.count);
  expect(told.count).toBeGreaterThan(PEOPLE * 0.35);
  expect(told.count).toBeLessThan(PEOPLE * 0.65);
  expect(told.sample.length).toBe(10);
  expect(await busy()).toBe(0);
});

test('without time for a sample either, it says that nobody was looked at', async () => {
  const told = await preview(ctx, { rule: ruleOf(1) }, { timeoutMs: 50, sampleMs: 100 });
  expect(told).toMatchObject({ partial: true, looked: 0, count: 0, bounds: { low: 0, high: PEOPLE } });
  expect(await busy()).toBe(0);
});

test('who sees only their own clients is never told the size of the whole base, however little time there is', async () => {
  const limited = as(ctx, person('nobody', { visibility: 'own' }));
  const rule: Rule = { type: 'attribute', field: 'city', op: 'is', value: 'in' };
  await inTx(ctx, async (tx) => {
    await tx.db.execute(sql`lock table contact in access exclusive mode`);
    const told = await preview(limited, { rule }, { timeoutMs: 50, sampleMs: 100 });
    expect(told).toMatchObject({ partial: true, looked: 0, count: 0, base: 0, bounds: { low: 0, high: 0 } });
  });
});

test('within time it is exact', async () => {
  const told = await preview(ctx, { rule: { type: 'attribute', field: 'city', op: 'is', value: 'in' } });
  expect(told).toMatchObject({
    partial: false,
    looked: 1,
    count: PEOPLE / 2,
    bounds: { low: 1_500, high: 1_500 },
  });
});

test('an open transaction goes on after a preview whose time was up', async () => {
  await inTx(ctx, async (tx) => {
    await preview(tx, { rule: ruleOf(1) }, { timeoutMs: 20, sampleMs: 50 });
    expect(await row(tx.db, sql`select current_setting('statement_timeout') as t`)).toEqual({ t: '2min' });
  });
});

test('an estimate lies between its bounds, and what was seen is certain', () => {
  fc.assert(
    fc.property(fc.nat(5_000), fc.nat(5_000), fc.nat(1_000_000), (a, b, more) => {
      const [found, looked] = [Math.min(a, b), Math.max(a, b)];
      const { count, low, high } = estimate(found, looked, looked + more);
      if (looked === 0) return low === 0 && high === more;
      return found <= low && low <= count && count <= high && high <= found + more;
    }),
  );
});
