import { startAuto } from './auto.ts';
import { calls, hooks, track } from './calls.ts';
import type { Call } from './calls.ts';
import { startForms } from './forms.ts';
import { anonymousId, maySend, startGate } from './gate.ts';
import { read, write } from './memory.ts';
import { given, host, moreHash, safely, version } from './page.ts';

/** The core: what every page loads. Puts `window.otklik` in the place of the queue that stood there, and works the queue off. */

type Queued = [name: string, ...args: unknown[]];
type Queue = ArrayLike<unknown>[];
type Api = { (...command: Queued): unknown; q?: Queue | Pick<Queue, 'push'>; version?: string };

/** What the second file, loaded when something of it is wanted, gets from the first. */
export type Shared = {
  wanted: Queued[];
  host: string;
  key: string | undefined;
  version: string;
  read: typeof read;
  write: typeof write;
  track: typeof track;
  hooks: typeof hooks;
  anonymousId: typeof anonymousId;
};

const site = window as unknown as { otklik?: Api; otklikMore?: Shared };

const more = (...wanted: Queued): void => {
  if (!site.otklikMore) {
    const key = given.key;
    site.otklikMore = { wanted: [], host, key, version, read, write, track, hooks, anonymousId };
    const script = document.createElement('script');
    script.src = `${host}/s/${version}/more.js`;
    // Whoever pinned the first file by its hash has pinned the second one with it.
    script.integrity = moreHash;
    script.crossOrigin = 'anonymous';
    document.head.append(script);
  }
  site.otklikMore.wanted.push(wanted);
};

const start = (): void => {
  const waiting = Array.from(
    (site.otklik?.q as Queue | undefined) ?? [],
    (args) => Array.from(args) as Queued,
  );
  const api: Api = (name, ...args) =>
    safely(() => (calls[name] as ((...args: unknown[]) => unknown) | undefined)?.(...args));
  const own: Record<string, Call> = {
    getAnonymousId: anonymousId,
    onReady: (then: (otklik: Api) => void) => then(api),
    messages: () => more('messages'),
    push: (options?: object) => more('push', options),
  };
  Object.assign(calls, own);
  for (const name of Object.keys(calls))
    Object.assign(api, { [name]: (...args: unknown[]) => api(name, ...args) });
  // Who kept the queue's function calls it still.
  const q = { push: (args: ArrayLike<unknown>) => api(...(Array.from(args) as Queued)) };
  site.otklik = Object.assign(api, { version, q });
  startGate(() => {
    // Where nothing may be sent, nothing is asked for either.
    if ('messages' in given && maySend()) more('messages');
  });
  const first = /^(consent|debug)$/;
  for (const command of waiting) if (first.test(command[0])) api(...command);
  startAuto();
  startForms();
  for (const command of waiting) if (!first.test(command[0])) api(...command);
};

if (!site.otklik?.version) {
  // A page that is only prepared has not been seen yet.
  if ('prerendering' in document && document.prerendering)
    document.addEventListener('prerenderingchange', start, { once: true });
  else start();
}
