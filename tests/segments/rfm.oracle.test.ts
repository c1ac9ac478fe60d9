import { sql } from 'drizzle-orm';
import * as fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { rows } from '../../src/core/db.ts';
import { newId } from '../../src/core/ids.ts';
import { ruleSchema } from '../../src/segments/contract.ts';
import { cellAt, frequencyMoney } from '../../src/segments/rfm/cells.ts';
import type { RfmMethod } from '../../src/segments/rfm/contract.ts';
import { scoredSql } from '../../src/segments/rfm/store.ts';
import { words } from '../../src/segments/words.ts';
import { testBase } from '../support/ctx.ts';
import type { TestBase } from '../support/ctx.ts';

let base: TestBase;
beforeAll(async () => {
  base = await testBase();
});
afterAll(() => base.close());

const DAY = 86_400_000;
const NOW = Date.parse('2026-03-01T10:00:00Z');

type Line = { order: number; daysAgo: number; kind: string; quantity: number; price: number; trust: string };
type Buyer = { id: string; externalId: string | null; kind: string; lines: Line[] };

const line: fc.Arbitrary<Line> = fc.record({
  order: fc.nat(3),
  // Halves of a day, so that whole days and the present moment are met.
  daysAgo: fc.integer({ min: -2, max: 20 }).map((n) => n / 2),
  kind: fc.constantFrom('sale', 'sale', 'sale', 'return', 'adjustment'),
  quantity: fc.constantFrom(1, 2, 0, -1),
  price: fc.constantFrom(5, 5, 10, 0),
  trust: fc.constantFrom('server', 'server', 'public'),
});
const buyer = fc.record({
  externalId: fc.option(fc.constantFrom('7', '10', 'b', 'B', 'é', 'a', '9'), { nil: null }),
  kind: fc.constantFrom('person', 'person', 'visitor'),
  lines: fc.array(line, { maxLength: 6 }),
});
const methods: RfmMethod[] = [
  { method: 'quintiles' },
  {
    method: 'thresholds',
    recencyDays: [1, 3, 5, 8],
    orders: [2, 3, 4, 5],
    money: [600, 1_000, 2_000, 4_000],
  },
];

type Figures = { id: string; externalId: string | null; days: number; orders: number; money: number };

function figuresOf(buyers: readonly Buyer[], at: number): Figures[] {
  return buyers.flatMap(({ id, externalId, kind, lines }) => {
    const counted = lines.filter(
      (one) =>
        one.kind === 'sale' &&
        one.quantity > 0 &&
        one.price > 0 &&
        one.trust !== 'public' &&
        NOW - one.daysAgo * DAY <= at,
    );
    if (kind === 'visitor' || counted.length === 0) return [];
    const last = Math.max(...counted.map((one) => NOW - one.daysAgo * DAY));
    return {
      id,
      externalId,
      days: Math.floor((at - last) / DAY),
      orders: new Set(counted.map((one) => one.order)).size,
      money: counted.reduce((sum, one) => sum + one.quantity * one.price, 0),
    };
  });
}

/** Five parts from worst to best, the first of them one larger when they do not come out even. */
function quintiles(
  all: readonly Figures[],
  worseFirst: (a: Figures, b: Figures) => number,
): Map<string, number> {
  const bytes = (text: string) => Buffer.from(text);
  const byNumber = (a: Figures, b: Figures): number => {
    if (a.externalId !== null && b.externalId !== null && a.externalId !== b.externalId)
      return Buffer.compare(bytes(a.externalId), bytes(b.externalId));
    if ((a.externalId === null) !== (b.externalId === null)) return a.externalId === null ? 1 : -1;
    return a.id < b.id ? -1 : 1;
  };
  const sorted = all.toSorted((a, b) => worseFirst(a, b) || byNumber(a, b));
  const [size, larger] = [Math.floor(sorted.length / 5), sorted.length % 5];
  const parts = [1, 2, 3, 4, 5].flatMap((score) =>
    Array<number>(size + (score <= larger ? 1 : 0)).fill(score),
  );
  return new Map(sorted.map(({ id }, i) => [id, parts[i] ?? 0]));
}

