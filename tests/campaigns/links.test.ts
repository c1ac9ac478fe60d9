import * as fc from 'fast-check';
import { sql } from 'drizzle-orm';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { sendDue } from '../../src/campaigns/actions.loop.ts';
import { campaignReport } from '../../src/campaigns/actions.report.ts';
import { seedTemplates } from '../../src/campaigns/actions.seed.ts';
import { openOutbox } from '../../src/campaigns/channels/outbox.ts';
import { campaignsRoutes } from '../../src/campaigns/index.ts';
import { linksFor } from '../../src/campaigns/links.ts';
import type { StoredMail } from '../../src/campaigns/contract.ts';
import type { Ctx } from '../../src/core/ctx.ts';
import { rows } from '../../src/core/db.ts';
import { createSigner } from '../../src/core/sign.ts';
import { startApi } from '../support/api.ts';
import type { TestApi } from '../support/api.ts';
import { testClock } from '../support/ctx.ts';
import { addressOf, contactId, draft, launched, mailsOf, putContacts, SECRET, statesOf } from './world.ts';

const clock = testClock();
let api: TestApi;
let ctx: Ctx;
let dataDir: string;
let campaignId: string;
let mails: StoredMail[];

const BROWSER = {
  'user-agent':
    'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/141.0.0.0 Safari/537.36',
};

beforeAll(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'otklik-links-'));
  api = await startApi({
    routes: () => [campaignsRoutes()],
    env: { DATA_DIR: dataDir, OTKLIK_SECRET: SECRET },
    clock,
  });
  ctx = api.ctx;
  await seedTemplates(ctx);
  await putContacts(ctx, 'A', { from: 1, to: 20 });
  await ctx.db.execute(sql`update contact set locale = 'ru' where contact_id = ${contactId(2)}::uuid`);
  const made = await draft(ctx, 'A');
  campaignId = made.id;
  await launched(ctx, campaignId);
  await sendDue(ctx, openOutbox(dataDir), new AbortController().signal);
  mails = await mailsOf(dataDir);
  clock.advance(60_000);
});
afterAll(async () => {
  await api.close();
  await rm(dataDir, { recursive: true, force: true });
});

function mailOf(n: number): { mail: StoredMail; open: string; clicks: string[]; leave: string } {
  const mail = mails.find((one) => one.to === addressOf(n));
  if (mail === undefined) throw new Error(`no mail to ${n}`);
  const urls = [...mail.html.matchAll(/(?:href|src)="(http[^"]+)"/g)].map(
    (found) => new URL(found[1] ?? '').pathname,
  );
  const of = (prefix: string): string[] => urls.filter((url) => url.startsWith(prefix));
  return { mail, open: of('/t/o/')[0] ?? '', clicks: of('/t/c/'), leave: of('/u/')[0] ?? '' };
}

const responsesOf = async (n: number): Promise<string[]> =>
  (
    await rows<{ text: string }>(
      ctx.db,
      sql`select kind || ' ' || case when human then 'human' else 'machine ' || reason end as text from response
        where contact_id = ${contactId(n)}::uuid order by recorded_at, id`,
    )
  ).map((row) => row.text);

