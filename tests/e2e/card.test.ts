import type { Browser, Page } from 'playwright-core';
import postgres from 'postgres';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { newId } from '../../src/core/ids.ts';
import { barriers, browserMissing, launchBrowser, watch } from '../support/browser.ts';
import type { Watch } from '../support/browser.ts';
import { until } from '../support/until.ts';
import { consolePage, signedIn, signIn, startEmpty } from './console.world.ts';
import type { Emptied } from './console.world.ts';

const TIMEOUT_MS = 120_000;
const PHONE = { width: 390, height: 844 };
const READER =
  'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/141.0.0.0 Safari/537.36';

const missing = await browserMissing();
const title = missing === undefined ? 'a contact in words' : `a contact in words (skipped: ${missing})`;

/** A merge that cannot be: the browser logs the answer, the page says it. */
const handled = (text: string, url: string): boolean => /status of 404/.test(text) && url.endsWith('/merge');

describe.skipIf(missing !== undefined)(title, () => {
  let world: Emptied;
  let told: Told;
  let browser: Browser;
  let page: Page;
  let seen: Watch;

  beforeAll(async () => {
    world = await startEmpty();
    told = await tellAna(world);
    browser = await launchBrowser();
    page = await consolePage(browser, world.url);
    seen = watch(page, handled);
    await page.goto(`/contacts/${told.ana}`);
    await signIn(page, 'Ana Silva');
  }, TIMEOUT_MS);
  afterAll(async () => {
    await browser?.close();
    await world?.close();
  }, TIMEOUT_MS);

  const identity = () => page.getByRole('dialog', { name: 'Who it is' });
  const widest = () =>
    page.evaluate<number>('document.documentElement.scrollWidth - document.documentElement.clientWidth');

  test(
    'tells in words what was done, which orders do not count, and leaves out what is empty',
    async () => {
      const timeline = page.getByRole('region', { name: 'Timeline', exact: true });
      await timeline.getByText('Order 1003 cancelled', { exact: false }).waitFor();
      await timeline.getByText('Looked at a page', { exact: true }).waitFor();
      await timeline.getByText('Tea · /tea', { exact: true }).waitFor();
      await timeline.getByText('product: Mountain tea · price: 12.5', { exact: true }).waitFor();
      const claimed = timeline.getByRole('listitem').filter({ hasText: 'Order 1004' });
      await claimed.getByText('not confirmed', { exact: true }).waitFor();
      await claimed.getByText('Only the browser told of it', { exact: false }).waitFor();
      const refused = timeline.getByRole('listitem').filter({ hasText: 'order: 1005' });
      await refused.getByText('not taken', { exact: true }).waitFor();
      const text = (await timeline.textContent()) ?? '';
      expect(text).not.toContain('Product Viewed');
      expect(text).not.toContain('#cancelled');
      expect(text).not.toMatch(/coupon: *(·|$)/);
      expect(await barriers(page)).toEqual([]);
    },
    TIMEOUT_MS,
  );

  test(
    'merges with another contact by keyboard alone: found, compared, the one that stays chosen, and taken back again',
    async () => {
      await page.getByRole('button', { name: 'Merge with another contact…' }).focus();
      await page.keyboard.press('Enter');
      const dialog = page.getByRole('dialog', { name: 'Merge with another contact' });
      await dialog.getByRole('combobox', { name: 'The other contact' }).waitFor();
      await page.keyboard.type('anna');
      await page.getByRole('option', { name: 'Anna Silva · anna@example.com' }).waitFor();
      await page.keyboard.press('ArrowDown');
      await page.keyboard.press('Enter');
      await dialog.getByText('anna@example.com', { exact: true }).waitFor();
      expect(await dialog.getByRole('radio', { name: 'Ana Silva' }).isChecked()).toBe(true);
      await dialog.getByText('+351912345678').waitFor();
      expect(await barriers(page)).toEqual([]);
      await dialog.getByRole('radio', { name: 'Ana Silva' }).focus();
      await page.keyboard.press('ArrowDown');
      await dialog.getByText('“Ana Silva” goes into “Anna Silva”', { exact: false }).waitFor();
      await page.keyboard.press('ArrowUp');
      await page.keyboard.press('Tab');
      await page.keyboard.type('She called us');
      await page.keyboard.press('Tab');
      await page.keyboard.press('Tab');
      await page.keyboard.press('Enter');
      await dialog.waitFor({ state: 'detached' });
      await page.getByText('It can be taken back under “Who it is”.', { exact: false }).waitFor();
      await page.getByText('Last merged by', { exact: false }).waitFor();

      await page.getByRole('button', { name: 'Records, evidence, merges' }).click();
      await identity().getByText('Email: anna@example.com').first().waitFor();
      const byHand = identity().getByRole('listitem').filter({ hasText: 'By hand' });
      expect(await byHand.count()).toBe(1);
      expect(await barriers(page)).toEqual([]);
      await byHand.getByRole('button', { name: 'This is wrong' }).click();
      const asked = page.getByRole('dialog', { name: 'Separate them?' });
      await asked.getByLabel('Why').fill('Two people after all');
      await asked.getByRole('button', { name: 'Separate' }).click();
      await asked.waitFor({ state: 'detached' });
      await identity().getByText('Email: anna@example.com').waitFor({ state: 'detached' });
      await page.keyboard.press('Escape');
    },
    TIMEOUT_MS,
  );

  test(
    'says in words why two contacts cannot be merged',
    async () => {
      await page.getByRole('button', { name: 'Merge with another contact…' }).click();
      const dialog = page.getByRole('dialog', { name: 'Merge with another contact' });
      await dialog.getByRole('combobox', { name: 'The other contact' }).fill('anna');
      await page.getByRole('option', { name: /Anna Silva/ }).click();
      await dialog.getByLabel('Why').fill('One person');
      const gone = newId();
      await page.route('**/merge', (route) =>
        route.continue({ url: route.request().url().replace(told.ana, gone) }),
      );
      await dialog.getByRole('button', { name: 'Merge', exact: true }).click();
      await dialog
        .getByRole('alert')
        .getByText(/No contact/)
        .waitFor();
      await page.unroute('**/merge');
      await page.keyboard.press('Escape');
    },
    TIMEOUT_MS,
  );

  test(
    'offers to take back only what can be, and says what a shared record is',
    async () => {
      const call = await signedIn(world);
      await call('POST', `/api/contacts/${told.ana}/merge`, { from: told.till, reason: 'she stood there' });
      await page.reload();
      await page.getByRole('button', { name: 'Records, evidence, merges' }).click();
      const lines = identity().getByRole('listitem');
      await lines.filter({ hasText: 'Used by many people' }).getByText('shared', { exact: true }).waitFor();
      const offered = lines.filter({ has: page.getByRole('button', { name: 'This is wrong' }) });
      expect(await lines.filter({ hasText: 'hint' }).count()).toBeGreaterThan(10);
      expect(await offered.filter({ hasText: 'hint' }).count()).toBe(0);
      expect(await offered.filter({ hasText: 'By hand' }).count()).toBe(1);
      await page.setViewportSize(PHONE);
      await until('nothing is wider than the screen', async () => (await widest()) === 0);
      expect(await barriers(page)).toEqual([]);
      await page.keyboard.press('Escape');
    },
    TIMEOUT_MS,
  );

  test(
    'speaks Russian about all of it: the channels, the timeline, the audit log with the names of things',
    async () => {
      await page.evaluate("localStorage.setItem('otklik.language', 'ru')");
      await page.reload();
      const timeline = page.getByRole('region', { name: 'История' });
      await timeline.getByText('Заказ 1003 отменён', { exact: false }).waitFor();
      await timeline.getByText('Смотрел товар', { exact: true }).waitFor();
      await page
        .getByText(/^Платный поиск · google/)
        .first()
        .waitFor();
      await until('nothing is wider than the screen', async () => (await widest()) === 0);
      await page.setViewportSize({ width: 1440, height: 900 });
      await page.goto('/audit');
      const merged = page.getByRole('row').filter({ hasText: 'Контакты объединены' }).first();
      await merged.getByRole('link', { name: 'Ana Silva' }).waitFor();
      await merged.getByText('причина: she stood there').waitFor();
      const table = (await page.getByRole('table').textContent()) ?? '';
      expect(table).toContain('Источник Tea shop');
      expect(table).not.toMatch(
        /[a-z]+[._](created|changed|merged|unmerged|started)|[0-9a-f]{8}-[0-9a-f]{4}/,
      );
      expect(await barriers(page)).toEqual([]);
      await page.setViewportSize(PHONE);
      await until('nothing is wider than the screen', async () => (await widest()) === 0);
    },
    TIMEOUT_MS,
  );

  test(
    'keeps what says that nothing is here off the edges of a phone',
    async () => {
      await page.goto('/duplicates');
      await page.getByText('Решать нечего').waitFor();
      const inset = await page.evaluate<number>(
        "parseFloat(getComputedStyle(document.querySelector('.mantine-EmptyState-root')).paddingInlineStart)",
      );
      expect(inset).toBeGreaterThanOrEqual(12);
    },
    TIMEOUT_MS,
  );

  test('never logs an error, breaks the content policy or asks another host', () => {
    expect(seen.complaints).toEqual([]);
    expect([...seen.hosts]).toEqual([new URL(world.url).host]);
  });
});

