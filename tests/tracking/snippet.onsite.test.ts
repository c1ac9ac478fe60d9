import { sql } from 'drizzle-orm';
import * as fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { rows } from '../../src/core/db.ts';
import { createSegment } from '../../src/segments/actions.ts';
import { segmentCreate } from '../../src/segments/contract.ts';
import { registerSegments } from '../../src/segments/index.ts';
import type { OnsiteView } from '../../src/tracking/onsite/contract.ts';
import { fitsPath } from '../../src/tracking/onsite/pattern.ts';
import { barriers, browserMissing, watch } from '../support/browser.ts';
import { call, openShop, ready } from './snippet.world.ts';
import type { Shop, Source } from './snippet.world.ts';

const missing = await browserMissing();
const title = missing === undefined ? 'on-site messages' : `on-site messages (skipped: ${missing})`;

describe.skipIf(missing !== undefined)(title, () => {
  let shop: Shop;

  beforeAll(async () => {
    shop = await openShop();
    registerSegments();
  });
  afterAll(() => shop?.close());

  const message = async (source: Source, fields: object): Promise<OnsiteView> => {
    const made = await shop.owner('POST', '/api/onsite-messages', { sourceId: source.id, ...fields });
    expect(made.status).toBe(201);
    return made.body as OnsiteView;
  };

  test('a popup takes the focus, keeps it, closes by Escape, gives it back, and is not shown again', async () => {
    const own = await shop.source('data-messages');
    const { id } = await message(own, {
      kind: 'popup',
      title: 'Spring sale <b>now</b>',
      body: 'Ten percent',
      linkText: 'Look',
      linkUrl: '/sale',
      pagePattern: '/pop*',
    });
    shop.put('/popup', { head: own.line, body: '<h1>Tea</h1><button id="own" autofocus>Own</button>' });
    const visitor = await shop.visitor();
    const page = await visitor.newPage();
    const seen = watch(page, (text) => text.includes('favicon'));
    await page.goto('/popup');
    const dialog = page.getByRole('dialog', { name: 'Spring sale <b>now</b>' });
    await dialog.waitFor();
    const focused = () =>
      page.evaluate<string>(
        `document.querySelector('otklik-message')?.shadowRoot.activeElement?.tagName ?? document.activeElement.id`,
      );
    expect(await focused()).toBe('BUTTON');
    await page.keyboard.press('Tab');
    expect(await focused()).toBe('A');
    await page.keyboard.press('Tab');
    expect(await focused()).toBe('BUTTON');
    expect(await barriers(page)).toEqual([]);
    await page.keyboard.press('Escape');
    await dialog.waitFor({ state: 'detached' });
    expect(await focused()).toBe('own');
    const [shown] = await own.stored('On-site Message Shown');
    await own.stored('On-site Message Closed');
    expect(shown?.properties).toMatchObject({ message_id: id, kind: 'popup' });
    await Promise.all([page.waitForResponse('**/v1/onsite?*'), page.goto('/popup')]);
    await own.stored('Page Viewed', 2);
    expect(await own.stored('On-site Message Shown')).toHaveLength(1);
    expect(await page.locator('otklik-message').count()).toBe(0);
    expect(seen.complaints).toEqual([]);
    await visitor.close();
  });

  test('waits for its event, fills its slot, counts the click, and keeps to its page', async () => {
    const own = await shop.source('data-messages');
    await message(own, {
      kind: 'inline',
      slot: 'cart',
      title: 'Nearly there',
      linkText: 'Checkout',
      linkUrl: '#checkout'.replace('#', '/'),
      trigger: { on: 'event', value: 'Product Added' },
      pagePattern: '/shop/*',
    });
    shop.put('/shop/tea', { head: own.line, body: '<div data-otklik-slot="cart"></div>' });
    shop.put('/other', { head: own.line, body: '<div data-otklik-slot="cart"></div>' });
    const visitor = await shop.visitor();
    const page = await visitor.newPage();
    await Promise.all([page.waitForResponse('**/v1/onsite?*'), page.goto('/other')]);
    await call(page, 'addToCart', {});
    await Promise.all([page.waitForResponse('**/v1/onsite?*'), page.goto('/shop/tea')]);
    await ready(page);
    expect(await page.locator('otklik-message').count()).toBe(0);
    await page.waitForFunction(
      `(() => { otklik.addToCart({}); return document.querySelector('otklik-message'); })()`,
    );
    await page.getByRole('region', { name: 'Nearly there' }).getByRole('link', { name: 'Checkout' }).click();
    await page.waitForURL('**/checkout');
    await own.stored('On-site Message Clicked');
    expect(await own.stored('On-site Message Shown')).toHaveLength(1);
    await visitor.close();
  });

  test('comes after a while, or when enough of the page was seen, as often as its cap allows', async () => {
    const own = await shop.source('data-messages');
    await message(own, { kind: 'banner', title: 'Later', trigger: { on: 'delay', value: 0.05 }, cap: 2 });
    await message(own, { kind: 'popup', title: 'Deep', trigger: { on: 'scroll', value: 90 } });
    shop.put('/deep', { head: own.line, body: '<div style="height: 6000px">deep</div>' });
    const visitor = await shop.visitor();
    const page = await visitor.newPage();
    for (let view = 1; view <= 2; view += 1) {
      await page.goto('/deep');
      await page.getByRole('region', { name: 'Later' }).waitFor();
    }
    expect(await page.getByRole('dialog').count()).toBe(0);
    await page.goto('/deep');
    await ready(page);
    await page.waitForFunction(
      `(() => { scrollTo(0, 0); scrollTo(0, 6000); return document.querySelector('otklik-message'); })()`,
    );
    await page.getByRole('dialog', { name: 'Deep' }).waitFor();
    expect(await page.getByRole('region', { name: 'Later' }).count()).toBe(0);
    expect(await own.stored('On-site Message Shown', 3)).toHaveLength(3);
    await visitor.close();
  });

  test('a message for a segment comes to who is in it; a control group never sees its message, and says so once', async () => {
    const own = await shop.source('data-messages');
    const rule = { type: 'event', name: 'Tea Tasted', op: 'gte', value: 1 };
    const { id: segmentId } = await createSegment(
      shop.api.ctx,
      segmentCreate.parse({ kind: 'dynamic', name: 'Tasters', description: '', rule }),
    );
    await message(own, { kind: 'banner', title: 'For tasters', segmentId });
    shop.put('/tea', { head: own.line, body: '<h1>Tea</h1>' });
    const visitor = await shop.visitor();
    const page = await visitor.newPage();
    await Promise.all([page.waitForResponse('**/v1/onsite?*anonymousId*'), page.goto('/tea')]);
    await ready(page);
    expect(await page.locator('otklik-message').count()).toBe(0);
    await call(page, 'track', 'Tea Tasted', {});
    await own.stored('Tea Tasted');
    await page.goto('/tea');
    await page.getByRole('region', { name: 'For tasters' }).waitFor();
    const half = await message(own, { kind: 'popup', title: 'Half', pagePattern: '/half', control: 50 });
    shop.put('/half', { head: own.line, body: '<h1>Tea</h1>' });
    // The dice of this browser: held back.
    await visitor.addInitScript('Math.random = () => 0.1;');
    for (let view = 1; view <= 2; view += 1)
      await Promise.all([page.waitForResponse('**/v1/onsite?*'), page.goto('/half')]);
    const held = await own.stored('On-site Message Held Back');
    expect(held.map(({ properties }) => properties)).toMatchObject([{ message_id: half.id }]);
    expect(await page.getByRole('dialog').count()).toBe(0);
    await visitor.close();
  });

  test('is listed, changed and removed by who may, checked as a whole, and active in its window alone', async () => {
    const own = await shop.source();
    const made = await message(own, { kind: 'banner', title: 'A', endsAt: '2020-01-01T00:00:00Z' });
    const active = async () =>
      (
        (await shop.api.send('GET', `/v1/onsite?writeKey=${own.writeKey}&path=/`)).body as {
          messages: unknown[];
        }
      ).messages;
    expect(await active()).toEqual([]);
    const path = `/api/onsite-messages/${made.id}`;
    expect((await shop.owner('PATCH', path, { endsAt: null })).status).toBe(200);
    expect(await active()).toMatchObject([{ id: made.id, title: 'A', trigger: { on: 'load' } }]);
    expect((await shop.owner('PATCH', path, { kind: 'inline' })).body).toMatchObject({
      code: 'slot_missing',
    });
    expect((await shop.owner('PATCH', path, { linkUrl: 'javascript:alert(1)' })).status).toBe(422);
    const { send } = await shop.api.person('developer');
    expect((await send('DELETE', path)).status).toBe(403);
    expect((await shop.owner('DELETE', path)).status).toBe(204);
    expect(await active()).toEqual([]);
    expect((await shop.api.send('GET', '/v1/onsite?writeKey=wk_nobody&path=/')).status).toBe(401);
  });

  test.each([
    ['*', '/anything', true],
    ['/', '/', true],
    ['/', '/cart', false],
    ['/products/*', '/products/tea', true],
    ['/products/*', '/product', false],
    ['/cart', '/cart/', true],
    ['/a*b*c', '/aXbXc', true],
    ['/a*b*c', '/aXc', false],
    ['/aa*aa', '/aaa', false],
    ['/чай/*', '/%D1%87%D0%B0%D0%B9/1', true],
  ])('the pattern %s for the path %s: %s', (pattern, path, fits) => {
    expect(fitsPath(pattern, path)).toBe(fits);
  });

  test('a pattern means what the same regular expression means', () => {
    const part = fc.string({ unit: fc.constantFrom('a', 'b', '/', '*'), maxLength: 12 });
    fc.assert(
      fc.property(part, part, (pattern, text) => {
        const path = text.replaceAll('*', 'a');
        const bare = (one: string): string => (one.length > 1 && one.endsWith('/') ? one.slice(0, -1) : one);
        const expected = new RegExp(`^${bare(pattern).replaceAll('*', '.*')}$`);
        expect(fitsPath(pattern, path)).toBe(expected.test(bare(path)));
      }),
    );
  });

  test('web push: the browser subscribes with the key of the installation and becomes a point of the contact', async () => {
    const own = await shop.source();
    shop.put('/push', { head: own.line });
    shop.put('/otklik-sw.js', { body: own.snippet.serviceWorker });
    const visitor = await shop.visitor();
    // The test's browser cannot reach a push service: what it would answer is made here.
    await visitor.addInitScript(`
      Notification.requestPermission = async () => 'granted';
      PushManager.prototype.subscribe = async ({ applicationServerKey }) => ({ endpoint: 'https://push.example.com/abc',
        keys: { p256dh: 'BPubKey', auth: 'auth' }, applicationServerKey });`);
    const page = await visitor.newPage();
    await page.goto('/push');
    await ready(page);
    const done = await page.evaluate('new Promise((done) => otklik.push({ done }))');
    expect(done).toBe(true);
    const [subscribed] = await own.stored('Push Subscribed');
    const points = await rows<{ value: string; raw: string }>(
      shop.api.ctx.db,
      sql`select value, raw from contact_point where kind = 'push' and contact_id = ${subscribed?.contactId}::uuid`,
    );
    expect(points.map(({ value, raw }) => [value, JSON.parse(raw)])).toEqual([
      [
        'https://push.example.com/abc',
        { endpoint: 'https://push.example.com/abc', keys: { p256dh: 'BPubKey', auth: 'auth' } },
      ],
    ]);
    const { publicKey } = (await shop.api.send('GET', `/v1/push?writeKey=${own.writeKey}`)).body as {
      publicKey: string;
    };
    expect(Buffer.from(publicKey, 'base64url')).toHaveLength(65);
    // The browser is somebody else's now.
    await call(page, 'reset');
    expect(await page.evaluate('new Promise((done) => otklik.push({ done }))')).toBe(true);
    const all = await rows(shop.api.ctx.db, sql`select 1 from contact_point where kind = 'push'`);
    expect(all).toHaveLength(1);
    await visitor.close();
  });
});
