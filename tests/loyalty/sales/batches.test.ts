import { sql } from 'drizzle-orm';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Ctx } from '../../../src/core/ctx.ts';
import { row, rows } from '../../../src/core/db.ts';
import { newId } from '../../../src/core/ids.ts';
import { registerModules } from '../../../src/modules.ts';
import { testBase } from '../../support/ctx.ts';
import type { TestBase } from '../../support/ctx.ts';
import { generic } from '../coupons/world.ts';
import { commit } from '../../../src/loyalty/sales/actions.commit.ts';
import { reserve } from '../../../src/loyalty/sales/actions.sell.ts';
import { commitInput, reserveInput } from '../../../src/loyalty/sales/contract.ts';
import { refusal, sums } from '../ledger/world.ts';
import { buy, finish, goods, hold, member, number, program, till } from './world.ts';
import type { Body } from './world.ts';

/** What a shared transaction holds together, and what it does not. */

let base: TestBase;
let ctx: Ctx;
let programId: string;
beforeAll(async () => {
  base = await testBase({ OTKLIK_SECRET: 'a secret of the tests, long enough' });
  ctx = base.ctx;
  registerModules();
  programId = await program(
    ctx,
    { stages: { coupon: { mode: 'stack' } } },
    { currency: ctx.config.baseCurrency },
  );
});
afterAll(() => base.close());

const people = (count: number) => Promise.all(Array.from({ length: count }, () => member(ctx, programId)));
/** How many transactions wrote the sales of a shop, and their lines in all. */
const written = (source: string) =>
  row<{ transactions: number; lines: number }>(
    ctx.db,
    sql`select count(distinct xmin::text)::int as transactions, sum(jsonb_array_length(request->'lines'))::int as lines
      from sale where source = ${source}`,
  );

test('codes of several campaigns in two batches at once: meters are locked in one order, whatever the order of the sales', async () => {
  const codes: string[] = [];
  for (let i = 0; i < 3; i++)
    codes.push((await generic(ctx, { percent: 5, limits: { total: 100_000 } })).code);
  const one = (product: string): Body => ({ lines: [{ product, quantity: '1', unitPrice: '10.00' }] });
  for (const product of ['left', 'right'])
    await buy(ctx, { ...one(product), unknownProducts: 'create', source: 'goods', externalId: newId() });
  const buyers = await people(180);
  // Every transaction that PostgreSQL undoes for another counts, also those that were then carried out again.
  const undone = async (): Promise<number> => {
    await ctx.db.execute(sql`select pg_stat_force_next_flush()`);
    const found = await row<{ n: number }>(
      ctx.db,
      sql`select pg_stat_clear_snapshot(), deadlocks::int as n from pg_stat_database where datname = current_database()`,
    );
    return found.n;
  };
  const before = await undone();
  const pick = (i: number): number[] => (i < 90 ? (i < 45 ? [0, 2] : [1]) : [1, 2]);
  const ends = await Promise.all(
    buyers.map((contactId, i) =>
      refusal(
        buy(ctx, {
          ...one(i < 90 ? 'left' : 'right'),
          programId,
          buyer: { contactId },
          source: 'codes',
          externalId: newId(),
          codes: pick(i).map((n) => codes[n] ?? ''),
        }),
      ),
    ),
  );
  expect(new Set(ends)).toEqual(new Set(['none']));
  // A backend tells its counts with the first statement a second after its last telling.
  await new Promise((resolve) => setTimeout(resolve, 1_200));
  await Promise.all(Array.from({ length: 24 }, () => ctx.db.execute(sql`select pg_sleep(0.02)`)));
  expect((await undone()) - before).toBe(0);
});

test('a reservation that ran out takes points again for who has seen the proof, and for no other till', async () => {
  const contactId = await member(ctx, programId, 100);
  const { card } = await row<{ card: string }>(
    ctx.db,
    sql`select card_number as card from member_card where contact_id = ${contactId}::uuid`,
  );
  const reserved = async (spendPoints: number) =>
    reserve(
      till(ctx, 'first'),
      reserveInput.parse({
        ...number(),
        ...goods(['10.00']),
        programId,
        buyer: { card },
        spendPoints,
        ttlS: 60,
      }),
    );
  const { id } = await reserved(30);
  base.clock.advance(61_000);
  const input = commitInput.parse({});
  expect(await refusal(commit(till(ctx, 'second'), id, input))).toBe('proof_needed');
  expect(await commit(till(ctx, 'first'), id, input)).toMatchObject({ state: 'committed' });
  expect(await sums(ctx, contactId)).toMatchObject({ available: 70, held: 0 });
  const told = await rows<{ actor: string }>(
    ctx.db,
    sql`select distinct actor_id as actor from ledger_entry
      where contact_id = ${contactId}::uuid and kind in ('hold', 'release', 'redeem')`,
  );
  expect(told).toEqual([{ actor: 'first' }]);
  const bare = await reserved(0);
  base.clock.advance(61_000);
  expect(await commit(till(ctx, 'second'), bare.id, input)).toMatchObject({ state: 'committed' });
});

test('commits of large carts are spread over transactions by the lines they have', async () => {
  const lines = Array.from({ length: 300 }, (_, i) => ({
    product: `p-${i}`,
    quantity: '1',
    unitPrice: '1.00',
  }));
  const held = [];
  for (let i = 0; i < 10; i++)
    held.push(await hold(ctx, { unknownProducts: 'create', lines, source: 'large', ttlS: 86_400 }));
  const done = await Promise.all(held.map(({ id }) => finish(ctx, id)));
  expect(new Set(done.map(({ state }) => state))).toEqual(new Set(['committed']));
  const of = await written('large');
  expect(of.lines / of.transactions).toBeLessThanOrEqual(1_000);
});

test('a stranger whose code is wrong breaks up nobody else’s transaction and becomes no contact', async () => {
  const buyers = await people(60);
  const cart = (buyer: Body, change: Body = {}): Body => ({
    ...goods(['10.00']),
    programId,
    buyer,
    source: 'broken',
    externalId: newId(),
    ...change,
  });
  const bad = refusal(buy(ctx, cart({ email: 'typo@example.com' }, { codes: ['NONE'] })));
  const good = [
    buy(ctx, cart({ email: 'new@example.com' })),
    buy(ctx, cart({ email: 'New@example.com' })),
    ...buyers.map((contactId) => buy(ctx, cart({ contactId }))),
  ];
  expect(await bad).toBe('coupon_unknown_code');
  await Promise.all(good);
  expect((await written('broken')).transactions).toBeLessThan(10);
  const known = await rows<{ email: string; sales: number }>(
    ctx.db,
    sql`select c.email, count(s.*)::int as sales from contact c left join sale s on s.contact_id = c.contact_id
      where c.email in ('typo@example.com', 'new@example.com') group by 1`,
  );
  expect(known).toEqual([{ email: 'new@example.com', sales: 2 }]);
});
