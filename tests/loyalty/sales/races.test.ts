import { sql } from 'drizzle-orm';
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { setTimeout as pass } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { row, rows } from '../../../src/core/db.ts';
import { verifyLedger } from '../../../src/loyalty/ledger/actions.verify.ts';
import { registerModules } from '../../../src/modules.ts';
import { testBase } from '../../support/ctx.ts';
import type { TestBase } from '../../support/ctx.ts';
import { until } from '../../support/until.ts';
import { generic } from '../coupons/world.ts';
import { refusal, sums } from '../ledger/world.ts';
import { launched } from '../offers/support.ts';
import { buy, finish, goods, hold, member, number, prices, program } from './world.ts';

let base: TestBase;
beforeAll(async () => {
  base = await testBase({ OTKLIK_SECRET: 'a secret of the tests, long enough' });
  registerModules();
});
afterAll(() => base.close());

const sound = async () =>
  expect(await verifyLedger(base.ctx, new AbortController().signal)).toMatchObject({ faults: 0 });

test('20 parallel commits that spend 100 from a wallet of 100: one gets them, 19 are refused, the sum stays', async () => {
  const programId = await program(base.ctx);
  const contactId = await member(base.ctx, programId, 100);
  const cart = { ...goods(['10.00']), programId, buyer: { contactId }, spendPoints: 100 };
  const ends = await Promise.all(Array.from({ length: 20 }, () => refusal(buy(base.ctx, cart))));
  expect(ends.filter((end) => end === 'none')).toHaveLength(1);
  expect(ends.filter((end) => end === 'insufficient_points')).toHaveLength(19);
  expect(await sums(base.ctx, contactId)).toMatchObject({ available: 0, held: 0 });
  await sound();
});

test('a limit of 100 under 1,000 parallel commits: exactly 100 have the promotion, and all 1,000 are sold', async () => {
  const promotion = await launched(base.ctx, {
    effect: { type: 'percent', percent: '50' },
    scope: { products: ['hot'] },
    limits: { uses: 100 },
  });
  const cart = { unknownProducts: 'create', lines: [{ product: 'hot', quantity: '1', unitPrice: '10.00' }] };
  const sales = await Promise.all(Array.from({ length: 1_000 }, () => buy(base.ctx, cart)));
  const paid = sales.flatMap(prices);
  expect(paid.filter((price) => price === 500)).toHaveLength(100);
  expect(paid.filter((price) => price === 1_000)).toHaveLength(900);
  const counted = await row<{ uses: string; used: string }>(
    base.ctx.db,
    sql`select (select sum(uses)::text from offer_counter where offer_id = ${promotion.id}) as uses,
      (select count(*)::text from offer_use where offer_id = ${promotion.id} and state = 'used') as used`,
  );
  expect(counted).toEqual({ uses: '100', used: '100' });
}, 120_000);

test('a code for one use under parallel sales is used once; who comes too late is told so', async () => {
  const { code } = await generic(base.ctx, { limits: { total: 1 } });
  const cart = { ...goods(['10.00']), codes: [code] };
  const ends = await Promise.all(Array.from({ length: 20 }, () => refusal(buy(base.ctx, cart))));
  expect(ends.filter((end) => end === 'none')).toHaveLength(1);
  expect(new Set(ends)).toEqual(new Set(['none', 'coupon_limit_reached']));
});

test('the same sale told 20 times at once is one sale; a reservation committed 20 times at once is one order', async () => {
  const programId = await program(base.ctx);
  const contactId = await member(base.ctx, programId, 500);
  const cart = { ...goods(['10.00']), ...number(), programId, buyer: { contactId }, spendPoints: 100 };
  const sales = await Promise.all(Array.from({ length: 20 }, () => buy(base.ctx, cart)));
  expect(new Set(sales.map(({ id }) => id)).size).toBe(1);
  const held = await hold(base.ctx, { ...cart, ...number() });
  const done = await Promise.all(Array.from({ length: 20 }, () => finish(base.ctx, held.id)));
  expect(new Set(done.map(({ orderId }) => orderId)).size).toBe(1);
  expect(await sums(base.ctx, contactId)).toMatchObject({ available: 300, held: 0 });
});

