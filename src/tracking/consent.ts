import type { NormalEvent, Sender } from './fact.ts';

/** Whether a visitor has agreed to what a page sends. Pure. */

/** The category our snippet names, and Google's consent mode; upper and lower case are alike. */
const ANALYTICS: ReadonlySet<string> = new Set(['analytics', 'analytics_storage']);

/** A no in any spelling counts; what is neither no nor yes is no word at all. */
const NO: ReadonlySet<string> = new Set(['false', 'denied', 'no', '0']);

/** The visitor's word on analytics, as Segment's clients carry it along; null without one. Of two words a no counts. */
function saidOn(context: Readonly<Record<string, unknown>>): boolean | null {
  const { consent } = context;
  if (typeof consent !== 'object' || consent === null || !('categoryPreferences' in consent)) return null;
  const said = consent.categoryPreferences;
  if (typeof said !== 'object' || said === null) return null;
  let word: boolean | null = null;
  for (const [category, value] of Object.entries(said)) {
    if (!ANALYTICS.has(category.toLowerCase())) continue;
    const spoken = typeof value === 'object' ? '' : String(value).trim().toLowerCase();
    if (NO.has(spoken)) return false;
    if (spoken === 'true' || spoken === 'granted') word = true;
  }
  return word;
}

export const CONSENT_REFUSED = 'the visitor has refused analytics: nothing is kept';
export const CONSENT_MISSING = 'this source needs consent, and the event carries none: nothing is kept';

/**
 * Why what a page sent may not be kept; null when it may. A spoken no always counts. Where the source asks first, only a yes
 * counts, or a visit counted without cookies, which names nobody. A server answers for its own visitors.
 */
export function consentProblem(
  { context }: Pick<NormalEvent, 'context'>,
  { trust, mustAgree }: Sender,
): string | null {
  if (trust === 'server') return null;
  const said = saidOn(context);
  if (said === false) return CONSENT_REFUSED;
  return mustAgree !== true || said === true || context['cookieless'] === true ? null : CONSENT_MISSING;
}

/** All that a dead letter keeps of such an event: enough to find the call in the page, and nothing of the visitor. */
export const withoutVisitor = ({ type, name }: NormalEvent): string =>
  JSON.stringify(type === 'track' ? { type, event: name } : { type });

/** The context of an event that could not be read as one; empty when there is none. */
export function contextIn(raw: unknown): Readonly<Record<string, unknown>> {
  const context = typeof raw === 'object' && raw !== null && 'context' in raw ? raw.context : null;
  return typeof context === 'object' && context !== null ? (context as Record<string, unknown>) : {};
}
