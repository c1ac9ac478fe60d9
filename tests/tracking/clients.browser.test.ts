import { createReadStream, existsSync } from 'node:fs';
import { createServer } from 'node:http';
import type { Server } from 'node:http';
import { createRequire } from 'node:module';
import { basename, dirname, join } from 'node:path';
import type { AddressInfo } from 'node:net';
import { sql } from 'drizzle-orm';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { newId } from '../../src/core/ids.ts';
import { browserMissing, launchBrowser, watch } from '../support/browser.ts';
import { until } from '../support/until.ts';
import { startFragile } from './clients.world.ts';
import type { Fragile, Mishap } from './clients.world.ts';

/** @segment/analytics-next as published, loaded by a page of another origin, in a real browser. */

const require = createRequire(import.meta.url);
const UMD = join(dirname(require.resolve('@segment/analytics-next/package.json')), 'dist', 'umd');
const missing = await browserMissing();
const EVENTS = 12;

let world: Fragile;
let site: { server: Server; url: string };
let browser: Browser;

beforeAll(async () => {
  world = await startFragile();
  site = await startSite();
  if (missing === undefined) browser = await launchBrowser();
});
afterAll(async () => {
  await browser?.close();
  site.server.closeAllConnections();
  site.server.close();
  await world.close();
});

/** A shop's page that names nothing of ours but the address and the key. */
async function startSite(): Promise<typeof site> {
  const server = createServer((incoming, answer) => {
    const { pathname } = new URL(incoming.url ?? '/', 'http://site');
    if (pathname === '/favicon.ico') return void answer.writeHead(204).end();
    const file = join(UMD, basename(pathname));
    if (pathname.startsWith('/umd/') && existsSync(file)) {
      answer.writeHead(200, { 'Content-Type': 'text/javascript' });
      return void createReadStream(file).pipe(answer);
    }
    answer.writeHead(200, { 'Content-Type': 'text/html' });
    return void answer.end('<!doctype html><title>Shop</title><script src="/umd/index.js"></script><p>Tea');
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  return { server, url: `http://localhost:${(server.address() as AddressInfo).port}` };
}

const PERSON =
  'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/141.0.0.0 Safari/537.36';

async function openPage(): Promise<Page> {
  const context = await browser.newContext({ userAgent: PERSON });
  const page = await context.newPage();
  await page.goto(`${site.url}/catalogue`);
  return page;
}

/** What the page's developer writes. */
async function load(page: Page, options: object = {}): Promise<void> {
  await page.evaluate(
    ([writeKey, cdnURL, more]) => {
      const { AnalyticsBrowser } = (globalThis as unknown as { AnalyticsNext: { AnalyticsBrowser: Library } })
        .AnalyticsNext;
      const made = AnalyticsBrowser.load({ writeKey, cdnURL }, more);
      Object.assign(globalThis, { analytics: made });
    },
    [world.writeKey, world.url, options] as const,
  );
}
type Analytics = { track(name: string, properties: object): void; page(): void; identify(id: string): void };
type Library = { load(settings: object, options: object): Analytics };

const calls = (page: Page, ids: readonly string[]) =>
  page.evaluate((numbers) => {
    const { analytics } = globalThis as unknown as { analytics: Analytics };
    for (const n of numbers) analytics.track('Sent', { n });
  }, ids);

const storedNumbers = async (): Promise<string[]> =>
  (await world.stored())
    .filter(({ name }) => name === 'Sent')
    .map(({ properties }) => (properties as { n: string }).n)
    .toSorted();

describe.skipIf(missing !== undefined)('analytics.js in a browser', () => {
  test('loads its settings from us, sends its calls to us and talks to nobody else', async () => {
    const page = await openPage();
    const { hosts, complaints } = watch(page);
    await load(page);
    await page.evaluate(() => {
      const { analytics } = globalThis as unknown as { analytics: Analytics };
      analytics.page();
      analytics.identify('ann');
      analytics.track('Signed Up', { plan: 'gold' });
    });
    await until('three events are stored', async () => (await world.stored()).length >= 3);
    const stored = await world.stored();
    expect(stored.map(({ type }) => type).toSorted()).toEqual(['identify', 'page', 'track']);
    expect(stored.every(({ trust }) => trust === 'public')).toBe(true);
    expect([...hosts]).toEqual([new URL(world.url).host]);
    expect(complaints).toEqual([]);
    await page.context().close();
  });

  const batching = {
    integrations: { 'Segment.io': { deliveryStrategy: { strategy: 'batching', config: { size: 4 } } } },
  };
  test.each([
    ['one request an event', {}],
    ['in batches', batching],
  ])(
    '%s: through a failing server, lost answers and a kill every event is stored exactly once',
    async (_how, options) => {
      await world.base.ctx.db.execute(sql`truncate event, event_seen`);
      const mishaps: Array<Mishap | null> = ['refuse', 'swallow', null, 'kill'];
      const page = await openPage();
      await load(page, options);
      const sent = Array.from({ length: EVENTS }, () => newId());
      world.plan.push(...mishaps);
      await calls(page, sent);
      await until('all events are stored', async () => (await storedNumbers()).length >= EVENTS);
      // What was sent again would come within the time of another event.
      await calls(page, ['last']);
      await until('the last event is stored', async () => (await storedNumbers()).includes('last'));
      expect(await storedNumbers()).toEqual([...sent, 'last'].toSorted());
      expect(world.plan.length).toBeLessThan(mishaps.length - 1);
      await page.context().close();
    },
  );
});
