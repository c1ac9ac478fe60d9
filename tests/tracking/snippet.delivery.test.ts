import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { browserMissing } from '../support/browser.ts';
import { until } from '../support/until.ts';
import { answered, call, messageIds, openShop, outgoing, ready, stored } from './snippet.world.ts';
import type { Shop } from './snippet.world.ts';

const missing = await browserMissing();
const title =
  missing === undefined ? 'the way of what a page says' : `the way of what a page says (skipped: ${missing})`;

describe.skipIf(missing !== undefined)(title, () => {
  let shop: Shop;

  beforeAll(async () => {
    shop = await openShop();
  });
  afterAll(() => shop?.close());

  const queued = (names: readonly string[]): string[] => names.filter((name) => name.startsWith('otk_q'));

  test('what is said and left behind in the same moment arrives once, though the next page has no snippet', async () => {
    const own = await shop.source();
    shop.put('/leave', { head: own.line });
    const visitor = await shop.visitor();
    const page = await visitor.newPage();
    for (let round = 1; round <= 5; round += 1) {
      await page.goto('/leave');
      await ready(page);
      await Promise.all([
        page.waitForURL('**/nothing-here'),
        page.evaluate(
          `otklik.addToCart({ round: ${round} }); setTimeout(() => { location.href = '/nothing-here'; }, ${round * 8 - 8})`,
        ),
      ]);
    }
    const added = await own.stored('Product Added', 5);
    expect(added.map(({ properties }) => properties['round'])).toEqual([1, 2, 3, 4, 5]);
    await visitor.close();
  });

  test('a page that dies with its answer leaves the rest to the next page, under the same id', async () => {
    const own = await shop.source();
    shop.put('/dies', { head: own.line });
    const visitor = await shop.visitor();
    const sent = outgoing(visitor, shop.api);
    const page = await visitor.newPage();
    await page.route('**/v1/batch', (route) => route.abort());
    await page.goto('/dies');
    await ready(page);
    await call(page, 'track', 'Said before');
    await until('it was tried', () => sent.some((text) => text.includes('Said before')));
    const left = queued(await stored(page));
    expect(await own.facts()).toEqual([]);
    await page.close();
    const next = await visitor.newPage();
    await next.goto('/dies');
    const [fact] = await own.stored('Said before');
    expect(left).toContain(`otk_q${fact?.messageId}`);
    await until('nothing waits', async () => queued(await stored(next)).length === 0);
    await visitor.close();
  });

  test('offline: kept, bounded, and sent when the connection is back, each once', async () => {
    const own = await shop.source();
    shop.put('/offline', { head: own.line });
    const visitor = await shop.visitor();
    const page = await visitor.newPage();
    await page.goto('/offline');
    await ready(page);
    await own.stored('Page Viewed');
    await until('nothing waits', async () => queued(await stored(page)).length === 0);
    const heard = answered(visitor, shop.api);
    await visitor.setOffline(true);
    await page.evaluate(`for (let i = 0; i < 230; i++) otklik('track', 'Offline', { i })`);
    expect(queued(await stored(page))).toHaveLength(200);
    await visitor.setOffline(false);
    await own.stored('Offline', 200);
    await until('nothing waits', async () => queued(await stored(page)).length === 0);
    // The browser may say "online" before it is: what fails then goes again; what was answered does not.
    const ids = messageIds(heard);
    expect(ids).toHaveLength(200);
    expect(new Set(ids).size).toBe(200);
    const facts = await own.stored('Offline', 200);
    expect(facts).toHaveLength(200);
    // The oldest gave way to the newest.
    expect(new Set(facts.map(({ properties }) => properties['i'])).size).toBe(200);
    expect(facts.some(({ properties }) => properties['i'] === 229)).toBe(true);
    expect(facts.some(({ properties }) => properties['i'] === 0)).toBe(false);
    await visitor.close();
  });

  test('two tabs that are open together send nothing twice, nor what the other one leaves for a moment', async () => {
    const own = await shop.source();
    shop.put('/both', { head: own.line });
    const visitor = await shop.visitor();
    const sent = outgoing(visitor, shop.api);
    const pages = [await visitor.newPage(), await visitor.newPage()];
    for (const page of pages) {
      await page.goto('/both');
      await ready(page);
    }
    for (let i = 0; i < 20; i += 1)
      await Promise.all(pages.map((page, tab) => call(page, 'track', 'At once', { tab, i })));
    await own.stored('At once', 40);
    const ids = messageIds(sent);
    expect(ids).toHaveLength(42);
    expect(new Set(ids).size).toBe(42);
    await visitor.close();
  });

  test('two tabs that were offline together send everything and nothing twice, as one visitor', async () => {
    const own = await shop.source();
    shop.put('/tabs', { head: own.line });
    const visitor = await shop.visitor();
    const one = await visitor.newPage();
    await one.goto('/tabs');
    await ready(one);
    const two = await visitor.newPage();
    await two.goto('/tabs');
    await ready(two);
    await own.stored('Page Viewed', 2);
    await until('nothing waits', async () => queued(await stored(one)).length === 0);
    const heard = answered(visitor, shop.api);
    await visitor.setOffline(true);
    await Promise.all(
      [one, two].map((page, tab) =>
        page.evaluate(`for (let i = 0; i < 40; i++) otklik('track', 'Tabbed', { tab: ${tab}, i })`),
      ),
    );
    await visitor.setOffline(false);
    const facts = await own.stored('Tabbed', 80);
    expect(facts).toHaveLength(80);
    expect(new Set(facts.map(({ contactId }) => contactId)).size).toBe(1);
    await until('nothing waits', async () => queued(await stored(two)).length === 0);
    const ids = messageIds(heard);
    expect(ids).toHaveLength(80);
    expect(new Set(ids).size).toBe(80);
    await visitor.close();
  });

  test('waits as long as the server asks, tries again after a 5xx, and gives up what is refused for good', async () => {
    const own = await shop.source();
    shop.put('/refused', { head: own.line });
    const visitor = await shop.visitor();
    const page = await visitor.newPage();
    const tries: Array<{ at: number; ids: string[] }> = [];
    const answers = [
      { status: 503 },
      { status: 429, headers: { 'retry-after': '3', 'access-control-expose-headers': 'retry-after' } },
      null,
      { status: 400 },
    ];
    await page.route('**/v1/batch', async (route) => {
      tries.push({ at: performance.now(), ids: messageIds([route.request().postData() ?? '']) });
      const answer = answers.shift();
      const headers = { 'access-control-allow-origin': '*', ...answer?.headers };
      await (answer ? route.fulfill({ ...answer, headers }) : route.continue());
    });
    await page.goto('/refused');
    const [fact] = await own.stored('Page Viewed');
    expect(tries.slice(0, 3).map(({ ids }) => ids)).toEqual(
      ['503', '429', '200'].map(() => [fact?.messageId]),
    );
    // Only a lower bound, which no busy machine can break.
    expect((tries[2]?.at ?? 0) - (tries[1]?.at ?? 0)).toBeGreaterThanOrEqual(2_990);
    await call(page, 'track', 'Refused');
    await until('it was refused', () => answers.length === 0);
    await call(page, 'track', 'After it');
    await own.stored('After it');
    expect((await own.facts()).map(({ name }) => name)).not.toContain('Refused');
    expect(tries).toHaveLength(5);
    await visitor.close();
  });

  test('much at once goes in requests that may outlive the page; an event too large for that goes alone', async () => {
    const own = await shop.source();
    shop.put('/much', { head: own.line });
    const visitor = await shop.visitor();
    const sent = outgoing(visitor, shop.api);
    const page = await visitor.newPage();
    await page.goto('/much');
    await ready(page);
    await page.evaluate(
      `for (let i = 0; i < 12; i++) otklik('track', 'Large', { i, text: 'ы'.repeat(7000) }); otklik('track', 'Too large', { text: 'x'.repeat(70000) })`,
    );
    await own.stored('Large', 12);
    await until('nothing waits', async () => queued(await stored(page)).length === 0);
    const bodies = sent.map((text) => Buffer.byteLength(text.slice(text.indexOf('{'))));
    const oversize = sent.filter((_, i) => (bodies[i] ?? 0) > 64 * 1024);
    expect(messageIds(oversize)).toHaveLength(1);
    expect(oversize[0]).toContain('Too large');
    await visitor.close();
  });
});
