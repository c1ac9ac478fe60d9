import { afterAll, beforeAll, expect, test } from 'vitest';
import { contactLedger } from '../../../src/loyalty/ledger/actions.views.ts';
import { pointsTimeline } from '../../../src/loyalty/ledger/store.views.ts';
import { cancel } from '../../../src/loyalty/sales/actions.cancel.ts';
import type { TestBase } from '../../support/ctx.ts';
import { launched } from '../offers/support.ts';
import { accrualBase, points, program, rule, told } from '../accrual/world.ts';
import { ask, bringBack, buy, finish, goods, hold, member, till } from './world.ts';

let base: TestBase;
beforeAll(async () => {
  base = await accrualBase();
});
afterAll(() => base.close());

test('1 point per 10.00: a quote of 21.90 tells 2, its sale earns 2, and two refunds of 5.00 remove 1 in total', async () => {
  const programId = await program(base.ctx);
  await rule(base.ctx, programId);
  const contactId = await member(base.ctx, programId);
  const cart = { ...goods(['21.90']), programId, buyer: { contactId } };
  expect((await ask(base.ctx, cart)).earns).toMatchObject({ points: 2 });
  const held = await hold(base.ctx, cart);
  await told(base.ctx);
  expect(await points(base.ctx, contactId)).toBe(0);
  await finish(base.ctx, held.id);
  await told(base.ctx);
  expect(await points(base.ctx, contactId)).toBe(2);
  for (const left of [1, 1]) {
    await bringBack(base.ctx, held.id, { moneyMinor: 500 });
    await told(base.ctx);
    expect(await points(base.ctx, contactId)).toBe(left);
  }
  await cancel(till(base.ctx), held.id);
  await told(base.ctx);
  expect(await points(base.ctx, contactId)).toBe(0);
});

test('what is paid with points as a payment earns nothing, and the quote says so', async () => {
  const programId = await program(base.ctx, { spendAs: 'payment' });
  await rule(base.ctx, programId);
  const contactId = await member(base.ctx, programId, 1_500);
  const cart = { ...goods(['50.00']), programId, buyer: { contactId }, spendPoints: 1_500 };
  const asked = await ask(base.ctx, cart);
  expect(asked).toMatchObject({ earns: { points: 3 }, priced: { totals: { payableMinor: 3_500 } } });
  await buy(base.ctx, { ...cart, fingerprint: asked.fingerprint });
  await told(base.ctx);
  expect(await points(base.ctx, contactId)).toBe(3);
});

test('points that promotions give come beside the most of one order, and the quote tells them apart', async () => {
  const programId = await program(base.ctx, { maxPointsPerOrder: 100 });
  await rule(base.ctx, programId);
  await launched(base.ctx, { stage: 'order', effect: { type: 'bonus_points', points: 25 }, programId });
  const contactId = await member(base.ctx, programId);
  const cart = { ...goods(['1900.00']), programId, buyer: { contactId } };
  expect((await ask(base.ctx, cart)).earns).toMatchObject({
    points: 125,
    bonusPoints: 25,
    limit: { most: 100, desired: 190 },
  });
  await buy(base.ctx, cart);
  await told(base.ctx);
  expect(await points(base.ctx, contactId)).toBe(125);
});

test('nothing of an ordinary order is cut before the program says so, whatever its currency is worth', async () => {
  const programId = await program(base.ctx);
  await rule(base.ctx, programId, { earns: { type: 'order', points: 3_000_000 } });
  const contactId = await member(base.ctx, programId);
  const cart = { ...goods(['10.00']), programId, buyer: { contactId } };
  expect((await ask(base.ctx, cart)).earns).toMatchObject({ points: 3_000_000, limit: null });
});

test('an order earns the most its program allows: the quote tells what is cut, the ledger why, and a part sent back takes points only below it', async () => {
  const programId = await program(base.ctx, { maxPointsPerOrder: 100 });
  await rule(base.ctx, programId);
  const contactId = await member(base.ctx, programId);
  const cart = { ...goods(['1900.00']), programId, buyer: { contactId } };
  expect((await ask(base.ctx, cart)).earns).toMatchObject({
    points: 100,
    limit: { most: 100, desired: 190 },
  });
  const { id, externalId } = await buy(base.ctx, cart);
  await told(base.ctx);
  expect(await points(base.ctx, contactId)).toBe(100);
  const [entry] = (await contactLedger(base.ctx, contactId, { limit: 1 })).items;
  expect(entry).toMatchObject({ points: 100, reason: 'order_limit', orderNumber: externalId });
  const page = { before: { occurredAt: new Date('9999-01-01'), id: contactId }, limit: 1 };
  const [shown] = await pointsTimeline.load(base.ctx, contactId, page);
  expect(shown?.data).toMatchObject({ orderNumber: externalId });
  for (const [moneyMinor, left] of [
    [90_000, 100],
    [50_000, 50],
  ] as const) {
    await bringBack(base.ctx, id, { moneyMinor });
    await told(base.ctx);
    expect(await points(base.ctx, contactId)).toBe(left);
  }
});
