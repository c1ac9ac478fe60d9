import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { barriers, browserMissing, launchBrowser, watch } from '../support/browser.ts';
import type { Watch } from '../support/browser.ts';
import { until } from '../support/until.ts';
import { consolePage, signedIn, signIn, startEmpty } from './console.world.ts';
import type { Emptied } from './console.world.ts';

const TIMEOUT_MS = 120_000;

const missing = await browserMissing();
const title =
  missing === undefined ? 'coupons in the console' : `coupons in the console (skipped: ${missing})`;

type Call = Awaited<ReturnType<typeof signedIn>>;
type Quote = {
  priced: { totals: { totalMinor: number }; codes: { accepted: boolean; reason: string | null }[] };
};

describe.skipIf(missing !== undefined)(title, () => {
  let world: Emptied;
  let call: Call;
  let browser: Browser;
  let page: Page;
  let seen: Watch;
  let code = '';

  beforeAll(async () => {
    world = await startEmpty();
    call = await signedIn(world);
    await call('POST', '/api/products', {
      products: [{ externalId: 'TEA', name: 'Mountain tea', price: '47.60', cost: '46', currency: 'GBP' }],
    });
    await call('POST', '/api/coupon-campaigns', {
      name: 'Thank you',
      pattern: 'TEA-######',
      kind: 'percent',
      percent: 10,
    });
    browser = await launchBrowser();
    page = await consolePage(browser, world.url);
    seen = watch(page);
    await page.goto('/loyalty/coupons');
    await signIn(page, 'Coupons');
  }, TIMEOUT_MS);
  afterAll(async () => {
    await browser?.close();
    await world?.close();
  }, TIMEOUT_MS);

  const words = (text: string | RegExp) => page.getByText(text).first().waitFor();
  const press = (name: string | RegExp) => page.getByRole('button', { name }).first().click();
  const next = () => page.getByRole('button', { name: 'Next', exact: true }).click();

  test(
    'a marketer walks the wizard; the cart beside it tells the discount, and what is missing for it',
    async () => {
      await page.getByRole('link', { name: 'New coupon' }).first().click();
      await page.getByLabel('Name', { exact: true }).fill('Spring fair');
      await page.getByLabel('A code for each').check();
      await page.getByLabel('Pattern').fill('fair-######');
      await words(/729,000,000 codes are possible; up to 729,000 of them/);
      await words(/^FAIR-[2-9A-Z]{6}$/);
      await next();
      await page.getByLabel('Percent off', { exact: true }).fill('15');
      await words('Applies: takes £7.14 off');
      await next();
      await page.getByLabel('Minimum order').fill('50');
      await words(/add £2\.40/i);
      await page.getByLabel('Quantity of Mountain tea').fill('2');
      await words('Applies: takes £14.28 off');
      await next();
      await page.getByLabel('Uses in all').fill('500');
      await next();
      const told = await page.locator('[data-review]').innerText();
      expect(told).toContain('“Spring fair” has a code for each, such as FAIR-######');
      expect(told).toContain('It gives 15% off, from £50.00.');
      expect(told).toContain('Limits: 500 uses in all.');
      await words('It has no end: it works until somebody stops it.');
      await words(/^Below cost: Mountain tea/);
    },
    TIMEOUT_MS,
  );

  test(
    'it is created with a thousand codes, whose making is seen to its end',
    async () => {
      await press('Create with 1,000 codes');
      await page.getByRole('heading', { level: 1, name: 'Spring fair' }).waitFor();
      const work = page.getByRole('table', { name: 'Codes in bulk' });
      await until('all codes are made', async () =>
        (await work.innerText()).includes('Done · 1,000 of 1,000'),
      );
      const codes = page.getByRole('table', { name: 'Codes', exact: true });
      await until('the codes are listed', async () => /FAIR-\w{6}/.test(await codes.innerText()));
      code = /FAIR-\w{6}/.exec(await codes.innerText())?.[0] ?? '';
    },
    TIMEOUT_MS,
  );

  test(
    'a quote takes a code of it; checking tells when it works, and after it was made void why not',
    async () => {
      const quote = (): Promise<Quote> =>
        call('POST', '/api/loyalty/quote', {
          lines: [{ product: 'TEA', quantity: '2' }],
          codes: [code.toLowerCase()],
        });
      expect((await quote()).priced).toMatchObject({
        totals: { totalMinor: 8_092 },
        codes: [{ accepted: true }],
      });
      await page.goto('/loyalty/coupons');
      const check = async () => {
        await page.getByLabel('Code', { exact: true }).fill(code.toLowerCase().replace('-', ' '));
        await press('Check');
      };
      await check();
      await words('The code works, from £50.00.');
      await press('See what it went through');
      const drawer = page.getByRole('dialog');
      await drawer.getByText('Issued', { exact: true }).last().waitFor();
      await drawer.getByRole('button', { name: 'Make void' }).click();
      await page.getByLabel('Reason').fill('It leaked');
      await page.getByRole('button', { name: 'Make void' }).last().click();
      await words('The code was made void and never works again.');
      expect((await quote()).priced.codes).toMatchObject([{ accepted: false, reason: 'void' }]);
    },
    TIMEOUT_MS,
  );

  test(
    'a price list is made with prices by quantity, and the look-up names it as the reason',
    async () => {
      await page.goto('/loyalty/prices');
      await press('New price list');
      await page.getByLabel('Name', { exact: true }).fill('Trade');
      await page.getByRole('textbox', { name: 'Code', exact: true }).fill('trade');
      await press('Save');
      await page.getByRole('heading', { level: 1, name: 'Trade' }).waitFor();
      await press('Add prices');
      const drawer = page.getByRole('dialog');
      await drawer.getByRole('combobox', { name: 'Product', exact: true }).click();
      await page.getByRole('option', { name: 'Mountain tea · TEA' }).click();
      await drawer.getByLabel('How much').fill('40');
      await drawer.getByRole('button', { name: 'One more quantity' }).click();
      await drawer.getByLabel('From, units').last().fill('10');
      await drawer.getByLabel('How much').last().fill('35.5');
      await drawer.getByRole('button', { name: 'Save' }).click();
      await words('£35.50');
      await page.goto('/loyalty/prices');
      await page.getByRole('combobox', { name: 'Product', exact: true }).click();
      await page.getByRole('option', { name: 'Mountain tea · TEA' }).click();
      await words('£40.00 a unit, by the price list “Trade”.');
      await words(/From 10 units it is £35\.50 a unit\./);
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
      const { items } = await call<{ items: { id: string }[] }>('GET', '/api/coupon-campaigns');
      for (const [path, heading] of [
        [`/loyalty/coupons?code=${code}`, 'Купоны'],
        ['/loyalty/coupons/new', 'Новый купон'],
        [`/loyalty/coupons/${items[0]?.id}`, 'Spring fair'],
        [`/loyalty/coupons/${items[1]?.id}`, 'Thank you'],
        ['/loyalty/prices', 'Прайс-листы'],
      ] as const) {
        await phone.goto(path);
        await phone.getByRole('heading', { level: 1, name: heading }).waitFor();
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
