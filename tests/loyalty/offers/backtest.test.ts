import * as fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { upsertContacts } from '../../../src/contacts/index.ts';
import type { Ctx } from '../../../src/core/ctx.ts';
import { DomainError } from '../../../src/core/errors.ts';
import { claimBacktest } from '../../../src/loyalty/backtests/store.ts';
import {
  backtests,
  cancelBacktest,
  getBacktest,
  startBacktest,
} from '../../../src/loyalty/offers/actions.backtest.ts';
import { runBacktests, settingsFor } from '../../../src/loyalty/offers/actions.backtest-run.ts';
import { createPromotion } from '../../../src/loyalty/offers/actions.promotions.ts';
import { addOrder, leftFor, newTally, resultOf } from '../../../src/loyalty/offers/backtest.ts';
import { buyerOf, cartOf } from '../../../src/loyalty/offers/carts.ts';
import { backtestInput } from '../../../src/loyalty/offers/contract.ts';
import type { BacktestResult } from '../../../src/loyalty/offers/contract.ts';
import { offerOf } from '../../../src/loyalty/offers/definition.ts';
import { promotionBacktest } from '../../../src/loyalty/offers/schema.ts';
import type { PastOrder } from '../../../src/loyalty/offers/store.orders.ts';
import { enrol } from '../../../src/loyalty/programs/actions.members.ts';
import { createProgram } from '../../../src/loyalty/programs/actions.ts';
import { enrolInput, programInput } from '../../../src/loyalty/programs/contract.ts';
import { pricingSettings } from '../../../src/loyalty/pricing/contract.ts';
import { prepare } from '../../../src/loyalty/pricing/prepare.ts';
import { prepareLists } from '../../../src/loyalty/pricing/price-lists.ts';
import { priceCart } from '../../../src/loyalty/pricing/price.ts';
import { createCategory, upsertProducts } from '../../../src/orders/actions.catalogue.ts';
import { productInput } from '../../../src/orders/contract.ts';
import { placeOrders } from '../../../src/orders/index.ts';
import { testBase } from '../../support/ctx.ts';
import type { TestBase } from '../../support/ctx.ts';
import { hasRetail, RETAIL_MISSING } from '../../support/imports.ts';
import { loadOnlineRetail } from '../../support/online-retail.ts';
import { launched, ten } from './support.ts';

let base: TestBase;
let ctx: Ctx;
const mugs = { id: '' };
const buyers: string[] = [];

/** Three orders: 2 mugs of 5.00 and a lamp of 30.00; a lamp; 4 mugs to nobody known. A mug costs 4.60, a lamp 12.00. */
beforeAll(async () => {
  base = await testBase({ OTKLIK_SECRET: 'a secret of the tests, long enough' });
  ctx = base.ctx;
  mugs.id = (await createCategory(ctx, { externalId: 'mugs', name: 'Mugs' })).id;
  await upsertProducts(ctx, [
    productInput.parse({ externalId: 'mug', category: 'mugs', price: '5', cost: '4.6', currency: 'GBP' }),
    productInput.parse({ externalId: 'lamp', price: '30', cost: '12', currency: 'GBP' }),
  ]);
  const made = await upsertContacts(ctx, [{ name: 'Ada', externalIds: [{ namespace: 'user', id: 'ada' }] }]);
  buyers.push(...made.map(({ contactId }) => contactId));
  const order = (externalId: string, day: number, lines: object[], known = true) => ({
    source: 'shop',
    externalId,
    occurredAt: new Date(Date.UTC(2026, 1, day, 12)),
    lines: lines as { product: string; quantity: string; unitPrice: string }[],
    ...(known ? { buyer: { contactId: buyers[0] ?? '' } } : {}),
  });
  const mug = (quantity: string) => ({ product: 'mug', quantity, unitPrice: '5' });
  const lamp = { product: 'lamp', quantity: '1', unitPrice: '30' };
  await placeOrders(
    ctx,
    [
      order('1', 10, [mug('2'), lamp]),
      order('2', 11, [lamp]),
      order('3', 12, [mug('4')], false),
      { ...order('4', 13, [mug('1')]), status: 'cancelled' as const },
    ],
    { trust: 'server' },
  );
  await placeOrders(ctx, [order('claimed', 14, [mug('9')])], { trust: 'public' });
});
afterAll(() => base.close());

async function tried(change: object, input: object = {}): Promise<BacktestResult> {
  const { id } = await createPromotion(ctx, ten(change));
  const { id: backtestId } = await startBacktest(ctx, id, backtestInput.parse({ days: 60, ...input }));
  await runBacktests(ctx, new AbortController().signal);
  const view = await getBacktest(ctx, id, backtestId);
  expect(view).toMatchObject({ state: 'done', error: null });
  if (view.result === null) throw new Error('no result');
  return view.result;
}

