import * as fc from 'fast-check';
import { sql } from 'drizzle-orm';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { mergeContacts, upsertContacts } from '../../src/contacts/index.ts';
import { inTx } from '../../src/core/ctx.ts';
import type { Ctx } from '../../src/core/ctx.ts';
import { rows } from '../../src/core/db.ts';
import { newId } from '../../src/core/ids.ts';
import { createCouponCampaign, getCouponCampaign } from '../../src/loyalty/coupons/actions.campaigns.ts';
import { contactCoupons, getCoupon } from '../../src/loyalty/coupons/actions.codes.ts';
import { reserveCoupons, returnCoupons, useCoupons } from '../../src/loyalty/coupons/actions.reserve.ts';
import { codeFrom, foldCode, patternProblem, randomBytesOf } from '../../src/loyalty/coupons/code.ts';
import { couponCampaignInput } from '../../src/loyalty/coupons/contract.ts';
import {
  issueCoupons,
  loyaltyJobs,
  loyaltySubscriptions,
  registerLoyalty,
  settleCoupons,
} from '../../src/loyalty/index.ts';
import { insertCoupons, recode } from '../../src/loyalty/coupons/store.issue.ts';
import { placeOrders } from '../../src/orders/index.ts';
import type { OrderToPlace } from '../../src/orders/index.ts';
import { testBase } from '../support/ctx.ts';
import type { TestBase } from '../support/ctx.ts';
import { deliver } from '../support/deliver.ts';

let base: TestBase;
let ctx: Ctx;

beforeAll(async () => {
  base = await testBase();
  ctx = base.ctx;
  registerLoyalty();
});
afterAll(() => base.close());

const terms = { name: 'Ten', pattern: 'TEN-########', kind: 'percent', percent: 10 };
const campaign = async (change: object = {}): Promise<string> =>
  (await createCouponCampaign(ctx, couponCampaignInput.parse({ ...terms, ...change }))).id;

async function contact(name: string): Promise<string> {
  const [made] = await upsertContacts(ctx, [{ name, externalIds: [{ namespace: 'user', id: name }] }]);
  if (made === undefined) throw new Error('no contact');
  return made.contactId;
}

const issueOne = async (couponCampaignId: string, contactId: string, sendKey = newId()) => {
  const [coupon] = await issueCoupons(ctx, { couponCampaignId, items: [{ contactId, sendKey }] });
  if (coupon === undefined) throw new Error('no coupon');
  return coupon;
};

async function place(
  contactId: string,
  couponCodes: string[],
  change: Partial<OrderToPlace> & { trust?: 'public' | 'server'; total?: string } = {},
): Promise<string> {
  const { trust = 'server', total = '50.00', ...rest } = change;
  const [placed] = await placeOrders(
    ctx,
    [
      {
        source: 'shop',
        externalId: newId(),
        occurredAt: ctx.clock.now(),
        buyer: { contactId },
        couponCodes,
        lines: [{ product: 'P1', quantity: '1', unitPrice: total }],
        ...rest,
      },
    ],
    { trust },
  );
  if (placed?.ok !== true) throw new Error('not placed');
  await deliver(ctx, loyaltySubscriptions);
  return placed.orderId;
}

const usesOf = async (code: string): Promise<string[]> =>
  (
    await rows<{ text: string }>(
      ctx.db,
      sql`select outcome || coalesce(' ' || reason, '') as text from coupon_use u
        join coupon_code k on k.contact_id = u.contact_id and k.coupon_id = u.coupon_id
        where k.code = ${foldCode(code)} order by u.occurred_at, outcome`,
    )
  ).map((row) => row.text);

