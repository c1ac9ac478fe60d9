import { encode } from 'uqr';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { upsertContacts } from '../../../src/contacts/index.ts';
import { createChallenge } from '../../../src/loyalty/accrual/actions.challenges.ts';
import { setReferralTerms } from '../../../src/loyalty/accrual/actions.referral.ts';
import { challengeInput } from '../../../src/loyalty/accrual/contract.challenges.ts';
import { loyaltyRoutes, registerLoyalty } from '../../../src/loyalty/index.ts';
import { memberships } from '../../../src/loyalty/programs/actions.members.ts';
import { moveReward } from '../../../src/loyalty/rewards/actions.rewards.ts';
import { makeWalletLink } from '../../../src/loyalty/wallet-page/actions.link.ts';
import { startApi } from '../../support/api.ts';
import type { Answer, TestApi } from '../../support/api.ts';
import { testClock } from '../../support/ctx.ts';
import { rule } from '../accrual/world.ts';
import { campaign, issueOne } from '../coupons/world.ts';
import { one, program, sums } from '../ledger/world.ts';
import { join, live } from '../rewards/world.ts';

const DAY_MS = 86_400_000;
const START = '2026-03-01T10:00:00Z';
const clock = testClock(START);

let api: TestApi;
let programId: string;
let contactId: string;
let path: string;
beforeAll(async () => {
  registerLoyalty();
  api = await startApi({ routes: () => [loyaltyRoutes()], clock });
  programId = await program(api.ctx, { valueOf100Minor: 200 });
  const [made] = await upsertContacts(api.ctx, [
    {
      name: 'Anna Karenina',
      givenName: 'Anna <3',
      familyName: 'Karenina',
      email: 'anna@example.com',
      phone: '+447700900123',
      locale: 'ru-RU',
    },
  ]);
  contactId = made?.contactId ?? '';
  await join(api.ctx, programId, contactId);
  const ends = new Date(clock.now().getTime() + 30 * DAY_MS);
  await one(api.ctx, {
    kind: 'accrue',
    contactId,
    programId,
    points: 250n,
    key: 'order:1:x',
    expiresAt: ends,
  });
  await one(api.ctx, {
    kind: 'accrue',
    contactId,
    programId,
    points: 40n,
    key: 'order:2:x',
    pending: { at: new Date('2026-03-15T00:00:00+01:00'), event: null },
  });
  path = await link();
});
afterAll(() => api.close());
beforeEach(() => clock.set(START));

const link = async (): Promise<string> =>
  new URL((await makeWalletLink(api.ctx, contactId, programId)).url).pathname;
const get = (at: string): Promise<Answer> => api.send('GET', at);
const post = (at: string, form: Record<string, string>): Promise<Answer> =>
  api.send('POST', at, new URLSearchParams(form).toString(), {
    'content-type': 'application/x-www-form-urlencoded',
  });
/** What a reader sees, in one line. */
const textOf = ({ text }: Answer): string =>
  text
    .replaceAll(/<style>[^]*?<\/style>|<svg[^]*?<\/svg>/g, ' ')
    .replaceAll(/<[^>]+>/g, ' ')
    .replaceAll(/[\s\u00a0\u202f]+/g, ' ');
/** The value of a hidden field. */
const hidden = ({ text }: Answer, name: string): string =>
  new RegExp(`name="${name}" value="([^"]*)"`).exec(text)?.[1] ?? '';

