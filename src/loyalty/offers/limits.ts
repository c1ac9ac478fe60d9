import { wallOf } from '../../core/zone.ts';
import { DAY_MS } from '../../core/time.ts';
import type { OfferLimits, Period } from './contract.ts';

/** Which counters the limits of an offer mean. Pure. */

/** A counter and what it may come to; absent figures have no limit. */
export type Slot = {
  slot: string;
  uses?: number | undefined;
  budgetMinor?: number | undefined;
  points?: number | undefined;
};
export type Slots = { shared: Slot[]; ofContact: Slot[] };

const ALL = 'all';

/** The day on which the period of an instant begins, on the zone's clock. */
function startOfPeriod(every: Period, at: Date, zone: string): string {
  const wall = wallOf(at, zone);
  if (every === 'week') wall.setTime(wall.getTime() - ((wall.getUTCDay() + 6) % 7) * DAY_MS);
  if (every === 'month') wall.setUTCDate(1);
  if (every === 'year') wall.setUTCMonth(0, 1);
  return wall.toISOString().slice(0, 10);
}

/** The counters of an offer's limits at the time of an order; `zone` where periods begin. */
export function slotsAt(limits: OfferLimits, at: Date, zone: string): Slots {
  const found: Slots = { shared: [], ofContact: [] };
  const periods = limits.periods.map((cap) => ({
    slot: `${cap.every}:${startOfPeriod(cap.every, at, limits.timeZone ?? zone)}`,
    cap,
  }));
  for (const { slot, cap } of [{ slot: ALL, cap: limits }, ...periods]) {
    const { uses, budgetMinor, points, perContact } = cap;
    if (uses !== undefined || budgetMinor !== undefined || points !== undefined)
      found.shared.push({ slot, uses, budgetMinor, points });
    if (perContact !== undefined) found.ofContact.push({ slot, uses: perContact });
  }
  return found;
}

/** Kinds of counters: 'all' and kinds of periods. */
export type Kinds = { shared: string[]; ofContact: string[]; timeZone: string };

export function kindsOf(limits: OfferLimits, zone: string): Kinds {
  const { shared, ofContact } = slotsAt(limits, new Date(0), zone);
  const kind = ({ slot }: Slot): string => slot.split(':')[0] ?? ALL;
  return { shared: shared.map(kind), ofContact: ofContact.map(kind), timeZone: limits.timeZone ?? zone };
}

/** Whether orders counted under the one are counted as the other wants. */
export function sameKinds(a: Kinds, b: Kinds): boolean {
  const periods = [...a.shared, ...a.ofContact].some((kind) => kind !== ALL);
  return (
    a.shared.join() === b.shared.join() &&
    a.ofContact.join() === b.ofContact.join() &&
    (!periods || a.timeZone === b.timeZone)
  );
}

export const isLimited = (limits: OfferLimits): boolean => {
  const { shared, ofContact } = slotsAt(limits, new Date(0), 'UTC');
  return shared.length + ofContact.length > 0;
};
