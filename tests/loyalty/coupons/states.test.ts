import { sql } from 'drizzle-orm';
import * as fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Ctx } from '../../../src/core/ctx.ts';
import { inTx } from '../../../src/core/ctx.ts';
import { rows } from '../../../src/core/db.ts';
import { newId } from '../../../src/core/ids.ts';
import { getCouponCampaign } from '../../../src/loyalty/coupons/actions.campaigns.ts';
import { voidCoupons } from '../../../src/loyalty/coupons/actions.codes.ts';
import { releaseCoupons, returnCoupons } from '../../../src/loyalty/coupons/actions.reserve.ts';
import type { CouponState } from '../../../src/loyalty/coupons/contract.ts';
import { couponJobs } from '../../../src/loyalty/coupons/jobs.ts';
import { even, limited, noRoom, roomsOf, settled } from '../../../src/loyalty/coupons/meter.ts';
import { periodOf } from '../../../src/loyalty/coupons/period.ts';
import { WAYS } from '../../../src/loyalty/coupons/states.ts';
import { registerLoyalty, settleCoupons } from '../../../src/loyalty/index.ts';
import { testBase } from '../../support/ctx.ts';
import type { TestBase } from '../../support/ctx.ts';
import { campaign, HOUR_MS, issueOne, person, reserve, sell } from './world.ts';

let base: TestBase;
let ctx: Ctx;
beforeAll(async () => {
  base = await testBase();
  ctx = base.ctx;
  registerLoyalty();
});
afterAll(() => base.close());

const STEPS = [
  'hold',
  'sell',
  'release',
  'return',
  'void',
  'unknown',
  'arrived',
  'failed',
  'time',
  'jobs',
] as const;

test('whatever happens, coupons only go the ways they may, uses never pass their number, and counts are what there is', async () => {
  const steps = fc.array(
    fc.record({ step: fc.constantFrom(...STEPS), coupon: fc.nat(2), order: fc.nat(3) }),
    { minLength: 10, maxLength: 40 },
  );
  await fc.assert(
    fc.asyncProperty(steps, fc.constantFrom(1, 2, null), async (list, usesPerCode) => {
      const who = await person(ctx);
      const { id } = await campaign(ctx, { validDays: 1, onReturn: 'give_back', usesPerCode });
      const coupons = [
        await issueOne(ctx, id, who),
        await issueOne(ctx, id, who),
        await issueOne(ctx, id, who),
      ];
      const run = newId();
      let before = await statesOf(id);
      for (const { step, coupon, order } of list) {
        const one = coupons[coupon] ?? coupons[0];
        const key = [{ contactId: who, sendKey: one?.sendKey ?? '' }];
        const orderKey = `${run} ${order}`;
        if (step === 'hold') await reserve(ctx, one?.code ?? '', { contactId: who, orderKey });
        if (step === 'sell') await sell(ctx, orderKey, who).catch(() => undefined);
        if (step === 'release') await inTx(ctx, (tx) => releaseCoupons(tx, [orderKey]));
        if (step === 'return') await inTx(ctx, (tx) => returnCoupons(tx, orderKey));
        if (step === 'void') await voidCoupons(ctx, { codes: [one?.code ?? ''], reason: 'x' });
        if (step === 'unknown') await settleCoupons(ctx, 'held', key);
        if (step === 'arrived') await settleCoupons(ctx, 'issued', key);
        if (step === 'failed') await settleCoupons(ctx, 'void', key);
        if (step === 'time') base.clock.advance(HOUR_MS * 5);
        if (step === 'jobs')
          for (const job of couponJobs) await job.run(ctx, {}, new AbortController().signal);
        const after = await statesOf(id);
        for (const [couponId, now] of after) {
          const was = before.get(couponId);
          if (was !== undefined && was.state !== now.state) expect(WAYS[was.state]).toContain(now.state);
          expect(now.uses).toBeGreaterThanOrEqual(0);
          expect(now.taken).toBeGreaterThanOrEqual(now.uses);
          if (usesPerCode !== null) expect(now.taken).toBeLessThanOrEqual(usesPerCode);
          if (now.state === 'used') expect(now.uses).toBe(usesPerCode);
        }
        before = after;
      }
      const { counts, taken } = await getCouponCampaign(ctx, id);
      const all = [...before.values()];
      for (const [state, n] of Object.entries(counts))
        expect(all.filter((c) => c.state === state).length).toBe(n);
      expect(taken.uses).toBe(all.reduce((sum, c) => sum + c.taken, 0));
    }),
    { numRuns: 25 },
  );
}, 120_000);

