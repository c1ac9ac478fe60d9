import type { Browser, Page } from 'playwright-core';
import postgres from 'postgres';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { barriers, browserMissing, launchBrowser, watch } from '../support/browser.ts';
import type { Watch } from '../support/browser.ts';
import { newId } from '../../src/core/ids.ts';
import { consolePage, OWNER, signedIn, signIn, startEmpty } from './console.world.ts';
import type { Emptied } from './console.world.ts';

const TIMEOUT_MS = 120_000;
const PHONE = { width: 390, height: 844 };

/** Buttons to copy with that reach out of their card, where they are cut off. */
const CUT_BUTTONS = `[...document.querySelectorAll('section button[aria-label^="Скопировать"]')]
  .filter((one) => one.getBoundingClientRect().right > one.closest('section').getBoundingClientRect().right
    || one.scrollWidth > one.clientWidth)
  .map((one) => one.ariaLabel)`;

const missing = await browserMissing();
const title = missing === undefined ? 'the site developer' : `the site developer (skipped: ${missing})`;

/** A wrong address, a refused text: the browser logs these answers, the page handles them. */
const handled = (text: string, url: string): boolean =>
  /status of (404|422)/.test(text) && /\/api\/(contacts|templates)/.test(url);

describe.skipIf(missing !== undefined)(title, () => {
  let world: Emptied;
  let browser: Browser;
  let page: Page;
  let seen: Watch;
  let writeKey = '';
  let sourcePath = '';

  beforeAll(async () => {
    world = await startEmpty();
    browser = await launchBrowser();
    page = await consolePage(browser, world.url);
    seen = watch(page, handled);
    await page.goto('/sources');
    await signIn(page, 'Sources');
  }, TIMEOUT_MS);
  afterAll(async () => {
    await browser?.close();
    await world?.close();
  }, TIMEOUT_MS);

  const heading = (name: string | RegExp) => page.getByRole('heading', { level: 1, name }).waitFor();
  const send = (batch: readonly object[]) =>
    fetch(`${world.url}/v1/batch`, { method: 'POST', body: JSON.stringify({ writeKey, batch }) });
  /** What one field offers for copying. */
  const shown = (label: string): Promise<string | null> =>
    page
      .locator('div', { has: page.getByText(label, { exact: true }) })
      .last()
      .locator('xpath=following::pre[1]')
      .textContent();

  test(
    'gets a line that works as it is: its file is there, under its version, and holds what the line promises',
    async () => {
      await page.getByRole('button', { name: 'Add a source' }).first().click();
      await page.getByRole('dialog').getByLabel('Name').fill('Tea shop');
      await page.getByRole('dialog').getByRole('button', { name: 'Add a source' }).click();
      await heading('Tea shop');
      sourcePath = new URL(page.url()).pathname;
      await page.getByText('Waiting for the first event').waitFor();
      const line = (await shown('The line')) ?? '';
      const [, src = ''] = /src="([^"]+)"/.exec(line) ?? [];
      [, writeKey = ''] = /data-key="([^"]+)"/.exec(line) ?? [];
      expect(src).toMatch(/\/s\/[0-9a-f]+\/otklik\.js$/);
      expect(line).toContain('integrity="sha384-');
      const script = await fetch(`${world.url}${new URL(src).pathname}`);
      expect(script.status).toBe(200);
      expect(script.headers.get('cache-control')).toContain('immutable');
      await page.getByText('otklik.addToCart(', { exact: false }).waitFor();
      expect(await barriers(page)).toEqual([]);
    },
    TIMEOUT_MS,
  );

  test(
    'sees events come in by themselves, each with its verdict and all it carries',
    async () => {
      await page.getByRole('tab', { name: 'Live events' }).click();
      await page.getByText('Nothing has come yet').waitFor();
      await send([
        {
          type: 'track',
          event: 'Product Viewed',
          anonymousId: 'visitor-1',
          messageId: newId(),
          properties: { product_id: 'TEA-01' },
        },
        { type: 'track', anonymousId: 'visitor-1', messageId: newId() },
      ]);
      const event = page.getByRole('button', { name: /Accepted.*Product Viewed/ });
      await event.click();
      await page.getByText('"product_id": "TEA-01"').waitFor();
      await page.getByRole('button', { name: /Refused.*needs the name of the event/ }).waitFor();
      await page.getByText('Refused', { exact: true }).first().click();
      await event.waitFor({ state: 'detached' });
      expect(await barriers(page)).toEqual([]);
    },
    TIMEOUT_MS,
  );

  test(
    'mends a dead letter and tries it again: what was refused is stored then',
    async () => {
      await page.getByRole('tab', { name: /Dead letters/ }).click();
      await page.getByRole('button', { name: 'Look' }).click();
      const letter = page.getByRole('dialog');
      await letter.getByRole('button', { name: 'Try again' }).click();
      await letter.getByText('needs the name of the event').waitFor();
      const text = letter.getByLabel('Text');
      const raw = JSON.parse(await text.inputValue()) as object;
      await text.fill(JSON.stringify({ ...raw, event: 'Mended' }));
      await letter.getByRole('button', { name: 'Try the mended text' }).click();
      await page.getByText('It is stored now').waitFor();
      await page.getByText('No dead letters').waitFor();
      await page.getByRole('tab', { name: 'Live events' }).click();
      await page.getByRole('button', { name: /Accepted.*Mended/ }).waitFor();
    },
    TIMEOUT_MS,
  );

  test(
    'sees how the source fares, and changes what holds for it; an old key ends at once',
    async () => {
      await page.getByRole('tab', { name: 'Health' }).click();
      await page.getByText('Events, 24 h').waitFor();
      await page.getByRole('img', { name: 'What came' }).waitFor();
      expect(await barriers(page)).toEqual([]);

      await page.getByRole('tab', { name: 'Settings' }).click();
      await page.getByLabel('Keep and send nothing').check();
      await page.getByRole('button', { name: 'Save', exact: true }).click();
      await page.getByText('Source saved').waitFor();
      await page.getByRole('tab', { name: 'Connect' }).click();
      await page.getByText('data-consent="denied"></script>', { exact: false }).first().waitFor();

      await page.getByRole('tab', { name: 'Settings' }).click();
      await page.getByRole('button', { name: 'Make a new key' }).click();
      await page.getByRole('dialog').getByRole('button', { name: 'Make a new key' }).click();
      await page.getByText('The key is new').first().waitFor();
      expect((await send([])).status).toBe(401);
    },
    TIMEOUT_MS,
  );

  test(
    'shows the secret that proves user ids only when asked',
    async () => {
      await page.getByRole('tab', { name: 'Connect' }).click();
      await page.getByText('hash_hmac', { exact: false }).waitFor();
      expect(await page.getByText('Secret for userHash').count()).toBe(0);
      await page.getByRole('button', { name: 'Show the secret' }).click();
      expect((await shown('Secret for userHash'))?.length).toBeGreaterThanOrEqual(32);
    },
    TIMEOUT_MS,
  );

  test(
    'writes an on-site message and sees how it looks',
    async () => {
      await page.goto('/onsite');
      await page.getByRole('button', { name: 'New message' }).first().click();
      const form = page.getByRole('dialog');
      await form.getByLabel('Title').fill('Free delivery today');
      await form.getByRole('img', { name: 'How it looks' }).getByText('Free delivery today').waitFor();
      await form.getByRole('button', { name: 'Save' }).click();
      await page.getByRole('row', { name: /Free delivery today.*Banner.*At once/ }).waitFor();
      await page.getByRole('switch', { name: 'In force: Free delivery today' }).click({ force: true });
      expect(await barriers(page)).toEqual([]);
    },
    TIMEOUT_MS,
  );

  test(
    'writes a template beside its preview; one that nobody could unsubscribe from is not saved',
    async () => {
      await page.goto('/templates');
      await page.getByRole('link', { name: 'New template' }).click();
      await page.getByLabel('Name', { exact: true }).fill('Autumn news');
      await page.getByLabel('Subject').fill('Autumn has come');
      await page.getByText('Autumn has come').waitFor();
      const plain = page.getByRole('textbox', { name: 'Plain text' });
      const whole = await plain.inputValue();
      await plain.fill('No way out');
      await page.getByRole('button', { name: 'Save the template' }).click();
      await page
        .getByRole('alert')
        .getByText('en.text.1: line 1: nobody can unsubscribe', { exact: false })
        .waitFor();
      await plain.fill(whole);
      await page.getByRole('button', { name: 'Save the template' }).click();
      await heading('Autumn news');
      expect(await barriers(page)).toEqual([]);
    },
    TIMEOUT_MS,
  );

  test(
    'changes what a scoring rule gives, and finds the change in the audit log',
    async () => {
      await page.goto('/scoring');
      await page.getByRole('button', { name: 'Edit: Viewed a page' }).click();
      await page.getByRole('dialog').getByLabel('Points').fill('3');
      await page.getByRole('dialog').getByRole('button', { name: 'Save' }).click();
      await page.getByRole('row', { name: /Viewed a page.*\+3/ }).waitFor();
      expect(await barriers(page)).toEqual([]);
      await page.goto('/audit');
      await page.getByRole('row', { name: /Scoring rule changed.*points: 3/ }).waitFor();
      await page
        .getByRole('row', { name: /Source created/ })
        .first()
        .waitFor();
      expect(await barriers(page)).toEqual([]);
    },
    TIMEOUT_MS,
  );

  test(
    'decides about two contacts side by side, and takes the merge back on the card',
    async () => {
      const call = await signedIn(world);
      const made: string[] = [];
      for (const [name, user] of [
        ['Olga Rot', 'o-1'],
        ['Olga Roth', 'o-2'],
      ])
        made.push(
          (await call<{ id: string }>('POST', '/api/contacts', { name, externalIds: [{ id: user }] })).id,
        );
      const [a = '', b = ''] = made.toSorted();
      const sql = postgres(world.databaseUrl, { max: 1 });
      await sql`
        insert into identity_review (review_id, node_a, node_b, reason, kind, value, state, created_at)
        values (${newId()}, ${a}, ${b}, 'other_value', 'email', 'olga@example.com', 'open', now())`;
      await sql.end();
      await page.goto('/duplicates');
      const pair = page.getByRole('article', { name: /Olga Rot.*Olga Rot/ });
      await pair.getByText('User id: o-1').waitFor();
      await pair.getByText('User id: o-2').waitFor();
      expect(await barriers(page)).toEqual([]);
      await pair.getByRole('button', { name: /^Merge/ }).click();
      await page.getByRole('dialog').getByRole('button', { name: 'Merge' }).click();
      await page.getByText('Nothing to decide').waitFor();

      await page.goto(`/contacts/${a}`);
      await page.getByText('Made of 2 records', { exact: false }).waitFor();
      await page.getByRole('button', { name: 'Records, evidence, merges' }).click();
      await page.getByRole('button', { name: 'Separate', exact: true }).click();
      const dialog = page.getByRole('dialog', { name: 'Separate them?' });
      await dialog.getByLabel('Why').fill('They are sisters');
      await dialog.getByRole('button', { name: 'Separate', exact: true }).click();
      await page.getByText('They are sisters', { exact: false }).first().waitFor();
      await page.keyboard.press('Escape');
      await page.getByText('Made of 1 record', { exact: false }).waitFor();
    },
    TIMEOUT_MS,
  );

  test(
    'changes the own password, and says it when the present one is wrong',
    async () => {
      await page.goto('/security');
      await page.getByLabel('Present password').fill('not mine');
      await page.getByLabel('New password', { exact: true }).fill('quite another password');
      await page.getByLabel('New password again').fill('quite another password');
      seen.complaints.length = 0;
      await page.getByRole('button', { name: 'Change the password' }).click();
      await page.getByText('This is not your password.').waitFor();
      seen.complaints.length = 0;
      await page.getByLabel('Present password').fill(OWNER.password);
      await page.getByRole('button', { name: 'Change the password' }).click();
      await page.getByText('The password is changed').waitFor();
      await page.getByRole('row', { name: /Chrome, Linux.*this one/ }).waitFor();
      expect(await barriers(page)).toEqual([]);
    },
    TIMEOUT_MS,
  );

  test(
    'says so where an address leads to nothing, in words and not with a validator’s',
    async () => {
      for (const path of ['/contacts/new', `/contacts/${newId()}`, '/templates/nothing']) {
        await page.goto(path);
        await heading('There is nothing at this address');
      }
    },
    TIMEOUT_MS,
  );

  test(
    'speaks Russian on a phone, no page wider than its screen',
    async () => {
      await page.setViewportSize(PHONE);
      await page.evaluate("localStorage.setItem('otklik.language', 'ru')");
      const paths = ['', '?tab=live', '?tab=letters', '?tab=health', '?tab=settings'].map(
        (tab) => `${sourcePath}${tab}`,
      );
      for (const path of [
        ...paths,
        '/sources',
        '/templates/new',
        '/scoring',
        '/audit',
        '/security',
        '/onsite',
        '/duplicates',
      ]) {
        await page.goto(path, { waitUntil: 'networkidle' });
        const wider = await page.evaluate<number>(
          'document.documentElement.scrollWidth - document.documentElement.clientWidth',
        );
        expect([path, wider]).toEqual([path, 0]);
        expect([path, await page.evaluate(CUT_BUTTONS)]).toEqual([path, []]);
      }
      await heading('Один человек?');
    },
    TIMEOUT_MS,
  );

  test('never logs an error, breaks the content policy or asks another host', () => {
    expect(seen.complaints).toEqual([]);
    expect([...seen.hosts]).toEqual([new URL(world.url).host]);
  });
});
