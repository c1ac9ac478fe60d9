import { afterAll, beforeAll, expect, test } from 'vitest';
import { newId } from '../../../src/core/ids.ts';
import { runBatches } from '../../../src/loyalty/coupons/actions.batch.ts';
import { loyaltyRoutes } from '../../../src/loyalty/index.ts';
import { startApi } from '../../support/api.ts';
import type { Send, TestApi } from '../../support/api.ts';
import { buy, campaign, generic, issueOne, person, reserve } from './world.ts';

let api: TestApi;
let owner: Send;
beforeAll(async () => {
  api = await startApi({ routes: () => [loyaltyRoutes()] });
  owner = await api.owner();
});
afterAll(() => api.close());

type Body = Record<string, unknown> & { id: string; items: Array<Record<string, unknown>> };
const call = async (method: string, path: string, body?: unknown) => {
  const answer = await owner(method, path, body);
  return { status: answer.status, body: answer.body as Body };
};
const check = async (code: string, contactId?: string): Promise<Body> => {
  const who = contactId === undefined ? '' : `&contactId=${contactId}`;
  return (await call('GET', `/api/coupon-check?code=${encodeURIComponent(code)}${who}`)).body;
};

const draft = {
  name: 'Later',
  codeKind: 'generic',
  code: 'LATER-10',
  kind: 'percent',
  percent: 10,
  draft: true,
};

test('a draft gives out nothing and takes no code; launched it works', async () => {
  const made = await call('POST', '/api/coupon-campaigns', draft);
  expect(made).toMatchObject({ status: 201, body: { state: 'draft', version: 1 } });
  const path = `/api/coupon-campaigns/${made.body.id}`;
  expect(await check('later 10')).toMatchObject({ refused: 'unknown_code', campaign: null });
  expect(await check('Later-10')).toMatchObject({ refused: 'draft', campaign: { name: 'Later' } });
  // The code is free: another campaign may take it before.
  const rival = await call('POST', '/api/coupon-campaigns', { ...draft, draft: false });
  expect(await call('POST', `${path}/launch`)).toMatchObject({
    status: 409,
    body: { code: 'coupon_code_taken' },
  });
  expect(
    await call('PUT', path, { version: 1, campaign: { ...draft, code: 'LATER-20', percent: 20 } }),
  ).toMatchObject({ status: 200, body: { state: 'draft', version: 2, pattern: 'LATER-20', percent: 20 } });
  expect(await call('PUT', path, { version: 1, campaign: draft })).toMatchObject({
    status: 409,
    body: { code: 'coupon_campaign_changed' },
  });
  expect(await call('POST', `${path}/launch`)).toMatchObject({ status: 200, body: { state: 'active' } });
  expect(await check('later20')).toMatchObject({ refused: null, campaign: { codeKind: 'generic' } });
  expect(await call('PUT', path, { version: 2, campaign: draft })).toMatchObject({
    status: 409,
    body: { code: 'coupon_campaign_state' },
  });
  const { items } = (await call('GET', '/api/coupon-campaigns?state=active&search=later')).body;
  expect(new Set(items.map(({ id }) => id))).toEqual(new Set([made.body.id, rival.body.id]));
});

test('a draft of many codes becomes another kind, and makes none before its launch', async () => {
  const made = await call('POST', '/api/coupon-campaigns', draft);
  const path = `/api/coupon-campaigns/${made.body.id}`;
  const { code: _code, ...rest } = draft;
  const campaignNow = { ...rest, codeKind: 'unique', pattern: 'L-########', personal: false };
  expect(await call('PUT', path, { version: 1, campaign: campaignNow })).toMatchObject({
    body: { codeKind: 'unique', personal: false },
  });
  expect(await call('POST', `${path}/batches`, { count: 5 })).toMatchObject({
    status: 409,
    body: { code: 'coupon_campaign_draft' },
  });
  await call('POST', `${path}/launch`);
  expect(await call('POST', `${path}/batches`, { count: 5 })).toMatchObject({ status: 202 });
  expect(await call('POST', `${path}/archive`)).toMatchObject({ body: { state: 'archived' } });
});

