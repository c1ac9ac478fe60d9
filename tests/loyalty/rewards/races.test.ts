import { sql } from 'drizzle-orm';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Ctx } from '../../../src/core/ctx.ts';
import { openDatabase, row } from '../../../src/core/db.ts';
import type { Database } from '../../../src/core/db.ts';
import { newId } from '../../../src/core/ids.ts';
import { registerLoyalty } from '../../../src/loyalty/index.ts';
import { getReward } from '../../../src/loyalty/rewards/actions.rewards.ts';
import { cancelRedemption } from '../../../src/loyalty/rewards/actions.settle.ts';
import { testBase } from '../../support/ctx.ts';
import type { TestBase } from '../../support/ctx.ts';
import { campaign } from '../coupons/world.ts';
import { people, program, refusal, sums, total } from '../ledger/world.ts';
import { join, live, member, redeem } from './world.ts';

const CONNECTIONS = 30;

let base: TestBase;
let many: Database;
/** Over many connections of its own. */
let ctx: Ctx;
let programId: string;
beforeAll(async () => {
  base = await testBase({ OTKLIK_SECRET: 'a secret of the tests, long enough' });
  many = openDatabase(base.database.url, { poolSize: CONNECTIONS });
  ctx = { ...base.ctx, db: many.db };
  registerLoyalty();
  programId = await program(ctx);
});
afterAll(async () => {
  await many.close();
  await base.close();
});

const times = <T>(n: number, one: (i: number) => Promise<T>): Promise<T[]> =>
  Promise.all(Array.from({ length: n }, (_, i) => one(i)));
const count = (list: readonly string[]): Record<string, number> =>
  Object.fromEntries([...Map.groupBy(list, (one) => one)].map(([key, all]) => [key, all.length]));
const issued = async (id: string): Promise<number> =>
  (
    await row<{ n: number }>(
      ctx.db,
      sql`select count(*)::int as n from coupon where coupon_campaign_id = ${id}::uuid and state = 'issued'`,
    )
  ).n;

test('a stock of 10 attacked by 100 members at once gives exactly 10, each paid for and with its coupon', async () => {
  const contactIds = await people(ctx, 100);
  await times(100, (i) => join(ctx, programId, contactIds[i] ?? '', 100));
  const { id: couponCampaignId } = await campaign(ctx);
  const reward = await live(ctx, programId, { stock: 10, gives: { kind: 'coupon', couponCampaignId } });
  const results = await times(100, (i) => refusal(redeem(ctx, contactIds[i] ?? '', reward.id)));
  expect(count(results)).toEqual({ none: 10, reward_out_of_stock: 90 });
  expect((await getReward(ctx, reward.id)).taken).toBe(10);
  expect(await issued(couponCampaignId)).toBe(10);
  const left = await Promise.all(contactIds.map(async (id) => (await sums(ctx, id)).available));
  expect(count(left.map(String))).toEqual({ 0: 10, 100: 90 });
  expect(await total(ctx)).toBe(0);
});

test('one member asking 40 times at once with one key has it once, with 40 keys as often as one may', async () => {
  const contactId = await member(ctx, programId, 10_000);
  const reward = await live(ctx, programId, { perMember: 3 });
  const key = newId();
  const same = await times(40, () => redeem(ctx, contactId, reward.id, key));
  expect(new Set(same.map(({ id }) => id)).size).toBe(1);
  const results = await times(40, () => refusal(redeem(ctx, contactId, reward.id)));
  expect(count(results)).toEqual({ none: 2, reward_limit: 38 });
  expect(await sums(ctx, contactId)).toMatchObject({ available: 9_700 });
});

test('a redemption cancelled 20 times at once while others wait for it comes back once', async () => {
  const contactIds = await people(ctx, 20);
  await times(20, (i) => join(ctx, programId, contactIds[i] ?? '', 100));
  const reward = await live(ctx, programId, { stock: 1 });
  const taken = await redeem(ctx, contactIds[0] ?? '', reward.id);
  const results = await Promise.all([
    ...Array.from({ length: 20 }, () => refusal(cancelRedemption(ctx, taken.id, 'by mistake'))),
    ...contactIds.slice(1).map((id) => refusal(redeem(ctx, id, reward.id))),
  ]);
  const had = results.slice(20).filter((one) => one === 'none').length;
  expect(had).toBeLessThanOrEqual(1);
  expect((await getReward(ctx, reward.id)).taken).toBe(had);
  expect(await sums(ctx, contactIds[0] ?? '')).toMatchObject({ available: 100 });
  expect(await total(ctx)).toBe(0);
});
