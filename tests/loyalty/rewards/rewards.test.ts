import { sql } from 'drizzle-orm';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { mergeContacts } from '../../../src/contacts/index.ts';
import { row, rows } from '../../../src/core/db.ts';
import { newId } from '../../../src/core/ids.ts';
import { getCoupon } from '../../../src/loyalty/coupons/actions.codes.ts';
import { registerLoyalty } from '../../../src/loyalty/index.ts';
import { contactWallets } from '../../../src/loyalty/ledger/actions.views.ts';
import { contactRewards, redemptions } from '../../../src/loyalty/rewards/actions.read.ts';
import { redeemReward } from '../../../src/loyalty/rewards/actions.redeem.ts';
import { changeReward, getReward, moveReward } from '../../../src/loyalty/rewards/actions.rewards.ts';
import { cancelRedemption, handOver } from '../../../src/loyalty/rewards/actions.settle.ts';
import { testBase } from '../../support/ctx.ts';
import type { TestBase } from '../../support/ctx.ts';
import { campaign, generic, reserve } from '../coupons/world.ts';
import { one, program, refusal, sums, total } from '../ledger/world.ts';
import { draft, live, member, redeem } from './world.ts';

const DAY_MS = 86_400_000;

let base: TestBase;
let programId: string;
beforeAll(async () => {
  base = await testBase({ OTKLIK_SECRET: 'a secret of the tests, long enough' });
  registerLoyalty();
  programId = await program(base.ctx);
});
afterAll(() => base.close());

const told = async (topic: string): Promise<number> =>
  (await row<{ n: number }>(base.ctx.db, sql`select count(*)::int as n from outbox where topic = ${topic}`))
    .n;

describe('redeeming', () => {
  test('points are spent and the coupon is the member’s own, once for each key', async () => {
    const { ctx } = base;
    const contactId = await member(ctx, programId, 250);
    const { id: couponCampaignId } = await campaign(ctx);
    const reward = await live(ctx, programId, { gives: { kind: 'coupon', couponCampaignId } });
    const before = await told('reward.redeemed');
    const key = newId();
    const first = await redeem(ctx, contactId, reward.id, key);
    expect(first).toMatchObject({ state: 'given', points: 100, kind: 'coupon', name: { en: 'Tea mug' } });
    expect(await redeem(ctx, contactId, reward.id, key)).toEqual(first);
    expect(await getCoupon(ctx, first.code ?? '')).toMatchObject({ contactId, state: 'issued' });
    expect(await sums(ctx, contactId)).toMatchObject({ available: 150 });
    expect(await getReward(ctx, reward.id)).toMatchObject({ taken: 1, open: 0 });
    expect((await told('reward.redeemed')) - before).toBe(1);
    const other = await live(ctx, programId);
    expect(await refusal(redeem(ctx, contactId, other.id, key))).toBe('key_reused');
    expect(await total(ctx)).toBe(0);
  });

  test('without enough points nothing is left behind: no coupon, no redemption, none of the stock', async () => {
    const { ctx } = base;
    const contactId = await member(ctx, programId, 99);
    const { id: couponCampaignId } = await campaign(ctx);
    const reward = await live(ctx, programId, { gives: { kind: 'coupon', couponCampaignId }, stock: 5 });
    expect(await refusal(redeem(ctx, contactId, reward.id))).toBe('insufficient_points');
    expect(await getReward(ctx, reward.id)).toMatchObject({ taken: 0 });
    const found = await rows(
      ctx.db,
      sql`select 1 from coupon where coupon_campaign_id = ${couponCampaignId}::uuid`,
    );
    expect(found).toEqual([]);
    expect((await contactRewards(ctx, contactId, programId)).rewards).toContainEqual(
      expect.objectContaining({ miss: 'points', missing: 1, mine: 0 }),
    );
  });

  test('every condition is held against the member, and told in advance', async () => {
    const { ctx, clock } = base;
    const contactId = await member(ctx, programId, 1_000);
    const stranger = await member(ctx, await program(ctx), 1_000);
    const missOf = async (id: string): Promise<string | null | undefined> =>
      (await contactRewards(ctx, contactId, programId)).rewards.find(({ reward }) => reward.id === id)?.miss;
    const in_ = (days: number): string => new Date(clock.now().getTime() + days * DAY_MS).toISOString();

    const paused = await moveReward(ctx, (await live(ctx, programId)).id, 'paused');
    expect(await refusal(redeem(ctx, contactId, paused.id))).toBe('reward_not_live');
    expect(await refusal(redeem(ctx, contactId, (await draft(ctx, programId)).id))).toBe('reward_not_live');
    const later = await live(ctx, programId, { from: in_(1), until: in_(3) });
    expect([await missOf(later.id), await refusal(redeem(ctx, contactId, later.id))]).toEqual([
      'not_started',
      'reward_not_started',
    ]);
    const once = await live(ctx, programId, { perMember: 1 });
    await redeem(ctx, contactId, once.id);
    expect([await missOf(once.id), await refusal(redeem(ctx, contactId, once.id))]).toEqual([
      'limit',
      'reward_limit',
    ]);
    const gone = await live(ctx, programId, { stock: 0 });
    expect([await missOf(gone.id), await refusal(redeem(ctx, contactId, gone.id))]).toEqual([
      'out_of_stock',
      'reward_out_of_stock',
    ]);
    expect(await refusal(redeem(ctx, stranger, gone.id))).toBe('reward_not_a_member');
    clock.advance(3 * DAY_MS);
    expect([await missOf(later.id), await refusal(redeem(ctx, contactId, later.id))]).toEqual([
      undefined,
      'reward_over',
    ]);
  });

  test('what it costs is what the member was told, or nothing happens', async () => {
    const { ctx } = base;
    const contactId = await member(ctx, programId, 500);
    const reward = await live(ctx, programId);
    const { definition, version } = reward;
    await changeReward(ctx, reward.id, { version, definition: { ...definition, points: 300 } });
    const asked = { contactId, rewardId: reward.id, key: newId(), points: 100 };
    expect(await refusal(redeemReward(ctx, asked))).toBe('reward_changed');
    expect(await sums(ctx, contactId)).toMatchObject({ available: 500 });
    expect(await redeemReward(ctx, { ...asked, points: 300 })).toMatchObject({ points: 300 });
  });
});

