import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  cancelEarningBacktest,
  earningBacktest,
  earningBacktests,
  startEarningBacktest,
} from '../../../src/loyalty/accrual/actions.backtest.ts';
import { runEarningBacktests } from '../../../src/loyalty/accrual/actions.backtest-run.ts';
import { addSale, newTally, percentOf, resultOf, rulesOf } from '../../../src/loyalty/accrual/backtest.ts';
import { earningBacktestInput } from '../../../src/loyalty/accrual/contract.backtest.ts';
import { earn } from '../../../src/loyalty/accrual/earn.ts';
import type { EarnFacts } from '../../../src/loyalty/accrual/earn.ts';
import type { Sale } from '../../../src/loyalty/accrual/sale.ts';
import { createProgram } from '../../../src/loyalty/programs/actions.ts';
import { programInput } from '../../../src/loyalty/programs/contract.ts';
import { createCategory, upsertProducts } from '../../../src/orders/actions.catalogue.ts';
import { productInput } from '../../../src/orders/contract.ts';
import type { TestBase } from '../../support/ctx.ts';
import { accrualBase, back, definition, member, order, person, points, rule, told } from './world.ts';

const A = '00000000-0000-7000-8000-00000000000a';
const B = '00000000-0000-7000-8000-00000000000b';
const CUPS = '00000000-0000-7000-8000-0000000000c0';
const FACTS: EarnFacts = {
  tier: null,
  tierFactor: '1',
  segments: [],
  personCategories: [],
  orders: 0,
  earnOnPointsPart: false,
  maxPointsPerOrder: null,
};

/** Amounts in units of the currency: tea has no category, cups have one. */
function sale(tea: number, cups = 0): Sale {
  const line = (productId: string, units: number, path: string[]) => ({
    productId,
    externalId: productId,
    categoryPath: path,
    tags: [],
    quantity: 1_000n,
    amount: BigInt(units) * 1_000_000n,
    baseAmount: BigInt(units) * 1_000_000n,
    promo: false,
  });
  const lines = [line('tea', tea, []), ...(cups === 0 ? [] : [line('cup', cups, [CUPS])])];
  const total = BigInt(tea + cups) * 1_000_000n;
  return { currency: 'EUR', baseCurrency: 'EUR', channel: null, lines, paid: 0n, total };
}

describe('the sum of what past orders earn', () => {
  test('1 per 10.00 against 3 per 10.00 on cups beside it: points, cost at 2.00 for 100, by month and category', () => {
    const base = { ruleId: A, version: 1, definition: definition(), currency: 'EUR' };
    const cups = definition({
      name: 'Cups',
      earns: { type: 'amount', points: 3, perMinor: 1_000 },
      scope: { categories: [CUPS] },
      caps: { perOrder: 10 },
    });
    const rules = rulesOf(
      [base],
      { changes: [{ ruleId: B, fresh: true, definition: cups }], without: [] },
      { currency: 'EUR', keepDates: false },
    );
    const tally = newTally(rules, 'Europe/Berlin');
    const add = (contactId: string, at: string, what: Sale) => {
      const earned = (side: 'present' | 'tried') =>
        earn(rules[side], { at: new Date(at), sale: what }, FACTS);
      addSale(
        tally,
        { contactId, at: new Date(at), sale: what },
        { present: earned('present'), tried: earned('tried') },
      );
    };
    add('ada', '2026-01-31T23:30:00Z', sale(100)); // February in Berlin: 10 and 10.
    add('ada', '2026-02-10T10:00:00Z', sale(60, 40)); // 10; and 12 for cups, cut to 10.
    add('bob', '2026-03-01T10:00:00Z', sale(5)); // 0.5 points are none.
    const result = resultOf(tally, {
      currency: 'EUR',
      baseCurrency: 'EUR',
      valueOf100Minor: 200,
      complete: true,
      assumptions: [],
      names: new Map([[CUPS, 'Cups']]),
    });
    expect(result).toMatchObject({
      revenueMinor: 20_500,
      present: { points: 20, costMinor: 40, orders: 2, members: 1, percent: '0.20' },
      tried: { points: 30, costMinor: 60, orders: 2, members: 1, percent: '0.29' },
      changed: { more: 1, less: 0, same: 2 },
      months: [
        {
          month: '2026-02',
          orders: 2,
          revenueMinor: 20_000,
          present: { points: 20 },
          tried: { points: 30, costMinor: 60 },
        },
        { month: '2026-03', orders: 1, revenueMinor: 500, present: { points: 0 }, tried: { points: 0 } },
      ],
      categories: [
        { categoryId: null, revenueMinor: 16_500, present: { points: 16 }, tried: { points: 16 } },
        {
          categoryId: CUPS,
          name: 'Cups',
          revenueMinor: 4_000,
          present: { points: 4 },
          tried: { points: 14 },
        },
      ],
      rules: [
        { ruleId: A, change: 'same', present: { points: 20, orders: 2 }, tried: { points: 20 } },
        { ruleId: B, change: 'added', present: null, tried: { points: 10, orders: 1, missed: 2 } },
      ],
    });
  });

  test('a changed rule loses its dates and keeps its hours; one left out is gone', () => {
    const schedule = {
      timeZone: 'Europe/Berlin',
      from: '2027-01-01T00:00:00Z',
      weekly: [{ days: [6], from: '10:00', to: '12:00' }],
    };
    const weekend = definition({ conditions: { schedule } });
    const [one] = rulesOf(
      [],
      { changes: [{ ruleId: A, fresh: true, definition: weekend }], without: [] },
      {
        currency: 'EUR',
        keepDates: false,
      },
    ).tried;
    expect(one?.definition.conditions.schedule).toEqual({
      ...weekend.conditions.schedule,
      from: null,
      until: null,
    });
    const base = { ruleId: A, version: 1, definition: definition(), currency: 'EUR' };
    const none = rulesOf([base], { changes: [], without: [A] }, { currency: 'EUR', keepDates: false });
    expect(none).toEqual({ present: [base], tried: [] });
  });

  test.each([
    [60, 20_500, '0.29'],
    [0, 100, '0.00'],
    [150, 100, '150.00'],
    [1, 0, null],
  ])('%d of %d is %s per cent', (part, whole, told) => {
    expect(percentOf(part, whole)).toBe(told);
  });
});

