import chromium from '@sparticuz/chromium';
import { chromium as playwright } from 'playwright-core';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startApi } from '../support/api.ts';
import type { TestApi } from '../support/api.ts';

let api: TestApi;
let browser: Browser;
beforeAll(async () => {
  api = await startApi();
  browser = await playwright.launch({
    executablePath: await chromium.executablePath(),
    args: chromium.args.filter((arg) => arg !== '--single-process'),
  });
});
afterAll(async () => {
  await browser.close();
  await api.close();
});

describe('the docs page in a browser', () => {
  it('shows the API without an error, a blocked script or a request to another host', async () => {
    const page = await browser.newPage();
    const complaints: string[] = [];
    const hosts = new Set<string>();
    page.on('console', (message) => {
      if (message.type() === 'error' || message.type() === 'warning') complaints.push(message.text());
    });
    page.on('pageerror', (error) => complaints.push(error.message));
    page.on('request', (request) => {
      if (!request.url().startsWith('data:')) hosts.add(new URL(request.url()).host);
    });
    await page.goto(`${api.url}/docs`);
    await page.getByText('Invite somebody by link').click();
    await page.getByRole('button', { name: 'Try it out' }).waitFor();
    expect(complaints).toEqual([]);
    expect([...hosts]).toEqual([new URL(api.url).host]);
  });
});