describe('codes', () => {
  test('every code fits its pattern, uses letters nobody misreads, and is found however it is typed', () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 16, maxLength: 16 }), (random) => {
        const code = codeFrom('WELCOME-########', random);
        expect(code).toMatch(/^WELCOME-[2-9A-HJKMNP-TV-Z]{8}$/);
        for (const typed of [code.toLowerCase(), ` ${code} `, code.replace('-', ' '), code.replace('O', '0')])
          expect(foldCode(typed)).toBe(foldCode(code));
      }),
    );
    expect(randomBytesOf('A-######')).toBe(12);
  });

  test.each(['TEN-#####', 'ten-########', 'TEN ########', 'NOTHING', `#${'#'.repeat(24)}`, ''])(
    'the pattern %j is refused',
    (pattern) => {
      expect(patternProblem(pattern)).toBeTypeOf('string');
    },
  );
});

describe('issue', () => {
  test('the same contact and send key get the same coupon, also from twenty askers at once', async () => {
    const couponCampaignId = await campaign();
    const contacts = await Promise.all(Array.from({ length: 5 }, (_, i) => contact(`issue ${i}`)));
    const items = contacts.map((contactId) => ({ contactId, sendKey: `key of ${contactId}` }));
    const answers = await Promise.all(
      Array.from({ length: 20 }, () => issueCoupons(ctx, { couponCampaignId, items })),
    );
    const codes = new Set(answers.flat().map(({ contactId, code }) => `${contactId} ${code}`));
    expect(codes.size).toBe(5);
    expect((await getCouponCampaign(ctx, couponCampaignId)).counts).toMatchObject({ issued: 5, used: 0 });
  });

  test('a code somebody has is not given again: the second draft asks for another and gets it', async () => {
    const couponCampaignId = await campaign();
    const who = await contact('collides');
    const now = ctx.clock.now();
    const issue = {
      couponCampaignId,
      sourceId: null,
      version: 1,
      maxUses: 1,
      issuedAt: now,
      validFrom: now,
      validUntil: null,
    };
    const draft = (n: number, code: string) => ({
      contactId: who,
      sendKey: `collision ${n}`,
      couponId: newId(),
      code,
      folded: foldCode(code),
    });
    const [first, second] = [draft(1, 'TEN-AAAAAAAA'), draft(2, 'TEN-aaaaaaaa')];
    expect(await insertCoupons(ctx, issue, [first])).toEqual(new Map([[first.couponId, true]]));
    expect(await insertCoupons(ctx, issue, [second])).toEqual(new Map([[second.couponId, false]]));
    const again = { ...second, code: 'TEN-BBBBBBBB', folded: 'TENBBBBBBBB' };
    expect(await recode(ctx, [again])).toEqual(new Set());
    expect((await getCoupon(ctx, 'ten bbbbbbbb')).id).toBe(second.couponId);
    expect((await getCoupon(ctx, 'TEN-AAAAAAAA')).id).toBe(first.couponId);
  });

  test('validity is the nearer end of the campaign’s and the coupon’s own days', async () => {
    const now = ctx.clock.now();
    const inDays = (days: number): string => new Date(now.getTime() + days * 86_400_000).toISOString();
    const who = await contact('validity');
    const until = async (change: object) =>
      (await issueOne(await campaign(change), who)).validUntil?.toISOString() ?? null;
    expect(await until({ validDays: 7 })).toBe(inDays(7));
    expect(await until({ validDays: 7, validUntil: inDays(3) })).toBe(inDays(3));
    expect(await until({})).toBeNull();
  });

  test('a campaign that is over gives out nothing; one that could never be used is refused', async () => {
    const soon = new Date(ctx.clock.now().getTime() + 1_000).toISOString();
    const couponCampaignId = await campaign({ validUntil: soon });
    base.clock.advance(2_000);
    await expect(issueOne(couponCampaignId, newId())).rejects.toMatchObject({
      code: 'coupon_campaign_over',
      status: 409,
    });
    await expect(campaign({ validUntil: soon })).rejects.toMatchObject({
      code: 'coupon_validity_wrong',
      status: 422,
    });
    await expect(campaign({ pattern: 'SHORT-##' })).rejects.toMatchObject({
      code: 'coupon_pattern_wrong',
      at: 'pattern',
    });
  });

  test('held, issued, void: a coupon follows its message, and a used one stays used', async () => {
    const who = await contact('settle');
    const { code, sendKey } = await issueOne(await campaign(), who);
    const key = [{ contactId: who, sendKey }];
    expect(await settleCoupons(ctx, 'held', key)).toBe(1);
    expect((await getCoupon(ctx, code)).state).toBe('held');
    expect(await settleCoupons(ctx, 'issued', key)).toBe(1);
    await place(who, [code]);
    expect(await settleCoupons(ctx, 'void', key)).toBe(0);
    expect((await getCoupon(ctx, code)).state).toBe('used');
  });
});

