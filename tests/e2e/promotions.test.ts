import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { barriers, browserMissing, launchBrowser, watch } from '../support/browser.ts';
import type { Watch } from '../support/browser.ts';
import { consolePage, signedIn, signIn, startEmpty } from './console.world.ts';
import type { Emptied } from './console.world.ts';

const TIMEOUT_MS = 120_000;

const missing = await browserMissing();
const title =
  missing === undefined ? 'promotions in the console' : `promotions in the console (skipped: ${missing})`;

type Quote = { priced: { totals: { payableMinor: number } } };

describe.skipIf(missing !== undefined)(title, () => {
  let world: Emptied;
  let browser: Browser;
  let page: Page;
  let seen: Watch;
  let address: string;

  beforeAll(async () => {
    world = await startEmpty();
    browser = await launchBrowser();
    page = await consolePage(browser, world.url);
    seen = watch(page);
    await page.goto('/loyalty/promotions');
    await signIn(page, 'Promotions');
  }, TIMEOUT_MS);
  afterAll(async () => {
    await browser?.close();
    await world?.close();
  }, TIMEOUT_MS);

  const words = (text: string) => page.getByText(text, { exact: false }).first().waitFor();
  const press = (name: string) => page.getByRole('button', { name, exact: true }).first().click();
  /** What one order of 100.00 costs right now, as a shop asks. */
  const payable = async (): Promise<number> => {
    const call = await signedIn(world);
    const line = { product: 'ANY', quantity: '1', unitPrice: '100.00' };
    const body = { lines: [line], unknownProducts: 'create' };
    return (await call<Quote>('POST', '/api/loyalty/quote', body)).priced.totals.payableMinor;
  };

  test(
    'a promotion made from a template says what it does, and a cart shows what it changes and what it misses',
    async () => {
      await words('No promotion yet');
      await page.getByRole('link', { name: 'New promotion' }).first().click();
      await page.getByRole('button', { name: '10% from 50.00' }).click();
      await words('10% off. All goods. From £50.00 of goods.');
      // Nothing is in the catalogue: a line of one's own is tried.
      await words('There are no products in the catalogue yet.');
      await words('This offer saves £10.00: without it the customer would pay £100.00.');
      await words('Applies: takes £10.00 off');
      await page.getByLabel('Price of Goods').fill('30');
      await words('needs £50.00, has £30.00, £20.00 short');
      await page.getByLabel('How much off').fill('');
      await words('Fill in what is missing');
      await page.getByLabel('How much off').fill('20');
      await words('20% off. All goods.');
      await page.getByLabel('Price of Goods').fill('100');
      await words('Applies: takes £20.00 off');
    },
    TIMEOUT_MS,
  );

  test(
    'the review stops what would never apply; put right, it is launched, and prices are made with it',
    async () => {
      await page.getByLabel('Until', { exact: true }).fill('2020-01-01T00:00');
      await press('Save and review');
      await words('Its time is over: it would never apply.');
      address = new URL(page.url()).pathname;
      expect(await page.getByRole('button', { name: 'Launch' }).isDisabled()).toBe(true);
      expect(await payable()).toBe(10_000);
      await page.getByRole('link', { name: 'Change' }).click();
      await page.getByLabel('Until', { exact: true }).fill('');
      await page.getByLabel('Budget', { exact: true }).fill('500');
      await press('Save and review');
      await words('From then on every price is made with it.');
      await press('Launch');
      await words('It is launched');
      expect(await payable()).toBe(8_000);
    },
    TIMEOUT_MS,
  );

  test(
    'a change of what is live is a version that says what changed; paused, nothing is lowered',
    async () => {
      await page.getByRole('link', { name: 'Change' }).click();
      await page.getByLabel('How much off').fill('25');
      await press('Save as a new version');
      await page.getByRole('tab', { name: 'Versions' }).click();
      await words('What it gives: 20% off. → 25% off.');
      expect(await payable()).toBe(7_500);
      await press('Pause');
      await words('It is paused');
      expect(await payable()).toBe(10_000);
    },
    TIMEOUT_MS,
  );

  test(
    'with a code it becomes a coupon, tried on the cart as if its code were shown',
    async () => {
      await page.goto('/loyalty/promotions/new?from=amountOff');
      await page.getByRole('combobox', { name: 'How it works' }).click();
      await page.getByRole('option', { name: 'with a code' }).click();
      await words('1 field is still empty.');
      await page.getByLabel('Code', { exact: true }).fill('autumn-5');
      await words('With a code.');
      await words('Applies: takes £5.00 off');
      await press('Save as a coupon and review');
      await page.waitForURL(/\/loyalty\/coupons\/[0-9a-f-]{36}/);
      await words('AUTUMN-5');
    },
    TIMEOUT_MS,
  );

  test(
    'in Russian and on a phone nothing is wider than the screen, and nothing stands in the way of a keyboard',
    async () => {
      const phone = await consolePage(browser, world.url, {
        locale: 'ru-RU',
        viewport: { width: 390, height: 844 },
        storageState: { cookies: await page.context().cookies(), origins: [] },
      });
      const errors = watch(phone);
      for (const [path, heading] of [
        ['/loyalty/promotions', 'Акции'],
        ['/loyalty/promotions/new', 'Новая акция'],
        ['/loyalty/promotions/new?from=bundle', 'Новая акция'],
        ['/loyalty/promotions/new?from=happyHours', 'Новая акция'],
        [address, '10% from 50.00'],
        [`${address}?tab=trial`, '10% from 50.00'],
      ] as const) {
        await phone.goto(path);
        await phone.getByRole('heading', { level: 1, name: heading }).waitFor();
        if (path.includes('from=')) await phone.getByText('К оплате').waitFor();
        const wider = 'document.documentElement.scrollWidth - document.documentElement.clientWidth';
        expect(await phone.evaluate<number>(wider), path).toBeLessThanOrEqual(0);
        expect(await barriers(phone), path).toEqual([]);
      }
      expect(errors.complaints).toEqual([]);
      expect(seen.complaints).toEqual([]);
      await phone.context().close();
    },
    TIMEOUT_MS,
  );
});