/** The modules of a drawn code, read from its squares. */
function drawn(svg: string): string[] {
  const size = Number(/viewBox="0 0 (\d+)/.exec(svg)?.[1]) / 10;
  const rows = Array.from({ length: size }, () => Array.from({ length: size }, () => '.'));
  for (const [, x, y] of svg.matchAll(/M(\d+),(\d+)h10v10h-10z/g)) {
    const row = rows[Number(y) / 10];
    if (row !== undefined) row[Number(x) / 10] = '#';
  }
  return rows.map((row) => row.join(''));
}
const expected = (text: string, ecc: 'M' | 'Q'): string[] =>
  encode(text, { ecc, border: 4 }).data.map((row) => row.map((dark) => (dark ? '#' : '.')).join(''));

describe('the page', () => {
  test('tells balance, worth, what is on its way and what ends, in the contact’s language and by switch', async () => {
    const ru = await get(path);
    expect(ru.status).toBe(200);
    expect(ru.text).toContain('<html lang="ru">');
    expect(textOf(ru)).toMatch(/250 баллов/);
    expect(textOf(ru)).toContain('это 5,00 €');
    expect(textOf(ru)).toContain('40 баллов — с 15 марта 2026');
    expect(textOf(ru)).toContain('250 баллов — до 31 марта 2026');
    const en = await get(`${path}?lang=en`);
    expect(en.text).toContain('<html lang="en">');
    expect(textOf(en)).toContain('250 points');
    expect(textOf(en)).toContain('worth €5.00');
    expect(textOf(en)).toContain('40 points from 15 March 2026');
    expect(textOf(en)).toContain('Purchase 1 March 2026 · on their way +40');
  });

  test('names nobody beyond the first name, takes nothing from elsewhere, runs nothing, and is kept by nobody', async () => {
    const { text, headers } = await get(path);
    expect(text).toContain('Здравствуйте, Anna &lt;3!');
    for (const secret of ['Karenina', 'anna@example.com', '7700900123', contactId])
      expect(text).not.toContain(secret);
    expect(text).not.toMatch(/<script|<link rel="stylesheet|style="|\son\w+=/);
    expect(headers.get('content-security-policy')).toMatch(
      /^default-src 'none'; style-src 'sha256-[^']+'; img-src 'self' data:; form-action 'self'; base-uri 'none'; frame-ancestors 'none'$/,
    );
    expect(headers.get('referrer-policy')).toBe('no-referrer');
    expect(headers.get('x-robots-tag')).toContain('noindex');
    expect(headers.get('cache-control')).toContain('no-store');
    expect(headers.get('set-cookie')).toBeNull();
  });

  test('shows the card and each coupon as codes that scanners read as they are', async () => {
    const coupons = await campaign(api.ctx, {
      percent: 15,
      minOrderMinor: 5_000,
      currency: 'EUR',
      validDays: 10,
    });
    const { code } = await issueOne(api.ctx, coupons.id, contactId);
    const page = await get(`${path}?lang=en`);
    expect(textOf(page)).toMatch(/15% off, from an order of €50.00, until 1[01] March 2026/);
    const codes = [...page.text.matchAll(/<svg[^]*?<\/svg>/g)].map(([svg]) => drawn(svg));
    const [member] = await memberships(api.ctx, contactId);
    const card = /OTK/.test(member?.qr ?? '') ? (member?.qr ?? '') : '';
    expect(codes).toContainEqual(expected(code, 'Q'));
    expect(codes).toContainEqual(expected(card, 'M'));
  });

  test('says how to earn more, and how far the member is in challenges', async () => {
    await rule(api.ctx, programId, { name: 'internal name', conditions: { minAmountMinor: 2_000 } });
    await rule(api.ctx, programId, { name: 'Review', earns: { type: 'event', event: 'r', points: 50 } });
    await rule(api.ctx, programId, { name: 'Welcome', earns: { type: 'enrolment', points: 9 } });
    await createChallenge(
      api.ctx,
      challengeInput.parse({
        programId,
        name: 'Three cups',
        counts: { kind: 'order' },
        target: 3,
        points: 100,
        from: '2026-02-01T00:00:00Z',
        until: '2026-03-31T22:00:00Z',
      }),
    );
    await rule(api.ctx, programId, {
      conditions: { schedule: { weekly: [{ days: [5, 6], from: '14:00', to: '17:00' }] } },
    });
    const page = textOf(await get(`${path}?lang=en`));
    expect(page).toContain('1 point for every €10.00 you spend (on Friday and Saturday, 14:00–17:00)');
    expect(page).toContain('1 point for every €10.00 you spend, from an order of €20.00');
    expect(page).toContain('50 points: Review');
    expect(page).not.toContain('Welcome');
    expect(page).not.toContain('internal name');
    expect(page).toContain('Three cups 0 of 3 100 points when you get there by 31 March 2026');
  });

  test('a member gets a code to recommend with by asking for it, and its link tells a friend nothing of them', async () => {
    await setReferralTerms(api.ctx, programId, {
      active: true,
      referrerPoints: 100,
      friendPoints: 50,
      minOrderMinor: 1_000,
      returnDays: 14,
      maxFriends: 10,
    });
    expect(textOf(await get(`${path}?lang=en`))).toContain(
      'Your friend gets 50 points and you get 100 points after their first purchase of at least €10.00, once 14 days have passed.',
    );
    expect((await post(`${path}/referral-code?lang=en`, {})).headers.get('location')).toBe(`${path}?lang=en`);
    const code = /\/w\/friend\/(\w+)/.exec((await get(path)).text)?.[1] ?? '';
    const friend = await get(`/w/friend/${code}?lang=en`);
    expect(textOf(friend)).toContain('A friend invites you to Points');
    expect(friend.text).toContain(code);
    expect(friend.text).not.toContain('Anna');
    expect((await get('/w/friend/00000000')).status).toBe(404);
  });
});