describe('open and click', () => {
  test('a person’s open and click are counted once each, and the click leads to the stored address with utm tags', async () => {
    const { open, clicks } = mailOf(1);
    for (let i = 0; i < 3; i++) {
      const pixel = await api.send('GET', open, undefined, BROWSER);
      expect([pixel.status, pixel.headers.get('content-type'), pixel.headers.get('cache-control')]).toEqual([
        200,
        'image/gif',
        'no-store, private',
      ]);
      const click = await api.send('GET', clicks[0] ?? '', undefined, BROWSER);
      expect(click.status).toBe(302);
      expect(click.headers.get('location')).toBe(
        'https://shop.example.com/?utm_source=otklik&utm_medium=email&utm_campaign=to-a',
      );
      expect(click.headers.get('set-cookie')).toBeNull();
    }
    expect(await responsesOf(1)).toEqual(['opened human', 'clicked human']);
  });

  test.each([
    ['HEAD', {}, 'head_request'],
    [
      'GET',
      { 'user-agent': 'Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)' },
      'bot',
    ],
    ['GET', { 'user-agent': '' }, 'no_user_agent'],
    ['GET', { 'user-agent': 'Mozilla/5.0' }, 'privacy_proxy'],
    ['GET', { ...BROWSER, 'sec-purpose': 'prefetch;prerender' }, 'prefetch'],
  ])('a machine’s visit is kept with its reason: %s %j', async (method, headers, reason) => {
    const n = 3 + ['head_request', 'bot', 'no_user_agent', 'privacy_proxy', 'prefetch'].indexOf(reason);
    const answer = await api.send(method, mailOf(n).clicks[0] ?? '', undefined, { ...BROWSER, ...headers });
    expect(answer.status).toBe(302);
    expect(await responsesOf(n)).toEqual([`clicked machine ${reason}`]);
  });

  test('Gmail’s picture proxy stands for its reader', async () => {
    await api.send('GET', mailOf(9).open, undefined, {
      'user-agent':
        'Mozilla/5.0 (Windows NT 5.1; rv:11.0) Gecko Firefox/11.0 (via ggpht.com GoogleImageProxy)',
    });
    expect(await responsesOf(9)).toEqual(['opened human']);
  });

  test('whoever clicks within two seconds of the hand-off is a machine', async () => {
    const at = clock.now();
    await ctx.db.execute(
      sql`update message set handed_at = ${at.toISOString()}::timestamptz where contact_id = ${contactId(10)}::uuid`,
    );
    await api.send('GET', mailOf(10).clicks[0] ?? '', undefined, BROWSER);
    expect(await responsesOf(10)).toEqual(['clicked machine too_fast']);
  });

  test('a burst of clicks on different links takes them all back from the humans, and says so', async () => {
    const ref = { messageId: mailOf(11).mail.id, contactId: contactId(11) };
    await ctx.db.execute(sql`insert into campaign_link (campaign_id, link_no, name, url)
      select ${campaignId}::uuid, n, 'extra', 'https://shop.example.com/' || n from generate_series(20, 22) n`);
    const links = linksFor(SECRET, '');
    for (const no of [20, 21, 22])
      await api.send('GET', links.click(ref, no, clock.now()), undefined, BROWSER);
    expect(await responsesOf(11)).toEqual(Array.from({ length: 3 }, () => 'clicked machine burst'));
    const told = await rows<{ count: number }>(
      ctx.db,
      sql`select count(*)::int as count from outbox where topic = 'response.reclassified'`,
    );
    expect(told[0]?.count).toBe(3);
  });
});

const tokenOf = (path: string): string => path.split('/').at(-1)?.replace('.gif', '') ?? '';
const bad = (text: string): string[] => [
  text.slice(0, -1),
  text.slice(1),
  `${text}A`,
  text.slice(0, 10) + (text[10] === 'A' ? 'B' : 'A') + text.slice(11),
  'x',
  '%00',
  '..%2f..%2fetc',
  'A'.repeat(500),
];