function naive(all: readonly Figures[], method: RfmMethod): Map<string, string> {
  const recency = quintiles(all, (a, b) => b.days - a.days);
  const frequency = quintiles(all, (a, b) => a.orders - b.orders);
  const money = quintiles(all, (a, b) => a.money - b.money);
  return new Map(
    all.map((one) => {
      const scores =
        method.method === 'quintiles'
          ? [recency.get(one.id) ?? 0, frequency.get(one.id) ?? 0, money.get(one.id) ?? 0]
          : [
              5 - method.recencyDays.filter((bound) => one.days > bound).length,
              1 + method.orders.filter((bound) => one.orders >= bound).length,
              1 + method.money.filter((bound) => one.money * 100 >= bound).length,
            ];
      const [r = 0, f = 0, m = 0] = scores;
      return [
        one.id,
        `${r}${f}${m} ${cellAt(r, frequencyMoney(f, m))} ${one.days} ${one.orders} ${one.money}`,
      ];
    }),
  );
}

async function put(buyers: readonly Buyer[]): Promise<void> {
  const json = (value: unknown) => sql`${JSON.stringify(value)}::text::jsonb`;
  await base.ctx.db.execute(sql`delete from contact`);
  await base.ctx.db.execute(sql`delete from sale_fact`);
  await base.ctx.db.execute(sql`
    insert into contact (contact_id, kind, external_id, created_at, updated_at)
    select id, kind, "externalId", now(), now() from jsonb_to_recordset(${json(buyers)}) as b(id uuid, kind text, "externalId" text)`);
  const lines = buyers.flatMap(({ id, lines: own }) =>
    own.map((one, ordinal) => ({ ...one, id, ordinal, at: (NOW - one.daysAgo * DAY) / 1_000 })),
  );
  await base.ctx.db.execute(sql`
    insert into sale_fact (contact_id, occurred_at, order_id, ordinal, kind, product_id, quantity, unit_price, amount, base_amount,
      currency, trust, recorded_at, origin_id)
    select id, to_timestamp(at), ('00000000-0000-7000-8000-00000000000' || "order")::uuid, ordinal, kind, id, quantity, price,
      quantity * price, quantity * price, 'GBP', trust, now(), id
    from jsonb_to_recordset(${json(lines)}) as l(id uuid, at float8, "order" int, ordinal int, kind text, quantity numeric,
      price numeric, trust text)`);
}

test('scores and cells are those of the plain definition, by quintiles and by bounds, as of any moment', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(buyer, { maxLength: 14 }),
      fc.constantFrom(...methods),
      fc.integer({ min: 0, max: 12 }),
      async (drawn, method, halves) => {
        const buyers = drawn.map((one) => ({ ...one, id: newId() }));
        await put(buyers);
        const at = NOW - (halves * DAY) / 2;
        const found = await rows<{ id: string; told: string }>(
          base.ctx.db,
          sql`select contact_id as id, recency || '' || frequency || money || ' ' || cell || ' ' || days || ' ' || orders || ' '
            || trim_scale(revenue) as told from (${scoredSql(base.ctx, method, new Date(at))}) s`,
        );
        expect(new Map(found.map(({ id, told }) => [id, told]))).toEqual(
          naive(figuresOf(buyers, at), method),
        );
      },
    ),
    { seed: 20_260_301, numRuns: 80, endOnFailure: true },
  );
}, 120_000);

test('every form of the leaf reads in both languages, and a wrong one is refused by its path', () => {
  const names = { segments: new Map<string, string>(), baseCurrency: 'GBP' };
  const told = (rule: object) => [
    words(ruleSchema.parse(rule), 'en', names),
    words(ruleSchema.parse(rule), 'ru', names),
  ];
  expect(told({ type: 'rfm', measure: 'recency', op: 'gte', value: 4 })).toEqual([
    'The score of recency is at least 4',
    'Оценка давности не меньше 4',
  ]);
  expect(told({ type: 'rfm', measure: 'money', op: 'between', from: 2, to: 3 })[0]).toBe(
    'The score of money is between 2 and 3',
  );
  expect(told({ type: 'rfm', measure: 'cell', op: 'in', value: ['champions', 'cant_lose'] })).toEqual([
    'The RFM cell is one of “Champions”, “Cannot lose them”',
    'RFM-группа — одна из «Чемпионы», «Нельзя потерять»',
  ]);
  for (const [leaf, path] of [
    [{ measure: 'recency', op: 'is', value: 6 }, ['value']],
    [{ measure: 'money', op: 'between', from: 4, to: 2 }, ['to']],
    [{ measure: 'cell', op: 'in', value: ['winners'] }, ['value', 0]],
  ] as const) {
    expect(
      ruleSchema.safeParse({ type: 'not', child: { type: 'rfm', ...leaf } }).error?.issues[0]?.path,
    ).toEqual(['child', ...path]);
  }
});
