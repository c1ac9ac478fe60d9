import { sql } from 'drizzle-orm';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { rows } from '../../src/core/db.ts';
import { browserMissing } from '../support/browser.ts';
import { until } from '../support/until.ts';
import { call, openShop, outgoing, ready, stored } from './snippet.world.ts';
import type { Shop } from './snippet.world.ts';

const missing = await browserMissing();
const title = missing === undefined ? 'consent in a page' : `consent in a page (skipped: ${missing})`;

describe.skipIf(missing !== undefined)(title, () => {
  let shop: Shop;

  beforeAll(async () => {
    shop = await openShop();
  });
  afterAll(() => shop?.close());

  test('where the source asks first, nothing is stored or sent before consent; then the page tells what happened, with the word given', async () => {
    const own = await shop.source('data-messages', { consentDefault: 'denied' });
    shop.put('/ask', { head: own.line });
    const visitor = await shop.visitor();
    const sent = outgoing(visitor, shop.api);
    const page = await visitor.newPage();
    await page.goto('/ask?utm_source=news');
    await ready(page);
    await call(page, 'track', 'Before');
    expect(await call(page, 'getAnonymousId')).toBeNull();
    expect(await stored(page)).toEqual([]);
    expect(await visitor.cookies()).toEqual([]);
    expect(sent).toEqual([]);
    await call(page, 'consent', { analytics: true, marketing: false });
    const [before] = await own.stored('Before');
    await until('its messages are asked for', () => sent.some((text) => text.includes('/v1/onsite')));
    expect(before?.context.consent).toEqual({ categoryPreferences: { analytics: true, marketing: false } });
    const [view] = await own.stored('Page Viewed');
    expect(view?.context).toMatchObject({ campaign: { source: 'news' } });
    // The next page remembers the word.
    await page.goto('/ask');
    await own.stored('Page Viewed', 2);
    expect(new Set((await own.facts()).map(({ contactId }) => contactId)).size).toBe(1);
    await visitor.close();
  });

  test('a refusal takes everything off the disk, holds on the next page, and what was held is never sent', async () => {
    const own = await shop.source();
    shop.put('/refuse', { head: own.line });
    const visitor = await shop.visitor();
    const page = await visitor.newPage();
    await page.goto('/refuse');
    await own.stored('Page Viewed');
    await call(page, 'consent', { analytics: false });
    expect(await stored(page)).toEqual(['otk_c']);
    const sent = outgoing(visitor, shop.api);
    await call(page, 'track', 'After');
    await page.goto('/refuse');
    await ready(page);
    await call(page, 'track', 'After');
    expect(await stored(page)).toEqual(['otk_c']);
    await page.goto('/elsewhere');
    expect(sent).toEqual([]);
    await visitor.close();
  });

  test('Global Privacy Control means no, until the visitor says yes to this site', async () => {
    const own = await shop.source();
    shop.put('/gpc', { head: own.line });
    const visitor = await shop.visitor();
    await visitor.addInitScript(`Object.defineProperty(navigator, 'globalPrivacyControl', { value: true })`);
    const sent = outgoing(visitor, shop.api);
    const page = await visitor.newPage();
    await page.goto('/gpc');
    await ready(page);
    await call(page, 'track', 'Unsaid');
    expect(await stored(page)).toEqual([]);
    expect(sent).toEqual([]);
    await call(page, 'consent', { analytics: true });
    await own.stored('Unsaid');
    await visitor.close();
  });

  test("follows Google's consent mode: denied by default, granted or taken back by an update", async () => {
    const own = await shop.source();
    const gtag = 'window.dataLayer = []; function gtag() { dataLayer.push(arguments); }';
    shop.put('/gcm', {
      head: `<script>${gtag} gtag('consent', 'default', { ad_storage: 'denied', analytics_storage: 'denied' });</script>${own.line}`,
    });
    const visitor = await shop.visitor();
    const sent = outgoing(visitor, shop.api);
    const page = await visitor.newPage();
    await page.goto('/gcm');
    await ready(page);
    await call(page, 'track', 'Held');
    expect(sent).toEqual([]);
    expect(await stored(page)).toEqual([]);
    await page.evaluate(`gtag('consent', 'update', { ad_storage: 'denied', analytics_storage: 'granted' })`);
    const [held] = await own.stored('Held');
    expect(held?.context.consent).toEqual({ categoryPreferences: { analytics: true, marketing: false } });
    await page.evaluate(`gtag('consent', 'update', { analytics_storage: 'denied' })`);
    expect((await stored(page)).filter((name) => name !== 'otk_c')).toEqual([]);
    await visitor.close();
  });

  test('without cookies: one visitor a day and site, nothing stored, no ids sent, joined to nobody', async () => {
    const own = await shop.source('data-mode="cookieless"');
    shop.put('/cookieless', { head: own.line });
    const visitor = await shop.visitor();
    const sent = outgoing(visitor, shop.api);
    const page = await visitor.newPage();
    await page.goto('/cookieless');
    await ready(page);
    await call(page, 'identify', 'user-1', { email: 'ana@example.com' });
    await call(page, 'track', 'Counted');
    await own.stored('Counted');
    expect(await stored(page)).toEqual([]);
    expect(await visitor.cookies()).toEqual([]);
    expect(sent.join()).not.toMatch(/anonymousId|userId|ana@example/);
    await page.goto('/cookieless');
    const facts = await own.stored('Page Viewed', 2);
    const [contact] = [...new Set((await own.facts()).map(({ contactId }) => contactId))];
    expect(new Set(facts.map(({ contactId }) => contactId))).toEqual(new Set([contact]));
    const [day] = await rows<{ id: string }>(
      shop.api.ctx.db,
      sql`select anonymous_id as id from visitor_lookup where contact_id = ${contact}::uuid`,
    );
    expect(day?.id).toMatch(/^cl_[0-9a-f]{32}$/);
    // Whoever learns the id of the day, a server too, makes no person of it.
    const key = await shop.api.key({ scopes: ['tracking:write'] });
    await key.send('POST', '/v1/identify', {
      writeKey: own.writeKey,
      userId: 'user-2',
      anonymousId: day?.id,
      messageId: 'join-1',
    });
    const after = await own.facts();
    expect(after.find(({ name }) => name === 'Counted')?.contactId).toBe(contact);
    await visitor.close();
  });
});