describe('tokens', () => {
  test('a forged, cut or foreign token opens nothing, and is never an error of ours', async () => {
    const { open, clicks, leave, mail } = mailOf(12);
    for (const wrong of [...bad(tokenOf(clicks[0] ?? '')), tokenOf(open), tokenOf(leave)])
      expect((await api.send('GET', `/t/c/${wrong}`, undefined, BROWSER)).status).toBe(404);
    for (const wrong of [...bad(tokenOf(open)), tokenOf(clicks[0] ?? '')])
      expect((await api.send('GET', `/t/o/${wrong}.gif`, undefined, BROWSER)).status).toBe(404);
    for (const wrong of [...bad(tokenOf(leave)), tokenOf(open)])
      for (const method of ['GET', 'POST'])
        expect((await api.send(method, `/u/${wrong}`, undefined, BROWSER)).status).toBe(404);
    const elsewhere = linksFor('another secret of another installation', '');
    const ref = { messageId: mail.id, contactId: mail.contactId };
    expect((await api.send('POST', elsewhere.unsubscribe(ref, clock.now()))).status).toBe(404);
    const ours = linksFor(SECRET, '');
    expect((await api.send('GET', ours.click(ref, 999, clock.now()), undefined, BROWSER)).status).toBe(404);
    const nobody = { ...ref, messageId: contactId(999) };
    expect((await api.send('GET', ours.click(nobody, 0, clock.now()), undefined, BROWSER)).status).toBe(404);
    expect(await responsesOf(12)).toEqual([]);
    const page = await api.send('GET', '/u/x', undefined, { 'accept-language': 'ru,en;q=0.5' });
    expect(page.text).toContain('Ссылка не работает');
  });

  test('an old token says that it is old', async () => {
    const ref = { messageId: mailOf(12).mail.id, contactId: contactId(12) };
    const old = new Date(clock.now().getTime() - 500 * 86_400_000);
    const answer = await api.send('GET', linksFor(SECRET, '').click(ref, 0, old), undefined, BROWSER);
    expect(answer.status).toBe(410);
    expect(answer.text).toContain('This link is too old');
  });

  test('any payload comes back as it was; any change of any byte is noticed', () => {
    const signer = createSigner(SECRET, 'test');
    const other = createSigner(SECRET, 'other');
    const now = new Date('2026-03-01T00:00:00Z');
    fc.assert(
      fc.property(
        fc.uint8Array({ maxLength: 60 }),
        fc.nat(),
        fc.integer({ min: 1, max: 255 }),
        (payload, at, flip) => {
          const token = signer.sign(payload, now);
          const read = signer.verify(token, now);
          expect(read.ok && Buffer.compare(read.payload, Buffer.from(payload)) === 0).toBe(true);
          expect(other.verify(token, now)).toEqual({ ok: false, why: 'forged' });
          const bytes = Buffer.from(token, 'base64url');
          const index = at % bytes.length;
          bytes[index] = (bytes[index] ?? 0) ^ flip;
          expect(signer.verify(bytes.toString('base64url'), now).ok).toBe(false);
        },
      ),
    );
  });
});

describe('unsubscribe', () => {
  test('only a POST does it: a scanner that follows the link changes nothing', async () => {
    const { leave, mail } = mailOf(2);
    expect(mail.headers['List-Unsubscribe']).toBe(`<${api.url}${leave}>`);
    for (const method of ['GET', 'HEAD'])
      expect((await api.send(method, leave, undefined, BROWSER)).status).toBe(200);
    const page = await api.send('GET', leave, undefined, BROWSER);
    expect(page.text).toContain('<form method="post">');
    expect(page.text).toContain('Да, отписаться');
    expect(page.text).toContain('p•••@example.com');
    expect(page.text).not.toContain('<script');
    const suppressed = () =>
      rows<{ reason: string }>(ctx.db, sql`select reason from suppression where address = ${addressOf(2)}`);
    expect(await suppressed()).toEqual([]);
    for (let i = 0; i < 2; i++) {
      const done = await api.send('POST', leave, 'List-Unsubscribe=One-Click', {
        'content-type': 'application/x-www-form-urlencoded',
      });
      expect(done.status).toBe(200);
      expect(done.text).toContain('Вы отписались');
    }
    expect(await suppressed()).toEqual([{ reason: 'unsubscribe' }]);
    expect(await responsesOf(2)).toEqual(['unsubscribed human']);
    const again = await draft(ctx, 'A', { name: 'Again' });
    await launched(ctx, again.id);
    expect(await statesOf(ctx, again.id)).toEqual({ planned: 19, 'skipped:unsubscribed': 1 });
  });

  test('the report counts people and machines apart', async () => {
    const report = await campaignReport(ctx, campaignId);
    expect(report.opens).toEqual({ human: 2, machineOnly: 0, humanTotal: 2, machineTotal: 0 });
    expect(report.clicks).toEqual({ human: 1, machineOnly: 7, humanTotal: 1, machineTotal: 9 });
    expect(report.unsubscribes).toBe(1);
    expect(report.links[0]).toMatchObject({ name: 'main', humanClicks: 1 });
  });
});