describe('afterwards', () => {
  test('a gift waits in the queue until it is handed over; both can be said twice', async () => {
    const { ctx } = base;
    const reward = await live(ctx, programId);
    const [a, b] = [await member(ctx, programId, 100), await member(ctx, programId, 100)];
    const first = await redeem(ctx, a, reward.id);
    base.clock.advance(1_000);
    const second = await redeem(ctx, b, reward.id);
    const queue = () => redemptions(ctx, { state: 'open', rewardId: reward.id }, { limit: 1 });
    const page = await queue();
    expect(page.items).toMatchObject([
      { id: first.id, contactId: a, contactName: expect.stringMatching(/^Member/) },
    ]);
    const rest = await redemptions(
      ctx,
      { state: 'open', rewardId: reward.id },
      { limit: 1, cursor: page.nextCursor ?? '' },
    );
    expect(rest).toMatchObject({ items: [{ id: second.id }], nextCursor: null });
    expect(await handOver(ctx, first.id)).toMatchObject({ state: 'given', settledBy: 'test' });
    await handOver(ctx, first.id);
    const waitsFor = async (contactId: string) =>
      (await redemptions(ctx, { state: 'open', contactId }, { limit: 50 })).items.map(({ id }) => id);
    expect([await waitsFor(a), await waitsFor(b)]).toEqual([[], [second.id]]);
    expect((await queue()).items).toMatchObject([{ id: second.id }]);
    await cancelRedemption(ctx, second.id, 'changed their mind');
    expect(await refusal(handOver(ctx, second.id))).toBe('redemption_cancelled');
    expect(await getReward(ctx, reward.id)).toMatchObject({ taken: 1, open: 0 });
  });

  test('a cancelled redemption gives points back to the lots they came from, with their ends, once', async () => {
    const { ctx, clock } = base;
    const contactId = await member(ctx, programId);
    const soon = new Date(clock.now().getTime() + 10 * DAY_MS);
    const late = new Date(clock.now().getTime() + 90 * DAY_MS);
    for (const [key, expiresAt] of [
      ['soon', soon],
      ['late', late],
    ] as const)
      await one(ctx, { kind: 'accrue', contactId, programId, points: 60n, key, expiresAt });
    const ends = async () =>
      (await contactWallets(ctx, contactId, programId))[0]?.expiring.map(({ at, points }) => [at, points]);
    const before = await ends();
    const reward = await live(ctx, programId, { stock: 1 });
    const taken = await redeem(ctx, contactId, reward.id);
    expect(await ends()).toEqual([[late.toISOString(), 20]]);
    expect(await refusal(redeem(ctx, contactId, reward.id))).toBe('reward_out_of_stock');
    await cancelRedemption(ctx, taken.id, 'sold out in the shop');
    await cancelRedemption(ctx, taken.id, 'said twice');
    expect(await ends()).toEqual(before);
    expect(await getReward(ctx, reward.id)).toMatchObject({ taken: 0 });
    expect(await redeem(ctx, contactId, reward.id)).toMatchObject({ state: 'open' });
  });

  test('a coupon can be cancelled while nobody has used it, and is void then', async () => {
    const { ctx } = base;
    const contactId = await member(ctx, programId, 300);
    const { id: couponCampaignId } = await campaign(ctx);
    const reward = await live(ctx, programId, { gives: { kind: 'coupon', couponCampaignId } });
    const taken = await redeem(ctx, contactId, reward.id);
    await cancelRedemption(ctx, taken.id, 'by mistake');
    expect(await getCoupon(ctx, taken.code ?? '')).toMatchObject({ state: 'void' });
    const used = await redeem(ctx, contactId, reward.id);
    expect((await reserve(ctx, used.code ?? '', { contactId })).ok).toBe(true);
    expect(await refusal(cancelRedemption(ctx, used.id, 'too late'))).toBe('reward_coupon_used');
    expect(await sums(ctx, contactId)).toMatchObject({ available: 200 });
  });

  test('of two members who are one person the limit counts both, and a cancellation finds its points', async () => {
    const { ctx } = base;
    const [a, b] = [await member(ctx, programId, 100), await member(ctx, programId, 150)];
    const reward = await live(ctx, programId, { perMember: 2 });
    const taken = await redeem(ctx, a, reward.id);
    await redeem(ctx, b, reward.id);
    await mergeContacts(ctx, { from: a, to: b, reason: 'one person' });
    expect(await refusal(redeem(ctx, b, reward.id))).toBe('reward_limit');
    await cancelRedemption(ctx, taken.id, 'changed their mind');
    expect(await sums(ctx, b)).toMatchObject({ available: 150 });
    expect((await contactRewards(ctx, b, programId)).redemptions.map(({ state }) => state)).toEqual([
      'open',
      'cancelled',
    ]);
  });
});

