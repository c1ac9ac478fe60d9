import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Ctx } from '../../../src/core/ctx.ts';
import { mergeContacts } from '../../../src/contacts/index.ts';
import {
  changeCouponCampaign,
  couponCampaignVersions,
  getCouponCampaign,
  moveCouponCampaign,
} from '../../../src/loyalty/coupons/actions.campaigns.ts';
import { getCoupon, voidCoupon } from '../../../src/loyalty/coupons/actions.codes.ts';
import { findCodes } from '../../../src/loyalty/coupons/actions.find.ts';
import { couponCampaignInput, couponCampaignPatch } from '../../../src/loyalty/coupons/contract.ts';
import { issueCoupons, registerLoyalty, settleCoupons } from '../../../src/loyalty/index.ts';
import { registerContacts } from '../../../src/contacts/index.ts';
import { testBase } from '../../support/ctx.ts';
import type { TestBase } from '../../support/ctx.ts';
import {
  buy,
  campaign,
  generic,
  HOUR_MS,
  issueOne,
  person,
  price,
  reasonOf,
  refusedOf,
  reserve,
} from './world.ts';

let base: TestBase;
let ctx: Ctx;
beforeAll(async () => {
  base = await testBase();
  ctx = base.ctx;
  registerContacts();
  registerLoyalty();
});
afterAll(() => base.close());

const change = (id: string, patch: object) => changeCouponCampaign(ctx, id, couponCampaignPatch.parse(patch));

describe('what a code opens in pricing', () => {
  test.each<[string, object, object, number]>([
    ['10 % of 100.00', { kind: 'percent', percent: 10 }, {}, 1_000],
    ['5.00 off 100.00', { kind: 'fixed', amountMinor: 500 }, {}, 500],
    ['5.00 off 100.00 from 100.00', { kind: 'fixed', amountMinor: 500, minOrderMinor: 10_000 }, {}, 500],
    ['nothing off 100.00 from 100.01', { kind: 'fixed', amountMinor: 500, minOrderMinor: 10_001 }, {}, 0],
    ['a price of 80.00', { kind: 'offer', effect: { type: 'fixed_price', unitPrice: '80' } }, {}, 2_000],
    [
      'every second one free',
      { kind: 'offer', effect: { type: 'buy_x_get_y', buy: 1, get: 1 } },
      { quantity: '2', price: '30.00' },
      3_000,
    ],
    [
      'free shipping',
      { kind: 'offer', effect: { type: 'free_shipping' } },
      { cart: { shippingMinor: 700 } },
      700,
    ],
    ['other products', { kind: 'percent', percent: 10, scope: { products: ['P2'] } }, {}, 0],
    [
      'its category',
      { kind: 'percent', percent: 10, scope: { categories: ['C'] } },
      { line: { categoryPath: ['C'] } },
      1_000,
    ],
    ['members of a segment only', { kind: 'percent', percent: 10, conditions: { segments: ['s'] } }, {}, 0],
    [
      'a member of the segment',
      { kind: 'percent', percent: 10, conditions: { segments: ['s'] } },
      { buyer: { segments: ['s'] } },
      1_000,
    ],
    [
      'gold in the shop',
      { kind: 'percent', percent: 10, conditions: { tiers: ['gold'], channels: ['shop'] } },
      { buyer: { tier: 'gold' }, cart: { channel: 'shop' } },
      1_000,
    ],
    [
      'at the weekend only',
      { kind: 'percent', percent: 10, conditions: { schedule: { weekly: [{ days: [6], from: '00:00' }] } } },
      {},
      0,
    ],
  ])('%s', async (_title, terms, given, discountMinor) => {
    const { code } = await generic(ctx, terms);
    const priced = await price(ctx, [code.toLowerCase()], given);
    expect(priced.totals.discountMinor).toBe(discountMinor);
    expect(priced.codes[0]?.accepted).toBe(discountMinor > 0);
  });

  test('a gift and bonus points are told as effects', async () => {
    const gift = await generic(ctx, { kind: 'offer', effect: { type: 'gift', products: ['MUG'] } });
    const points = await generic(ctx, { kind: 'offer', effect: { type: 'bonus_points', points: 50 } });
    const { effects, uses } = await price(ctx, [gift.code, points.code]);
    expect(effects.gifts).toMatchObject([{ products: ['MUG'] }]);
    expect(effects.bonusPoints).toMatchObject([{ points: 50 }]);
    expect(new Set(uses.map(({ code }) => code))).toEqual(new Set([gift.code, points.code]));
  });

  test('a budget that runs dry gives a part of the discount, and both figures are told and kept', async () => {
    const { code, id } = await generic(ctx, { kind: 'percent', percent: 10, budgetMinor: 700 });
    const priced = await price(ctx, [code]);
    expect(priced.trace[0]).toMatchObject({ desiredMinor: 1_000, actualMinor: 700, limitedBy: 'budget' });
    const taken = await reserve(ctx, code, { minor: 1_000 });
    expect(taken).toEqual({ ok: false, refused: [{ code, reason: 'budget_exhausted', leftMinor: 700 }] });
    expect(await reserve(ctx, code, { minor: 1_000, partial: true })).toMatchObject({
      ok: true,
      held: [{ desiredMinor: 1_000, actualMinor: 700 }],
    });
    expect(await refusedOf(ctx, code)).toBe('budget_exhausted');
    expect((await getCouponCampaign(ctx, id)).taken).toEqual({ uses: 1, discountMinor: 700 });
  });
});

