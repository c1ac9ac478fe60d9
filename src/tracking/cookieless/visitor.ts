import { createHmac } from 'node:crypto';

/** Ids of visitors counted without cookies. Pure. */

const PREFIX = 'cl_';
const ID_CHARS = 32;

export type Reader = { sourceId: string; ip: string; userAgent: string };

/** The same browser on the same day and site has the same id; without the day's salt nothing can be told from it. */
export function dayVisitorId(salt: string, { sourceId, ip, userAgent }: Reader): string {
  const text = JSON.stringify([sourceId, ip, userAgent]);
  return PREFIX + createHmac('sha256', salt).update(text).digest('hex').slice(0, ID_CHARS);
}

/** Stands for whoever came by this day: it must never become, or be joined to, a person. */
export function isDayVisitor(anonymousId: string): boolean {
  return anonymousId.startsWith(PREFIX);
}

/** Whether an event as it was sent asks to be counted without cookies. */
export function isCookieless(raw: unknown): raw is { context: object } & object {
  const context = typeof raw === 'object' && raw !== null && 'context' in raw ? raw.context : null;
  return (
    typeof context === 'object' && context !== null && 'cookieless' in context && context.cookieless === true
  );
}

/** The event under the visitor of the day and nobody else: whatever ids it brought are dropped. */
export function asDayVisitor(raw: object, anonymousId: string): object {
  return { ...raw, anonymousId, userId: null, traits: null };
}
