import { addMs, DAY_MS } from '../../core/time.ts';
import type { Cap } from './contract.ts';

/** Frequency caps: in any stretch of so many days at most so many messages. */

/** What caps look at in a message. */
export type Kind = { channel: string; purpose: string };

/** A message that counts: one that went out, or is on its way. */
export type Use = Kind & {
  messageId: string;
  /** When it was handed off; of what is on its way, now. */
  at: Date;
};

export const counts = (cap: Cap, { channel, purpose }: Kind): boolean =>
  (cap.channel === null || cap.channel === channel) && (cap.purpose === null || cap.purpose === purpose);

/** The uses within the cap's stretch up to `now`, newest first. What the clock says is still to come counts as well. */
function within(cap: Cap, uses: readonly Use[], now: Date): Use[] {
  const begin = addMs(now, -cap.days * DAY_MS);
  return uses
    .filter((use) => counts(cap, use) && use.at > begin)
    .toSorted((a, b) => b.at.getTime() - a.at.getTime());
}

export type Full = { cap: Cap; until: Date; filledBy: string[] };

/** The cap that keeps a message of this kind waiting longest, and until when; null when all have room. */
export function fullCap(caps: readonly Cap[], kind: Kind, uses: readonly Use[], now: Date): Full | null {
  let longest: Full | null = null;
  for (const cap of caps) {
    if (!counts(cap, kind)) continue;
    const filling = within(cap, uses, now).slice(0, cap.most);
    const oldest = filling.at(-1);
    if (oldest === undefined || filling.length < cap.most) continue;
    const until = addMs(oldest.at, cap.days * DAY_MS);
    if (longest === null || until > longest.until)
      longest = { cap, until, filledBy: filling.map(({ messageId }) => messageId) };
  }
  return longest;
}

/** A cap whose room others that are due now and go first take whole; null when there is enough for this one as well. */
export function takenBy(
  caps: readonly Cap[],
  kind: Kind,
  uses: readonly Use[],
  first: readonly Use[],
  now: Date,
): { cap: Cap; before: string[] } | null {
  for (const cap of caps) {
    if (!counts(cap, kind)) continue;
    const before = first.filter((other) => counts(cap, other));
    const room = cap.most - within(cap, uses, now).length;
    if (before.length > 0 && before.length >= room)
      return { cap, before: before.map(({ messageId }) => messageId) };
  }
  return null;
}
