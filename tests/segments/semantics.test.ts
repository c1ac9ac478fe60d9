import { sql } from 'drizzle-orm';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { rows } from '../../src/core/db.ts';
import { newId } from '../../src/core/ids.ts';
import { compileRule } from '../../src/segments/compile.ts';
import { ruleSchema } from '../../src/segments/contract.rule.ts';
import { testBase } from '../support/ctx.ts';
import type { TestBase } from '../support/ctx.ts';
import type { Line, Person } from './naive.ts';
import { putCatalogue, putPeople } from './world.ts';

let base: TestBase;
beforeAll(async () => {
  base = await testBase();
  await putCatalogue(base.ctx);
});
afterAll(() => base.close());

type Sketch = Partial<Omit<Person, 'lines'>> & { lines?: (Partial<Line> & { on: string })[] };
let people: Record<string, string> = {};

/** Puts people by name; a line is one unit for 10.00 GBP unless it says otherwise. */
async function put(sketches: Record<string, Sketch>): Promise<void> {
  people = {};
  const all = Object.entries(sketches).map(([name, { lines = [], ...rest }]): Person => {
    const id = newId();
    people[id] = name;
    return {
      id,
      country: null,
      tags: [],
      birthMonth: null,
      birthDay: null,
      createdAt: Date.parse('2025-01-01T00:00:00Z'),
      attributes: {},
      listed: [],
      events: [],
      consents: [],
      ...rest,
      lines: lines.map(({ on, ...line }, i) => ({
        order: i + 1,
        at: Date.parse(on),
        kind: 'sale',
        product: 'P1',
        quantity: 1,
        price: 10_000,
        cost: null,
        currency: 'GBP',
        channel: null,
        coupons: [],
        trust: 'server',
        ...line,
      })),
    };
  });
  await putPeople(base.ctx, all);
}

/** Names of those the rule holds at the moment. */
async function who(rule: object, now: string): Promise<string[]> {
  const compiled = compileRule(ruleSchema.parse(rule), {
    now: new Date(now),
    baseCurrency: 'GBP',
    segments: new Map(),
  });
  const found = await rows<{ contact_id: string }>(base.ctx.db, compiled.members());
  return found.map((row) => people[row.contact_id] ?? '?').toSorted();
}

const purchase = (measure: string, rest: object) => ({ type: 'purchase', measure, ...rest });
const attribute = (field: string, rest: object) => ({ type: 'attribute', field, ...rest });
const between = (from: string, to: string) =>
  purchase('orders', { op: 'gte', value: 1, window: { type: 'between', from, to } });
const days = (n: number, zone: string) =>
  purchase('orders', { op: 'gte', value: 1, window: { type: 'calendar', days: n, zone } });
const since = (value: number, zone?: string) => purchase('daysSinceLast', { op: 'is', value, zone });
const bought = (...categories: string[]) =>
  purchase('orders', { op: 'gte', value: 1, where: { categories } });
const birthday = (days: number, zone?: string) => attribute('birthday', { op: 'anniversary', days, zone });
const last = (amount: number, unit: string) => ({ type: 'last', amount, unit });

describe('windows', () => {
  beforeEach(() =>
    put({
      Ann: { lines: [{ on: '2026-03-01T12:00:00Z' }] },
      Bob: { lines: [{ on: '2026-03-08T12:00:00Z' }] },
    }),
  );
  const lastWeek = purchase('orders', { op: 'gte', value: 1, window: last(7, 'days') });

  test('a purchase counts from the very moment it is made until exactly N × 24 hours later', async () => {
    expect(await who(lastWeek, '2026-03-01T11:59:59.999Z')).toEqual([]);
    expect(await who(lastWeek, '2026-03-01T12:00:00Z')).toEqual(['Ann']);
    expect(await who(lastWeek, '2026-03-08T11:59:59.999Z')).toEqual(['Ann']);
    expect(await who(lastWeek, '2026-03-08T12:00:00Z')).toEqual(['Bob']);
  });

  test('between dates holds its beginning and not its end', async () => {
    expect(
      await who(between('2026-03-01T12:00:00Z', '2026-03-08T12:00:00Z'), '2027-01-01T00:00:00Z'),
    ).toEqual(['Ann']);
    expect(await who(between('2026-03-01', '2026-03-09'), '2026-03-05T00:00:00Z')).toEqual(['Ann']);
  });

  test('what lies after the moment asked about does not count yet', async () => {
    const ever = purchase('orders', { op: 'is', value: 0 });
    expect(await who(ever, '2026-03-05T00:00:00Z')).toEqual(['Bob']);
  });

  test('calendar days begin at midnight of their zone, also when the clocks change', async () => {
    // In Berlin the night to 29 March has no hour from two to three: 30 March begins at 22:00 UTC.
    await put({
      Ann: { lines: [{ on: '2026-03-28T22:59:59Z' }] },
      Bob: { lines: [{ on: '2026-03-28T23:00:00Z' }] },
      Cat: { lines: [{ on: '2026-03-29T22:00:00Z' }] },
    });
    const now = '2026-03-30T10:00:00Z';
    expect(await who(days(1, 'Europe/Berlin'), now)).toEqual(['Cat']);
    expect(await who(days(2, 'Europe/Berlin'), now)).toEqual(['Bob', 'Cat']);
    expect(await who(days(3, 'Europe/Berlin'), now)).toEqual(['Ann', 'Bob', 'Cat']);
    expect(await who(days(2, 'UTC'), now)).toEqual(['Cat']);
  });

  test('days since are whole 24 hours, or calendar days where a zone is named', async () => {
    expect(await who(since(0), '2026-03-09T11:00:00Z')).toEqual(['Bob']);
    expect(await who(since(1, 'UTC'), '2026-03-09T11:00:00Z')).toEqual(['Bob']);
    expect(await who(since(1), '2026-03-09T12:00:00Z')).toEqual(['Bob']);
    expect(await who(since(8), '2026-03-09T12:00:00Z')).toEqual(['Ann']);
  });

  test('a purchase told late counts as if it had come in time', async () => {
    const asked = '2026-03-05T00:00:00Z';
    const regular = purchase('orders', { op: 'gte', value: 2, window: last(30, 'days') });
    expect(await who(regular, asked)).toEqual([]);
    await base.ctx.db.execute(sql`
      insert into orders select (o).* from (select jsonb_populate_record(o, jsonb_build_object('order_id', gen_random_uuid(),
        'occurred_at', '2026-02-20T00:00:00Z', 'recorded_at', '2026-06-01T00:00:00Z')) as o from orders o) late`);
    expect(await who(regular, asked)).toEqual(['Ann']);
  });
});

