import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { barriers, browserMissing, launchBrowser, watch } from '../support/browser.ts';
import type { Watch } from '../support/browser.ts';
import { until } from '../support/until.ts';
import { consolePage, signedIn, signIn, startEmpty } from './console.world.ts';
import type { Emptied } from './console.world.ts';
import { walkJourney } from './journey.walk.ts';

const TIMEOUT_MS = 120_000;

const missing = await browserMissing();
const title =
  missing === undefined ? 'segments in the console' : `segments in the console (skipped: ${missing})`;

/** A rule with a mistake: the browser logs the answer, the page handles it. */
const handled = (text: string, url: string): boolean =>
  /status of 422/.test(text) && url.endsWith('/api/segments/preview');

describe.skipIf(missing !== undefined)(title, () => {
  let world: Emptied;
  let browser: Browser;
  let page: Page;
  let seen: Watch;
  let regulars: string;

  beforeAll(async () => {
    world = await startEmpty();
    regulars = await tellBuyers(world);
    browser = await launchBrowser();
    page = await consolePage(browser, world.url);
    seen = watch(page, handled);
    await page.goto('/segments');
    await signIn(page, 'Segments');
  }, TIMEOUT_MS);
  afterAll(async () => {
    await browser?.close();
    await world?.close();
  }, TIMEOUT_MS);

  const focused = () => page.evaluate<string | null>("document.activeElement.getAttribute('aria-label')");
  /** Walks with Tab until the control of that name has the focus. */
  const tabTo = (name: string, back = false) =>
    until(`the focus reaches ${name}`, async () => {
      await page.keyboard.press(back ? 'Shift+Tab' : 'Tab');
      const text = await page.evaluate<string>('document.activeElement.textContent');
      return (await focused()) === name || text === name;
    });
  /** Opens the list that has the focus and walks to an option. */
  const choose = async (name: string) => {
    await page.keyboard.press('Enter');
    await page.getByRole('option', { name, exact: true }).waitFor();
    const chosen = page.locator('[role="option"][data-combobox-selected]');
    await until(`the keys reach ${name}`, async () => {
      await page.keyboard.press('ArrowDown');
      return (await chosen.first().textContent()) === name;
    });
    await page.keyboard.press('Enter');
  };
  const words = (text: string) => page.getByText(text, { exact: false }).first().waitFor();
  const ruleOf = (id: string) =>
    page.evaluate<unknown>(`fetch('/api/segments/${id}').then((a) => a.json()).then((s) => s.rule)`);

  test(
    'a rule is written, moved, nested and taken back by keyboard alone',
    async () => {
      await page.goto('/segments/new');
      await page.getByLabel('Name', { exact: true }).waitFor();
      await page.keyboard.type('By hand and key');
      await tabTo('About');
      await choose('Purchases');
      await tabTo('Value');
      await page.keyboard.press('Control+A');
      await page.keyboard.type('2');
      await page.getByText('2 contacts', { exact: true }).waitFor();

      await tabTo('Add a condition');
      await page.keyboard.press('Enter');
      await until('the new condition has the focus', async () => (await focused()) === 'About');
      await tabTo('Value');
      await page.keyboard.type('Portugal');
      await page.getByText('1 contact', { exact: true }).waitFor();

      const order = () =>
        page.evaluate<string[]>(
          `[...document.querySelectorAll('[role="group"][aria-label^="Condition:"]')].map((one) => one.getAttribute('aria-label'))`,
        );
      await page.keyboard.press('Alt+ArrowUp');
      await until('it moved up', async () => (await order())[0] === 'Condition: Contact');
      expect(await focused()).toBe('Value');
      await page.keyboard.press('Alt+ArrowRight');
      await until(
        'it is in a group',
        async () => (await page.getByRole('group', { name: 'Group of conditions' }).count()) === 2,
      );
      expect(await focused()).toBe('Value');
      await page.keyboard.press('Control+z');
      await until(
        'it is out again',
        async () => (await page.getByRole('group', { name: 'Group of conditions' }).count()) === 1,
      );
      await page.keyboard.press('Control+z');
      await until('it moved down', async () => (await order())[0] === 'Condition: Purchases');
      await page.keyboard.press('Control+Shift+Z');
      await until('it moved up once more', async () => (await order())[0] === 'Condition: Contact');

      await tabTo('Save');
      await page.keyboard.press('Enter');
      await page.getByRole('heading', { level: 1, name: 'By hand and key' }).waitFor();
      expect(await ruleOf(page.url().split('/').at(-1) ?? '')).toEqual({
        type: 'all',
        children: [
          { type: 'attribute', field: 'country', op: 'is', value: 'Portugal' },
          { type: 'purchase', measure: 'orders', op: 'gte', value: 2 },
        ],
      });
    },
    TIMEOUT_MS,
  );

  test(
    'a mistake the API finds stands at its condition, and leaving asks first',
    async () => {
      await page.goto('/segments/new');
      await page.getByRole('textbox', { name: 'Value' }).fill('Portugal');
      await page.getByRole('button', { name: 'Add a condition' }).click();
      const second = page.getByRole('group', { name: /^Condition:/ }).nth(1);
      await second.getByRole('combobox', { name: 'About' }).click();
      await page.getByRole('option', { name: 'Purchases', exact: true }).click();
      await second.getByRole('combobox', { name: 'Condition', exact: true }).click();
      await page.getByRole('option', { name: 'is between', exact: true }).click();
      await second.getByRole('textbox', { name: 'From' }).fill('5');
      await second.getByRole('textbox', { name: 'To', exact: true }).fill('2');
      await second.getByRole('alert').waitFor();
      expect(await page.getByRole('alert').count()).toBe(2);
      expect(
        await page
          .getByRole('group', { name: /^Condition:/ })
          .nth(0)
          .getByRole('alert')
          .count(),
      ).toBe(0);

      await page.getByRole('link', { name: 'Segments' }).first().click();
      await page.getByRole('dialog', { name: 'Leave without saving?' }).waitFor();
      await page.getByRole('button', { name: 'Cancel' }).click();
      expect(new URL(page.url()).pathname).toBe('/segments/new');
      await second.getByRole('textbox', { name: 'To', exact: true }).fill('9');
      await page.getByText('0 contacts', { exact: true }).waitFor();
      await page.getByRole('link', { name: 'Segments' }).first().click();
      await page.getByRole('button', { name: 'Leave' }).click();
      await page.getByRole('heading', { level: 1, name: 'Segments' }).waitFor();
    },
    TIMEOUT_MS,
  );

  test(
    'a segment shows its growth, its members with the reason of each, and why somebody is not in',
    async () => {
      await page.goto(`/segments/${regulars}`);
      await page.locator('figure svg').first().waitFor();
      const chart = page.getByRole('table', { name: 'Members by day' });
      await chart.waitFor({ state: 'attached' });
      const last = await chart.locator('tr').last().textContent();
      expect(last).toMatch(/2/);

      await page.getByRole('button', { name: 'Why Ana Silva?' }).click();
      const drawer = page.getByRole('dialog', { name: 'Why in, why not' });
      await drawer.getByText('Ana Silva is in this segment').waitFor();
      await drawer.getByText('Found: 3').waitFor();
      await drawer.getByRole('list', { name: 'Newest facts' }).first().waitFor();
      expect(await barriers(page)).toEqual([]);
      await page.keyboard.press('Escape');

      await page.getByRole('button', { name: 'Ask about anybody' }).click();
      await drawer.getByRole('combobox', { name: 'Who' }).fill('Clara');
      await page.getByRole('option', { name: /Clara Weiss/ }).click();
      await drawer.getByText('Clara Weiss is not in this segment').waitFor();
      await drawer.getByText('Found: 1').waitFor();
      await page.keyboard.press('Escape');

      await page.getByRole('tab', { name: 'Came and went' }).click();
      await page.getByRole('row', { name: /Ana Silva Came in .* the segment was built/ }).waitFor();
      expect(await barriers(page)).toEqual([]);
    },
    TIMEOUT_MS,
  );

  test(
    'a ready-made segment is previewed, adjusted and saved',
    async () => {
      await page.goto('/segments');
      await page.getByRole('link', { name: 'New segment' }).click();
      await page.getByRole('button', { name: /^Repeat buyers/ }).click();
      const drawer = page.getByRole('dialog', { name: 'Repeat buyers' });
      await drawer.getByText('2 contacts', { exact: true }).waitFor();
      await drawer.getByLabel('Orders, at least').fill('4');
      await drawer.getByText('0 contacts', { exact: true }).waitFor();
      await drawer.getByLabel('Orders, at least').fill('3');
      await drawer.getByText('2 contacts', { exact: true }).waitFor();
      expect(await barriers(page)).toEqual([]);
      await drawer.getByRole('button', { name: 'Save the segment' }).click();
      await page.getByRole('heading', { level: 1, name: 'Repeat buyers' }).waitFor();
      expect(await ruleOf(page.url().split('/').at(-1) ?? '')).toEqual({
        type: 'purchase',
        measure: 'orders',
        op: 'gte',
        value: 3,
      });
    },
    TIMEOUT_MS,
  );

  test(
    'the RFM map tells of its buyers, and a cell becomes a segment',
    async () => {
      await page.goto('/segments/rfm');
      await page
        .getByRole('button', { name: /^Lately \d, often \d: 1 contact,/ })
        .first()
        .focus();
      await page.getByRole('button', { name: 'Compute now' }).waitFor();
      expect(await barriers(page)).toEqual([]);
      const make = page.getByRole('row', { name: /^Champions/ }).getByRole('link');
      await make.click();
      await page.getByRole('heading', { level: 1, name: 'New segment' }).waitFor();
      await words('the RFM cell is one of “Champions”');
      await page.getByRole('button', { name: 'Save' }).click();
      await page.getByRole('heading', { level: 1, name: 'Champions' }).waitFor();
      expect(await ruleOf(page.url().split('/').at(-1) ?? '')).toMatchObject({
        children: [{ type: 'rfm', measure: 'cell', op: 'in', value: ['champions'] }],
      });
    },
    TIMEOUT_MS,
  );

  test(
    'two segments are compared, and a contact’s card tells what they came into and why',
    async () => {
      await page.goto(`/segments/${regulars}?tab=overlap`);
      await page.getByRole('combobox', { name: 'Compare with' }).click();
      await page.getByRole('option', { name: 'By hand and key' }).click();
      await page.getByRole('img', { name: /In both: 1/ }).waitFor();
      await page.getByRole('link', { name: 'Make a segment: In both' }).waitFor();

      const { items } = await page.evaluate<{ items: { contactId: string; name: string }[] }>(
        `fetch('/api/segments/${regulars}/members').then((a) => a.json())`,
      );
      await page.goto(`/contacts/${items.find(({ name }) => name === 'Ana Silva')?.contactId}`);
      await page.getByRole('button', { name: 'Came and went' }).click();
      await page
        .getByRole('list', { name: 'Came and went' })
        .getByText(/the segment was built/)
        .first()
        .waitFor();
      await page.getByRole('button', { name: 'Why in Regulars?' }).click();
      await page.getByText('Ana Silva is in this segment').waitFor();
    },
    TIMEOUT_MS,
  );

  test(
    'a journey is drawn from nothing and published; it shows who is where and how they came there',
    () => walkJourney(page),
    TIMEOUT_MS,
  );

  test(
    'speaks Russian on a phone, light and dark, no wider than its screen',
    async () => {
      await page.evaluate("localStorage.setItem('otklik.language', 'ru')");
      const paths = [
        '/segments',
        '/segments/templates',
        '/segments/rfm',
        `/segments/${regulars}`,
        '/segments/new',
      ];
      for (const width of [1440, 390]) {
        await page.setViewportSize({ width, height: 844 });
        for (const path of paths) {
          await page.goto(path, { waitUntil: 'networkidle' });
          await page.getByRole('heading', { level: 1 }).waitFor();
          const wider = await page.evaluate<number>(
            'document.documentElement.scrollWidth - document.documentElement.clientWidth',
          );
          expect([path, width, wider]).toEqual([path, width, 0]);
          for (const scheme of ['light', 'dark'] as const) {
            await page.emulateMedia({ colorScheme: scheme });
            expect([path, width, scheme, await barriers(page)]).toEqual([path, width, scheme, []]);
          }
        }
      }
    },
    TIMEOUT_MS,
  );

  test('never logs an error, breaks the content policy or asks another host', () => {
    expect(seen.complaints).toEqual([]);
    expect([...seen.hosts]).toEqual([new URL(world.url).host]);
  });
});

