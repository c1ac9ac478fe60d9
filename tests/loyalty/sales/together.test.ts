import { sql } from 'drizzle-orm';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Ctx } from '../../../src/core/ctx.ts';
import { row, rows } from '../../../src/core/db.ts';
import { newId } from '../../../src/core/ids.ts';
import { verifyLedger } from '../../../src/loyalty/ledger/actions.verify.ts';
import { sell } from '../../../src/loyalty/sales/actions.sell.ts';
import { saleInput } from '../../../src/loyalty/sales/contract.ts';
import { registerModules, routes } from '../../../src/modules.ts';
import { startApi } from '../../support/api.ts';
import type { TestApi } from '../../support/api.ts';
import { refusal, sums } from '../ledger/world.ts';
import { launched } from '../offers/support.ts';
import { buy, finish, goods, hold, member, number, prices, program, till } from './world.ts';
import type { Body } from './world.ts';

/** Sales that come at the same moment share a transaction; nobody is to notice. */

let api: TestApi;
let ctx: Ctx;
let programId: string;
beforeAll(async () => {
  registerModules();
  api = await startApi({ routes });
  ctx = api.ctx;
  programId = await program(ctx, {}, { currency: ctx.config.baseCurrency });
});
afterAll(() => api.close());

const people = (count: number, points = 0) =>
  Promise.all(Array.from({ length: count }, () => member(ctx, programId, points)));
const cart = (contactId: string, change: Body = {}): Body => ({
  ...goods(['10.00']),
  programId,
  buyer: { contactId },
  ...change,
});
/** How many transactions wrote the sales of a shop, and how many sales there are. */
const written = (source: string) =>
  row<{ sales: number; transactions: number }>(
    ctx.db,
    sql`select count(*)::int as sales, count(distinct xmin::text)::int as transactions from sale where source = ${source}`,
  );
const from = (source: string): Body => ({ source, externalId: newId() });

test('sales of one moment share a transaction; a refused one stops nobody and leaves nothing', async () => {
  const [poor, ...others] = await people(20, 100);
  const wrong = [
    refusal(buy(ctx, cart(poor ?? '', { spendPoints: 101, ...from('mixed') }))),
    refusal(buy(ctx, { lines: [{ product: 'nobody knows', quantity: '1' }], ...from('mixed') })),
    refusal(buy(ctx, cart(newId(), from('mixed')))),
    refusal(buy(ctx, cart(others[0] ?? '', { codes: ['NONE'], ...number(), ...from('mixed') }))),
  ];
  const right = others.slice(1).map((id) => buy(ctx, cart(id, { spendPoints: 100, ...from('mixed') })));
  expect(await Promise.all(wrong)).toEqual([
    'insufficient_points',
    'unknown_product',
    'contact_not_found',
    'coupon_unknown_code',
  ]);
  expect((await Promise.all(right)).map((one) => one.priced.points.spent)).toEqual(right.map(() => 100));
  const { sales, transactions } = await written('mixed');
  expect(sales).toBe(18);
  expect(transactions).toBeLessThan(10);
  expect(
    await rows(
      ctx.db,
      sql`select 1 as one from sale_lookup l where source = 'mixed'
      and not exists (select from sale s where s.sale_id = l.sale_id)`,
    ),
  ).toEqual([]);
  expect(await sums(ctx, poor ?? '')).toMatchObject({ available: 100 });
  expect(await verifyLedger(ctx, new AbortController().signal)).toMatchObject({ faults: 0 });
});

test('a stranger whose first sale is refused among others becomes no contact; one whose sale goes through does', async () => {
  const named = (phone: string, change: Body = {}): Body => ({
    ...goods(['10.00']),
    buyer: { phone },
    ...from('strangers'),
    ...change,
  });
  const [bad, ...good] = await Promise.all([
    refusal(buy(ctx, named('+491511230001', { fingerprint: 'of another cart' }))),
    ...(await people(5)).map((id) => refusal(buy(ctx, cart(id, from('strangers'))))),
    refusal(buy(ctx, named('+491511230002'))),
    refusal(buy(ctx, named('+491511230002'))),
  ]);
  expect(bad).toBe('price_changed');
  expect(new Set(good)).toEqual(new Set(['none']));
  const known = await rows<{ phone: string; sales: number }>(
    ctx.db,
    sql`select c.phone, count(s.*)::int as sales from contact c left join sale s on s.contact_id = c.contact_id
      where c.phone like '+49151123000%' group by 1`,
  );
  expect(known).toEqual([{ phone: '+491511230002', sales: 2 }]);
});

test('sales of one buyer under several names follow each other: the second sees what the first has done', async () => {
  const [contactId = ''] = await people(1, 100);
  const { card } = await row<{ card: string }>(
    ctx.db,
    sql`select card_number as card from member_card where contact_id = ${contactId}::uuid`,
  );
  const promotion = await launched(ctx, { programId, conditions: { firstOrder: true } });
  const names: Body[] = [{ contactId }, { card }, { contactId }, { card }];
  const sales = await Promise.all(names.map((buyer) => buy(ctx, { ...goods(['10.00']), programId, buyer })));
  expect(sales.flatMap(prices).toSorted((a, b) => a - b)).toEqual([900, 1_000, 1_000, 1_000]);
  await ctx.db.execute(sql`update promotion set state = 'ended' where promotion_id = ${promotion.id}::uuid`);
  await ctx.db.execute(sql`update offer_change set mark = gen_random_uuid()`);
});

