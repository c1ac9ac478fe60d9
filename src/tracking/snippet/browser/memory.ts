import { safely } from './page.ts';

/**
 * Everything that outlives a call: on disk when that is permitted and works, otherwise in this page alone. Read from the disk
 * each time, so that all tabs of a site agree.
 */
const PREFIX = 'otk_';
const held: Record<string, string> = {};
let disk: Storage | null = null;

export const read = (name: string): string | null => disk?.getItem(PREFIX + name) ?? held[name] ?? null;

/** `here`: for this page alone, as it is when the disk is full. */
export const write = (name: string, value: string, here?: boolean): void => {
  const kept = safely(() => {
    if (here || !disk) return false;
    disk.setItem(PREFIX + name, value);
    return true;
  });
  if (!kept) held[name] = value;
};

export const forget = (name: string): void => {
  delete held[name];
  disk?.removeItem(PREFIX + name);
};

/** In the order of their spelling. */
export const names = (start: string): string[] => {
  const found = Object.keys(disk ?? {})
    .filter((name) => name.startsWith(PREFIX))
    .map((name) => name.slice(PREFIX.length))
    .concat(Object.keys(held))
    .filter((name) => name.startsWith(start));
  found.sort();
  return found;
};

/** `true` moves what this page remembers to the disk; `false` takes everything of ours off it. */
export const keepOnDisk = (on: boolean): void => {
  disk = safely(() => localStorage) ?? null;
  if (!disk) return;
  if (!on) {
    for (const name of names('')) forget(name);
    disk = null;
    return;
  }
  for (const [name, value] of Object.entries(held)) {
    delete held[name];
    write(name, value);
  }
};

/** What was decided on an earlier page, looked up without keeping anything. */
export const readOnce = (name: string): string | null | undefined =>
  safely(() => localStorage.getItem(PREFIX + name));

/** A refusal where the site tracks by default: the one word kept of somebody who said no. */
export const writeOnce = (name: string, value: string): void =>
  safely(() => localStorage.setItem(PREFIX + name, value));
