import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startBacktest, getBacktest } from '../../../src/loyalty/offers/actions.backtest.ts';
import { runBacktests } from '../../../src/loyalty/offers/actions.backtest-run.ts';
import { createPromotion } from '../../../src/loyalty/offers/actions.promotions.ts';
import { backtestInput } from '../../../src/loyalty/offers/contract.ts';
import { changeProgram, getProgram, programVersions } from '../../../src/loyalty/programs/actions.ts';
import { getSale } from '../../../src/loyalty/sales/actions.read.ts';
import { settingsOf } from '../../../src/loyalty/sales/settings.ts';
import { assignCategory } from '../../../src/loyalty/standing/actions.assign.ts';
import { createCategory } from '../../../src/loyalty/standing/actions.categories.ts';
import { assignInput, categoryInput } from '../../../src/loyalty/standing/contract.ts';
import { createPriceList, putPrices } from '../../../src/orders/actions.price-lists.ts';
import { upsertProducts } from '../../../src/orders/actions.catalogue.ts';
import { productInput } from '../../../src/orders/contract.ts';
import { priceInput, priceListInput } from '../../../src/orders/contract.price-lists.ts';
import { registerModules } from '../../../src/modules.ts';
import { testBase } from '../../support/ctx.ts';
import type { TestBase } from '../../support/ctx.ts';
import { refusal } from '../ledger/world.ts';
import { launched, ten } from '../offers/support.ts';
import { ask, buy, goods, member, prices, program } from './world.ts';
import type { Body } from './world.ts';

let base: TestBase;
beforeAll(async () => {
  base = await testBase({ OTKLIK_SECRET: 'a secret of the tests, long enough' });
  registerModules();
});
afterAll(() => base.close());

/** Offers of one program alone: those of others do not disturb. */
async function shopWith(settings: Body, ...changes: Body[]): Promise<string> {
  const programId = await program(base.ctx, settings);
  for (const change of changes) await launched(base.ctx, { programId, ...change });
  return programId;
}
const cart = (programId: string, change: Body = {}): Body => ({ ...goods(['100.00']), programId, ...change });
const percent = (text: string): Body => ({ name: text, effect: { type: 'percent', percent: text } });

describe('how a program prices', () => {
  test.each([
    ['the best alone, unless said otherwise', {}, 8_000],
    ['all of a stage, each on the price before', { stages: { product: { mode: 'stack' } } }, 7_000],
    [
      'all of a stage, each on what is left',
      { stages: { product: { mode: 'stack', percentBase: 'reduced' } } },
      7_200,
    ],
    ['the first by priority', { stages: { product: { mode: 'first' } } }, 9_000],
    ['up to so much of a stage', { stages: { product: { mode: 'stack', maxPercent: 25 } } }, 7_500],
    [
      'up to so much of an order',
      { stages: { product: { mode: 'stack' } }, maxDiscountPercent: 12.5 },
      8_750,
    ],
    ['not below a share of the list price', { floor: { percentOfList: 85 } }, 8_500],
  ])('%s', async (_, settings, expected) => {
    const programId = await shopWith(settings, { ...percent('10'), priority: 1 }, percent('20'));
    expect(prices(await ask(base.ctx, cart(programId)))).toEqual([expected]);
    expect(prices(await buy(base.ctx, cart(programId)))).toEqual([expected]);
  });

  test('the mode of another stage stays the best', async () => {
    const programId = await shopWith(
      { stages: { product: { mode: 'stack' } } },
      { ...percent('10'), stage: 'order' },
      { ...percent('20'), stage: 'order' },
    );
    expect(prices(await ask(base.ctx, cart(programId)))).toEqual([8_000]);
  });

  test('points are bounded by more than the cap, and are spent in steps', async () => {
    const programId = await shopWith({ spendLimits: { maxPoints: 770, step: 50, minOrderMinor: 5_000 } });
    const contactId = await member(base.ctx, programId, 2_000);
    const spent = async (change: Body = {}): Promise<number> =>
      (await ask(base.ctx, cart(programId, { buyer: { contactId }, spendPoints: 'max', ...change }))).priced
        .points.spent;
    expect(await spent()).toBe(750);
    expect(await spent(goods(['49.99']))).toBe(0);
    const { version } = await getProgram(base.ctx, programId);
    const excluded = { products: ['sku-1'] };
    await changeProgram(base.ctx, programId, { version, settings: { spendLimits: { excluded } } });
    expect(await spent(goods(['100.00'], ['3.00']))).toBe(300);
  });

  test('each change is a version, others are refused, and the next quote goes by it', async () => {
    const programId = await shopWith({}, percent('10'), percent('20'));
    const change = (version: number, settings: Body) =>
      changeProgram(base.ctx, programId, { version, settings });
    expect(await refusal(change(1, { stages: { product: { mode: 'random' } } }))).toBe('validation_failed');
    expect(await refusal(change(1, { stages: { nowhere: { mode: 'best' } } }))).toBe('validation_failed');
    expect(prices(await ask(base.ctx, cart(programId)))).toEqual([8_000]);
    await change(1, { stages: { product: { mode: 'stack' } } });
    expect(prices(await ask(base.ctx, cart(programId)))).toEqual([7_000]);
    expect((await programVersions(base.ctx, programId)).map(({ settings }) => settings.stages)).toEqual([
      { product: { mode: 'stack', percentBase: null, maxPercent: null } },
      {},
    ]);
  });

  test('where accumulative discounts say how personal ones add up, they have the last word', async () => {
    const { settings, currency } = await getProgram(
      base.ctx,
      await program(base.ctx, { stages: { personal: { mode: 'stack' }, order: { mode: 'first' } } }),
    );
    const best = { stages: { personal: { mode: 'best' as const } } };
    expect(settingsOf({ settings, currency }, best, 'GBP').stages).toMatchObject({
      personal: { mode: 'best' },
      order: { mode: 'first' },
    });
    expect(settingsOf({ settings, currency }, {}, 'GBP').stages).toMatchObject({
      personal: { mode: 'stack' },
    });
  });

  test('a promotion is tried on past orders by the same settings', async () => {
    const programId = await shopWith({ stages: { product: { mode: 'stack' } } }, percent('20'));
    const contactId = await member(base.ctx, programId);
    base.clock.advance(60_000);
    await buy(base.ctx, {
      ...goods(['100.00']),
      lines: [{ product: 'sku-1', quantity: '1', unitPrice: '100.00', priceFixed: true, noDiscounts: true }],
      programId,
      buyer: { contactId },
    });
    base.clock.advance(86_400_000);
    const { id } = await createPromotion(base.ctx, ten({ programId }));
    const run = async (): Promise<number> => {
      const started = await startBacktest(base.ctx, id, backtestInput.parse({ days: 2, beside: 'live' }));
      await runBacktests(base.ctx, new AbortController().signal);
      const { result } = await getBacktest(base.ctx, id, started.id);
      return result?.discountMinor ?? -1;
    };
    const stacked = await run();
    const { version } = await getProgram(base.ctx, programId);
    await changeProgram(base.ctx, programId, { version, settings: { stages: {} } });
    expect([stacked > 0, await run()]).toEqual([true, 0]);
  });
});

