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
  missing === undefined ? 'loyalty in the console' : `loyalty in the console (skipped: ${missing})`;

describe.skipIf(missing !== undefined)(title, () => {
  let world: Emptied;
  let call: Awaited<ReturnType<typeof signedIn>>;
  let browser: Browser;
  let page: Page;
  let seen: Watch;
  let contactId: string;
  let programId: string;

  beforeAll(async () => {
    world = await startEmpty();
    call = await signedIn(world);
    const { id } = await call<{ id: string }>('POST', '/api/contacts', {
      name: 'Ana Silva',
      email: 'ana@example.com',
    });
    contactId = id;
    browser = await launchBrowser();
    page = await consolePage(browser, world.url);
    seen = watch(page);
    await page.goto('/loyalty');
    await signIn(page, 'Loyalty programs');
  }, TIMEOUT_MS);
  afterAll(async () => {
    await browser?.close();
    await world?.close();
  }, TIMEOUT_MS);

  const words = (text: string) => page.getByText(text, { exact: false }).first().waitFor();
  const press = (name: string) => page.getByRole('button', { name, exact: true }).first().click();
  /** The program as it is once somebody has written its terms and a rule, and launched it. */
  async function launched(): Promise<string> {
    const { items } = await call<{ items: { id: string; version: number }[] }>(
      'GET',
      '/api/loyalty/programs',
    );
    const [{ id, version } = { id: '', version: 0 }] = items;
    await call('PATCH', `/api/loyalty/programs/${id}`, { version, settings: { termsText: 'Fair play.' } });
    const rule = await call<{ id: string; version: number }>('POST', '/api/loyalty/accrual-rules', {
      programId: id,
      definition: { name: 'Basic', earns: { type: 'amount', points: 1, perMinor: 1_000 } },
    });
    await call('POST', `/api/loyalty/accrual-rules/${rule.id}/move`, { version: rule.version, to: 'live' });
    await call('POST', `/api/loyalty/programs/${id}/launch`, { version: version + 1 });
    return id;
  }
  /** Walks with Tab until the field of that label has the focus. */
  const tabTo = (label: string) =>
    until(`the focus reaches ${label}`, async () => {
      await page.keyboard.press('Tab');
      return page.evaluate<boolean>(
        `[...(document.activeElement.labels ?? [])].some((one) => one.textContent === ${JSON.stringify(label)})`,
      );
    });

  test(
    'a program is made by keyboard alone, and the form tells what its terms come to',
    async () => {
      await words('No program yet');
      await page.getByRole('link', { name: 'New program' }).first().focus();
      await page.keyboard.press('Enter');
      await page.getByRole('heading', { level: 1, name: 'New program' }).waitFor();
      await page.getByLabel('Name', { exact: true }).focus();
      await page.keyboard.type('Tea Club');
      await tabTo('At most of the order, %');
      await page.keyboard.type('30');
      await words('points pay at most £60.00: 6,000 points.');
      await tabTo('Points last');
      await page.keyboard.press('Enter');
      await page.getByRole('option', { name: 'some time after they can be spent' }).waitFor();
      await page.keyboard.press('ArrowDown');
      await page.keyboard.press('Enter');
      await tabTo('How long');
      await page.keyboard.press('Control+A');
      await page.keyboard.type('1');
      await until('the example is that of one month', async () =>
        /31 January (\d+) \+ 1 month = 28 February \1/.test(await page.locator('form').innerText()),
      );
      await page.keyboard.press('Enter');
      await page.getByRole('heading', { level: 1, name: 'Tea Club' }).waitFor();
      await words('A draft takes no members.');
      programId = await launched();
    },
    TIMEOUT_MS,
  );

  test(
    'a changed setting is a version that says what changed',
    async () => {
      await page.goto(`/loyalty/programs/${programId}`);
      await page.getByLabel('One person may adjust or transfer up to, points').fill('500');
      await press('Save');
      await words('Program saved');
      await page.getByRole('tab', { name: 'Versions' }).click();
      await words('As it began');
      const table = await page.getByRole('table', { name: 'Versions' }).innerText();
      expect(table).toMatch(/One person may adjust or transfer up to, points:\s+1,000\s+→\s+500/);
    },
    TIMEOUT_MS,
  );

  test(
    'a contact becomes a member; points move with a reason, and many of them wait for a second person',
    async () => {
      await page.goto(`/contacts/${contactId}`);
      await press('Enrol');
      await page.getByLabel('The person accepts version 1 of the terms').waitFor();
      await page.getByRole('dialog').getByRole('button', { name: 'Enrol' }).click();
      await words('Without it nobody can be enrolled.');
      await page.getByLabel('The person accepts version 1 of the terms').check();
      await page.getByRole('dialog').getByRole('button', { name: 'Enrol' }).click();
      await page.getByText('Member since').waitFor();

      const adjust = async (points: string, reason: string) => {
        await press('Adjust points');
        const drawer = page.getByRole('dialog');
        await drawer.getByLabel('Points', { exact: true }).fill(points);
        await drawer.getByLabel('Reason').fill(reason);
        return drawer;
      };
      const small = await adjust('40', 'Late parcel');
      await small.getByText('Up to 500 points are moved at once.', { exact: false }).waitFor();
      await small.getByRole('button', { name: 'Adjust points' }).click();
      await words('can be spent, worth £0.40');

      const large = await adjust('5000', 'Prize of the draw');
      await large.getByText('Above 500 points a second person must approve.', { exact: false }).waitFor();
      await large.getByRole('button', { name: 'Adjust points' }).click();
      await words('waits for approval');

      await press('Movements');
      const ledger = page.getByRole('list', { name: 'Movements' });
      await ledger.waitFor();
      const told = await ledger.innerText();
      expect(told).toContain('Late parcel');
      expect(told).toContain('+40');
      expect(told).not.toContain('Prize of the draw');
    },
    TIMEOUT_MS,
  );

  test(
    'who asked is told that somebody else approves, and can take it back',
    async () => {
      await page.goto('/loyalty/approvals');
      await words('You asked for it: somebody else approves.');
      expect(await page.getByRole('button', { name: 'Approve: Prize of the draw' }).count()).toBe(0);
      await press('Take back: Prize of the draw');
      await words('Nothing waits');
    },
    TIMEOUT_MS,
  );

  test(
    'a reward that waits for the member is handed over where the till has found them',
    async () => {
      const reward = await call<{ id: string }>('POST', '/api/rewards', {
        programId,
        definition: { name: { en: 'Tea caddy', ru: 'Чайница' }, points: 15, gives: { kind: 'gift' } },
      });
      await call('POST', `/api/rewards/${reward.id}/launch`);
      await call('POST', `/api/contacts/${contactId}/rewards`, { rewardId: reward.id, key: 'caddy' });
      const [member] = (
        await call<{ items: { cardNumber: string }[] }>('GET', `/api/contacts/${contactId}/memberships`)
      ).items;
      await page.goto('/loyalty/till');
      await page.getByLabel('Card number or QR code').fill(member?.cardNumber ?? '');
      await page.keyboard.press('Enter');
      await words('To hand over now');
      await press('Handed over: Tea caddy, Ana Silva');
      await words('Noted: the member has it');
      await page.getByText('To hand over now').waitFor({ state: 'detached' });
    },
    TIMEOUT_MS,
  );

  test(
    'the liability page tells what is owed and that the books are right',
    async () => {
      await page.goto('/loyalty/liability');
      await words('worth £0.25 when spent');
      await press('Verify now');
      // One wallet with two entries: what was there before the points is not taken for it.
      const checks = page.getByRole('table', { name: 'Verification of the ledger' });
      await until('the check of now is there', async () => /\t1\t2\t0\b/.test(await checks.innerText()));
      await words('The books are right');
      await page.goto('/loyalty/tiers');
      await words('This program has no tiers yet');
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
        ['/loyalty', 'Программы лояльности'],
        ['/loyalty/programs/new', 'Новая программа'],
        ['/loyalty/liability', 'Обязательства'],
        ['/loyalty/tiers', 'Уровни'],
        ['/loyalty/approvals', 'Подтверждения'],
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
