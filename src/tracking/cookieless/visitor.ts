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

/** Parts of the context by which clients tell people, their devices and connections apart. */
const TELLING: ReadonlySet<string> = new Set([
  'userHash',
  'traits',
  'ip',
  'device',
  'groupId',
  'externalId',
  'externalIds',
  'sessionId',
]);

/** The event under the visitor of the day and nobody else: whatever it brought to tell who it is of is dropped. */
export function asDayVisitor(raw: { context: object }, anonymousId: string): object {
  const context = Object.fromEntries(Object.entries(raw.context).filter(([key]) => !TELLING.has(key)));
  return { ...raw, context, anonymousId, userId: null, previousId: null, groupId: null, traits: null };
}

/** Whether a client itself calls a visitor what only we call visitors of a day. */
export function isForged(raw: unknown): raw is { anonymousId: string } {
  const id = typeof raw === 'object' && raw !== null && 'anonymousId' in raw ? raw.anonymousId : null;
  return typeof id === 'string' && isDayVisitor(id.trim());
}

/** The event under a visitor of its own: it says nothing of a day, and nothing of whoever came by on one. */
export function asOwnVisitor(raw: { anonymousId: string }): object {
  return { ...raw, anonymousId: `own:${raw.anonymousId.trim()}` };
}