test('a short trace leaves out what did not apply and was not near; nothing else of the quote differs', async () => {
  const far = { name: 'far', effect: { type: 'percent', percent: '5' }, scope: { tags: ['other'] } };
  const programId = await shopWith({ stacking: { product: 'best' } }, percent('10'), percent('7'), far);
  const all = await ask(base.ctx, cart(programId));
  const short = await ask(base.ctx, cart(programId, { trace: 'short' }));
  expect(all.priced.trace).toHaveLength(3);
  expect(short).toEqual({
    ...all,
    priced: {
      ...all.priced,
      trace: all.priced.trace.filter(({ outcome, near }) => outcome === 'applied' || near),
    },
  });
  expect(short.priced.trace.length).toBeLessThan(3);
  expect(short.priced.trace).toContainEqual(expect.objectContaining({ outcome: 'applied' }));
});

describe('price lists of person categories', () => {
  test('a wholesale customer pays the wholesale price, the trace says why, and the end of the term ends it', async () => {
    const programId = await program(base.ctx);
    await upsertProducts(base.ctx, [
      productInput.parse({ externalId: 'mug', price: '10.00', currency: 'GBP' }),
    ]);
    const category = await createCategory(
      base.ctx,
      categoryInput.parse({ name: 'Wholesale', kind: 'wholesale', review: 'none', proofRequired: false }),
    );
    const list = async (externalId: string, personCategories: string[], ...given: Body[]) => {
      const made = await createPriceList(
        base.ctx,
        priceListInput.parse({ externalId, name: externalId, currency: 'GBP', personCategories }),
      );
      await putPrices(
        base.ctx,
        made.id,
        given.map((one) => priceInput.parse({ product: 'mug', ...one })),
      );
      return made.id;
    };
    const retail = await list('retail', [], { unitPrice: '9.50' });
    const wholesale = await list(
      'wholesale',
      [category.id],
      { unitPrice: '7' },
      { unitPrice: '6', fromQuantity: '10' },
    );
    const trader = await member(base.ctx, programId);
    const until = new Date(base.clock.now().getTime() + 86_400_000).toISOString();
    await assignCategory(base.ctx, trader, assignInput.parse({ categoryId: category.id, validUntil: until }));
    const of = (contactId: string, quantity = '2'): Body => ({
      lines: [{ product: 'mug', quantity }],
      programId,
      buyer: { contactId },
    });
    const quoted = await ask(base.ctx, of(trader));
    expect(quoted.priced.lines).toMatchObject([
      { unitPrice: '7', listMinor: 2_000, priceMinor: 1_400, priceList: { listId: wholesale } },
    ]);
    expect(quoted.priced.trace).toMatchObject([
      { kind: 'price_list', id: wholesale, outcome: 'not_applied', near: true },
      {
        kind: 'price_list',
        id: wholesale,
        outcome: 'applied',
        actualMinor: 600,
        for: [{ kind: 'personCategory', id: category.id }],
      },
    ]);
    expect(quoted.hints).toHaveLength(1);
    expect(prices(await ask(base.ctx, of(trader, '10')))).toEqual([6_000]);
    const sold = await buy(base.ctx, { ...of(trader), fingerprint: quoted.fingerprint });
    expect(prices(sold)).toEqual([1_400]);
    expect((await getSale(base.ctx, sold.id)).priced.trace.at(-1)).toMatchObject({
      id: wholesale,
      for: [{ kind: 'personCategory' }],
    });
    const anybody = await ask(base.ctx, of(await member(base.ctx, programId)));
    expect(anybody.priced.lines[0]).toMatchObject({ unitPrice: '9.5', priceList: { listId: retail } });
    expect(anybody.priced.trace).toMatchObject([{ id: retail, outcome: 'applied', for: [] }]);
    base.clock.set(until);
    expect((await ask(base.ctx, of(trader))).priced.lines[0]).toMatchObject({
      unitPrice: '9.5',
      priceMinor: 1_900,
      priceList: { listId: retail },
    });
  });
});