describe('redeem', () => {
  test('a trusted order uses the coupon once; the second order is refused and said why', async () => {
    const who = await contact('redeem');
    const { code } = await issueOne(await campaign(), who);
    const orderId = await place(who, [code.toLowerCase().replace('-', ' ')]);
    expect(await getCoupon(ctx, code)).toMatchObject({ state: 'used', orderId });
    base.clock.advance(1_000);
    await place(who, [code]);
    expect(await usesOf(code)).toEqual(['applied', 'refused used']);
  });

  test('a claimed order of the public cannot use a coupon; once a server confirms it, it does', async () => {
    const who = await contact('claimed');
    const { code } = await issueOne(await campaign(), who);
    const order = { externalId: 'claimed-1', occurredAt: ctx.clock.now() };
    await place(who, [code], { ...order, trust: 'public' });
    expect((await getCoupon(ctx, code)).state).toBe('issued');
    await place(who, [code], order);
    expect((await getCoupon(ctx, code)).state).toBe('used');
  });

  test('a held coupon works: whoever shows the code has got the message', async () => {
    const who = await contact('held');
    const { code, sendKey } = await issueOne(await campaign(), who);
    await settleCoupons(ctx, 'held', [{ contactId: who, sendKey }]);
    await place(who, [code]);
    expect((await getCoupon(ctx, code)).state).toBe('used');
  });

  test.each<[string, object, Parameters<typeof place>[2], string]>([
    ['below the minimum', { minOrderMinor: 5_001 }, {}, 'refused below_minimum'],
    [
      'in another currency',
      { kind: 'fixed', amountMinor: 500, currency: 'EUR' },
      {},
      'refused other_currency',
    ],
  ])('%s', async (name, change, order, expected) => {
    const who = await contact(name);
    const { code } = await issueOne(await campaign(change), who);
    await place(who, [code], order);
    expect(await usesOf(code)).toEqual([expected]);
  });

  test('another contact’s personal coupon is refused, a bearer’s is not', async () => {
    const [owner, other] = [await contact('owner'), await contact('other')];
    const personal = await issueOne(await campaign(), owner);
    const bearer = await issueOne(await campaign({ personal: false }), owner);
    await place(other, [personal.code, bearer.code]);
    expect(await usesOf(personal.code)).toEqual(['refused another_contact']);
    expect(await usesOf(bearer.code)).toEqual(['applied']);
  });

  test('the order’s own time decides: late news of an order within the validity still counts', async () => {
    const who = await contact('late');
    const couponCampaignId = await campaign({ validDays: 1 });
    const [early, late] = [await issueOne(couponCampaignId, who), await issueOne(couponCampaignId, who)];
    const within = new Date(ctx.clock.now().getTime() + 3_600_000);
    base.clock.advance(2 * 86_400_000);
    await loyaltyJobs[0]?.run(ctx, {}, new AbortController().signal);
    expect((await getCoupon(ctx, early.code)).state).toBe('expired');
    await place(who, [early.code], { occurredAt: within });
    await place(who, [late.code]);
    expect(await usesOf(early.code)).toEqual(['applied']);
    expect(await usesOf(late.code)).toEqual(['refused expired']);
  });

  test('a code for all counts each order once, against its limit and budget, however often an order is told of', async () => {
    const { id } = await createCouponCampaign(
      ctx,
      couponCampaignInput.parse({
        ...terms,
        codeKind: 'generic',
        code: 'POSTER',
        pattern: undefined,
        limits: { total: 2 },
        budgetMinor: 900,
      }),
    );
    const buyers = await Promise.all([1, 2, 3].map((i) => contact(`poster ${i}`)));
    for (const who of buyers) {
      const order = { externalId: `poster of ${who}`, occurredAt: ctx.clock.now() };
      await place(who, ['poster'], order);
      await place(who, ['poster'], { ...order, status: 'paid' });
      base.clock.advance(1_000);
    }
    const uses = await rows<{ contactId: string; text: string }>(
      ctx.db,
      sql`select contact_id as "contactId", concat_ws(' ', outcome, reason) as text from coupon_use
        where coupon_id = ${id}::uuid order by occurred_at`,
    );
    expect(uses).toEqual(
      buyers.map((contactId, i) => ({ contactId, text: i < 2 ? 'applied' : 'refused limit_reached' })),
    );
    // 50.00 is what 10 % have left of 55.56; the second order finds 3.45 in the budget.
    expect((await getCouponCampaign(ctx, id)).taken).toEqual({ uses: 2, discountMinor: 900 });
  });

  test('what the sales verbs have sold is not used again by the order’s event', async () => {
    const who = await contact('sold');
    const couponCampaignId = await campaign({ usesPerCode: 5 });
    const { code } = await issueOne(couponCampaignId, who);
    const [placed] = await inTx(ctx, async (tx) => {
      const hold = { orderKey: 'till 1', contactId: who, expiresAt: new Date('2100-01-01T00:00:00Z') };
      await reserveCoupons(tx, { ...hold, codes: [{ code, desiredMinor: 500, actualMinor: 500 }] });
      const made = await placeOrders(
        tx,
        [
          {
            source: 'till',
            externalId: 'till 1',
            occurredAt: ctx.clock.now(),
            buyer: { contactId: who },
            couponCodes: [code],
            lines: [{ product: 'P1', quantity: '1', unitPrice: '45.00' }],
          },
        ],
        { trust: 'server' },
      );
      const order = made[0];
      if (order?.ok !== true) throw new Error('not placed');
      await useCoupons(tx, 'till 1', { orderId: order.orderId, contactId: who });
      return made;
    });
    expect(placed?.ok).toBe(true);
    const events = await deliver(ctx, loyaltySubscriptions);
    expect(events.filter(({ topic }) => topic === 'coupon.used')).toHaveLength(1);
    expect(await getCoupon(ctx, code)).toMatchObject({ uses: 1, taken: 1, state: 'issued' });
    expect((await getCouponCampaign(ctx, couponCampaignId)).taken).toEqual({ uses: 1, discountMinor: 500 });
    // Given back by a return, it is not used again by late news of the order.
    await inTx(ctx, (tx) => returnCoupons(tx, 'till 1', 'give_back'));
    const order = { source: 'till', externalId: 'till 1', occurredAt: ctx.clock.now() };
    await place(who, [code], { ...order, status: 'paid', total: '45.00' });
    expect(await getCoupon(ctx, code)).toMatchObject({ uses: 0, taken: 0 });
  });

  test('after a merge the coupon still works, for whom the contact has become', async () => {
    const [from, to] = [await contact('merged from'), await contact('merged to')];
    const couponCampaignId = await campaign();
    const sendKey = 'the same send key for both';
    const [a, b] = [
      await issueOne(couponCampaignId, from, sendKey),
      await issueOne(couponCampaignId, to, sendKey),
    ];
    await mergeContacts(ctx, { from, to, reason: 'test' });
    expect(new Set((await contactCoupons(ctx, to)).map(({ code }) => code))).toEqual(
      new Set([a.code, b.code]),
    );
    await place(to, [a.code]);
    expect(await getCoupon(ctx, a.code)).toMatchObject({ state: 'used', contactId: to });
  });
});