test('a budget that runs dry within a batch is given to the last cent, and not one more', async () => {
  const promotion = await launched(ctx, {
    effect: { type: 'percent', percent: '50' },
    scope: { products: ['dear'] },
    limits: { budgetMinor: 1_234 },
  });
  const sale = { unknownProducts: 'create', lines: [{ product: 'dear', quantity: '1', unitPrice: '10.00' }] };
  const sales = await Promise.all(Array.from({ length: 12 }, () => buy(ctx, { ...sale, ...from('budget') })));
  const given = sales.flatMap(prices).map((price) => 1_000 - price);
  expect(given.toSorted((a, b) => b - a)).toEqual([500, 500, 234, ...Array.from({ length: 9 }, () => 0)]);
  expect(
    await row(
      ctx.db,
      sql`select spent_minor::int as spent from offer_counter where offer_id = ${promotion.id}`,
    ),
  ).toEqual({ spent: 1_234 });
  expect((await written('budget')).transactions).toBeLessThan(12);
});

test('one whose commit fails takes nobody along, and nobody is answered before the commit', async () => {
  await ctx.db.execute(sql`
    create function refuse_sale() returns trigger language plpgsql as $$
      begin if new.external_id = 'unlucky' then raise exception 'no' using errcode = '23514'; end if; return null; end $$`);
  await ctx.db.execute(sql`
    create constraint trigger refuse_sale after insert on sale deferrable initially deferred
    for each row execute function refuse_sale()`);
  const [first = '', ...others] = await people(6, 100);
  const ends = await Promise.allSettled([
    buy(ctx, cart(first, { spendPoints: 50, source: 'late', externalId: 'unlucky' })),
    ...others.map((id) => buy(ctx, cart(id, { spendPoints: 50, ...from('late') }))),
  ]);
  await ctx.db.execute(sql`drop trigger refuse_sale on sale`);
  expect(ends.map(({ status }) => status)).toEqual(['rejected', ...others.map(() => 'fulfilled')]);
  expect((await written('late')).sales).toBe(5);
  expect(await sums(ctx, first)).toMatchObject({ available: 100 });
});

test('reservations are committed together, each with what it held; the ledger names the till of each', async () => {
  const buyers = await people(8, 200);
  const held = await Promise.all(
    buyers.map((id) => hold(ctx, cart(id, { spendPoints: 150, ...from('held') }))),
  );
  expect((await written('held')).transactions).toBeLessThan(8);
  const done = await Promise.all(held.map(({ id }) => finish(ctx, id)));
  expect(done.map(({ state, orderId }) => [state, orderId])).toEqual(held.map(({ id }) => ['committed', id]));
  for (const id of buyers) expect(await sums(ctx, id)).toMatchObject({ available: 50, held: 0 });
  const tills = ['left', 'right'];
  const more = await people(6, 200);
  await Promise.all(
    more.map((contactId, i) =>
      sell(
        {
          ...till(ctx, tills[i % 2]),
          actor: {
            kind: 'apiKey',
            id: tills[i % 2] ?? '',
            name: 'T',
            scopes: ['loyalty:sell', 'loyalty:vouch'],
          },
        },
        saleInput.parse({ ...cart(contactId, { spendPoints: 10 }), ...from('tills') }),
      ),
    ),
  );
  const told = await rows<{ actor: string; n: number }>(
    ctx.db,
    sql`select actor_id as actor, count(*)::int as n from ledger_entry where kind = 'redeem' and actor_id = any('{left,right}') group by 1 order by 1`,
  );
  expect(told).toEqual([
    { actor: 'left', n: 3 },
    { actor: 'right', n: 3 },
  ]);
});

test('an Idempotency-Key is kept in the shared transaction: the same again is answered the same, another input is a 409', async () => {
  const key = await api.key({ name: 'shop', scopes: ['loyalty:sell', 'loyalty:vouch'] });
  const post = (path: string, body: object, name: string) =>
    key.send('POST', path, body, { 'Idempotency-Key': name });
  const buyers = await people(8);
  const bodies = buyers.map((id) => cart(id, from('keyed')));
  const twice = [...bodies, ...bodies];
  const answers = await Promise.all(
    twice.map((body, i) => post('/api/loyalty/sales', body, `k${i % bodies.length}`)),
  );
  expect(answers.map(({ status }) => status)).toEqual(twice.map(() => 201));
  for (const [i] of bodies.entries()) expect(answers[i]?.text).toBe(answers[i + bodies.length]?.text);
  expect(answers.filter(({ headers }) => headers.get('Idempotency-Replayed') === 'true')).toHaveLength(8);
  expect((await written('keyed')).sales).toBe(8);
  const other = await post('/api/loyalty/sales', cart(buyers[0] ?? '', from('keyed')), 'k0');
  expect([other.status, (other.body as { code: string }).code]).toEqual([409, 'idempotency_key_reused']);
  // The first answer stays, whatever has become of the sale.
  const { id } = (answers[0]?.body ?? {}) as { id: string };
  await key.send('POST', `/api/loyalty/sales/${id}/returns`, { number: '1', lines: 'all' });
  expect((await post('/api/loyalty/sales', bodies[0] ?? {}, 'k0')).text).toBe(answers[0]?.text);
  // What was refused is not kept.
  const unknown = {
    ...bodies[1],
    ...from('keyed'),
    lines: [{ product: 'not yet', quantity: '1', unitPrice: '1' }],
    unknownProducts: 'refuse',
  };
  expect((await post('/api/loyalty/sales', unknown, 'k9')).status).toBe(422);
  expect((await post('/api/loyalty/sales', bodies[1] ?? {}, 'k9')).status).toBe(201);
});