describe('why a code opens nothing', () => {
  test('an unknown one', async () => {
    expect(await refusedOf(ctx, 'NOBODY-HAS-IT')).toBe('unknown_code');
    expect(await buy(ctx, 'NOBODY-HAS-IT')).toBe('unknown_code');
    const { code } = await generic(ctx);
    const { shown } = await findCodes(
      ctx,
      ['ПРИВЕТ', '', code, "'; drop table"],
      { contactId: null },
      ctx.clock.now(),
    );
    expect(shown.map(({ refused }) => refused ?? 'ok')).toEqual([
      'unknown_code',
      'unknown_code',
      'ok',
      'unknown_code',
    ]);
  });

  test('one of somebody else, or of somebody when nobody is known', async () => {
    const [owner, other] = [await person(ctx), await person(ctx)];
    const { code } = await issueOne(ctx, (await campaign(ctx)).id, owner);
    for (const [who, reason] of [
      [other, 'another_contact'],
      [null, 'contact_needed'],
      [owner, 'ok'],
    ] as const) {
      expect(await refusedOf(ctx, code, who)).toBe(reason);
      expect(await buy(ctx, code, { contactId: who })).toBe(reason);
    }
  });

  test('one that is used, or held by another order', async () => {
    const { code } = await issueOne(ctx, (await campaign(ctx, { personal: false })).id, await person(ctx));
    expect((await reserve(ctx, code, { holdMs: HOUR_MS })).ok).toBe(true);
    expect(await refusedOf(ctx, code)).toBe('in_use');
    expect(await buy(ctx, code)).toBe('in_use');
    base.clock.advance(HOUR_MS);
    // The hold is over: it stands in nobody's way, whether or not the job has run.
    expect(await refusedOf(ctx, code)).toBe('ok');
    expect(await buy(ctx, code)).toBe('ok');
    expect(await refusedOf(ctx, code)).toBe('used');
    expect(await buy(ctx, code)).toBe('used');
  });

  test('one outside its validity', async () => {
    const at = (hours: number) => new Date(ctx.clock.now().getTime() + hours * HOUR_MS).toISOString();
    const { code } = await generic(ctx, { validFrom: at(1), validUntil: at(2) });
    expect(await buy(ctx, code)).toBe('not_yet_valid');
    base.clock.advance(HOUR_MS);
    expect(await buy(ctx, code)).toBe('ok');
    base.clock.advance(HOUR_MS);
    expect(await refusedOf(ctx, code)).toBe('expired');
    expect(await buy(ctx, code)).toBe('expired');
  });

  test('a void one', async () => {
    const who = await person(ctx);
    const { code } = await issueOne(ctx, (await campaign(ctx)).id, who);
    await voidCoupon(ctx, code, 'leaked');
    expect(await buy(ctx, code, { contactId: who })).toBe('void');
  });

  test('one of a campaign that pauses; archived, coupons in hand work on and the code for all does not', async () => {
    const who = await person(ctx);
    const unique = await campaign(ctx, { usesPerCode: null });
    const { code } = await issueOne(ctx, unique.id, who);
    const all = await generic(ctx);
    for (const id of [unique.id, all.id]) await moveCouponCampaign(ctx, id, 'pause');
    expect(await buy(ctx, code, { contactId: who })).toBe('paused');
    expect(await buy(ctx, all.code)).toBe('paused');
    await expect(issueOne(ctx, unique.id, who)).rejects.toMatchObject({ code: 'coupon_campaign_paused' });
    for (const id of [unique.id, all.id]) await moveCouponCampaign(ctx, id, 'resume');
    expect(await buy(ctx, all.code)).toBe('ok');
    for (const id of [unique.id, all.id]) await moveCouponCampaign(ctx, id, 'archive');
    expect(await buy(ctx, code, { contactId: who })).toBe('ok');
    expect(await buy(ctx, all.code)).toBe('archived');
    await expect(issueOne(ctx, unique.id, who)).rejects.toMatchObject({ code: 'coupon_campaign_over' });
    await expect(moveCouponCampaign(ctx, all.id, 'resume')).rejects.toMatchObject({
      code: 'coupon_campaign_state',
      status: 409,
    });
  });

  test('limits: in all, per contact, per period, per contact and period', async () => {
    const [who, other] = [await person(ctx), await person(ctx)];
    const total = await generic(ctx, { limits: { total: 2 } });
    expect([await buy(ctx, total.code), await buy(ctx, total.code), await buy(ctx, total.code)]).toEqual([
      'ok',
      'ok',
      'limit_reached',
    ]);
    const each = await generic(ctx, { limits: { perContact: 1 } });
    expect(await buy(ctx, each.code, { contactId: who })).toBe('ok');
    expect(await refusedOf(ctx, each.code, who)).toBe('contact_limit_reached');
    expect(await buy(ctx, each.code, { contactId: who })).toBe('contact_limit_reached');
    expect(await buy(ctx, each.code, { contactId: other })).toBe('ok');
    expect(await buy(ctx, each.code)).toBe('contact_needed');
    const daily = await generic(ctx, {
      limits: { perPeriod: { unit: 'day', uses: 3 }, perContactPeriod: { unit: 'day', uses: 1 } },
    });
    expect(await buy(ctx, daily.code, { contactId: who })).toBe('ok');
    expect(await buy(ctx, daily.code, { contactId: who })).toBe('contact_period_limit_reached');
    expect(await buy(ctx, daily.code, { contactId: other })).toBe('ok');
    expect(await buy(ctx, daily.code, { contactId: await person(ctx) })).toBe('ok');
    expect(await buy(ctx, daily.code, { contactId: await person(ctx) })).toBe('period_limit_reached');
    base.clock.advance(24 * HOUR_MS);
    expect(await buy(ctx, daily.code, { contactId: who })).toBe('ok');
  });

  test('a merge brings the uses of both together', async () => {
    const [from, to] = [await person(ctx), await person(ctx)];
    const { code } = await generic(ctx, { limits: { perContact: 2 } });
    for (const contactId of [from, to]) expect(await buy(ctx, code, { contactId })).toBe('ok');
    await mergeContacts(ctx, { from, to, reason: 'test' });
    expect(await buy(ctx, code, { contactId: to })).toBe('contact_limit_reached');
  });

  test('two codes of one campaign in one order, and one unknown code among good ones: all or nothing', async () => {
    const { id } = await campaign(ctx, { personal: false });
    const who = await person(ctx);
    const [a, b] = [await issueOne(ctx, id, who), await issueOne(ctx, id, who)];
    expect(reasonOf(await reserve(ctx, [a.code, b.code]))).toBe('already_in_order');
    expect(reasonOf(await reserve(ctx, [a.code, 'NOBODY']))).toBe('unknown_code');
    expect((await getCouponCampaign(ctx, id)).taken.uses).toBe(0);
    expect(await getCoupon(ctx, a.code)).toMatchObject({ state: 'issued', taken: 0 });
  });
});

