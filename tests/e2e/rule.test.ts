import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { newId } from '../../src/core/ids.ts';
import { barriers, browserMissing, launchBrowser, watch } from '../support/browser.ts';
import type { Watch } from '../support/browser.ts';
import { until } from '../support/until.ts';
import { consolePage, signedIn, signIn, startEmpty } from './console.world.ts';
import type { Emptied } from './console.world.ts';

const TIMEOUT_MS = 120_000;

const missing = await browserMissing();
const title = missing === undefined ? 'the rule builder' : `the rule builder (skipped: ${missing})`;

/** A rule that is not finished: the browser logs the answer, the page handles it. */
const handled = (text: string, url: string): boolean =>
  /status of 422/.test(text) && url.endsWith('/api/segments/preview');

const READER =
  'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/141.0.0.0 Safari/537.36';

describe.skipIf(missing !== undefined)(title, () => {
  let world: Emptied;
  let browser: Browser;
  let page: Page;
  let seen: Watch;

  beforeAll(async () => {
    world = await startEmpty();
    await tellVisits(world);
    browser = await launchBrowser();
    page = await consolePage(browser, world.url);
    seen = watch(page, handled);
    await page.goto('/segments/new');
    await signIn(page, 'New segment');
  }, TIMEOUT_MS);
  afterAll(async () => {
    await browser?.close();
    await world?.close();
  }, TIMEOUT_MS);

  const option = async (field: string, name: string): Promise<void> => {
    await page.getByRole('combobox', { name: field, exact: true }).last().click();
    await page.getByRole('option', { name, exact: true }).click();
  };
  /** By keyboard alone: opens the list, walks to the option, takes it. */
  const byKeys = async (field: string, name: RegExp): Promise<void> => {
    await page.getByRole('combobox', { name: field, exact: true }).last().focus();
    await page.keyboard.press('Enter');
    const chosen = page.locator('[role="option"][data-combobox-selected]');
    await page.getByRole('option', { name }).waitFor();
    await until(`the keys reach ${name}`, async () => {
      await page.keyboard.press('ArrowDown');
      return name.test((await chosen.textContent()) ?? '');
    });
    await page.keyboard.press('Enter');
  };

  test(
    'asks about behaviour and events, counts who fits, and opens a saved rule as it was',
    async () => {
      await page.getByLabel('Name', { exact: true }).fill('Tea lookers');
      await option('About', 'Behaviour');
      await option('What is counted', 'Pages seen');
      await option('Level or change', 'change on the time before');
      await page.getByRole('textbox', { name: 'Value', exact: true }).fill('2');
      await page.getByRole('textbox', { name: 'How many' }).fill('7');
      await page.getByRole('button', { name: 'Which visits' }).click();
      await page.getByRole('combobox', { name: 'Channels' }).fill('email');
      await page.getByRole('option', { name: 'Email', exact: true }).click();
      await page.keyboard.press('Escape');
      await option('Devices', 'Computer');
      await page.keyboard.press('Escape');
      await page.getByText('1 contact', { exact: true }).waitFor();
      await page.getByText('the change of pages seen', { exact: false }).waitFor();
      expect(await barriers(page)).toEqual([]);

      await page.getByRole('button', { name: 'Add a condition' }).click();
      await option('About', 'Event');
      await page.getByText('Complete the conditions').waitFor();
      await page.getByRole('combobox', { name: 'Name of the event' }).fill('product v');
      await page.keyboard.press('ArrowDown');
      await page.keyboard.press('Enter');
      await page.getByRole('textbox', { name: 'Value', exact: true }).last().fill('2');
      await page.getByRole('button', { name: 'Add a property' }).click();
      const property = page.getByRole('group', { name: 'Property 1' });
      await property.getByRole('textbox', { name: 'Property' }).fill('category');
      await property.getByRole('textbox', { name: 'Value' }).fill('tea');
      await page.getByText('1 contact', { exact: true }).waitFor();
      await page.getByText('category is “tea”', { exact: false }).waitFor();
      await page.getByRole('button', { name: 'Add a property' }).click();
      const price = page.getByRole('group', { name: 'Property 2' });
      await price.getByRole('textbox', { name: 'Property' }).fill('price');
      await option('Condition of the property', 'is more than');
      await price.getByRole('textbox', { name: 'Value' }).fill('100');
      await page.getByText('0 contacts', { exact: true }).waitFor();
      expect(await barriers(page)).toEqual([]);
      await page.getByRole('button', { name: 'Remove the property price' }).click();
      await page.getByText('1 contact', { exact: true }).waitFor();

      const rule = {
        type: 'all',
        children: [
          {
            type: 'behaviour',
            measure: 'pages',
            op: 'gte',
            value: 2,
            days: 7,
            trend: 'change',
            where: { channels: ['Email'], devices: ['desktop'] },
          },
          {
            type: 'event',
            name: 'Product Viewed',
            op: 'gte',
            value: 2,
            window: { type: 'last', unit: 'days', amount: 30 },
            where: [{ property: 'category', op: 'is', value: 'tea' }],
          },
        ],
      };
      await page.getByRole('button', { name: 'Save' }).click();
      await page.getByRole('heading', { level: 1, name: 'Tea lookers' }).waitFor();
      await page.getByRole('row', { name: /Ana/ }).waitFor();
      expect(await storedRule()).toEqual(rule);

      await page.getByRole('link', { name: 'Edit the rule' }).click();
      await page.getByRole('combobox', { name: 'Name of the event' }).waitFor();
      await page.getByText('1 contact', { exact: true }).waitFor();
      await page.getByRole('button', { name: 'Save' }).click();
      await page.getByRole('heading', { level: 1, name: 'Tea lookers' }).waitFor();
      expect(await storedRule()).toEqual(rule);
    },
    TIMEOUT_MS,
  );

  test(
    'shows whether a coupon is asked for and whose calendar counts the days, and marks what lacks a value',
    async () => {
      await page.goto('/segments/new');
      const first = page.getByRole('group', { name: /^Condition:/ });
      await first.getByText('A value is still missing here.').waitFor();
      await option('About', 'Purchases');
      await option('When', 'in the last calendar days');
      const zone = page.getByRole('combobox', { name: 'Time zone' });
      const shop = await page.evaluate<string>(
        `fetch('/api/me').then((a) => a.json()).then((me) => me.settings.timeZone)`,
      );
      expect(await zone.inputValue()).toBe(shop.replaceAll('_', ' '));
      await zone.fill('Lisbon');
      await page.getByRole('option', { name: 'Europe/Lisbon' }).click();
      await page.getByRole('button', { name: 'Which purchases' }).click();
      await option('Coupon used', 'without a coupon');
      await page.getByText('0 contacts', { exact: true }).waitFor();
      expect(await first.getByText('A value is still missing here.').count()).toBe(0);
      await page.getByLabel('Name', { exact: true }).fill('Without coupon');
      await page.getByRole('button', { name: 'Save' }).click();
      await page.getByRole('heading', { level: 1, name: 'Without coupon' }).waitFor();
      await page
        .getByText(/^as of \d\d:\d\d:\d\d$/)
        .first()
        .waitFor();
      expect(
        await page.evaluate<unknown>(
          `fetch('/api' + location.pathname).then((a) => a.json()).then((segment) => segment.rule)`,
        ),
      ).toEqual({
        type: 'all',
        children: [
          {
            type: 'purchase',
            measure: 'orders',
            op: 'gte',
            value: 1,
            window: { type: 'calendar', days: 30, zone: 'Europe/Lisbon' },
            where: { couponUsed: false },
          },
        ],
      });
      await page.getByRole('link', { name: 'Edit the rule' }).click();
      await page.getByRole('combobox', { name: 'Coupon used' }).waitFor();
    },
    TIMEOUT_MS,
  );

  test(
    'is written by keyboard alone, and never asks for what cannot be: days since have no window',
    async () => {
      await page.goto('/segments/new');
      await byKeys('About', /Behaviour/);
      await page.getByRole('combobox', { name: 'Level or change' }).waitFor();
      await byKeys('What is counted', /Time since last seen/);
      await page.getByRole('combobox', { name: 'Unit' }).waitFor();
      expect(await page.getByRole('combobox', { name: 'When' }).count()).toBe(0);
      expect(await page.getByRole('combobox', { name: 'Level or change' }).count()).toBe(0);
      await page.getByText('Time since last seen', { exact: false }).first().waitFor();
    },
    TIMEOUT_MS,
  );

  test(
    'speaks Russian on a phone, no wider than its screen',
    async () => {
      const { id } = await storedSegment();
      await page.evaluate("localStorage.setItem('otklik.language', 'ru')");
      for (const width of [1440, 390]) {
        await page.setViewportSize({ width, height: 844 });
        await page.goto(`/segments/${id}/edit`, { waitUntil: 'networkidle' });
        await page.getByRole('combobox', { name: 'Название события' }).waitFor();
        await page.getByText('1 контакт', { exact: true }).waitFor();
        const wider = await page.evaluate<number>(
          'document.documentElement.scrollWidth - document.documentElement.clientWidth',
        );
        expect([width, wider]).toEqual([width, 0]);
        for (const scheme of ['light', 'dark'] as const) {
          await page.emulateMedia({ colorScheme: scheme });
          expect(await barriers(page)).toEqual([]);
        }
      }
    },
    TIMEOUT_MS,
  );

  test('never logs an error, breaks the content policy or asks another host', () => {
    expect(seen.complaints).toEqual([]);
    expect([...seen.hosts]).toEqual([new URL(world.url).host]);
  });

  const storedSegment = () =>
    page.evaluate<{ id: string; rule: unknown }>(
      `fetch('/api/segments').then((a) => a.json()).then((l) => fetch('/api/segments/' + l.items[0].id)).then((a) => a.json())`,
    );
  const storedRule = async (): Promise<unknown> => (await storedSegment()).rule;
});