describe('a shop of some orders', () => {
  let base: TestBase;
  let programId: string;
  let ruleId: string;
  let ada: string;
  beforeAll(async () => {
    base = await accrualBase();
    const { ctx } = base;
    base.clock.set('2026-03-02T10:00:00Z');
    const { id: cups } = await createCategory(ctx, { externalId: 'cups', name: 'Cups' });
    await upsertProducts(ctx, [
      productInput.parse({ externalId: 'tea', price: '10', currency: 'EUR' }),
      productInput.parse({ externalId: 'cup', category: 'cups', price: '20', currency: 'EUR' }),
    ]);
    expect(cups).not.toBe('');
    const input = programInput.parse({
      name: 'Points',
      zone: 'Europe/Berlin',
      currency: 'EUR',
      settings: { valueOf100Minor: 500 },
    });
    programId = (await createProgram(ctx, input)).id;
    ruleId = await rule(ctx, programId);
    ada = await member(ctx, programId);
    const bob = await person(ctx);
    base.clock.set('2026-03-20T10:00:00Z');
    await order(ctx, ada, [{ unitPrice: '50' }], { at: '2026-03-05T10:00:00Z' });
    const part = await order(ctx, ada, [{ unitPrice: '30' }, { product: 'cup', unitPrice: '20' }], {
      at: '2026-03-06T10:00:00Z',
    });
    await back(ctx, part, { lines: [{ product: 'cup', quantity: '1' }] });
    await order(ctx, bob, [{ unitPrice: '80' }], { at: '2026-03-07T10:00:00Z' });
    await order(ctx, bob, [{ unitPrice: '900' }], { trust: 'public', at: '2026-03-07T11:00:00Z' });
    await told(ctx);
  });
  afterAll(() => base.close());

  async function tried(input: object) {
    const asked = earningBacktestInput.parse({ days: 30, ...input });
    const { id } = await startEarningBacktest(base.ctx, programId, asked);
    await runEarningBacktests(base.ctx, new AbortController().signal);
    const view = await earningBacktest(base.ctx, programId, id);
    expect(view).toMatchObject({ state: 'done', error: null, ordersDone: view.ordersTotal });
    if (view.result === null) throw new Error('no result');
    return view.result;
  }

  test('rules in service give what they gave, less what came back; strangers are no members', async () => {
    const result = await tried({});
    expect(await points(base.ctx, ada)).toBe(8);
    expect(result).toMatchObject({
      orders: 3,
      notMembers: 1,
      revenueMinor: 8_000,
      present: { points: 8, costMinor: 40, orders: 2, members: 1, percent: '0.50' },
      tried: { points: 8 },
      changed: { more: 0, less: 0, same: 2 },
    });
    expect(result.assumptions).toEqual([
      'members_as_now',
      'all_points_are_spent',
      'returns_taken_off',
      'categories_by_money',
    ]);
  });

  test('a rule in place of one, a cap of a month counted from the first order, and everybody a member', async () => {
    const twice = definition({
      earns: { type: 'amount', points: 2, perMinor: 1_000 },
      caps: { periods: [{ per: 'month', points: 12 }] },
    });
    const result = await tried({ who: 'everybody', changes: [{ ruleId, definition: twice }] });
    expect(result).toMatchObject({
      notMembers: 0,
      present: { points: 16, members: 2 },
      // 10 and then 2 of 6; 12 of 16.
      tried: { points: 24, costMinor: 120, members: 2 },
      rules: [{ ruleId, change: 'changed', tried: { missed: 8 } }],
    });
    expect(result.assumptions).toContain('caps_from_the_first_order');
    expect(result.assumptions).toContain('everybody_is_a_member');
  });

  test('a rule of events cannot be tried on orders, nor one of another program; what is wrong has its place', async () => {
    const start = (changes: object[]) =>
      startEarningBacktest(base.ctx, programId, earningBacktestInput.parse({ changes }));
    const birthday = definition({ earns: { type: 'birthday', points: 100 } });
    await expect(start([{ definition: birthday }])).rejects.toMatchObject({
      code: 'not_of_orders',
      at: 'changes.0.definition.earns.type',
    });
    await expect(start([{ ruleId: A, definition: definition() }])).rejects.toMatchObject({
      code: 'accrual_rule_not_found',
    });
    const empty = definition({ caps: { periods: [{ per: 'day' }] } });
    await expect(start([{ definition: empty }])).rejects.toMatchObject({
      at: 'changes.0.definition.caps.periods.0',
    });
  });

  test('one that is cancelled is not worked on, and stays in the list', async () => {
    const { id } = await startEarningBacktest(base.ctx, programId, earningBacktestInput.parse({}));
    expect(await cancelEarningBacktest(base.ctx, programId, id)).toMatchObject({ state: 'cancelled' });
    await runEarningBacktests(base.ctx, new AbortController().signal);
    await expect(cancelEarningBacktest(base.ctx, programId, id)).rejects.toMatchObject({
      code: 'backtest_over',
    });
    const [latest] = (await earningBacktests(base.ctx, programId, { limit: 5 })).items;
    expect(latest).toMatchObject({ id, state: 'cancelled', result: null });
  });
});