describe('rewards', () => {
  test('are redeemed by confirming, once however often it is pressed, and the coupon stands on the page', async () => {
    const { id: couponCampaignId } = await campaign(api.ctx, { percent: 20, currency: 'EUR' });
    const reward = await live(api.ctx, programId, {
      name: { en: 'Twenty off', ru: 'Минус двадцать' },
      gives: { kind: 'coupon', couponCampaignId },
    });
    await live(api.ctx, programId, { name: { en: 'A kettle', ru: '' }, points: 9_000 });
    const page = await get(`${path}?lang=ru`);
    expect(textOf(page)).toContain('Минус двадцать 100 баллов');
    expect(textOf(page)).toContain('A kettle 9 000 баллов Не хватает: 8 750 баллов');
    const at = `${path}/rewards/${reward.id}?lang=en`;
    const asked = await get(at);
    expect(textOf(asked)).toContain('Costs 100 points You have 250 points You will have 150 points');
    await get(at);
    expect(await sums(api.ctx, contactId)).toMatchObject({ available: 250 });
    const form = { key: hidden(asked, 'key'), points: hidden(asked, 'points') };
    const taken = await Promise.all([post(at, form), post(at, form), post(at, form)]);
    expect(new Set(taken.map(({ status, headers }) => `${status} ${headers.get('location')}`)).size).toBe(1);
    expect(await sums(api.ctx, contactId)).toMatchObject({ available: 150 });
    const done = await get(taken[0]?.headers.get('location') ?? '');
    const code = /class="code"[^>]*>([^<]+)</.exec(done.text)?.[1] ?? '';
    expect(drawn(/<svg[^]*?<\/svg>/.exec(done.text)?.[0] ?? '')).toEqual(expected(code, 'Q'));
    const after = await get(`${path}?lang=en`);
    expect(textOf(after)).toContain('20% off');
    expect(after.text).toContain(code);
  });

  test('a reward asked for in two tabs is taken once, whoever says yes in both; another one afterwards is another', async () => {
    const reward = await live(api.ctx, programId, { name: { en: 'A pen', ru: 'Ручка' }, points: 10 });
    const at = `${path}/rewards/${reward.id}?lang=en`;
    const { available } = await sums(api.ctx, contactId);
    const formOf = async () => ({ key: hidden(await get(at), 'key'), points: '10' });
    const tabs = [await formOf(), await formOf()];
    const taken = [];
    for (const form of tabs) taken.push((await post(at, form)).headers.get('location'));
    expect(taken[1]).toBe(taken[0]);
    expect(await sums(api.ctx, contactId)).toMatchObject({ available: available - 10 });
    const again = await post(at, await formOf());
    expect(again.status).toBe(303);
    expect(again.headers.get('location')).not.toBe(taken[0]);
    expect(await sums(api.ctx, contactId)).toMatchObject({ available: available - 20 });
  });

  test('nothing is spent at another price than was confirmed, without the form, or when it is gone', async () => {
    const reward = await live(api.ctx, programId);
    const at = `${path}/rewards/${reward.id}?lang=en`;
    const asked = await get(at);
    const key = hidden(asked, 'key');
    const before = await sums(api.ctx, contactId);
    const changed = await post(at, { key, points: '1' });
    expect([changed.status, textOf(changed)]).toEqual([409, expect.stringContaining('Nothing was spent')]);
    expect((await post(at, {})).status).toBe(422);
    await moveReward(api.ctx, reward.id, 'paused');
    const gone = await post(at, { key, points: '100' });
    expect([gone.status, textOf(gone)]).toEqual([404, expect.stringContaining('This reward is gone')]);
    expect(await sums(api.ctx, contactId)).toEqual(before);
  });

  test('a gift waits on the page until it was handed over', async () => {
    const reward = await live(api.ctx, programId, { name: { en: 'A mug', ru: 'Кружка' }, points: 10 });
    const at = `${path}/rewards/${reward.id}?lang=en`;
    const form = { key: hidden(await get(at), 'key'), points: '10' };
    const done = await get((await post(at, form)).headers.get('location') ?? '');
    expect(textOf(done)).toContain('Show this page in the shop and we hand it over');
    expect(textOf(await get(path))).toContain('Ждёт вас Кружка');
  });
});

describe('links', () => {
  test('that are wrong, too old or of another purpose get a calm page in the reader’s language', async () => {
    const forged = await api.send('GET', '/w/AAAA', undefined, { 'accept-language': 'ru' });
    expect([forged.status, textOf(forged)]).toEqual([404, expect.stringContaining('Ссылка не работает')]);
    const fresh = await link();
    clock.advance(100 * DAY_MS);
    const old = await get(fresh);
    expect([old.status, textOf(old)]).toEqual([410, expect.stringContaining('This link is no longer valid')]);
    expect((await post(`${fresh}/referral-code`, {})).status).toBe(410);
  });

  test('are made and revoked over HTTP by staff', async () => {
    const { send } = await api.person('marketer');
    const made = await send('POST', `/api/contacts/${contactId}/wallet-link`, { programId });
    expect(made.status).toBe(201);
    const { url } = made.body as { url: string };
    expect((await get(new URL(url).pathname)).status).toBe(200);
    const revoked = await send('POST', `/api/contacts/${contactId}/wallet-link/revoke`, { programId });
    expect((await get(new URL(url).pathname)).status).toBe(410);
    expect((await get(new URL((revoked.body as { url: string }).url).pathname)).status).toBe(200);
  });

  test('cannot be found by trying: many wrong ones from one address are refused', async () => {
    const answers = await Promise.all(Array.from({ length: 60 }, (_, i) => get(`/w/wrong${i}`)));
    expect(answers.some(({ status }) => status === 429)).toBe(true);
  });
});
