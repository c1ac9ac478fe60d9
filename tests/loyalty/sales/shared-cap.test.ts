import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { getFamily, joinFamily } from '../../../src/loyalty/ledger/actions.family.ts';
import { contactWallets } from '../../../src/loyalty/ledger/actions.views.ts';
import { registerLoyalty } from '../../../src/loyalty/index.ts';
import { cancel } from '../../../src/loyalty/sales/actions.cancel.ts';
import { testBase } from '../../support/ctx.ts';
import type { TestBase } from '../../support/ctx.ts';
import { refusal } from '../ledger/world.ts';
import { ask, bringBack, buy, finish, goods, hold, member, program, till } from './world.ts';

let base: TestBase;
beforeAll(async () => {
  base = await testBase({ OTKLIK_SECRET: 'a secret of the tests, long enough', BASE_CURRENCY: 'GBP' });
  registerLoyalty();
});
afterAll(() => base.close());
beforeEach(() => base.clock.set('2026-01-10T10:00:00Z'));

/** A member who may spend 50 of the 900 points that are shared, and their cart. */
async function capped(settings: Record<string, unknown> = {}) {
  const programId = await program(base.ctx, settings);
  const [ownerId, contactId] = [await member(base.ctx, programId, 900), await member(base.ctx, programId)];
  await joinFamily(base.ctx, { programId, ownerId, contactId: ownerId, monthlyCap: null });
  await joinFamily(base.ctx, { programId, ownerId, contactId, monthlyCap: 50 });
  const cart = (spendPoints: number | 'max') => ({
    ...goods(['50.00']),
    programId,
    buyer: { contactId },
    spendPoints,
  });
  return { programId, contactId, cart };
}

test('a quote offers what the monthly cap of a shared wallet leaves, and the sale of it goes through', async () => {
  // The least balance is of the wallet, not of one member's part.
  const { programId, contactId, cart } = await capped({ spendCap: { minBalance: 100 } });
  const quoted = await ask(base.ctx, cart('max'));
  expect(quoted).toMatchObject({ pointsAvailable: 50, priced: { points: { spent: 50 } } });
  expect(quoted.priced.points).toMatchObject({ requested: 900, limitedBy: 'family_cap' });
  expect(quoted.hints).toEqual([{ offerId: 'family_cap', text: expect.stringContaining('50 points') }]);
  expect((await ask(base.ctx, { ...cart(51), language: 'ru' })).hints[0]?.text).toContain('предел');
  expect(await refusal(buy(base.ctx, cart(51)))).toBe('family_cap_reached');
  const sold = await buy(base.ctx, { ...cart('max'), fingerprint: quoted.fingerprint });
  expect(sold.priced.totals).toEqual(quoted.priced.totals);
  expect((await ask(base.ctx, cart('max'))).pointsAvailable).toBe(0);
  const wallets = await contactWallets(base.ctx, contactId, programId);
  expect(wallets.find(({ kind }) => kind === 'family')).toMatchObject({ spendable: 850, spendableNow: 0 });
});

test('what a reservation holds counts against the cap, so that each one made can be committed', async () => {
  const { cart } = await capped();
  const first = await hold(base.ctx, cart(40));
  expect(await refusal(hold(base.ctx, cart(40)))).toBe('family_cap_reached');
  const second = await hold(base.ctx, cart('max'));
  expect(second.priced.points.spent).toBe(10);
  await finish(base.ctx, first.id);
  await cancel(till(base.ctx), second.id);
  expect((await ask(base.ctx, cart('max'))).pointsAvailable).toBe(10);
  const third = await hold(base.ctx, cart('max'));
  await finish(base.ctx, third.id);
});

test('a return gives back to the cap only in the month of its purchase', async () => {
  const { programId, contactId, cart } = await capped();
  const spent = async () =>
    (await getFamily(base.ctx, contactId, programId)).members.find((one) => one.contactId === contactId)
      ?.spentThisMonth;
  const january = await buy(base.ctx, cart(30));
  const back = await buy(base.ctx, cart(20));
  await bringBack(base.ctx, back.id, { lines: 'all' });
  expect(await spent()).toBe(30);
  base.clock.set('2026-02-10T10:00:00Z');
  await buy(base.ctx, cart(50));
  await bringBack(base.ctx, january.id, { lines: 'all' });
  expect(await spent()).toBe(50);
  expect(await refusal(buy(base.ctx, cart(1)))).toBe('family_cap_reached');
});
