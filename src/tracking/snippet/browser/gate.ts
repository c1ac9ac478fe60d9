import { enqueue } from './deliver.ts';
import type { Message } from './deliver.ts';
import { forget, keepOnDisk, names, read, readOnce, write, writeOnce } from './memory.ts';
import { given, newId, safely, say } from './page.ts';

/** Who may be told what: nothing is kept or sent before it is permitted. */
export type Preferences = Record<string, boolean>;

/**
 * full: ids and storage · cookieless: counted without either · held: nobody has decided yet, this page remembers ·
 * off: refused.
 */
type Mode = 'full' | 'cookieless' | 'held' | 'off';

const MAX_HELD = 50;

const privacySignal = 'globalPrivacyControl' in navigator && !!navigator.globalPrivacyControl;
const withoutCookies = given.mode === 'cookieless' && !privacySignal;
let mustAsk = given.consent === 'denied' || privacySignal;
let choice: Preferences = {};
let held: Message[] = [];
let told = (): void => {};

const mode = (): Mode => {
  if (choice.analytics !== undefined) return choice.analytics ? 'full' : 'off';
  if (withoutCookies) return 'cookieless';
  return mustAsk ? 'held' : 'full';
};

export const maySend = (): boolean => /^(full|cookieless)$/.test(mode());

const apply = (): void => {
  const now = mode();
  const text = JSON.stringify(choice);
  keepOnDisk(now === 'full');
  say('consent', now, text);
  told();
  if (now === 'off') {
    held = [];
    // Only a site that tracks by default has to remember who said no.
    if (!mustAsk) writeOnce('c', text);
  }
  if (now !== 'full') return;
  if (text !== '{}') write('c', text);
  for (const message of held.splice(0)) put(message);
};

/** The visitor's own word; `analytics` decides whether anything is stored and sent at all. */
export const consent = (said: Preferences): void => {
  choice = { ...choice, ...said };
  apply();
};

export const put = (message: Message): void => {
  const now = mode();
  if (now === 'held' && held.length < MAX_HELD) held.push(message);
  if (!maySend()) return;
  if (now === 'full') message.anonymousId = anonymousId();
  else {
    if (/^(identify|group)$/.test(message.type)) return;
    delete message.userId;
    message.context.cookieless = true;
  }
  if ('analytics' in choice) message.context.consent = { categoryPreferences: choice };
  say(message);
  enqueue(message);
};

/** Null while nothing may be stored. */
export const anonymousId = (): string | null => {
  if (mode() !== 'full') return null;
  if (!read('a')) write('a', newId());
  return read('a');
};

/** Somebody else sits here now. What was said stays with whom it was said of. */
export const reset = (): void => {
  held = [];
  for (const name of names('')) if (!/^[qc]/.test(name)) forget(name);
};

/** Google's consent mode: commands of gtag in the data layer, those there are and those to come. */
const hear = (entry: unknown): void => {
  const [what, kind, said] = Array.from((entry as ArrayLike<unknown> | null) ?? []);
  if (what !== 'consent' || !said) return;
  const { analytics_storage: analytics, ad_storage: marketing } = said as Record<string, string | undefined>;
  if (kind === 'update') {
    const told: Preferences = {};
    if (analytics) told.analytics = analytics === 'granted';
    if (marketing) told.marketing = marketing === 'granted';
    consent(told);
  } else if (analytics === 'denied') {
    mustAsk = true;
    apply();
  }
};

/** `changed` is called now and after every word about consent. */
export const startGate = (changed: () => void): void => {
  told = changed;
  // Somebody else's value under our name: as if nobody had decided.
  choice = safely(() => JSON.parse(readOnce('c') ?? '{}') as Preferences) ?? {};
  apply();
  const site = window as unknown as { dataLayer?: unknown[] };
  const layer = (site.dataLayer ??= []);
  layer.forEach(hear);
  const push = layer.push;
  layer.push = (...entries) => {
    entries.forEach(hear);
    return push.apply(layer, entries);
  };
};