type Told = { ana: string; till: string };

/** Ana who bought and looked around, Anna who may be her, and a till where a dozen people logged in. */
async function tellAna(world: Emptied): Promise<Told> {
  const call = await signedIn(world);
  const made = async (body: object) => (await call<{ id: string }>('POST', '/api/contacts', body)).id;
  const ana = await made({
    name: 'Ana Silva',
    email: 'ana@example.com',
    phone: '+351912345678',
    externalIds: [{ id: 'user-1' }],
  });
  await made({ name: 'Anna Silva', email: 'anna@example.com' });
  const order = {
    externalId: '1003',
    occurredAt: '2026-03-10T10:00:00Z',
    contact: { externalIds: [{ id: 'user-1' }] },
    lines: [{ product: 'TEA-01', description: 'Mountain tea', quantity: '2', unitPrice: '12.50' }],
  };
  await call('POST', '/api/orders', order);
  await call('POST', '/api/orders', { ...order, status: 'cancelled' });
  const { writeKey } = await call<{ writeKey: string }>('POST', '/api/sources', {
    name: 'Tea shop',
    kind: 'site',
  });
  const { key } = await call<{ key: string }>('POST', '/api/keys', {
    name: 'shop',
    scopes: ['tracking:write'],
  });
  const context = {
    campaign: { source: 'google', medium: 'cpc', name: 'spring' },
    userAgent: READER,
  };
  const fact = (of: object) => ({ context, messageId: newId(), ...of });
  const tea = { product_id: 'TEA-01', name: 'Mountain tea', price: 12.5, coupon: '', brand: null };
  const looked = [
    { type: 'page', properties: { url: 'https://shop.example.com/tea', path: '/tea', title: 'Tea' } },
    { type: 'track', event: 'Product Viewed', properties: tea },
    { type: 'identify' },
  ].map((of) => fact({ userId: 'user-1', anonymousId: 'browser-of-ana', ...of }));
  const logins = Array.from({ length: 12 }, (_, i) =>
    fact({ type: 'identify', anonymousId: 'the-till', userId: `client-${i}` }),
  );
  const authorization = `Bearer ${key}`;
  for (const batch of [looked, ...logins.map((one) => [one])])
    await call('POST', '/v1/batch', { writeKey, batch }, { authorization });
  // Without the shop's key: claimed; and one in money nobody knows the rate of.
  const completed = (order_id: string, currency: string) =>
    fact({
      type: 'track',
      event: 'Order Completed',
      anonymousId: 'browser-of-ana',
      properties: { order_id, total: 25, currency, products: [{ ...tea, quantity: 2 }] },
    });
  await call('POST', '/v1/batch', { writeKey, batch: [completed('1004', 'GBP'), completed('1005', 'XTS')] });
  await until('Ana’s visit is known', async () => {
    const rule = { type: 'behaviour', measure: 'pages', op: 'gte', value: 1 };
    return (await call<{ count: number }>('POST', '/api/segments/preview', { rule })).count > 0;
  });
  return { ana, till: await tillOf(world) };
}

/** The node of the browser that everybody used: nobody's name finds it. */
async function tillOf({ databaseUrl }: Emptied): Promise<string> {
  const sql = postgres(databaseUrl, { max: 1 });
  try {
    const [found] = await sql`
      select node_id as id from identity_edge where kind = 'user' group by node_id having count(*) > 10`;
    return String(found?.['id']);
  } finally {
    await sql.end();
  }
}