describe('the catalogue', () => {
  test('a reward names what there is, and a coupon campaign with a code for each', async () => {
    const { ctx } = base;
    const { id: couponCampaignId } = await generic(ctx);
    for (const [change, at] of [
      [{ gives: { kind: 'coupon', couponCampaignId } }, 'definition.gives.couponCampaignId'],
      [{ gives: { kind: 'coupon', couponCampaignId: newId() } }, 'definition.gives.couponCampaignId'],
      [{ gives: { kind: 'gift', productId: newId() } }, 'definition.gives.productId'],
      [{ segments: [newId()] }, 'definition.segments.0'],
      [{ tiers: [newId()] }, 'definition.tiers.0'],
    ] as const)
      await expect(draft(ctx, programId, change)).rejects.toMatchObject({ code: 'validation_failed', at });
  });

  test('it is changed by whoever knows its present version, and stays as it was once put away', async () => {
    const { ctx } = base;
    const reward = await live(ctx, programId);
    const change = (version: number) =>
      changeReward(ctx, reward.id, { version, definition: reward.definition });
    await change(1);
    expect(await refusal(change(1))).toBe('reward_changed');
    await moveReward(ctx, reward.id, 'ended');
    expect(await refusal(change(2))).toBe('reward_ended');
    expect(await refusal(moveReward(ctx, reward.id, 'live'))).toBe('reward_state');
  });

  test('what it gives stays of its kind once somebody has it', async () => {
    const { ctx } = base;
    const reward = await live(ctx, programId);
    await redeem(ctx, await member(ctx, programId, 100), reward.id);
    const definition = { ...reward.definition, gives: { kind: 'custom' as const } };
    expect(await refusal(changeReward(ctx, reward.id, { version: 1, definition }))).toBe('reward_kind_stays');
  });
});
