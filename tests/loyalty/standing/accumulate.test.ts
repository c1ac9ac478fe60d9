import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Ctx } from '../../../src/core/ctx.ts';
import { precedenceSettings } from '../../../src/loyalty/standing/accumulate.ts';
import {
  changeAccumulative,
  createAccumulative,
} from '../../../src/loyalty/standing/actions.accumulative.ts';
import { standingFacts, standingOffers } from '../../../src/loyalty/standing/actions.facts.ts';
import { ladders } from '../../../src/loyalty/standing/actions.ladders.ts';
import { contactStanding, progressOfContact } from '../../../src/loyalty/standing/actions.read.ts';
import { accumulativeInput, accumulativePatch } from '../../../src/loyalty/standing/contract.ts';
import type { TestBase } from '../../support/ctx.ts';
import { quote } from '../pricing/support.ts';
import { DAY_MS, ladder, member, order, person, program, standingBase, tiers, told } from './world.ts';

let base: TestBase;
let ctx: Ctx;
beforeAll(async () => {
  base = await standingBase();
  ctx = base.ctx;
});
afterAll(() => base.close());

const THRESHOLDS = [
  { fromMinor: 50_000, percent: '2' },
  { fromMinor: 100_000, percent: '3' },
];
const make = async (change: object = {}) => {
  for (const { discountId, version } of made.splice(0))
    await changeAccumulative(ctx, discountId, accumulativePatch.parse({ version, state: 'archived' }));
  const view = await createAccumulative(
    ctx,
    accumulativeInput.parse({
      name: 'Card',
      thresholds: THRESHOLDS,
      window: { kind: 'lifetime' },
      ...change,
    }),
  );
  made.push({ discountId: view.id, version: view.version });
  return view.id;
};
const made: { discountId: string; version: number }[] = [];

/** What a contact pays for a cart of one line, in minor units, by all that stands at this moment. */
async function payable(
  contactId: string,
  unitPrice: string,
  programId: string | null = null,
): Promise<number> {
  const now = ctx.clock.now();
  const facts = (await standingFacts(ctx, [contactId], now)).get(contactId);
  const { offers, settings } = await standingOffers(ctx, programId);
  const tier = facts?.tiers.find((one) => one.programId === programId)?.tier?.id;
  const priced = quote({
    lines: [{ id: '1', externalId: 'tea', quantity: '1', unitPrice }],
    offers: [...offers, ...(facts?.personalOffers ?? [])],
    cart: { currency: 'GBP' },
    buyer: {
      contactId,
      member: (facts?.tiers.length ?? 0) > 0,
      personCategories: facts?.personCategories ?? [],
      accumulated: facts?.accumulated ?? {},
      ...(tier === undefined ? {} : { tier }),
    },
    settings,
    now,
  });
  return priced.totals.payableMinor;
}

test('who stands at 99 999 and orders for 2 gets 2 % on this order and 3 % on the next', async () => {
  const discountId = await make();
  const contactId = await person(ctx);
  expect(await payable(contactId, '100')).toBe(10_000);
  await order(ctx, contactId, 999.99);
  const before = await contactStanding(ctx, contactId);
  expect(before.accumulated).toMatchObject([
    { discountId, accumulatedMinor: 99_999, percent: '2', next: { missingMinor: 1, percent: '3', by: null } },
  ]);
  expect(before.accumulated[0]?.words?.en).toBe('Spend £0.01 more to get 3 %.');
  // 2 % of 2.00, and of 100.00: the present order is not counted.
  expect(await payable(contactId, '2')).toBe(196);
  expect(await payable(contactId, '100')).toBe(9_800);
  await order(ctx, contactId, 0.02);
  expect(await payable(contactId, '100')).toBe(9_700);
});

test('where the current order counts, it is the order itself that reaches the threshold', async () => {
  await make({ countCurrentOrder: true });
  const contactId = await person(ctx);
  await order(ctx, contactId, 999.99);
  expect(await payable(contactId, '2')).toBe(194);
});

test('returns take away what their orders brought, or nothing, as the discount says', async () => {
  const strict = await make();
  const contactId = await person(ctx);
  const first = await order(ctx, contactId, 600);
  await order(ctx, contactId, 600);
  await order(ctx, contactId, 600, { kind: 'return', of: first });
  await order(ctx, contactId, 900, { trust: 'public' });
  const read = async (): Promise<Record<string, number>> =>
    (await standingFacts(ctx, [contactId], ctx.clock.now())).get(contactId)?.accumulated ?? {};
  expect(await read()).toEqual({ [strict]: 60_000 });
  const mild = await make({ returns: 'ignore' });
  expect(await read()).toEqual({ [mild]: 120_000 });
});