describe('versions', () => {
  test('coupons keep what was promised with them; a code for all, limits and the budget follow', async () => {
    const who = await person(ctx);
    const unique = await campaign(ctx, { usesPerCode: 5 });
    const old = await issueOne(ctx, unique.id, who);
    const next = await change(unique.id, {
      version: 1,
      promise: { kind: 'percent', percent: 50 },
      limits: { total: 1 },
    });
    expect(next).toMatchObject({ version: 2, percent: 50 });
    const young = await issueOne(ctx, unique.id, who);
    const off = async (code: string) => (await price(ctx, [code], { contactId: who })).totals.discountMinor;
    expect([await off(old.code), await off(young.code)]).toEqual([1_000, 5_000]);
    expect(await getCoupon(ctx, old.code)).toMatchObject({ version: 1, percent: 10, maxUses: 5 });
    expect((await couponCampaignVersions(ctx, unique.id)).map(({ percent }) => percent)).toEqual([50, 10]);
    expect(await buy(ctx, old.code, { contactId: who })).toBe('ok');
    expect(await buy(ctx, young.code, { contactId: who })).toBe('limit_reached');
    const all = await generic(ctx);
    await change(all.id, { version: 1, promise: { kind: 'percent', percent: 50 } });
    expect(await off(all.code)).toBe(5_000);
    await expect(change(all.id, { version: 1, name: 'late' })).rejects.toMatchObject({
      code: 'coupon_campaign_changed',
      status: 409,
    });
  });

  test('a limit lowered under what is used lets nothing through until as much has come back', async () => {
    const { id, code } = await generic(ctx, { limits: { total: 100 } });
    for (let i = 0; i < 5; i++) expect(await buy(ctx, code)).toBe('ok');
    const changed = await change(id, { version: 1, limits: { total: 3 } });
    expect(changed.taken.uses).toBe(5);
    expect(await buy(ctx, code)).toBe('limit_reached');
    await change(id, { version: 2, limits: { total: 6 } });
    expect([await buy(ctx, code), await buy(ctx, code)]).toEqual(['ok', 'limit_reached']);
  });
});

