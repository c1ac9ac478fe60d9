import { isbot } from 'isbot';
import type { SourceKind } from '../contract.ts';
import type { Trust } from '../fact.ts';

/**
 * Whether an event is a machine's. Only what claims to come from a browser is judged: apps and servers are programs by nature,
 * and their agents ("okhttp", "node") say nothing of who is behind. Pure.
 */

const BROWSER_SOURCES: readonly SourceKind[] = ['site', 'shop'];

/** Why the event is a machine's: a short code kept with it. Null for a person's. */
export type BotReason = 'bot_agent' | 'headless' | 'no_agent' | 'prefetch' | 'prerender';

const PREFETCH = /prefetch|preview/i;
const HEADLESS = /HeadlessChrome|PhantomJS|SlimerJS|Electron\/.*Nightmare|puppeteer|playwright|cypress/i;

export function botReason(
  context: Readonly<Record<string, unknown>>,
  kind: SourceKind,
  trust: Trust,
): BotReason | null {
  if (trust !== 'public' || !BROWSER_SOURCES.includes(kind)) return null;
  const purpose = text(context['purpose']) ?? '';
  if (/prerender/i.test(purpose) || isPrerender(context)) return 'prerender';
  if (PREFETCH.test(purpose)) return 'prefetch';
  const agent = text(context['userAgent']);
  if (agent !== null && HEADLESS.test(agent)) return 'headless';
  if (context['webdriver'] === true || context['headless'] === true) return 'headless';
  // Who tells no agent at all may be any small client; who tells an empty one hides it.
  if (agent === null) return null;
  if (agent.trim() === '') return 'no_agent';
  return isBotAgent(agent) ? 'bot_agent' : null;
}

/** Most events come with one of a few agents, and the list of bots is long. */
const judged = new Map<string, boolean>();
const MAX_JUDGED = 2_000;

function isBotAgent(agent: string): boolean {
  const known = judged.get(agent);
  if (known !== undefined) return known;
  if (judged.size >= MAX_JUDGED) judged.clear();
  const verdict = isbot(agent);
  judged.set(agent, verdict);
  return verdict;
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

/** Headers by which browsers say that a page is fetched before anybody wants it. */
const PURPOSE_HEADERS = ['sec-purpose', 'purpose', 'x-purpose', 'x-moz'];

/** The events of a request that was made ahead of anybody's wish, with that in their context; all others as they are. */
export function withPurpose(
  raws: readonly unknown[],
  header: (name: string) => string | undefined,
): readonly unknown[] {
  const purpose = PURPOSE_HEADERS.map(header).find((value) => value !== undefined && value !== '');
  if (purpose === undefined) return raws;
  return raws.map((raw) => {
    if (typeof raw !== 'object' || raw === null || Array.isArray(raw)) return raw;
    const context = 'context' in raw && typeof raw.context === 'object' ? raw.context : {};
    return { ...raw, context: { ...context, purpose: purpose.slice(0, 40) } };
  });
}
