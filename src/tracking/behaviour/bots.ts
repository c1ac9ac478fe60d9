import { isbot } from 'isbot';
import type { SourceKind } from '../contract.ts';
import type { Trust } from '../fact.ts';

/**
 * Whether an event is a machine's. Only what claims to come from a browser is judged: apps and servers are programs by nature,
 * and their agents ("okhttp", "node") say nothing of who is behind. Pure.
 */

const BROWSER_SOURCES: readonly SourceKind[] = ['site', 'shop'];

/** What the request itself said, where the one who asks knows it; null for a header that was absent. */
export type RequestHints = { userAgent: string | null; purpose: string | null };

/** Why the event is a machine's: a short code kept with it. Null for a person's. */
export type BotReason = 'bot_agent' | 'headless' | 'no_agent' | 'prefetch' | 'prerender';

const PREFETCH = /prefetch|preview/i;
const HEADLESS = /HeadlessChrome|PhantomJS|SlimerJS|Electron\/.*Nightmare|puppeteer|playwright|cypress/i;

export function botReason(
  context: Readonly<Record<string, unknown>>,
  kind: SourceKind,
  trust: Trust,
  request?: RequestHints,
): BotReason | null {
  if (trust !== 'public' || !BROWSER_SOURCES.includes(kind)) return null;
  const purpose = request?.purpose ?? text(context['purpose']) ?? '';
  if (/prerender/i.test(purpose) || isPrerender(context)) return 'prerender';
  if (PREFETCH.test(purpose)) return 'prefetch';
  const agent = text(context['userAgent']) ?? request?.userAgent ?? null;
  if (agent !== null && HEADLESS.test(agent)) return 'headless';
  if (context['webdriver'] === true || context['headless'] === true) return 'headless';
  if (agent === null) return request === undefined ? null : 'no_agent';
  if (agent.trim() === '') return 'no_agent';
  return isbot(agent) ? 'bot_agent' : null;
}

function isPrerender(context: Readonly<Record<string, unknown>>): boolean {
  if (context['prerender'] === true || context['prerendering'] === true) return true;
  const page = context['page'];
  if (typeof page !== 'object' || page === null) return false;
  return (
    ('visibilityState' in page && page.visibilityState === 'prerender') ||
    ('prerendering' in page && page.prerendering === true)
  );
}

const text = (value: unknown): string | null => (typeof value === 'string' ? value : null);