test('why a code does not work is told for the one who asks', async () => {
  const { ctx } = api;
  const [ana, ben] = [await person(ctx), await person(ctx)];
  const { id } = await campaign(ctx, { limits: { perContact: 1 } });
  const mine = await issueOne(ctx, id, ana);
  expect(await check(mine.code)).toMatchObject({
    refused: null,
    buyer: { contactId: ana, name: 'Somebody', uses: 0 },
    owner: { contactId: ana },
    coupon: { state: 'issued' },
  });
  expect(await check(mine.code, ben)).toMatchObject({
    refused: 'another_contact',
    owner: { contactId: ana },
  });
  expect(await call('GET', `/api/coupon-check?code=${mine.code}&contactId=${newId()}`)).toMatchObject({
    status: 404,
  });
  expect(await buy(ctx, mine.code, { contactId: ana })).toBe('ok');
  expect(await check(mine.code)).toMatchObject({ refused: 'used', buyer: { uses: 1 } });
  const second = await issueOne(ctx, id, ana);
  expect(await check(second.code)).toMatchObject({ refused: 'contact_limit_reached' });
  const once = await generic(ctx, { limits: { perContact: 1 }, validUntil: '2030-01-01T00:00:00.000Z' });
  expect(await check(once.code)).toMatchObject({ refused: 'contact_needed', owner: null, coupon: null });
});

test('a contact tells which codes of nobody their orders have used, as they are written', async () => {
  const { ctx } = api;
  const [ana, ben] = [await person(ctx), await person(ctx)];
  const all = await generic(ctx);
  const own = await issueOne(ctx, (await campaign(ctx)).id, ana);
  await buy(ctx, all.code, { contactId: ana });
  await buy(ctx, all.code.toLowerCase(), { contactId: ana });
  await buy(ctx, own.code, { contactId: ana });
  await reserve(ctx, all.code, { contactId: ben });
  const told = async (contactId: string) => (await call('GET', `/api/contacts/${contactId}/coupons`)).body;
  expect(await told(ana)).toMatchObject({
    items: [{ code: own.code, state: 'used' }],
    open: [{ code: all.code, couponCampaignId: all.id, uses: 2, lastUsedAt: expect.stringMatching(/Z$/) }],
  });
  expect(await told(ben)).toMatchObject({ items: [], open: [] });
});

test('a coupon tells what it went through, with its orders', async () => {
  const { ctx } = api;
  const ana = await person(ctx);
  const { id } = await campaign(ctx);
  const { code } = await issueOne(ctx, id, ana);
  await buy(ctx, code, { contactId: ana, minor: 250 });
  const { items } = (await call('GET', `/api/coupons/${code}/story`)).body;
  expect(items.map(({ what }) => what)).toEqual(['issued', 'used']);
  expect(items[1]).toMatchObject({ discountMinor: 250, at: expect.stringMatching(/Z$/) });
  const held = await issueOne(ctx, id, ana);
  await reserve(ctx, held.code, { contactId: ana });
  const story = (await call('GET', `/api/coupons/${held.code}/story`)).body.items;
  expect(story.map(({ what }) => what)).toEqual(['issued', 'taken']);
  expect((await call('GET', '/api/coupons/NOBODY/story')).status).toBe(404);
});

test('a void coupon tells since when and why, voided alone or with its batch', async () => {
  const { ctx } = api;
  const made = await campaign(ctx, { personal: false });
  const path = `/api/coupon-campaigns/${made.id}`;
  await call('POST', `${path}/batches`, { count: 2 });
  await runBatches(ctx, new AbortController().signal);
  const { items } = (await call('GET', `/api/coupons?couponCampaignId=${made.id}`)).body;
  const [first, second] = items.map(({ code }) => String(code));
  await call('POST', `/api/coupons/${first}/void`, { reason: 'leaked' });
  await call('POST', `${path}/void`, { reason: 'it is over' });
  await runBatches(ctx, new AbortController().signal);
  for (const [code, reason] of [
    [first, 'leaked'],
    [second, 'it is over'],
  ])
    expect((await call('GET', `/api/coupons/${code}/story`)).body.items.at(-1)).toMatchObject({
      what: 'void',
      reason,
      at: expect.stringMatching(/Z$/),
    });
});

test('uses stand under the days of the zone, days without any among them', async () => {
  const { ctx } = api;
  const { code, id } = await generic(ctx);
  await buy(ctx, code, { minor: 300 });
  await buy(ctx, code, { minor: 200 });
  const today = ctx.clock.now().toISOString().slice(0, 10);
  const before = new Date(ctx.clock.now().getTime() - 2 * 86_400_000).toISOString().slice(0, 10);
  const asked = await call('GET', `/api/coupon-campaigns/${id}/days?from=${before}&to=${today}`);
  expect(asked.body.items).toHaveLength(3);
  expect(asked.body.items.at(-1)).toEqual({ day: today, uses: 2, discountMinor: 500 });
  expect(asked.body.items[0]).toMatchObject({ uses: 0 });
  expect(
    (await call('GET', `/api/coupon-campaigns/${id}/days?from=2020-01-01&to=${today}`)).body,
  ).toMatchObject({ code: 'coupon_days_wide' });
  expect((await call('GET', `/api/coupon-campaigns/${id}/days?from=2026-02-31&to=2026-03-01`)).status).toBe(
    422,
  );
});
