import type { Browser } from 'playwright-core';
import { launchBrowser } from '../../tests/support/browser.ts';

/** Each round is a new context: nothing cached, as for somebody who comes for the first time. */
const ROUNDS = 5;

/** What the sign-in weighs over the wire (KB as sent, gzip) and when its first field can be typed into (median, ms). */
export async function firstView(url: string): Promise<{ kb: number; usableMs: number; blankMs: number }> {
  const browser = await launchBrowser();
  try {
    const rounds = [];
    for (let round = 0; round < ROUNDS; round += 1) rounds.push(await oneView(browser, `${url}/sign-in`));
    const median = (values: number[]): number => values.toSorted((a, b) => a - b)[ROUNDS >> 1] ?? Number.NaN;
    return {
      kb: Math.max(...rounds.map(({ kb }) => kb)),
      usableMs: median(rounds.map(({ usableMs }) => usableMs)),
      blankMs: median(rounds.map(({ blankMs }) => blankMs)),
    };
  } finally {
    await browser.close();
  }
}

async function oneView(
  browser: Browser,
  address: string,
): Promise<{ kb: number; usableMs: number; blankMs: number }> {
  const context = await browser.newContext();
  const page = await context.newPage();
  const blankStarted = performance.now();
  await page.goto(new URL('/healthz', address).href);
  const blankMs = performance.now() - blankStarted;
  const started = performance.now();
  await page.goto(address, { waitUntil: 'commit' });
  await page.getByRole('textbox', { name: 'Email' }).fill('a');
  const usableMs = performance.now() - started;
  await page.waitForLoadState('networkidle');
  const bytes = await page.evaluate<number>(
    `[...performance.getEntriesByType('navigation'), ...performance.getEntriesByType('resource')]
      .reduce((sum, entry) => sum + entry.encodedBodySize, 0)`,
  );
  await context.close();
  return { kb: bytes / 1_000, usableMs, blankMs };
}
