import { afterAll, beforeEach, describe, expect, test } from 'vitest';
import type { Ctx } from '../../../src/core/ctx.ts';
import { newId } from '../../../src/core/ids.ts';
import { checkPromotion, launchChecks } from '../../../src/loyalty/offers/actions.check.ts';
import { backtestInput } from '../../../src/loyalty/offers/contract.ts';
import { startBacktest } from '../../../src/loyalty/offers/actions.backtest.ts';
import { runBacktests } from '../../../src/loyalty/offers/actions.backtest-run.ts';
import { interferenceOf } from '../../../src/loyalty/offers/actions.interference.ts';
import { createPromotion } from '../../../src/loyalty/offers/actions.promotions.ts';
import { createCategory, upsertProducts } from '../../../src/orders/actions.catalogue.ts';
import { productInput } from '../../../src/orders/contract.ts';
import { placeOrders } from '../../../src/orders/index.ts';
import { testBase } from '../../support/ctx.ts';
import type { TestBase } from '../../support/ctx.ts';
import { launched, ten } from './support.ts';

let base: TestBase | undefined;
let ctx: Ctx;
let mugs = '';

/** Mugs for 5.00 that cost 4.60, lamps for 30.00 that cost 12.00, and a book nobody told the cost of. */
beforeEach(async () => {
  await base?.close();
  base = await testBase();
  ctx = base.ctx;
  mugs = (await createCategory(ctx, { externalId: 'mugs', name: 'Mugs' })).id;
  await upsertProducts(ctx, [
    productInput.parse({ externalId: 'mug', category: 'mugs', price: '5', cost: '4.6', currency: 'GBP' }),
    productInput.parse({ externalId: 'lamp', price: '30', cost: '12', currency: 'GBP' }),
    productInput.parse({ externalId: 'book', price: '8', currency: 'GBP' }),
  ]);
});
afterAll(() => base?.close());

const check = (change: object = {}) => checkPromotion(ctx, { definition: ten(change) });
const codes = async (change: object = {}) => (await check(change)).items.map(({ code }) => code);
const orderOf = (products: [string, string][]) =>
  placeOrders(
    ctx,
    [
      {
        source: 'shop',
        externalId: newId(),
        occurredAt: ctx.clock.now(),
        lines: products.map(([product, unitPrice]) => ({ product, quantity: '1', unitPrice })),
      },
    ],
    { trust: 'server' },
  );

describe('the launch checklist', () => {
  test('no end, no budget, no limit of uses, no backtest and products below cost are told, none of them forbids', async () => {
    const { launchable, items } = await check();
    expect(launchable).toBe(true);
    expect(items.map(({ code, level }) => [code, level])).toEqual([
      ['no_end', 'warn'],
      ['no_budget', 'warn'],
      ['no_use_limit', 'info'],
      ['below_cost', 'warn'],
      ['cost_unknown', 'info'],
      ['not_backtested', 'info'],
    ]);
    expect(items.find(({ code }) => code === 'below_cost')?.params).toEqual({
      count: 1,
      looked: 2,
      products: ['mug'],
    });
  });

  test('what was seen to is not told', async () => {
    const change = {
      conditions: { schedule: { until: '2026-06-01T00:00:00Z' } },
      limits: { budgetMinor: 10_000, uses: 100 },
      floor: { overCostPercent: '0' },
      scope: { products: ['mug', 'lamp'] },
    };
    expect(await codes(change)).toEqual(['not_backtested']);
    const { id } = await createPromotion(ctx, ten(change));
    await startBacktest(ctx, id, backtestInput.parse({}));
    await runBacktests(ctx, new AbortController().signal);
    expect((await launchChecks(ctx, id)).items).toEqual([]);
  });

  test('what is over or wrong forbids the launch, with its path', async () => {
    const over = await check({ conditions: { schedule: { until: '2026-01-01T00:00:00Z' } } });
    expect(over).toMatchObject({
      launchable: false,
      items: expect.arrayContaining([expect.objectContaining({ code: 'schedule_over', level: 'block' })]),
    });
    const wrong = await check({ conditions: { segments: [newId()] } });
    expect(wrong).toMatchObject({
      launchable: false,
      items: [{ code: 'unknown_segment', level: 'block', at: 'conditions.segments.0' }],
    });
  });

  test('names nobody knows, an empty scope and tags of nobody are told', async () => {
    const { items } = await check({
      scope: { products: ['mugg'], categories: [newId()] },
      excludes: ['sale'],
    });
    const of = (code: string) => items.find((one) => one.code === code)?.params;
    expect(of('unknown_products')).toEqual({ count: 1, names: ['mugg'] });
    expect(of('unknown_categories')).toMatchObject({ count: 1 });
    expect(of('excludes_nobody')).toEqual({ names: ['sale'] });
    expect(items.map(({ code }) => code)).toContain('no_product_in_scope');
  });

  test('each product is tried in the number the promotion asks for', async () => {
    const three = { effect: { type: 'cheapest_free', groupOf: 3 }, scope: { products: ['lamp', 'mug'] } };
    expect((await check(three)).items.find(({ code }) => code === 'below_cost')?.params).toMatchObject({
      products: ['mug'],
    });
    const off = {
      stage: 'order',
      effect: { type: 'fixed_amount', amountMinor: 1_900 },
      conditions: { minAmount: { amountMinor: 3_000 } },
    };
    expect((await check(off)).items.find(({ code }) => code === 'below_cost')?.params).toMatchObject({
      count: 2,
    });
  });
});

