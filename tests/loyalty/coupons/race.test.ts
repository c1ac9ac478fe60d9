import { sql } from 'drizzle-orm';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Ctx } from '../../../src/core/ctx.ts';
import { inTxUndisturbed } from '../../../src/core/deadlock.ts';
import { openDatabase, row } from '../../../src/core/db.ts';
import type { Database } from '../../../src/core/db.ts';
import { newId } from '../../../src/core/ids.ts';
import { getCouponCampaign } from '../../../src/loyalty/coupons/actions.campaigns.ts';
import { getCoupon } from '../../../src/loyalty/coupons/actions.codes.ts';
import { releaseCoupons, returnCoupons } from '../../../src/loyalty/coupons/actions.reserve.ts';
import { couponJobs } from '../../../src/loyalty/coupons/jobs.ts';
import { registerLoyalty } from '../../../src/loyalty/index.ts';
import { testBase } from '../../support/ctx.ts';
import type { TestBase } from '../../support/ctx.ts';
import { buy, campaign, generic, HOUR_MS, issueOne, person, reasonOf, reserve, sell } from './world.ts';

const CONNECTIONS = 30;

let base: TestBase;
let many: Database;
/** Over many connections of its own. */
let ctx: Ctx;
beforeAll(async () => {
  base = await testBase();
  many = openDatabase(base.database.url, { poolSize: CONNECTIONS });
  ctx = { ...base.ctx, db: many.db };
  registerLoyalty();
});
afterAll(async () => {
  await many.close();
  await base.close();
});

const times = <T>(n: number, one: (i: number) => Promise<T>): Promise<T[]> =>
  Promise.all(Array.from({ length: n }, (_, i) => one(i)));

const count = (list: readonly string[]): Record<string, number> =>
  Object.fromEntries([...Map.groupBy(list, (one) => one)].map(([key, all]) => [key, all.length]));

/** What the rows of reservations come to, beside what the meter says. */
const booked = (id: string) =>
  row<{ uses: number; minor: number }>(
    base.ctx.db,
    sql`select count(*)::int as uses, coalesce(sum(actual_minor), 0)::int as minor from coupon_reservation
      where coupon_campaign_id = ${id}::uuid and state in ('held', 'used')`,
  );

describe('attacked at once', () => {
  test('a limit of 100 attacked by 1,000 parallel redemptions gives exactly 100', async () => {
    const { id, code } = await generic(ctx, { limits: { total: 100 } });
    const results = await times(1_000, () => buy(ctx, code));
    expect(count(results)).toEqual({ ok: 100, limit_reached: 900 });
    expect((await getCouponCampaign(ctx, id)).taken.uses).toBe(100);
    expect((await booked(id)).uses).toBe(100);
  });

  test('a limit per day likewise, and anew the next day', async () => {
    const { code } = await generic(ctx, { limits: { perPeriod: { unit: 'day', uses: 25 } } });
    expect(count(await times(200, () => buy(ctx, code)))).toEqual({ ok: 25, period_limit_reached: 175 });
    base.clock.advance(24 * HOUR_MS);
    expect(count(await times(60, () => buy(ctx, code)))).toEqual({ ok: 25, period_limit_reached: 35 });
  });

  test('a budget is spent to the last cent and not beyond, with amounts of all sizes', async () => {
    const { id, code } = await generic(ctx, { budgetMinor: 10_000 });
    const results = await times(300, (i) =>
      reserve(ctx, code, { minor: 1 + ((i * 37) % 199), partial: true }),
    );
    const given = results
      .flatMap((one) => (one.ok ? one.held : []))
      .reduce((sum, use) => sum + use.actualMinor, 0);
    expect(given).toBe(10_000);
    expect((await getCouponCampaign(ctx, id)).taken.discountMinor).toBe(10_000);
    expect((await booked(id)).minor).toBe(10_000);
  });

  test('a contact’s limit holds against its own 50 orders at once', async () => {
    const contactId = await person(ctx);
    const { code } = await generic(ctx, { limits: { perContact: 3 } });
    expect(count(await times(50, () => buy(ctx, code, { contactId })))).toEqual({
      ok: 3,
      contact_limit_reached: 47,
    });
  });

  test('a single-use coupon goes to one of 50 orders, one of five uses to five', async () => {
    const who = await person(ctx);
    const once = await issueOne(ctx, (await campaign(ctx, { personal: false })).id, who);
    const five = await issueOne(ctx, (await campaign(ctx, { personal: false, usesPerCode: 5 })).id, who);
    const results = await times(50, () => buy(ctx, once.code));
    expect(results.filter((reason) => reason === 'ok').length).toBe(1);
    expect((await times(50, () => buy(ctx, five.code))).filter((reason) => reason === 'ok').length).toBe(5);
    expect(await getCoupon(ctx, once.code)).toMatchObject({ state: 'used', uses: 1, taken: 1 });
    expect(await getCoupon(ctx, five.code)).toMatchObject({ state: 'used', uses: 5, taken: 5 });
  });

  test('one order asking 20 times at once takes one use, and is sold once', async () => {
    const { id, code } = await generic(ctx, { limits: { total: 10 } });
    const orderKey = newId();
    const results = await times(20, () => reserve(ctx, code, { orderKey }));
    expect(count(results.map(reasonOf))).toEqual({ ok: 20 });
    const orderId = newId();
    await times(10, () => sell(ctx, orderKey, newId(), orderId));
    expect((await getCouponCampaign(ctx, id)).taken.uses).toBe(1);
    expect(await booked(id)).toMatchObject({ uses: 1 });
  });

  test('takes, sales, releases and returns in any mix: the meter is what the reservations say', async () => {
    const { id, code } = await generic(ctx, {
      limits: { total: 40, perPeriod: { unit: 'week', uses: 45 } },
      budgetMinor: 3_000,
      onReturn: 'give_back',
    });
    await times(400, async (i) => {
      const orderKey = `mix ${i % 90}`;
      const kind = (i * 7) % 5;
      if (kind <= 1) return reserve(ctx, code, { orderKey, minor: 1 + (i % 150), partial: i % 2 === 0 });
      if (kind === 2) return sell(ctx, orderKey, newId()).catch(() => undefined);
      if (kind === 3) return inTxUndisturbed(ctx, (tx) => releaseCoupons(tx, [orderKey]));
      return inTxUndisturbed(ctx, (tx) => returnCoupons(tx, orderKey));
    });
    const { uses, minor } = await booked(id);
    expect((await getCouponCampaign(ctx, id)).taken).toEqual({ uses, discountMinor: minor });
    expect(uses).toBeLessThanOrEqual(40);
    expect(minor).toBeLessThanOrEqual(3_000);
  });
});

