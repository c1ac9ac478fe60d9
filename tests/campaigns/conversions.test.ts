import { sql } from 'drizzle-orm';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { sendDue } from '../../src/campaigns/actions.loop.ts';
import { campaignMessages, campaignReport } from '../../src/campaigns/actions.report.ts';
import { recordClick, recordOpen } from '../../src/campaigns/actions.responses.ts';
import { openOutbox } from '../../src/campaigns/channels/outbox.ts';
import { messageQuery } from '../../src/campaigns/contract.ts';
import { campaignsSubscriptions, registerCampaigns } from '../../src/campaigns/index.ts';
import { linksFor } from '../../src/campaigns/links.ts';
import { mergeContacts } from '../../src/contacts/index.ts';
import { rows } from '../../src/core/db.ts';
import { newId } from '../../src/core/ids.ts';
import type { Subscription } from '../../src/core/jobs.ts';
import { loyaltySubscriptions, registerLoyalty } from '../../src/loyalty/index.ts';
import { placeOrders } from '../../src/orders/index.ts';
import { deliver } from '../support/deliver.ts';
import {
  campaignWorld,
  contactId,
  couponCampaign,
  draft,
  launched,
  mailsOf,
  PUBLIC_URL,
  putContacts,
  SECRET,
} from './world.ts';
import type { World } from './world.ts';

const DAY = 86_400_000;
const visit = {
  method: 'GET',
  userAgent: 'Mozilla/5.0 (X11; Linux x86_64) Chrome/141.0 Safari/537.36',
  purpose: '',
};
const subscriptions: Subscription[] = [...loyaltySubscriptions, ...campaignsSubscriptions];

let world: World;
beforeAll(async () => {
  world = await campaignWorld();
  registerLoyalty();
  registerCampaigns();
});
afterAll(() => world.close());

async function sent(group: string, from: number, coupon?: string): Promise<string> {
  const { ctx, dataDir } = world;
  await putContacts(ctx, group, { from, to: from + 9 });
  const { id } = await draft(ctx, group, coupon === undefined ? {} : { couponCampaignId: coupon });
  await launched(ctx, id);
  await sendDue(ctx, openOutbox(dataDir), new AbortController().signal);
  world.clock.advance(60_000);
  return id;
}

async function mailOf(campaignId: string, n: number) {
  const mail = (await mailsOf(world.dataDir)).find(
    (one) => one.campaignId === campaignId && one.contactId === contactId(n),
  );
  if (mail === undefined) throw new Error('no mail');
  return { ...mail, code: /BACK-\w{8}/.exec(mail.text)?.[0] ?? '' };
}

const tokenOf = (url: string): string => url.split('/').at(-1) ?? '';
async function click(campaignId: string, n: number): Promise<void> {
  const { id } = await mailOf(campaignId, n);
  const links = linksFor(SECRET, PUBLIC_URL);
  const url = links.click({ messageId: id, contactId: contactId(n) }, 0, world.clock.now());
  await recordClick(world.ctx, tokenOf(url), visit);
}

async function buy(
  n: number,
  change: { couponCodes?: string[]; trust?: 'public' | 'server'; total?: string; externalId?: string } = {},
): Promise<void> {
  const { ctx } = world;
  await placeOrders(
    ctx,
    [
      {
        source: 'shop',
        externalId: change.externalId ?? newId(),
        occurredAt: ctx.clock.now(),
        buyer: { contactId: contactId(n) },
        couponCodes: change.couponCodes ?? [],
        lines: [{ product: 'P', quantity: '1', unitPrice: change.total ?? '10.00' }],
      },
    ],
    { trust: change.trust ?? 'server' },
  );
  await deliver(ctx, subscriptions);
}

const creditsOf = async (n: number): Promise<string[]> =>
  (
    await rows<{ text: string }>(
      world.ctx.db,
      sql`select r.reason || ' ' || r.amount_minor as text from response r
        where r.contact_id = ${contactId(n)}::uuid and r.kind = 'converted' order by r.occurred_at, r.id`,
    )
  ).map((row) => row.text);

