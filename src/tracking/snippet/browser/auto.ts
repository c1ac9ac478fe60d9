import { page, track } from './calls.ts';
import { ENGAGED, adoptLater, later, leave, wake } from './deliver.ts';
import { cameFrom, clean } from './message.ts';
import { given, isOff, listen } from './page.ts';

/** What is told without a word of the site's: pages, history, how long and how far, links. */

const DOWNLOAD = /\.(pdf|docx?|xlsx?|pptx?|csv|txt|zip|rar|7z|t?gz|dmg|exe|msi|apk|epub|mp[34])$/i;

const BACK_MS = 2_000;

let here = '';
let since = 0;
let spentMs = 0;
let depth = 0;

const shown = (): boolean => document.visibilityState === 'visible';

const measure = (): void => {
  const all = document.documentElement.scrollHeight;
  depth = Math.max(depth, Math.min(100, Math.round(((scrollY + innerHeight) / all) * 100)));
};

const settle = (): void => {
  const now = performance.now();
  if (since) spentMs += now - since;
  since = shown() ? now : 0;
};

/** How long the page was in sight and how much of it, since this was last told. */
const engaged = (): void => {
  settle();
  const seconds = Math.round(spentMs / 1_000);
  if (seconds > 0 && !isOff('engagement')) {
    spentMs = 0;
    track(ENGAGED, { seconds, scroll: depth, url: here });
  }
};

const address = (): string => clean('hash' in given ? location.href : location.href.replace(/#.*/, ''));

/** Called whenever the address may have changed. */
const moved = (): void => {
  const url = address();
  if (url === here) return;
  if (here) {
    engaged();
    cameFrom(here);
  }
  here = url;
  spentMs = depth = 0;
  measure();
  page();
};

const watchHistory = (): void => {
  for (const name of ['pushState', 'replaceState'] as const) {
    const original = history[name];
    history[name] = function (...args) {
      original.apply(this, args);
      // The site sets the title after the address.
      setTimeout(moved);
    };
  }
  listen(window, 'popstate hashchange', () => setTimeout(moved));
};

const linkClicked = (event: Event): void => {
  const link = event.target instanceof Element ? event.target.closest('a[href]') : null;
  if (!(link instanceof HTMLAnchorElement)) return;
  const { protocol, host, pathname, href } = link;
  const url = href.replace(/[?#].*/, '');
  const text = link.textContent.trim().slice(0, 100);
  const [, extension] = DOWNLOAD.exec(pathname) ?? [];
  if (/^(mailto|tel):/.test(protocol)) track('Link Clicked', { url, text, kind: protocol.slice(0, -1) });
  else if (!protocol.startsWith('http')) return;
  else if (extension) track('File Downloaded', { url, text, extension });
  else if (host !== location.host) track('Link Clicked', { url, text, kind: 'outbound' });
};

export const startAuto = (): void => {
  if (!isOff('pages')) {
    moved();
    watchHistory();
  }
  settle();
  if (!isOff('links')) listen(document, 'click auxclick', linkClicked);
  addEventListener('scroll', measure, { passive: true });
  listen(window, 'online', wake);
  adoptLater();
  listen(window, 'visibilitychange pagehide', () => {
    if (shown()) {
      settle();
      // The tab that was left may be sending what it left.
      later(BACK_MS);
      return;
    }
    // An address set a moment ago has not been told yet.
    if (!isOff('pages')) moved();
    engaged();
    leave();
  });
  // Back out of the browser's cache: the same page, seen once more.
  listen(window, 'pageshow', (event) => {
    if (!(event as PageTransitionEvent).persisted || isOff('pages')) return;
    here = '';
    moved();
  });
};