describe('holds', () => {
  test('what orders never came for goes to others as soon as it is over, without waiting for the job', async () => {
    const { id, code } = await generic(ctx, { limits: { total: 5 } });
    expect(count((await times(5, () => reserve(ctx, code, { holdMs: HOUR_MS }))).map(reasonOf))).toEqual({
      ok: 5,
    });
    expect(await buy(ctx, code)).toBe('limit_reached');
    base.clock.advance(HOUR_MS);
    expect(count(await times(20, () => buy(ctx, code)))).toEqual({ ok: 5, limit_reached: 15 });
    expect((await getCouponCampaign(ctx, id)).taken.uses).toBe(5);
  });

  test('the job lets go what is over; an order that comes too late is told so', async () => {
    const { id, code } = await generic(ctx);
    const orderKey = newId();
    await reserve(ctx, code, { orderKey });
    base.clock.advance(HOUR_MS);
    await expect(sell(ctx, orderKey, newId())).rejects.toMatchObject({ code: 'hold_expired', status: 409 });
    for (const job of couponJobs) await job.run(ctx, {}, new AbortController().signal);
    expect((await getCouponCampaign(ctx, id)).taken.uses).toBe(0);
    expect(await sell(ctx, orderKey, newId())).toEqual([]);
  });

  test('an order’s own hold stands in nobody’s way but others’, and follows its new amount', async () => {
    const contactId = await person(ctx);
    const { id, code } = await generic(ctx, { limits: { total: 1, perContact: 1 }, budgetMinor: 500 });
    const orderKey = newId();
    for (const minor of [400, 400, 500, 100])
      expect(await reserve(ctx, code, { orderKey, contactId, minor })).toMatchObject({
        ok: true,
        held: [{ actualMinor: minor }],
      });
    expect((await getCouponCampaign(ctx, id)).taken).toEqual({ uses: 1, discountMinor: 100 });
    await inTxUndisturbed(ctx, (tx) => releaseCoupons(tx, [orderKey]));
    expect((await getCouponCampaign(ctx, id)).taken).toEqual({ uses: 0, discountMinor: 0 });
    expect(await buy(ctx, code, { contactId })).toBe('ok');
  });

  test('a return gives the use back where the policy says so, and only once', async () => {
    const who = await person(ctx);
    for (const [onReturn, state] of [
      ['keep', 'used'],
      ['give_back', 'issued'],
    ]) {
      const { id } = await campaign(ctx, { onReturn });
      const { code } = await issueOne(ctx, id, who);
      const orderKey = newId();
      await buy(ctx, code, { orderKey, contactId: who });
      await times(5, () => inTxUndisturbed(ctx, (tx) => returnCoupons(tx, orderKey)));
      expect(await getCoupon(ctx, code)).toMatchObject({ state });
      const back = state === 'issued' ? 0 : 1;
      expect((await getCouponCampaign(ctx, id)).taken.uses).toBe(back);
      expect((await getCouponCampaign(ctx, id)).counts).toMatchObject({ used: back, issued: 1 - back });
    }
  });
});