test('an order within the window after a human click is the campaign’s, with its revenue, once', async () => {
  const id = await sent('click', 1);
  await click(id, 1);
  world.clock.advance(6 * DAY);
  await buy(1, { total: '12.50', externalId: 'one' });
  await buy(1, { total: '12.50', externalId: 'one' });
  world.clock.advance(2 * DAY);
  await buy(1);
  await buy(2);
  expect(await creditsOf(1)).toEqual(['click 1250']);
  expect(await creditsOf(2)).toEqual([]);
  expect(await campaignReport(world.ctx, id)).toMatchObject({
    conversions: 1,
    revenueMinor: 1_250,
    currency: 'GBP',
  });
});

test('what a machine opened, or the public claims, is nobody’s conversion', async () => {
  const { ctx } = world;
  const id = await sent('machine', 101);
  const { id: messageId } = await mailOf(id, 101);
  const url = linksFor(SECRET, PUBLIC_URL).open({ messageId, contactId: contactId(101) }, world.clock.now());
  await recordOpen(ctx, tokenOf(url).replace('.gif', ''), { ...visit, userAgent: 'curl/8.0' });
  await buy(101);
  await click(id, 102);
  await buy(102, { trust: 'public' });
  expect([await creditsOf(101), await creditsOf(102)]).toEqual([[], []]);
});

test('the campaign’s coupon decides before a later click on another campaign', async () => {
  const withCoupon = await sent('coupon', 201, await couponCampaign(world.ctx));
  const other = await sent('other', 211);
  await world.ctx.db.execute(
    sql`update contact set country = 'other' where contact_id = ${contactId(201)}::uuid`,
  );
  const { code } = await mailOf(withCoupon, 201);
  await click(withCoupon, 201);
  await buy(201, { couponCodes: [code], total: '40.00' });
  expect(await creditsOf(201)).toEqual(['coupon 4000']);
  const report = await campaignReport(world.ctx, withCoupon);
  expect(report).toMatchObject({ conversions: 1, couponConversions: 1, revenueMinor: 4_000 });
  expect(report.coupons).toMatchObject({ issued: 9, used: 1 });
  expect((await campaignReport(world.ctx, other)).conversions).toBe(0);
});

test('the figures drill down to the messages behind them, page by page', async () => {
  const { ctx } = world;
  const id = await sent('drill', 301);
  for (const n of [301, 302, 303]) await click(id, n);
  const page = async (query: object) => campaignMessages(ctx, id, messageQuery.parse(query));
  const clicked = await page({ response: 'clicked', human: 'true' });
  expect(clicked.items.map((item) => item.contactId)).toEqual([301, 302, 303].map(contactId));
  const seen: string[] = [];
  let cursor: string | null = null;
  do {
    const part: Awaited<ReturnType<typeof page>> = await page({
      state: 'sent',
      limit: 4,
      ...(cursor === null ? {} : { cursor }),
    });
    seen.push(...part.items.map((item) => item.id));
    cursor = part.nextCursor;
  } while (cursor !== null);
  expect(new Set(seen).size).toBe(10);
});

test('after a merge the old links still work, and the messages are the survivor’s', async () => {
  const { ctx } = world;
  const id = await sent('merge', 401);
  const { id: messageId } = await mailOf(id, 401);
  await mergeContacts(ctx, { from: contactId(401), to: contactId(402), reason: 'test' });
  const url = linksFor(SECRET, PUBLIC_URL).click(
    { messageId, contactId: contactId(401) },
    0,
    world.clock.now(),
  );
  await recordClick(ctx, tokenOf(url), visit);
  const found = await rows<{ contact: string; origin: string }>(
    ctx.db,
    sql`select contact_id as contact, origin_id as origin from message where id = ${messageId}::uuid`,
  );
  expect(found).toEqual([{ contact: contactId(402), origin: contactId(401) }]);
  expect((await campaignReport(ctx, id)).clicks.human).toBe(1);
});