/** Ana comes from a letter and looks at two teas; Ben comes by himself and looks at one. */
async function tellVisits(world: Emptied): Promise<void> {
  const call = await signedIn(world);
  for (const [name, user] of [
    ['Ana', 'user-1'],
    ['Ben', 'user-2'],
  ])
    await call('POST', '/api/contacts', { name, externalIds: [{ id: user }] });
  const source = await call<{ writeKey: string }>('POST', '/api/sources', { name: 'Tea shop', kind: 'site' });
  const { key } = await call<{ key: string }>('POST', '/api/keys', {
    name: 'shop',
    scopes: ['tracking:write'],
  });
  const letter = { campaign: { source: 'news', medium: 'email', name: 'spring' }, userAgent: READER };
  const fact = (userId: string, context: object, of: object) => ({
    userId,
    context,
    messageId: newId(),
    ...of,
  });
  const page = { type: 'page', name: 'Home', properties: { url: 'https://shop.example.com/' } };
  const tea = {
    type: 'track',
    event: 'Product Viewed',
    properties: { product_id: 'TEA-01', category: 'tea', price: 12.5 },
  };
  const batch = [
    ...[page, page, page, tea, tea].map((of) => fact('user-1', letter, of)),
    ...[page, tea].map((of) => fact('user-2', { userAgent: READER }, of)),
  ];
  await call('POST', '/v1/batch', { writeKey: source.writeKey, batch }, { authorization: `Bearer ${key}` });
  await until('Ana’s visit is known', async () => {
    const rule = { type: 'behaviour', measure: 'pages', op: 'gte', value: 3 };
    return (await call<{ count: number }>('POST', '/api/segments/preview', { rule })).count === 1;
  });
}