async function statesOf(
  id: string,
): Promise<Map<string, { state: CouponState; taken: number; uses: number }>> {
  const found = await rows<{ id: string; state: CouponState; taken: number; uses: number }>(
    ctx.db,
    sql`select coupon_id as id, state, taken, uses from coupon where coupon_campaign_id = ${id}::uuid`,
  );
  return new Map(found.map(({ id: couponId, ...rest }) => [couponId, rest]));
}

test('even parts sum to the whole, differ by one at most, and none of a debt is above zero', () => {
  fc.assert(
    fc.property(
      fc.bigInt({ min: -(10n ** 15n), max: 10n ** 15n }),
      fc.integer({ min: 1, max: 40 }),
      (n, parts) => {
        const list = even(n, parts);
        expect(list.reduce((sum, part) => sum + part, 0n)).toBe(n);
        const [low = 0n] = list.toSorted((a, b) => (a < b ? -1 : 1));
        for (const part of list) expect(part === low || part === low + 1n).toBe(true);
        if (n <= 0n) for (const part of list) expect(part <= 0n).toBe(true);
      },
    ),
  );
});

test('a meter holds what was taken, whatever was taken, given back and limited anew in whatever order', () => {
  const change = fc.record({
    uses: fc.constantFrom(1, -1),
    amount: fc.integer({ min: 0, max: 500 }),
    limit: fc.option(fc.integer({ min: 1, max: 30 })),
  });
  fc.assert(
    fc.property(fc.array(change, { maxLength: 60 }), (list) => {
      let cap: number | null = 10;
      let meters = limited([], { total: cap, budget: 5_000n, perPeriod: null }, '');
      const held: bigint[] = [];
      for (const { uses, amount, limit } of list) {
        const amountMinor = BigInt(amount);
        if (limit !== null)
          meters = limited(meters, { total: (cap = limit), budget: 5_000n, perPeriod: null }, '');
        if (uses === 1 && noRoom(roomsOf(meters, ''), amountMinor, false) === null) {
          meters = settled(meters, [{ uses, amountMinor, period: '' }], '');
          held.push(amountMinor);
          expect(held.length).toBeLessThanOrEqual(cap ?? 0);
        }
        const back = uses === -1 ? held.pop() : undefined;
        if (back !== undefined) meters = settled(meters, [{ uses, amountMinor: -back, period: '' }], '');
        const rooms = roomsOf(meters, '');
        expect(rooms.usedUses).toBe(held.length);
        expect(rooms.usedMinor).toBe(held.reduce((sum, one) => sum + one, 0n));
        expect(rooms.uses).toBe((cap ?? 0) - held.length);
      }
    }),
  );
});

test.each([
  ['day', 'Europe/Moscow', '2026-03-01T21:00:00Z', '2026-03-02'],
  ['day', 'America/New_York', '2026-03-01T04:59:00Z', '2026-02-28'],
  ['week', 'UTC', '2026-03-01T10:00:00Z', '2026-02-23'],
  ['week', 'UTC', '2026-03-02T00:00:00Z', '2026-03-02'],
  ['month', 'Pacific/Auckland', '2026-02-28T12:00:00Z', '2026-03-01'],
] as const)('the %s of %s at %s begins on %s', (unit, zone, at, day) => {
  expect(periodOf(unit, zone, new Date(at))).toBe(day);
});