describe('worked examples', () => {
  test('ten percent off mugs touches two of three orders and costs 3.00; cancelled and claimed orders are none', async () => {
    const result = await tried({ scope: { categories: [mugs.id] } });
    expect(result).toMatchObject({
      currency: 'GBP',
      complete: true,
      orders: 3,
      touched: 2,
      customers: 1,
      skipped: 0,
      desiredMinor: 300,
      discountMinor: 300,
      revenueBeforeMinor: 6_000,
      revenueAfterMinor: 5_700,
      // (10.00 − 9.20) + (30.00 − 12.00) + (20.00 − 18.40)
      marginBeforeMinor: 80 + 1_800 + 160,
      marginAfterMinor: -20 + 1_800 - 40,
      unknownCostMinor: 0,
      belowCostOrders: 1,
      misses: { no_line_in_scope: 1 },
    });
    expect(result.categories).toEqual([
      expect.objectContaining({
        categoryId: mugs.id,
        name: 'Mugs',
        orders: 2,
        discountMinor: 300,
        marginAfterMinor: -60,
      }),
      expect.objectContaining({ categoryId: null, name: null, orders: 1, discountMinor: 0 }),
    ]);
    expect(result.days).toEqual([
      { day: '2026-02-10', touched: 1, discountMinor: 100 },
      { day: '2026-02-12', touched: 1, discountMinor: 200 },
    ]);
    expect(result.distribution.filter(({ orders }) => orders > 0)).toEqual([
      { from: 0, to: 5, orders: 1 },
      { from: 10, to: 15, orders: 1 },
    ]);
  });

  test('a budget of 2.50 runs dry with the second order, which gets what is left', async () => {
    const result = await tried({ scope: { categories: [mugs.id] }, limits: { budgetMinor: 250 } });
    expect(result).toMatchObject({ touched: 2, desiredMinor: 300, discountMinor: 250 });
    expect(result.ran).toEqual({ usesOutAt: null, budgetOutAt: '2026-02-12T12:00:00.000Z' });
  });

  test('limits of uses and of each buyer hold in the order of the orders', async () => {
    const one = await tried({ limits: { uses: 2 } });
    expect(one).toMatchObject({ touched: 2, misses: { uses_exhausted: 1 } });
    expect(one.ran.usesOutAt).toBe('2026-02-11T12:00:00.000Z');
    const each = await tried({ limits: { perContact: 1 } });
    expect(each).toMatchObject({ touched: 1, misses: { buyer_uses_exhausted: 1, contact_needed: 1 } });
  });

  test('who misses a threshold by an amount is told as near', async () => {
    const result = await tried({
      stage: 'order',
      conditions: { minAmount: { amountMinor: 3_500 } },
      effect: { type: 'fixed_amount', amountMinor: 500 },
    });
    expect(result).toMatchObject({ touched: 1, discountMinor: 500, near: 2, misses: { min_amount: 2 } });
  });

  test('orders before, points and shipping are seen', async () => {
    expect(await tried({ conditions: { minOrders: 1 } })).toMatchObject({
      touched: 1,
      misses: { min_orders: 2 },
    });
    const bonus = { stage: 'order', effect: { type: 'bonus_points', points: 5, everyMinor: 1_000 } };
    expect(await tried(bonus)).toMatchObject({ touched: 3, points: 20 + 15 + 10, discountMinor: 0 });
    const shipping = { stage: 'shipping', effect: { type: 'free_shipping' } };
    expect(await tried(shipping, { shippingMinor: 400 })).toMatchObject({
      touched: 3,
      freeShipping: 3,
      discountMinor: 1_200,
      assumptions: expect.arrayContaining(['shipping_as_given']),
    });
  });

  test('a code is taken as shown, and days count only when asked to', async () => {
    const result = await tried({ stage: 'coupon', needsCode: true });
    expect(result).toMatchObject({
      touched: 3,
      assumptions: expect.arrayContaining(['every_buyer_shows_the_code']),
    });
    const schedule = { from: '2026-02-11T00:00:00Z', until: '2026-02-12T00:00:00Z' };
    expect(await tried({ conditions: { schedule } })).toMatchObject({ touched: 3 });
    expect(await tried({ conditions: { schedule } }, { keepSchedule: true })).toMatchObject({
      touched: 1,
      misses: { not_started: 1, ended: 1 },
    });
  });

  test('members, tiers and categories are asked for as they are now', async () => {
    const { id: programId } = await createProgram(ctx, programInput.parse({ name: 'Club' }));
    await enrol(ctx, enrolInput.parse({ programId, contactId: buyers[0], termsVersion: '1' }));
    const result = await tried({ programId, conditions: { membersOnly: true } });
    expect(result).toMatchObject({
      touched: 2,
      misses: { members_only: 1 },
      assumptions: expect.arrayContaining(['standing_as_now']),
    });
    expect(await tried({ conditions: { tiers: ['gold'], personCategories: ['trade'] } })).toMatchObject({
      touched: 0,
      misses: { tier: 3 },
    });
  });

  test('beside what is live it is told what it changes: of two that compete only the better one counts', async () => {
    await launched(ctx, {
      name: 'Eight',
      effect: { type: 'percent', percent: '8' },
      scope: { products: ['lamp'] },
    });
    const result = await tried({}, { beside: 'live' });
    // Mugs: 10 % of 30.00; lamps: 10 % instead of 8 % of 60.00.
    expect(result).toMatchObject({ touched: 3, discountMinor: 300 + 120 });
    expect(
      await tried(
        { effect: { type: 'percent', percent: '5' }, scope: { products: ['lamp'] } },
        { beside: 'live' },
      ),
    ).toMatchObject({
      touched: 0,
      discountMinor: 0,
      misses: { beaten: 2, no_line_in_scope: 1 },
    });
  });
});

