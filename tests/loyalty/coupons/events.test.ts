import { sql } from 'drizzle-orm';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { eraseContacts, registerContacts } from '../../../src/contacts/index.ts';
import { inTx } from '../../../src/core/ctx.ts';
import type { Ctx } from '../../../src/core/ctx.ts';
import { rows } from '../../../src/core/db.ts';
import { newId } from '../../../src/core/ids.ts';
import { generateCoupons, runBatches } from '../../../src/loyalty/coupons/actions.batch.ts';
import { getCouponCampaign } from '../../../src/loyalty/coupons/actions.campaigns.ts';
import { getCoupon } from '../../../src/loyalty/coupons/actions.codes.ts';
import { releaseCoupons, returnCoupons } from '../../../src/loyalty/coupons/actions.reserve.ts';
import { couponJobs } from '../../../src/loyalty/coupons/jobs.ts';
import { couponsByContact } from '../../../src/loyalty/coupons/store.source.ts';
import { issueCoupons, registerLoyalty } from '../../../src/loyalty/index.ts';
import { testBase } from '../../support/ctx.ts';
import type { TestBase } from '../../support/ctx.ts';
import { buy, campaign, generic, HOUR_MS, issueOne, person, reserve } from './world.ts';

let base: TestBase;
let ctx: Ctx;
beforeAll(async () => {
  base = await testBase();
  ctx = base.ctx;
  registerContacts();
  registerLoyalty();
});
afterAll(() => base.close());

type Event = { topic: string; contactId: string; couponId: string | null; why?: string; orderId?: string };
/** What has been told of a campaign so far. */
const told = (id: string) =>
  rows<Event>(
    ctx.db,
    sql`select topic, e ->> 'contactId' as "contactId", e ->> 'couponId' as "couponId", e ->> 'why' as why, e ->> 'orderId' as "orderId"
      from outbox cross join lateral jsonb_array_elements(payload -> 'events') e
      where topic like 'coupon.%' and e ->> 'couponCampaignId' = ${id} order by id`,
  );
const jobs = async () => {
  for (const job of couponJobs) await job.run(ctx, {}, new AbortController().signal);
};

test('issue, use, release, return and end of a coupon are told, once each and without its code', async () => {
  const who = await person(ctx);
  const { id } = await campaign(ctx, { validDays: 1 });
  const { code, couponId, sendKey } = await issueOne(ctx, id, who);
  await issueOne(ctx, id, who, sendKey);
  const orderKey = newId();
  await reserve(ctx, code, { contactId: who });
  base.clock.advance(HOUR_MS);
  await jobs();
  await buy(ctx, code, { contactId: who, orderKey });
  await inTx(ctx, (tx) => returnCoupons(tx, orderKey, 'give_back'));
  await reserve(ctx, code, { contactId: who, orderKey: 'let go' });
  await inTx(ctx, (tx) => releaseCoupons(tx, ['let go']));
  base.clock.advance(24 * HOUR_MS);
  await jobs();
  await jobs();
  const events = await told(id);
  expect(events.map(({ topic, why }) => (why === null ? topic : `${topic} ${why}`))).toEqual([
    'coupon.issued',
    'coupon.released overdue',
    'coupon.used',
    'coupon.released returned',
    'coupon.released released',
    'coupon.expired',
  ]);
  for (const event of events) expect(event).toMatchObject({ contactId: who, couponId });
  const [{ n } = { n: -1 }] = await rows<{ n: number }>(
    ctx.db,
    sql`select count(*)::int as n from outbox where payload::text like ${`%${code}%`}`,
  );
  expect(n).toBe(0);
});

test('a thousand coupons are told of in some dozens of events, codes nobody has in none', async () => {
  const { id } = await campaign(ctx);
  const who = await person(ctx);
  const items = Array.from({ length: 1_000 }, () => ({ contactId: who, sendKey: newId() }));
  await issueCoupons(ctx, { couponCampaignId: id, items });
  expect(new Set((await told(id)).map(({ couponId }) => couponId)).size).toBe(1_000);
  const [{ n } = { n: 0 }] = await rows<{ n: number }>(
    ctx.db,
    sql`select count(*)::int as n from outbox where payload::text like ${`%${id}%`}`,
  );
  expect(n).toBe(25);
  const bearer = await campaign(ctx, { personal: false });
  await generateCoupons(ctx, bearer.id, { count: 100, name: '' });
  await runBatches(ctx, new AbortController().signal);
  expect(await told(bearer.id)).toEqual([]);
});

test('what segments read: coupons by contact as they stand, and none that nobody has', async () => {
  const who = await person(ctx);
  const { id } = await campaign(ctx, { validDays: 1, personal: false });
  const { couponId } = await issueOne(ctx, id, who);
  await generateCoupons(ctx, id, { count: 5, name: '' });
  await runBatches(ctx, new AbortController().signal);
  const seen = () =>
    rows<{ contactId: string; couponId: string; state: string }>(
      ctx.db,
      sql`select contact_id as "contactId", coupon_id as "couponId", state from ${couponsByContact(ctx.clock.now())} c
        where c.coupon_campaign_id = ${id}::uuid`,
    );
  expect(await seen()).toEqual([{ contactId: who, couponId, state: 'issued' }]);
  base.clock.advance(25 * HOUR_MS);
  expect(await seen()).toEqual([{ contactId: who, couponId, state: 'expired' }]);
});

test('whoever is erased takes their coupons out of the counts, and what their orders held goes back', async () => {
  const who = await person(ctx);
  const unique = await campaign(ctx);
  const { code } = await issueOne(ctx, unique.id, who);
  const all = await generic(ctx, { limits: { total: 1 } });
  await reserve(ctx, all.code, { contactId: who });
  expect(await buy(ctx, all.code)).toBe('limit_reached');
  await eraseContacts(ctx, [who]);
  expect((await getCouponCampaign(ctx, unique.id)).counts).toMatchObject({ issued: 0 });
  expect((await getCouponCampaign(ctx, all.id)).taken.uses).toBe(0);
  await expect(getCoupon(ctx, code)).rejects.toMatchObject({ status: 404 });
  expect(await buy(ctx, code)).toBe('unknown_code');
  expect(await buy(ctx, all.code)).toBe('ok');
});