test('two first orders of one buyer at the same moment: one has the discount for the first order', async () => {
  const programId = await program(base.ctx);
  const contactId = await member(base.ctx, programId);
  await launched(base.ctx, { programId, conditions: { firstOrder: true } });
  const cart = { ...goods(['10.00']), programId, buyer: { contactId } };
  const sales = await Promise.all(Array.from({ length: 5 }, () => buy(base.ctx, cart)));
  expect(sales.flatMap(prices).toSorted((a, b) => a - b)).toEqual([900, 1_000, 1_000, 1_000, 1_000]);
});

/** What a till said before it was killed: the number of every sale it was told of. */
async function sellUntilKilled(run: number, programId: string, people: readonly string[]): Promise<string[]> {
  const child = spawn(
    process.execPath,
    [join(import.meta.dirname, 'till.child.ts'), programId, String(run), ...people],
    {
      env: { ...process.env, TZ: 'UTC', NODE_ENV: 'test', DATABASE_URL: base.database.url },
      stdio: ['ignore', 'pipe', 'pipe'],
    },
  );
  let said = '';
  let errors = '';
  child.stdout.on('data', (chunk: Buffer) => (said += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (errors += chunk.toString()));
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  await until('sales are committed', async () => {
    if (child.exitCode !== null) throw new Error(errors);
    return Promise.resolve(said.split('\n').length > 40);
  });
  await pass(Math.random() * 30);
  child.kill('SIGKILL');
  await ended;
  return said.split('\n').slice(0, -1);
}

test('a till killed with SIGKILL in the middle of commits: every sale is whole or absent, and the verifier finds nothing', async () => {
  const programId = await program(base.ctx);
  const people = await Promise.all(Array.from({ length: 8 }, () => member(base.ctx, programId, 10_000)));
  await launched(base.ctx, {
    programId,
    stage: 'order',
    effect: { type: 'bonus_points', points: 3 },
    limits: { uses: 100_000 },
  });
  const said: string[] = [];
  for (let run = 0; run < 3; run++) said.push(...(await sellUntilKilled(run, programId, people)));
  const kept = await rows<{ number: string; orders: number; redeemed: number; bonus: number; uses: number }>(
    base.ctx.db,
    sql`select s.external_id as number,
      (select count(*)::int from orders o where o.order_id = s.sale_id) as orders,
      (select count(*)::int from point_spend p where p.contact_id = s.contact_id and p.key = 'sale ' || s.sale_id || ' redeem') as redeemed,
      (select count(*)::int from lot l where l.contact_id = s.contact_id and l.source = 'sale ' || s.sale_id || ' bonus') as bonus,
      (select count(*)::int from offer_use u where u.contact_id = s.contact_id and u.order_id = s.sale_id and u.state = 'used') as uses
      from sale s where s.program_id = ${programId}::uuid`,
  );
  const whole = kept.filter(
    (one) => one.orders === 1 && one.redeemed === 1 && one.bonus === 1 && one.uses === 1,
  );
  expect(whole).toHaveLength(kept.length);
  const known = new Set(kept.map((one) => one.number));
  expect(said.filter((one) => !known.has(one))).toEqual([]);
  const { stray, uses } = await row<{ stray: number; uses: number }>(
    base.ctx.db,
    sql`select (select count(*)::int from orders o where o.source = 'killed'
        and not exists (select from sale s where s.contact_id = o.contact_id and s.sale_id = o.order_id)) as stray,
      (select coalesce(sum(c.uses), 0)::int from offer_counter c join offer_use u on u.offer_id = c.offer_id
        where u.order_id = any(select sale_id from sale where program_id = ${programId}::uuid limit 1)) as uses`,
  );
  expect({ stray, uses }).toEqual({ stray: 0, uses: kept.length });
  await sound();
}, 120_000);