describe('the job', () => {
  test('a definition that is not saved can be tried, a wrong one is refused with its path', async () => {
    const { id } = await createPromotion(ctx, ten());
    const definition = ten({ effect: { type: 'percent', percent: '50' } });
    const { id: backtestId, version } = await startBacktest(ctx, id, backtestInput.parse({ definition }));
    expect(version).toBeNull();
    await runBacktests(ctx, new AbortController().signal);
    expect((await getBacktest(ctx, id, backtestId)).result?.discountMinor).toBe(4_500);
    const wrong = { ...definition, limits: { ...definition.limits, points: 3 } };
    const refused = startBacktest(ctx, id, { ...backtestInput.parse({}), definition: wrong });
    await expect(refused).rejects.toThrow(DomainError);
    await expect(refused).rejects.toMatchObject({ at: 'definition.limits.points' });
    expect((await backtests(ctx, id, { limit: 10 })).items).toHaveLength(1);
  });

  test('one that waits is cancelled at once; one that ended is not; a worker told to stop gives it back', async () => {
    const { id } = await createPromotion(ctx, ten());
    const start = async () => (await startBacktest(ctx, id, backtestInput.parse({}))).id;
    const state = async (backtestId: string) => (await getBacktest(ctx, id, backtestId)).state;
    const first = await start();
    expect((await cancelBacktest(ctx, id, first)).state).toBe('cancelled');
    await expect(cancelBacktest(ctx, id, first)).rejects.toMatchObject({ code: 'backtest_over' });
    const second = await start();
    const stop = new AbortController();
    const working = runBacktests(ctx, stop.signal);
    stop.abort();
    await working;
    expect(['waiting', 'done']).toContain(await state(second));
    await runBacktests(ctx, new AbortController().signal);
    expect(await state(second)).toBe('done');
    await expect(cancelBacktest(ctx, id, second)).rejects.toMatchObject({ code: 'backtest_over' });
  });

  test('what a worker that died had begun is begun anew, and the dead one writes no more', async () => {
    const { id } = await createPromotion(ctx, ten());
    const { id: backtestId } = await startBacktest(ctx, id, backtestInput.parse({}));
    const dead = await claimBacktest(ctx, promotionBacktest);
    expect(dead?.backtestId).toBe(backtestId);
    expect(await claimBacktest(ctx, promotionBacktest)).toBeUndefined();
    base.clock.advance(61_000);
    const second = await claimBacktest(ctx, promotionBacktest);
    expect(second?.backtestId).toBe(backtestId);
    base.clock.advance(61_000);
    await runBacktests(ctx, new AbortController().signal);
    expect(await getBacktest(ctx, id, backtestId)).toMatchObject({
      state: 'done',
      ordersTotal: 3,
      ordersDone: 3,
    });
  });
});