describe('what counts as a purchase', () => {
  const NOW = '2026-04-01T00:00:00Z';

  test('returns count negative, or not at all; an order that came back stays an order', async () => {
    await put({
      Ann: {
        lines: [
          { on: '2026-03-01', quantity: 3 },
          { on: '2026-03-05', kind: 'return', quantity: -2 },
        ],
      },
    });
    expect(await who(purchase('revenue', { op: 'is', value: 1_000 }), NOW)).toEqual(['Ann']);
    expect(await who(purchase('revenue', { op: 'is', value: 3_000, returns: 'exclude' }), NOW)).toEqual([
      'Ann',
    ]);
    expect(await who(purchase('units', { op: 'is', value: 1, returns: 'net' }), NOW)).toEqual(['Ann']);
    expect(await who(purchase('orders', { op: 'is', value: 1 }), NOW)).toEqual(['Ann']);
    expect(await who(purchase('lastAt', { op: 'lt', value: '2026-03-02' }), NOW)).toEqual(['Ann']);
  });

  test('claims of public keys and sales to nobody are no purchases', async () => {
    await put({
      Ann: { lines: [{ on: '2026-03-01', trust: 'public' }] },
      Bob: { lines: [{ on: '2026-03-01' }] },
    });
    expect(await who(purchase('revenue', { op: 'gt', value: 0 }), NOW)).toEqual(['Bob']);
    expect(await who(purchase('orders', { op: 'gte', value: 1 }), NOW)).toEqual(['Bob']);
    await base.ctx.db.execute(sql`update sale_fact set anonymous = true`);
    expect(await who(purchase('revenue', { op: 'gt', value: 0 }), NOW)).toEqual([]);
  });

  test('a category stands for all below it', async () => {
    await put({
      Green: { lines: [{ on: '2026-03-01', product: 'P1' }] },
      Black: { lines: [{ on: '2026-03-01', product: 'P2' }] },
      Mug: { lines: [{ on: '2026-03-01', product: 'P3' }] },
    });
    expect(await who(bought('root'), NOW)).toEqual(['Black', 'Green']);
    expect(await who(bought('tea'), NOW)).toEqual(['Black', 'Green']);
    expect(await who(bought('green'), NOW)).toEqual(['Green']);
    expect(await who(bought('nowhere'), NOW)).toEqual([]);
    expect(await who({ type: 'not', child: bought('root') }, NOW)).toEqual(['Mug']);
  });

  test('a named currency counts alone, otherwise all in the base currency, as whole minor units', async () => {
    await put({
      Ann: {
        lines: [
          { on: '2026-03-01', currency: 'EUR' },
          { on: '2026-03-02', currency: 'GBP', price: 4_996 },
        ],
      },
    });
    // One euro is two pounds here; 4.996 is five pounds when rounded to pence, once.
    expect(await who(purchase('revenue', { op: 'is', value: 2_500 }), NOW)).toEqual(['Ann']);
    expect(await who(purchase('revenue', { op: 'is', value: 1_000, currency: 'EUR' }), NOW)).toEqual(['Ann']);
    expect(await who(purchase('revenue', { op: 'is', value: 500, currency: 'GBP' }), NOW)).toEqual(['Ann']);
    expect(await who(purchase('revenue', { op: 'gt', value: 0, currency: 'USD' }), NOW)).toEqual([]);
    expect(await who(purchase('averageOrderValue', { op: 'is', value: 1_250 }), NOW)).toEqual(['Ann']);
  });

  test('a line without a cost says nothing about margin', async () => {
    await put({
      Known: {
        lines: [
          { on: '2026-03-01', quantity: 2, cost: 6_000 },
          { on: '2026-03-02', cost: null },
        ],
      },
      Unknown: { lines: [{ on: '2026-03-01', cost: null }] },
    });
    expect(await who(purchase('margin', { op: 'is', value: 800 }), NOW)).toEqual(['Known']);
    expect(await who(purchase('margin', { op: 'gte', value: -1_000_000 }), NOW)).toEqual(['Known']);
  });

  test('nobody who never bought has a last purchase, an average or a time since, but everybody a count', async () => {
    await put({ Never: {}, Once: { lines: [{ on: '2026-03-01' }] } });
    for (const measure of ['daysSinceLast', 'daysSinceFirst', 'averageOrderValue'])
      expect(await who(purchase(measure, { op: 'isNot', value: -1 }), NOW)).toEqual(['Once']);
    expect(await who(purchase('lastAt', { op: 'gte', value: '1990-01-01' }), NOW)).toEqual(['Once']);
    expect(await who(purchase('revenue', { op: 'lt', value: 500 }), NOW)).toEqual(['Never']);
    expect(await who(purchase('orders', { op: 'is', value: 0 }), NOW)).toEqual(['Never']);
  });
});