describe('interference', () => {
  test('who competes, who adds up, who keeps out whom, and how deep they go together, on real orders', async () => {
    const a = await launched(ctx, { name: 'A', scope: { categories: [mugs] } });
    const b = await launched(ctx, { name: 'B', effect: { type: 'percent', percent: '20' } });
    const c = await launched(ctx, {
      name: 'C',
      stage: 'order',
      effect: { type: 'percent', percent: '50' },
      tags: ['big'],
    });
    const d = await launched(ctx, { name: 'D', stage: 'coupon', needsCode: true, excludes: ['big'] });
    const e = await launched(ctx, { name: 'E', scope: { products: ['lamp'] } });
    await orderOf([
      ['mug', '5'],
      ['lamp', '30'],
    ]);
    await orderOf([['lamp', '30']]);
    base?.clock.advance(1_000);
    const found = await interferenceOf(ctx);
    expect(found).toMatchObject({ sample: 'orders', carts: 2, offers: 5, more: false, belowCost: 1 });
    const pair = (x: { id: string }, y: { id: string }) =>
      found.pairs.find(
        ({ a: one, b: other }) => [x.id, y.id].includes(one.id) && [x.id, y.id].includes(other.id),
      );
    // Both want the mug: B takes it. Products that both can hit: the mug.
    expect(pair(a, b)).toMatchObject({ sameStage: true, excluded: false, sharedProducts: 1, together: 0 });
    expect(pair(a, b)?.keptOut).toBe(1);
    // One stage after the other: 20 %, then 50 % of what is left.
    expect(pair(b, c)).toMatchObject({ sameStage: false, sharedProducts: 3, together: 2, keptOut: 0 });
    expect(pair(c, d)).toMatchObject({ excluded: true, together: 0, keptOut: 2 });
    // No product is both a mug and a lamp.
    expect(pair(a, e)).toBeUndefined();
    expect(found.deepest).toMatchObject({ percent: '60.000', currency: 'GBP' });
    expect(found.deepest?.offers.map(({ name }) => name).toSorted()).toEqual(['B', 'C']);
    const draft = await check({ name: 'New' });
    const of = (code: string) => draft.items.find((one) => one.code === code)?.params;
    expect(of('competes_with')).toMatchObject({ count: 3 });
    expect(of('adds_up_with')).toMatchObject({ count: 2 });
    expect(of('deep_discount')).toMatchObject({ percent: '60.000' });
  });

  test('without orders products are the sample; without products nothing is', async () => {
    await launched(ctx, { name: 'A' });
    expect(await interferenceOf(ctx)).toMatchObject({
      sample: 'products',
      carts: 3,
      deepest: { percent: '10.000' },
    });
    const empty = await testBase();
    try {
      expect(await interferenceOf(empty.ctx)).toMatchObject({
        sample: 'none',
        carts: 0,
        pairs: [],
        deepest: null,
      });
    } finally {
      await empty.close();
    }
  });

  test('days, channels, tiers and currencies that never meet make no pair', async () => {
    const at = (from: string, until: string) => ({ conditions: { schedule: { from, until } } });
    await launched(ctx, at('2026-03-01T00:00:00Z', '2026-03-05T00:00:00Z'));
    await launched(ctx, at('2026-03-05T00:00:00Z', '2026-03-09T00:00:00Z'));
    expect((await interferenceOf(ctx)).pairs).toEqual([]);
    await launched(ctx, { conditions: { channels: ['web'], schedule: { until: '2026-03-02T00:00:00Z' } } });
    expect((await interferenceOf(ctx)).pairs).toHaveLength(1);
  });
});