test('what was bought leaves a rolling window at the end of its last day, and a return with its order', async () => {
  base.clock.set('2026-03-01T10:00:00Z');
  const discountId = await make({
    window: { kind: 'rolling', unit: 'months', count: 1 },
    zone: 'Europe/Berlin',
  });
  const contactId = await person(ctx);
  const old = await order(ctx, contactId, 600, { daysAgo: 10 });
  await order(ctx, contactId, 300);
  base.clock.advance(DAY_MS);
  await order(ctx, contactId, 200, { kind: 'return', of: old });
  const read = async (): Promise<number | undefined> =>
    (await standingFacts(ctx, [contactId], ctx.clock.now())).get(contactId)?.accumulated[discountId];
  expect(await read()).toBe(70_000);
  const { accumulated } = await progressOfContact(ctx, contactId);
  expect(accumulated).toMatchObject([{ next: { missingMinor: 30_000, by: '2026-03-19T23:00:00.000Z' } }]);
  base.clock.set('2026-03-19T22:59:59Z');
  expect(await read()).toBe(70_000);
  base.clock.set('2026-03-19T23:00:00Z');
  expect(await read()).toBe(30_000);
});

test('beside a tier the better counts, or both up to a cap', async () => {
  base.clock.set('2026-06-01T10:00:00Z');
  const programId = await program(ctx);
  const [silver] = tiers(10_000);
  await ladder(ctx, programId, {
    window: { kind: 'lifetime' },
    tiers: [{ ...silver, benefits: { discountPercent: 5 } }],
  });
  const contactId = await member(ctx, programId);
  await order(ctx, contactId, 1_000);
  await told(ctx);
  await make({ programId });
  expect(await payable(contactId, '100', programId)).toBe(9_500);
  await make({ programId, precedence: { withPersonal: 'sum' } });
  expect(await payable(contactId, '100', programId)).toBe(9_200);
  await make({ programId, precedence: { withPersonal: 'sum', capPercent: 6 } });
  expect(await payable(contactId, '100', programId)).toBe(9_400);
  // Of a program, for its members alone.
  const stranger = await person(ctx);
  await order(ctx, stranger, 1_000);
  expect((await standingFacts(ctx, [stranger], ctx.clock.now())).get(stranger)?.accumulated).toEqual({});
});

test('who has a tier with free shipping pays none, and who has not pays it', async () => {
  const programId = await program(ctx);
  const [silver] = tiers(10_000);
  await ladder(ctx, programId, { tiers: [{ ...silver, benefits: { freeShipping: true } }] });
  const { offers } = await standingOffers(ctx, programId);
  const [tier] = (await ladders(ctx, programId))[0]?.tiers ?? [];
  const total = (buyer: object) =>
    quote({
      lines: [{ id: '1', externalId: 'tea', quantity: '1', unitPrice: '10' }],
      offers,
      cart: { currency: 'GBP', shippingMinor: 500 },
      buyer: { member: true, ...buyer },
    }).totals.payableMinor;
  expect(total({ tier: tier?.id })).toBe(1_000);
  expect(total({})).toBe(1_500);
});

test('sums only when every discount says so, at most the lowest cap', () => {
  const sum = { withPersonal: 'sum', capPercent: '9', withPriceList: 'add' } as const;
  expect(precedenceSettings([sum, { ...sum, capPercent: '10' }]).stages).toEqual({
    personal: { mode: 'stack', percentBase: 'initial', maxPercent: '9' },
  });
  const max = { ...sum, withPersonal: 'max', withPriceList: 'max' } as const;
  expect(precedenceSettings([sum, max])).toEqual({
    stages: { personal: { mode: 'best' } },
    personalOverPriceList: 'max',
  });
});

test('thresholds that do not ascend, a percentage of nothing, an unknown program are refused', async () => {
  const given = { name: 'Card', window: { kind: 'lifetime' } };
  const steps = (...list: object[]) => accumulativeInput.safeParse({ ...given, thresholds: list });
  expect(steps({ fromMinor: 5, percent: '2' }, { fromMinor: 5, percent: '3' }).success).toBe(false);
  expect(steps({ fromMinor: 5, percent: '0' }).success).toBe(false);
  expect(steps({ fromMinor: -1, percent: '2' }).success).toBe(false);
  expect(steps({ fromMinor: 5, percent: '100.0001' }).success).toBe(false);
  await expect(make({ programId: '00000000-0000-4000-8000-000000000000' })).rejects.toMatchObject({
    status: 404,
  });
});