describe('attributes', () => {
  test('"is not" and "none of" are false of what is missing; "lacks" asks for that', async () => {
    await put({
      Ann: { country: 'France', attributes: { size: 'L' } },
      Bob: { country: 'UK', attributes: { size: 'M' } },
      Cat: { country: '', attributes: { size: '' } },
      Dan: {},
    });
    for (const [field, value] of [
      ['country', 'UK'],
      ['attributes.size', 'M'],
    ] as const) {
      expect(await who(attribute(field, { op: 'isNot', value }), '2026-04-01T00:00:00Z')).toEqual(['Ann']);
      expect(await who(attribute(field, { op: 'notIn', value: [value] }), '2026-04-01T00:00:00Z')).toEqual([
        'Ann',
      ]);
      expect(await who(attribute(field, { op: 'lacks' }), '2026-04-01T00:00:00Z')).toEqual(['Cat', 'Dan']);
    }
  });

  test('a birthday on 29 February is kept on the 28th in years without one', async () => {
    await put({
      Leap: { birthMonth: 2, birthDay: 29 },
      Eve: { birthMonth: 2, birthDay: 28 },
      New: { birthMonth: 1, birthDay: 1 },
    });
    expect(await who(birthday(1), '2027-02-28T08:00:00Z')).toEqual(['Eve', 'Leap']);
    expect(await who(birthday(1), '2028-02-28T08:00:00Z')).toEqual(['Eve']);
    expect(await who(birthday(1), '2028-02-29T08:00:00Z')).toEqual(['Leap']);
    expect(await who(birthday(7), '2026-12-27T08:00:00Z')).toEqual(['New']);
    expect(await who(birthday(7), '2026-12-25T08:00:00Z')).toEqual([]);
    expect(await who(birthday(1, 'Asia/Tokyo'), '2027-02-27T16:00:00Z')).toEqual(['Eve', 'Leap']);
    expect(await who(birthday(366), '2026-12-25T08:00:00Z')).toEqual(['Eve', 'Leap', 'New']);
  });

  test('an attribute that holds no date, or one that never was, is no date', async () => {
    await put({
      Good: { attributes: { since: '2024-02-29' } },
      Bad: { attributes: { since: '2023-02-29' } },
      Word: { attributes: { since: 'soon' } },
      Number: { attributes: { since: 20_240_229 } },
    });
    expect(
      await who(attribute('attributes.since', { op: 'gt', value: '2000-01-01' }), '2026-04-01T00:00:00Z'),
    ).toEqual(['Good']);
    expect(
      await who(attribute('attributes.since', { op: 'anniversary', days: 366 }), '2026-04-01T00:00:00Z'),
    ).toEqual(['Good']);
  });

  test('contacts that were merged into others are nobody', async () => {
    await put({
      Ann: { country: 'UK', lines: [{ on: '2026-03-01' }] },
      Bob: { country: 'UK', lines: [{ on: '2026-03-01' }] },
    });
    const bob = Object.keys(people).find((id) => people[id] === 'Bob');
    await base.ctx.db.execute(
      sql`update contact set merged_into = gen_random_uuid() where contact_id = ${bob}::uuid`,
    );
    const uk = attribute('country', { op: 'is', value: 'UK' });
    const buyer = purchase('orders', { op: 'gte', value: 1 });
    for (const rule of [uk, buyer, { type: 'any', children: [uk, buyer] }])
      expect(await who(rule, '2026-04-01T00:00:00Z')).toEqual(['Ann']);
  });
});
