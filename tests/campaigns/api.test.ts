import { sql } from 'drizzle-orm';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { seedTemplates } from '../../src/campaigns/actions.seed.ts';
import { campaignsJobs, campaignsRoutes } from '../../src/campaigns/index.ts';
import { loyaltyRoutes } from '../../src/loyalty/index.ts';
import { startApi } from '../support/api.ts';
import type { Send, TestApi } from '../support/api.ts';
import { contactId, putContacts, SECRET, segmentOf } from './world.ts';

let api: TestApi;
let owner: Send;
let dataDir: string;
type Made = { id: string };

beforeAll(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'otklik-api-'));
  api = await startApi({
    routes: () => [campaignsRoutes(), loyaltyRoutes()],
    env: { DATA_DIR: dataDir, OTKLIK_SECRET: SECRET },
  });
  owner = await api.owner();
  await seedTemplates(api.ctx);
  await putContacts(api.ctx, 'A', { from: 1, to: 12 });
});
afterAll(async () => {
  await api.close();
  await rm(dataDir, { recursive: true, force: true });
});

async function runJobs(): Promise<void> {
  // Those without a rhythm run for something given alone.
  for (const job of campaignsJobs)
    if (job.everyMs !== undefined) await job.run(api.ctx, {}, new AbortController().signal);
}

