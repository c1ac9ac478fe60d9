import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { adjustPoints, reverseEntry } from '../../../src/loyalty/ledger/actions.adjust.ts';
import { contactLedger } from '../../../src/loyalty/ledger/actions.views.ts';
import { cancelRedemption } from '../../../src/loyalty/rewards/actions.settle.ts';
import type { TestBase } from '../../support/ctx.ts';
import { accrualBase } from '../accrual/world.ts';
import { live, redeem } from '../rewards/world.ts';
import { bringBack, buy, goods, member } from '../sales/world.ts';
import { program, refusal, sums } from './world.ts';

let base: TestBase;
beforeAll(async () => {
  base = await accrualBase();
});
afterAll(() => base.close());
beforeEach(() => base.clock.set('2026-01-10T10:00:00Z'));

/** Takes the newest entry of a contact back. */
async function reverseLast(contactId: string, programId: string) {
  const [entry] = (await contactLedger(base.ctx, contactId, { limit: 1 })).items;
  const { id: entryId = '', occurredAt = '' } = entry ?? {};
  return reverseEntry(base.ctx, { programId, contactId, entryId, occurredAt, reason: 'mistake' });
}

test('points of a sale or a reward come back with it alone: not by hand, and its return still goes through', async () => {
  const programId = await program(base.ctx);
  const contactId = await member(base.ctx, programId);
  await adjustPoints(base.ctx, { programId, contactId, points: 1_000, reason: 'hello' });
  const cart = { ...goods(['50.00']), currency: 'EUR', programId, buyer: { contactId }, spendPoints: 500 };
  const sale = await buy(base.ctx, cart);
  expect(await refusal(reverseLast(contactId, programId))).toBe('entry_of_sale');
  base.clock.advance(1_000);
  const redemption = await redeem(base.ctx, contactId, (await live(base.ctx, programId)).id);
  expect(await refusal(reverseLast(contactId, programId))).toBe('entry_of_reward');
  expect(await sums(base.ctx, contactId)).toMatchObject({ available: 400 });
  await bringBack(base.ctx, sale.id, { lines: 'all' });
  await cancelRedemption(base.ctx, redemption.id, 'mistake');
  expect(await sums(base.ctx, contactId)).toMatchObject({ available: 1_000 });
});