/** Ana and Ben bought three times, Clara once; Ana lives in Portugal. Gives the segment of those who bought twice or more. */
async function tellBuyers(world: Emptied): Promise<string> {
  const call = await signedIn(world);
  const people = [
    { name: 'Ana Silva', user: 'user-1', country: 'Portugal', orders: 3 },
    { name: 'Ben Okafor', user: 'user-2', country: 'Germany', orders: 3 },
    { name: 'Clara Weiss', user: 'user-3', country: 'Germany', orders: 1 },
  ];
  for (const { name, user, country, orders } of people) {
    await call('POST', '/api/contacts', { name, country, externalIds: [{ id: user }] });
    for (let order = 1; order <= orders; order += 1)
      await call('POST', '/api/orders', {
        externalId: `${user}-${order}`,
        occurredAt: `2026-0${order}-10T10:00:00Z`,
        contact: { externalIds: [{ id: user }] },
        lines: [{ product: 'TEA-01', description: 'Mountain tea', quantity: '2', unitPrice: '12.50' }],
      });
  }
  const { id } = await call<{ id: string }>('POST', '/api/segments', {
    kind: 'dynamic',
    name: 'Regulars',
    rule: { type: 'purchase', measure: 'orders', op: 'gte', value: 2 },
  });
  await until(
    'the members are counted',
    async () => (await call<{ count: number | null }>('GET', `/api/segments/${id}`)).count === 2,
  );
  await call('POST', '/api/segments/rfm/compute');
  await until(
    'the scores are there',
    async () => (await call<{ contacts: number }>('GET', '/api/reports/rfm')).contacts === 3,
  );
  return id;
}