describe('over HTTP', () => {
  test('from a draft to the mail in the outbox and the report', async () => {
    const templates = (await owner('GET', '/api/templates')).body as {
      items: Array<{ id: string; key: string; locales: string[] }>;
    };
    expect(templates.items.map(({ key }) => key).toSorted()).toEqual([
      'activation-coupon',
      'consent-confirm',
      'form-confirm',
      'newsletter',
    ]);
    const templateId = templates.items.find(({ key }) => key === 'activation-coupon')?.id;
    const coupon = (
      await owner('POST', '/api/coupon-campaigns', {
        name: 'Ten',
        pattern: 'TEN-########',
        kind: 'percent',
        percent: 10,
      })
    ).body as Made;
    await owner('PUT', '/api/sender', {
      name: 'Leaf & Kettle',
      address: '12 Mill Lane',
      url: 'https://shop.example.com/',
    });
    const made = await owner('POST', '/api/campaigns', {
      name: 'Autumn',
      purpose: 'activation',
      segmentId: await segmentOf(api.ctx, 'A'),
      templateId,
      couponCampaignId: coupon.id,
      schedule: { type: 'now' },
    });
    expect(made.status).toBe(201);
    const { id } = made.body as Made;
    const shown = (await owner('POST', `/api/campaigns/${id}/preview`, { contactId: contactId(3) })).body as {
      html: string;
      to: string;
    };
    expect(shown.to).toBe('person3@example.com');
    expect(shown.html).toContain('Leaf &amp; Kettle');
    expect(shown.html).toContain('PREVIEW-0000');
    expect((await owner('GET', `/api/campaigns/${id}/audience`)).body).toMatchObject({
      audience: 12,
      reachable: 12,
    });
    expect((await owner('POST', `/api/campaigns/${id}/launch`)).body).toMatchObject({ state: 'running' });
    await runJobs();
    const report = (await owner('GET', `/api/campaigns/${id}/report`)).body;
    expect(report).toMatchObject({
      state: 'finished',
      audience: 12,
      counts: { sent: 12 },
      coupons: { issued: 12 },
    });
    const outbox = (await owner('GET', '/api/outbox?limit=5')).body as {
      items: Array<{ messageId: string; to: string }>;
      nextCursor: string;
    };
    expect(outbox.items.length).toBe(5);
    const rest = (await owner('GET', `/api/outbox?limit=50&cursor=${outbox.nextCursor}`)).body as {
      items: unknown[];
    };
    expect(rest.items.length).toBe(7);
    const [first] = outbox.items;
    const mail = await owner('GET', `/api/outbox/${first?.messageId}`);
    expect(mail.body).toMatchObject({ to: first?.to, from: '"Leaf & Kettle" <hello@example.com>' });
    const frame = await owner('GET', `/api/outbox/${first?.messageId}/html`);
    expect(frame.headers.get('content-type')).toContain('text/html');
    expect(frame.headers.get('content-security-policy')).toMatch(/^sandbox /);
    const code = /TEN-\w{8}/.exec(mail.text)?.[0] ?? '';
    expect((await owner('GET', `/api/coupons/${code.toLowerCase()}`)).body).toMatchObject({
      state: 'issued',
      percent: 10,
    });
    const contact = (mail.body as { contactId: string }).contactId;
    expect((await owner('GET', `/api/contacts/${contact}/coupons`)).body).toMatchObject({
      items: [{ code }],
    });
  });

  test('a wrong template is a 422 that names the line, in saving and in preview', async () => {
    const variant = {
      locale: 'en',
      subject: 'Hi',
      mjml: '<mjml><mj-body><mj-section><mj-column>\n<mj-text>{{contact.nickname}}</mj-text></mj-column></mj-section></mj-body></mjml>',
      text: 'Hi',
    };
    const saved = await owner('POST', '/api/templates', {
      key: 'mine',
      name: 'Mine',
      purpose: 'informational',
      variants: [variant],
    });
    const shown = await owner('POST', '/api/templates/preview', { variant });
    for (const answer of [saved, shown]) {
      expect(answer.status).toBe(422);
      expect(answer.body).toMatchObject({
        code: 'template_invalid',
        errors: [
          {
            path: 'en.mjml.2',
            code: 'template_unknown_variable',
            message: expect.stringContaining('contact.nickname'),
          },
        ],
      });
    }
  });

  test.each<[string, string, object, number]>([
    ['POST', '/api/campaigns', {}, 422],
    ['POST', '/api/campaigns', { name: 'a\u0000b' }, 422],
    ['POST', '/api/coupon-campaigns', { name: 'x', pattern: 'X-##', kind: 'percent', percent: 10 }, 422],
    [
      'POST',
      '/api/coupon-campaigns',
      { name: 'x', pattern: 'X-########', kind: 'percent', percent: 101 },
      422,
    ],
    ['GET', '/api/campaigns/not-an-id', {}, 422],
    ['GET', `/api/campaigns/${contactId(9)}`, {}, 404],
    ['POST', `/api/campaigns/${contactId(9)}/launch`, {}, 404],
    ['GET', `/api/outbox/${contactId(9)}`, {}, 404],
    ['GET', '/api/coupons/NOSUCHCODE', {}, 404],
    ['GET', '/api/campaigns?cursor=nonsense', {}, 400],
    ['GET', `/api/campaigns/${contactId(9)}/messages?state=nonsense`, {}, 422],
  ])('%s %s %j is %i', async (method, path, body, status) => {
    expect((await owner(method, path, method === 'GET' ? undefined : body)).status).toBe(status);
  });

  test('a manager reads campaigns and starts none; nobody gets in without signing in', async () => {
    const manager = await api.person('manager');
    expect((await manager.send('GET', '/api/campaigns')).status).toBe(200);
    expect((await manager.send('POST', `/api/campaigns/${contactId(1)}/launch`)).status).toBe(403);
    expect((await api.send('GET', '/api/campaigns')).status).toBe(401);
    expect((await api.send('GET', '/api/outbox')).status).toBe(401);
  });

  test('a manager limited to their own clients sees no mail of others', async () => {
    const own = await api.person('manager', { visibility: 'own' });
    expect((await own.send('GET', '/api/outbox')).body).toMatchObject({ items: [] });
    const mails = (await owner('GET', '/api/outbox?limit=1')).body as { items: Array<{ messageId: string }> };
    expect((await own.send('GET', `/api/outbox/${mails.items[0]?.messageId}`)).status).toBe(404);
  });

  test('and is told figures of their own clients alone', async () => {
    const own = await api.person('manager', { visibility: 'own' });
    await api.ctx.db.execute(sql`update contact set owner_id = ${own.id}
      where contact_id in (${contactId(1)}::uuid, ${contactId(2)}::uuid, ${contactId(3)}::uuid)`);
    type Listed = { items: Array<{ id: string; counts: { sent: number } }> };
    const { items } = (await own.send('GET', '/api/campaigns')).body as Listed;
    const one = items.find(({ counts }) => counts.sent > 0);
    expect(one).toMatchObject({ counts: { sent: 3 } });
    const of = `/api/campaigns/${one?.id}`;
    const report = await own.send('GET', `${of}/report`);
    expect(report.body, report.text).toMatchObject({
      audience: 3,
      counts: { sent: 3 },
      conversions: 0,
      coupons: { issued: 3 },
      runs: [{ audience: 3 }],
    });
    expect((await own.send('GET', `${of}/audience`)).body).toMatchObject({ audience: 3, base: 3 });
    expect((await owner('GET', `${of}/report`)).body).toMatchObject({
      audience: 12,
      runs: [{ audience: 12 }],
    });
    expect((await owner('GET', `${of}/audience`)).body).toMatchObject({ audience: 12, base: 12 });
    const nobody = await api.person('manager', { visibility: 'own' });
    expect((await nobody.send('GET', `${of}/report`)).body).toMatchObject({
      audience: 0,
      links: expect.any(Array),
    });
  });
});