describe('sums', () => {
  const anyOrder = fc.record({
    lines: fc.array(
      fc.record({
        cents: fc.integer({ min: 1, max: 9_999 }),
        quantity: fc.integer({ min: 1, max: 5 }),
        cost: fc.option(fc.integer({ min: 0, max: 9_999 })),
      }),
      { minLength: 1, maxLength: 6 },
    ),
    buyer: fc.constantFrom('a', 'b', 'c'),
    anonymous: fc.boolean(),
  });

  test('a backtest is the sum of the quotes of its orders', () => {
    const definition = ten({
      stage: 'order',
      effect: { type: 'percent', percent: '7.5' },
      conditions: { minAmount: { amountMinor: 2_000 } },
      limits: { budgetMinor: 5_000, perContact: 3 },
    });
    const offer = offerOf('p', 1, definition, { from: new Date(0), until: new Date(0) });
    const asked = { offers: prepare([offer]), lists: prepareLists([]), settings: pricingSettings.parse({}) };
    fc.assert(
      fc.property(fc.array(anyOrder, { maxLength: 30 }), (given) => {
        const tally = newTally({ offerId: 'p', limits: definition.limits, zone: 'UTC', baseCurrency: 'GBP' });
        const sum = { discount: 0, before: 0, after: 0, touched: 0 };
        for (const [i, one] of given.entries()) {
          const order = pastOrder(i, one);
          const cart = cartOf(order, [], 0);
          if (cart === null) throw new Error('no lines');
          const quote = priceCart({
            ...asked,
            cart,
            buyer: buyerOf(order, [], {}),
            now: order.occurredAt,
            remaining: { p: leftFor(tally, order) },
          });
          addOrder(tally, order, null, quote);
          if (quote.uses.length === 0) continue;
          sum.touched += 1;
          sum.discount += quote.totals.discountMinor;
          sum.before += quote.totals.listMinor;
          sum.after += quote.totals.goodsMinor;
        }
        const result = resultOf(tally, { complete: true, assumptions: [], names: new Map() });
        expect(result).toMatchObject({
          orders: given.length,
          touched: sum.touched,
          discountMinor: sum.discount,
          revenueBeforeMinor: sum.before,
          revenueAfterMinor: sum.after,
        });
        expect(result.discountMinor).toBeLessThanOrEqual(5_000);
        const total = (key: 'discountMinor' | 'marginAfterMinor' | 'unknownCostMinor') =>
          result.categories.reduce((all, one) => all + one[key], 0);
        for (const key of ['discountMinor', 'marginAfterMinor', 'unknownCostMinor'] as const)
          expect(total(key)).toBe(result[key]);
        expect(result.days.reduce((all, one) => all + one.discountMinor, 0)).toBe(sum.discount);
      }),
    );
  });

  type Given = {
    lines: { cents: number; quantity: number; cost: number | null }[];
    buyer: string;
    anonymous: boolean;
  };
  const pastOrder = (i: number, { lines, buyer, anonymous }: Given): PastOrder => ({
    contactId: buyer,
    orderId: `o${i}`,
    anonymous,
    occurredAt: new Date(Date.UTC(2026, 0, 1, i)),
    externalId: String(i),
    currency: 'GBP',
    baseRate: '1',
    channel: null,
    earlier: null,
    lines: lines.map(({ cents, quantity, cost }, n) => ({
      ordinal: n + 1,
      productId: `p${n}`,
      externalId: `e${n}`,
      categoryPath: n % 2 === 0 ? [`c${n % 3}`] : null,
      quantity: String(quantity),
      unitPrice: (cents / 100).toFixed(2),
      cost: cost === null ? null : (cost / 100).toFixed(2),
    })),
  });
});

test.skipIf(!hasRetail)(
  `two months of real orders are tried in the background, and stops when told to (${RETAIL_MISSING})`,
  async () => {
    const own = await testBase();
    try {
      own.clock.set('2011-12-10T00:00:00Z');
      await loadOnlineRetail(own.database.url);
      expect(await settingsFor(own.ctx, undefined)).toEqual(pricingSettings.parse({}));
      const definition = ten({
        stage: 'order',
        effect: { type: 'percent', percent: '5' },
        conditions: { minAmount: { amountMinor: 50_000 } },
      });
      const { id } = await createPromotion(own.ctx, definition);
      const input = backtestInput.parse({ days: 60 });
      const { id: backtestId } = await startBacktest(own.ctx, id, input);
      await runBacktests(own.ctx, new AbortController().signal);
      const { result } = await getBacktest(own.ctx, id, backtestId);
      expect(result?.orders).toBeGreaterThan(4_000);
      expect(result?.touched).toBeGreaterThan(500);
      expect(result?.discountMinor).toBe(
        (result?.revenueBeforeMinor ?? 0) - (result?.revenueAfterMinor ?? 0),
      );
      const { id: second } = await startBacktest(own.ctx, id, input);
      const working = runBacktests(own.ctx, new AbortController().signal);
      while ((await getBacktest(own.ctx, id, second)).ordersDone === 0);
      await cancelBacktest(own.ctx, id, second);
      await working;
      expect(await getBacktest(own.ctx, id, second)).toMatchObject({ state: 'cancelled', result: null });
    } finally {
      await own.close();
    }
  },
);
