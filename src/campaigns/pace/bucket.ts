/** A bucket of tokens as pure rules: how large, what is kept for messages somebody waits for, and how fast after "too fast". */

export type Bucket = { perSecond: number; capacity: number; reserve: number };

/** Two messages at least: one for the many, one for whoever waits. */
const SMALLEST = 2;
const RESERVE_SHARE = 0.2;

/** `spanS`: what a bucket left alone for so many seconds holds, so that idle looks cost no pace. */
export function bucketOf(perSecond: number, spanS: number): Bucket {
  const capacity = Math.max(SMALLEST, perSecond * spanS);
  return { perSecond, capacity, reserve: Math.max(1, capacity * RESERVE_SHARE) };
}

/** Even a provider that says "too fast" again and again is asked so often. */
const SLOWEST_PER_SECOND = 0.1;
const DOUBLES_EVERY_MS = 60_000;
/** What nobody has limited is free again after this long without a word. */
export const FORGIVEN_AFTER_MS = 10 * 60_000;

export type Slowed = { rateCap: number | null; slowedAt: Date | null };

/** Messages a second at present: as set, or less after "too fast"; null: no limit. */
export function rateNow(set: number | null, { rateCap, slowedAt }: Slowed, now: Date): number | null {
  if (rateCap === null || slowedAt === null) return set;
  const sinceMs = Math.max(0, now.getTime() - slowedAt.getTime());
  if (sinceMs >= FORGIVEN_AFTER_MS) return set;
  const cap = rateCap * 2 ** (sinceMs / DOUBLES_EVERY_MS);
  return set === null ? cap : Math.min(set, cap);
}

/** The pace after "too fast" at this pace. */
export const halved = (perSecond: number): number => Math.max(SLOWEST_PER_SECOND, perSecond / 2);

const LEAST_WAIT_MS = 20;
const LONGEST_WAIT_MS = 60_000;

/** When it is worth asking again for `want` tokens of a bucket that gave none: a quarter of a second's worth, or what it can hold. */
export function waitFor(bucket: Bucket, from: { tokens: number; floor: number; want: number }): number {
  const { perSecond, capacity } = bucket;
  const useful = Math.max(1, Math.min(from.want, perSecond / 4, capacity - from.floor));
  const missing = Math.max(0, from.floor + useful - from.tokens);
  return Math.min(LONGEST_WAIT_MS, Math.max(LEAST_WAIT_MS, Math.ceil((missing / perSecond) * 1_000)));
}

/** Moments of `count` messages that wait for a bucket, at its pace, the last of them at `last`; none before `now`. */
export function slotsUntil(last: Date, count: number, perSecond: number, now: Date): Date[] {
  return Array.from(
    { length: count },
    (_, i) => new Date(Math.max(now.getTime(), last.getTime() - ((count - 1 - i) / perSecond) * 1_000)),
  );
}

/** The domain a mail's address belongs to; undefined of what is no mail address. */
export function domainOf(address: string | null): string | undefined {
  const at = address?.lastIndexOf('@') ?? -1;
  return address === null || at < 1 ? undefined : address.slice(at + 1).toLowerCase() || undefined;
}