describe('issue', () => {
  test('a code for all is given to everybody, and nothing is written for it', async () => {
    const { id, code } = await generic(ctx);
    const items = [await person(ctx), await person(ctx)].map((contactId) => ({ contactId, sendKey: 'k' }));
    const issued = await issueCoupons(ctx, { couponCampaignId: id, items });
    expect(issued.map((one) => one.code)).toEqual([code, code]);
    expect(await settleCoupons(ctx, 'void', items)).toBe(0);
    expect((await getCouponCampaign(ctx, id)).counts).toEqual({
      issued: 0,
      held: 0,
      used: 0,
      expired: 0,
      void: 0,
    });
  });

  test('a coupon of a message nobody knows to have arrived stays held, is never issued again, and ends with its time', async () => {
    const who = await person(ctx);
    const { id } = await campaign(ctx, { validDays: 1 });
    const { code, sendKey } = await issueOne(ctx, id, who);
    await settleCoupons(ctx, 'held', [{ contactId: who, sendKey }]);
    expect((await issueOne(ctx, id, who, sendKey)).code).toBe(code);
    expect((await getCouponCampaign(ctx, id)).counts).toMatchObject({ issued: 0, held: 1 });
    base.clock.advance(25 * HOUR_MS);
    const { couponJobs } = await import('../../../src/loyalty/coupons/jobs.ts');
    for (const job of couponJobs) await job.run(ctx, {}, new AbortController().signal);
    expect((await issueOne(ctx, id, who, sendKey)).code).toBe(code);
    expect((await getCouponCampaign(ctx, id)).counts).toMatchObject({ issued: 0, held: 0, expired: 1 });
  });

  test('a coupon an order has taken is not made void by its message’s failure', async () => {
    const who = await person(ctx);
    const { code, sendKey } = await issueOne(ctx, (await campaign(ctx)).id, who);
    await reserve(ctx, code, { contactId: who });
    expect(await settleCoupons(ctx, 'void', [{ contactId: who, sendKey }])).toBe(0);
    await expect(voidCoupon(ctx, code, 'x')).rejects.toMatchObject({
      code: 'coupon_not_voidable',
      status: 409,
    });
  });
});

describe('bad input', () => {
  test.each<[string, object]>([
    ['a limit below zero', { limits: { total: -1 } }],
    ['a budget of nothing', { budgetMinor: 0 }],
    ['a million days', { validDays: 1_000_000 }],
    ['110 %', { percent: 110 }],
    ['a period nobody knows', { limits: { perPeriod: { unit: 'fortnight', uses: 1 } } }],
    ['no uses', { usesPerCode: 0 }],
    ['a limit beyond counting', { limits: { total: 1e12 } }],
  ])('%s is not taken', (_title, change_) => {
    expect(
      couponCampaignInput.safeParse({
        name: 'X',
        pattern: 'X-########',
        kind: 'percent',
        percent: 10,
        ...change_,
      }).success,
    ).toBe(false);
  });

  test.each<[string, object, string]>([
    ['an end in a thousand years', { validUntil: '3026-01-01T00:00:00Z' }, 'coupon_validity_wrong'],
    ['no pattern', { pattern: undefined }, 'coupon_pattern_wrong'],
    ['a code for all without code', { codeKind: 'generic' }, 'coupon_code_wrong'],
    ['a code for all with strange letters', { codeKind: 'generic', code: 'ПРИВЕТ' }, 'coupon_code_wrong'],
    [
      'a code for all that is personal',
      { codeKind: 'generic', code: 'ALL-2', personal: true },
      'coupon_code_for_all',
    ],
  ])('%s is refused', async (_title, change_, code) => {
    await expect(campaign(ctx, change_)).rejects.toMatchObject({ code, status: 422 });
  });

  test('a code for all stands for one campaign', async () => {
    const { code } = await generic(ctx);
    await expect(generic(ctx, { code: code.toLowerCase().replace('-', '') })).rejects.toMatchObject({
      code: 'coupon_code_taken',
      status: 409,
    });
  });
});
