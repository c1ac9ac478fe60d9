/** What the page's one line says, and the few words every other file needs. */

const script = (document.currentScript ??
  document.querySelector('script[data-key][src*="otklik.js"]')) as HTMLScriptElement | null;

/** The attributes of the script tag: key, consent, mode, off, hash, forms, messages, host. */
export const given: DOMStringMap = script?.dataset ?? {};
/** Where the script came from is where the events go; a proxy under a path of the site works as well. */
export const host = given.host ?? (script?.src ?? '').replace(/\/(s\/[^/]+\/)?otklik\.js.*$/, '');
/** Replaced by the build with a hash of everything that is built. */
export const version = '__OTKLIK_VERSION__';
/** Replaced by the build with the subresource integrity of the second file. */
export const moreHash = '__OTKLIK_MORE__';

export const isOff = (what: string): boolean => (given.off ?? '').includes(what);

export const newId = (): string =>
  Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => (byte + 256).toString(16).slice(1)).join(
    '',
  );

/** Listens on the document or window, before the page's own handlers can stop the event. */
export const listen = (target: EventTarget, names: string, handler: (event: Event) => void): void => {
  for (const name of names.split(' ')) target.addEventListener(name, handler, true);
};

/** For whoever builds the page: a word about what happens, once `debug()` was called. */
let loud = false;
export const debug = (on: unknown = true): void => {
  loud = !!on;
};
export const say = (...words: unknown[]): void => {
  if (loud) console.log('[otklik]', ...words);
};

/** Counting never breaks the page: storage may be forbidden or full, and a page may hand over anything. */
export const safely = <T>(work: () => T): T | undefined => {
  try {
    return work();
  } catch (error) {
    say(error);
    return undefined;
  }
};
