import type { Browser, BrowserContext, Page } from 'playwright-core';
import { encode } from 'uqr';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { barriers, browserMissing, launchBrowser, watch } from '../support/browser.ts';
import type { Watch } from '../support/browser.ts';
import { signedIn, startEmpty } from './console.world.ts';
import type { Emptied } from './console.world.ts';

const TIMEOUT_MS = 120_000;
const PHONE = { width: 390, height: 844 };

const missing = await browserMissing();
const title = missing === undefined ? 'a member’s page' : `a member’s page (skipped: ${missing})`;

type Made = { id: string };

describe.skipIf(missing !== undefined)(title, () => {
  let world: Emptied;
  let browser: Browser;
  let context: BrowserContext;
  let page: Page;
  let seen: Watch;
  let url: string;

  beforeAll(async () => {
    world = await startEmpty();
    const call = await signedIn(world);
    const { id: contactId } = await call<Made>('POST', '/api/contacts', {
      name: 'Ana Silva',
      givenName: 'Ana',
      email: 'ana@example.com',
      locale: 'ru',
    });
    const { id: programId } = await call<Made>('POST', '/api/loyalty/programs', { name: 'Tea Club' });
    await call('POST', '/api/loyalty/members', { programId, contactId, termsVersion: '1' });
    await call('POST', '/api/loyalty/adjustments', { contactId, programId, points: 250, reason: 'a gift' });
    const coupons = await call<Made>('POST', '/api/coupon-campaigns', {
      name: 'For points',
      kind: 'percent',
      percent: 15,
      pattern: 'TEA-########',
      minOrderMinor: 2_000,
    });
    const reward = await call<Made>('POST', '/api/rewards', {
      programId,
      definition: {
        name: { en: 'Fifteen off', ru: 'Минус пятнадцать' },
        points: 100,
        gives: { kind: 'coupon', couponCampaignId: coupons.id },
      },
    });
    await call('POST', `/api/rewards/${reward.id}/launch`);
    ({ url } = await call<{ url: string }>('POST', `/api/contacts/${contactId}/wallet-link`, { programId }));
    browser = await launchBrowser();
    context = await browser.newContext({ viewport: PHONE, locale: 'en-GB' });
    page = await context.newPage();
    page.setDefaultTimeout(15_000);
    seen = watch(page);
  }, TIMEOUT_MS);
  afterAll(async () => {
    await browser?.close();
    await world?.close();
  }, TIMEOUT_MS);

  /** Modules of a drawn code, dark ones as "#", measured in the page as they are painted. */
  const modules = (label: string): Promise<string[]> =>
    page.evaluate<string[]>(`(() => {
      const svg = document.querySelector('[aria-label=${JSON.stringify(label)}] svg');
      const size = svg.viewBox.baseVal.width / 10;
      const path = svg.querySelector('path');
      const at = svg.createSVGPoint();
      return Array.from({ length: size }, (_, y) => Array.from({ length: size }, (_, x) => {
        at.x = x * 10 + 5; at.y = y * 10 + 5;
        return path.isPointInFill(at) ? '#' : '.';
      }).join(''));
    })()`);
  const asDrawn = (text: string): string[] =>
    encode(text, { ecc: 'Q', border: 4 }).data.map((row) => row.map((dark) => (dark ? '#' : '.')).join(''));
  const fits = async (): Promise<void> => {
    const width = await page.evaluate<number>('document.documentElement.scrollWidth');
    expect(width).toBeLessThanOrEqual(page.viewportSize()?.width ?? 0);
    expect(await barriers(page)).toEqual([]);
  };

  test(
    'on a phone, in both languages, it fits, and nothing keeps a keyboard or a reader out',
    async () => {
      await page.goto(url);
      await page.getByRole('heading', { level: 1, name: 'Здравствуйте, Ana!' }).waitFor();
      await page.getByText('Ваши баллы').waitFor();
      await fits();
      await page.getByRole('link', { name: 'Show in English' }).click();
      await page.getByRole('heading', { level: 1, name: 'Hello, Ana!' }).waitFor();
      expect(await page.locator('.big').innerText()).toMatch(/250\s+points/);
      await page.getByText('Show my card at the till').focus();
      await page.keyboard.press('Enter');
      await page.getByRole('img', { name: 'QR code of your card number' }).waitFor();
      await fits();
      await page.setViewportSize({ width: 1440, height: 900 });
      await fits();
      await page.setViewportSize(PHONE);
    },
    TIMEOUT_MS,
  );

  test(
    'points become a coupon by confirming: its code and QR appear, and stand on the page from then on',
    async () => {
      await page.getByRole('link', { name: 'Get it: Fifteen off' }).click();
      await page.getByText('You will have').waitFor();
      await fits();
      await page.getByRole('link', { name: 'No, not now' }).click();
      expect(await page.locator('.big').innerText()).toMatch(/250/);
      await page.getByRole('link', { name: 'Get it: Fifteen off' }).click();
      // Twice at once is once.
      await page.getByRole('button', { name: 'Yes, spend 100 points' }).dblclick();
      await page.getByText('It is yours.').waitFor();
      const code = await page.locator('.code').innerText();
      expect(code).toMatch(/^TEA-/);
      expect(await modules(`QR code of the coupon ${code}`)).toEqual(asDrawn(code));
      await fits();
      // Whoever goes back is asked anew, with what there is now.
      await page.goBack();
      await page.locator('dl', { hasText: /You have\s*150\s+points/ }).waitFor();
      await page.goForward();
      await page.getByRole('link', { name: 'Back to my points' }).click();
      expect(await page.locator('.big').innerText()).toMatch(/150/);
      await page.getByRole('heading', { name: /^15% off, from an order of/ }).waitFor();
      await page.getByText('Show the QR code').click();
      expect(await modules(`QR code of the coupon ${code}`)).toEqual(asDrawn(code));
    },
    TIMEOUT_MS,
  );

  test('it asks nobody else for anything, keeps nothing in the browser, and complains of nothing', async () => {
    expect([...seen.hosts]).toEqual([new URL(url).host]);
    expect(await context.cookies()).toEqual([]);
    expect(seen.complaints).toEqual([]);
  });
});
