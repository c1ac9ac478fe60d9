import { createServer } from 'node:http';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { barriers, browserMissing, launchBrowser, watch } from '../support/browser.ts';
import { testDb } from '../support/db.ts';
import { discardFolder, newFolder, startProgram } from '../support/program.ts';
import type { Program } from '../support/program.ts';
import { until } from '../support/until.ts';
import { consolePage, OWNER, signIn } from './console.world.ts';

const TIMEOUT_MS = 120_000;
const PERSON =
  'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/141.0.0.0 Safari/537.36';
const missing = await browserMissing();
const title = missing === undefined ? 'forms in a browser' : `forms in a browser (skipped: ${missing})`;

type Sent = { email: string; contactId: string | null; state: string; shown: string };

describe.skipIf(missing !== undefined)(title, () => {
  let program: Program;
  let browser: Browser;
  let site: Server;
  let siteUrl: string;
  let siteHtml = '';
  let console_: Page;
  let close: () => Promise<void>;

  const context = (over: BrowserContextOptions = {}) =>
    browser.newContext({
      locale: 'en-GB',
      userAgent: PERSON,
      viewport: { width: 390, height: 844 },
      ...over,
    });
  /** An answer of the API to the person at the console. */
  const api = <T>(path: string): Promise<T> =>
    console_.evaluate<T, string>(
      async (url) => (await fetch(url, { headers: { accept: 'application/json' } })).json() as Promise<T>,
      path,
    );
  const post = <T>(path: string, body: object): Promise<T> =>
    console_.evaluate<T, [string, object]>(
      async ([url, sent]) =>
        (
          await fetch(url, {
            method: 'POST',
            headers: { 'content-type': 'application/json' },
            body: JSON.stringify(sent),
          })
        ).json() as Promise<T>,
      [path, body],
    );
  const sent = async (id: string): Promise<Sent[]> =>
    (await api<{ items: Sent[] }>(`/api/forms/${id}/submissions`)).items;

  beforeAll(async () => {
    const { url: databaseUrl, drop } = await testDb();
    const folder = await newFolder();
    const dataDir = join(folder, 'data');
    program = await startProgram('all', dataDir, {
      DATABASE_URL: databaseUrl,
      OWNER_EMAIL: OWNER.email,
      OWNER_PASSWORD: OWNER.password,
    });
    browser = await launchBrowser();
    site = createServer((_request, response) => {
      response.writeHead(200, { 'content-type': 'text/html; charset=utf-8' });
      response.end(siteHtml);
    });
    await new Promise<void>((resolve) => site.listen(0, '127.0.0.1', resolve));
    siteUrl = `http://localhost:${(site.address() as AddressInfo).port}`;
    close = async () => {
      await browser.close();
      await new Promise((resolve) => site.close(resolve));
      await program.stop();
      await discardFolder(folder, dataDir);
      await drop();
    };
    console_ = await consolePage(browser, program.url, { userAgent: PERSON });
    await console_.goto('/forms');
    await signIn(console_, 'Forms');
    await post('/api/sources', { name: 'Tea shop', kind: 'site', origins: [siteUrl] });
  }, TIMEOUT_MS);
  afterAll(() => close(), TIMEOUT_MS);

  /** The latest mail to this address, once the program has sent it. */
  const mailTo = async (email: string): Promise<string> => {
    let html = '';
    await until(`a mail to ${email}`, async () => {
      const { items } = await api<{ items: { messageId: string; to: string }[] }>('/api/outbox');
      const found = items.find(({ to }) => to === email);
      if (found === undefined) return false;
      ({ html } = await api<{ html: string }>(`/api/outbox/${found.messageId}`));
      return true;
    });
    return html;
  };

  test(
    'a marketer makes a form, a visitor without scripts fills it in and confirms from the mail, the console shows contact and proof',
    async () => {
      const seen = watch(console_);
      await console_.getByRole('link', { name: 'New form' }).first().click();
      await console_.getByRole('heading', { level: 1, name: 'New form' }).waitFor();
      await console_.getByLabel('Name', { exact: true }).fill('Newsletter');
      await console_.getByRole('button', { name: 'Add a field' }).click();
      await console_.getByRole('menuitem', { name: 'Box to tick' }).click();
      await console_.getByRole('group', { name: 'Field 3' }).getByLabel('Label').fill('I run a shop');
      const preview = console_.frameLocator('iframe[title=Preview]');
      await preview.getByText('I run a shop').waitFor();
      expect(await preview.locator('input:checked').count()).toBe(0);
      expect(await barriers(console_)).toEqual([]);
      await console_.getByText('Russian', { exact: true }).click();
      await console_.getByRole('group', { name: 'I run a shop' }).getByLabel('Label').fill('У меня магазин');
      await preview.getByText('У меня магазин').waitFor();
      await console_.getByRole('button', { name: 'Save' }).click();
      await console_.getByRole('heading', { level: 1, name: 'Newsletter' }).waitFor();
      const id = new URL(console_.url()).pathname.split('/').at(-1) ?? '';

      const visitor = await (
        await context({ baseURL: program.url, javaScriptEnabled: false, locale: 'ru-RU' })
      ).newPage();
      const heard = watch(visitor, (text) => /status of 422/.test(text));
      await visitor.goto(`/f/${id}`);
      expect(await visitor.locator('html').getAttribute('lang')).toBe('ru');
      await visitor.goto(`/f/${id}?lang=en`);
      await visitor.getByLabel('Email').fill('greta@nowhere');
      await visitor.getByLabel('First name').fill('Greta');
      await visitor.getByRole('checkbox', { name: /I agree/ }).check();
      // The browser lets this address pass; the server does not.
      await visitor.getByRole('button', { name: 'Subscribe' }).click();
      await visitor.getByRole('alert').getByText('Please look at these fields again').waitFor();
      expect(await visitor.getByLabel('First name').inputValue()).toBe('Greta');
      expect(await visitor.getByRole('checkbox', { name: /I agree/ }).isChecked()).toBe(true);
      await visitor.getByLabel('Email').fill('greta@example.com');
      // A person takes longer than the least a form waits for.
      const loaded = performance.now();
      await until('the least time of filling in', async () => performance.now() - loaded > 2_100);
      await visitor.getByRole('button', { name: 'Subscribe' }).click();
      await visitor.getByRole('heading', { name: 'One more step' }).waitFor();

      const link = /https?:\/\/[^"'\s<>]+\/f\/confirm\/[^"'\s<>]+/.exec(
        await mailTo('greta@example.com'),
      )?.[0];
      await visitor.goto(link ?? '');
      await visitor.getByRole('button', { name: 'Yes, confirm' }).click();
      await visitor.getByRole('heading', { name: 'Confirmed' }).waitFor();
      expect(heard.complaints).toEqual([]);

      await console_.reload();
      await console_
        .getByRole('row', { name: /greta@example.com/ })
        .getByText('Confirmed')
        .waitFor();
      await console_.getByRole('button', { name: 'Show the answer of greta@example.com' }).click();
      const drawer = console_.getByRole('dialog');
      await drawer.getByText('I agree to get news and offers by mail.').waitFor();
      await drawer.getByText('on its own page').waitFor();
      await drawer.getByRole('link', { name: 'Open the contact' }).click();
      await console_.getByRole('heading', { level: 1, name: 'Greta' }).waitFor();
      await console_.getByText('Confirmed a form from the mail').first().waitFor();
      await console_
        .getByText(/Marketing · email/)
        .first()
        .waitFor();
      expect(seen.complaints).toEqual([]);
    },
    TIMEOUT_MS,
  );

  test(
    'the frame in another site takes its height, sends without leaving the page, knows the visitor and leads the page on',
    async () => {
      const { items } = await api<{ items: { id: string }[] }>('/api/forms/sources');
      const form = await post<{ id: string; embed: { frame: string } }>('/api/forms', {
        name: 'Embedded',
        sourceId: items[0]?.id,
        definition: {
          title: { en: 'Ask us' },
          fields: [{ key: 'email', type: 'email', label: { en: 'Email' }, required: true }],
          doubleOptIn: false,
          thanks: { type: 'redirect', url: `${siteUrl}/thanks` },
          spam: { minFillMs: 0 },
        },
      });
      siteHtml = `<!doctype html><title>Shop</title><h1>Shop</h1>
        <script>window.otklik = (name) => (name === 'getAnonymousId' ? 'visitor-of-the-shop' : undefined)</script>
        ${form.embed.frame}`;
      const visitor = await (await context()).newPage();
      const heard = watch(visitor);
      await visitor.goto(siteUrl);
      const frame = visitor.frameLocator('iframe');
      await frame.getByRole('heading', { name: 'Ask us' }).waitFor();
      const height = () => visitor.locator('iframe').evaluate((one) => one.getBoundingClientRect().height);
      await until('the frame fits', async () => (await height()) < 400 && (await height()) > 150);
      await until(
        'the frame knows the visitor',
        async () => (await frame.locator('input[name=_aid]').count()) === 1,
      );
      await frame.getByLabel('Email').fill('framed@example.com');
      await frame.getByRole('button').click();
      await visitor.waitForURL(`${siteUrl}/thanks`);
      const [submission] = await sent(form.id);
      expect(submission).toMatchObject({ email: 'framed@example.com', shown: 'embed', state: 'received' });
      expect(heard.complaints).toEqual([]);

      // A site the form does not know shows nothing of it.
      siteHtml = `<!doctype html><title>Thief</title><iframe src="${program.url}/f/${form.id}?embed=1"></iframe>`;
      const thief = await (await context()).newPage();
      await thief.goto(siteUrl.replace('localhost', '127.0.0.1'));
      await until('the frame is refused', async () =>
        thief.frames().some((one) => one.url().startsWith('chrome-error:')),
      );
    },
    TIMEOUT_MS,
  );

  test(
    'the site’s own HTML posts, is thanked, and a foreign site is refused in words',
    async () => {
      const { items } = await api<{ items: { id: string }[] }>('/api/forms/sources');
      const form = await post<{ id: string; embed: { html: string } }>('/api/forms', {
        name: 'Own HTML',
        sourceId: items[0]?.id,
        definition: {
          fields: [{ key: 'email', type: 'email', label: { en: 'Email' }, required: true }],
          consents: [
            { key: 'news', purpose: 'marketing', channel: 'email', text: { en: 'News & offers, please' } },
          ],
          doubleOptIn: false,
          spam: { plainPosts: true },
        },
      });
      siteHtml = `<!doctype html><title>Shop</title>${form.embed.html}`;
      const visitor = await (await context({ javaScriptEnabled: false })).newPage();
      await visitor.goto(siteUrl);
      await visitor.getByLabel('Email').fill('own@example.com');
      await visitor.getByLabel('News & offers, please').check();
      await visitor.getByRole('button', { name: 'Send' }).click();
      await visitor.getByRole('heading', { name: 'Thank you' }).waitFor();
      expect(await sent(form.id)).toMatchObject([
        {
          email: 'own@example.com',
          state: 'received',
          shown: 'site',
          consents: [{ text: 'News & offers, please' }],
        },
      ]);
      await visitor.goto(siteUrl.replace('localhost', '127.0.0.1'));
      await visitor.getByLabel('Email').fill('own@example.com');
      await visitor.getByRole('button', { name: 'Send' }).click();
      await visitor.getByText('This form takes nothing from').waitFor();
    },
    TIMEOUT_MS,
  );
});
