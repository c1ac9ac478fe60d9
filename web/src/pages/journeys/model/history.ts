/** Steps that can be taken back. More than anybody follows, and a journey is small. */
const MAX_STEPS = 100;
/** Letters typed one after another into one field are one step. */
const TOGETHER_MS = 900;

/** What is edited, with the way back and forth. */
export type History<T> = {
  past: readonly T[];
  now: T;
  future: readonly T[];
  /** What the last change was made to, and when. */
  last: { about: string; at: number } | undefined;
};

export const begun = <T>(now: T): History<T> => ({ past: [], now, future: [], last: undefined });

/** Changes about one thing that follow each other closely are taken back together. */
export function changed<T>(history: History<T>, next: T, about: string | undefined, at: number): History<T> {
  const { past, now, last } = history;
  if (next === now) return history;
  const together = about !== undefined && last?.about === about && at - last.at < TOGETHER_MS;
  return {
    past: together ? past : [...past, now].slice(-MAX_STEPS),
    now: next,
    future: [],
    last: about === undefined ? undefined : { about, at },
  };
}

export function undone<T>({ past, now, future }: History<T>): History<T> {
  const back = past.at(-1);
  return back === undefined
    ? { past, now, future, last: undefined }
    : { past: past.slice(0, -1), now: back, future: [now, ...future], last: undefined };
}

export function redone<T>({ past, now, future }: History<T>): History<T> {
  const [forth, ...rest] = future;
  return forth === undefined
    ? { past, now, future, last: undefined }
    : { past: [...past, now], now: forth, future: rest, last: undefined };
}
