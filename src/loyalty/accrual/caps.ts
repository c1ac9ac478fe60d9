import { addDays, dayOf, startOfDay } from '../programs/calendar.ts';
import type { Period } from './contract.ts';
import type { Room, Rule } from './earn.ts';

/** What caps leave a rule, from what it gave before. Pure. */

/** What a rule gave a contact once. */
export type Past = { contactId: string; ruleId: string; at: Date; points: bigint; item: string | null };

/** Names the period a day is in; weeks begin on Monday. */
function periodOf(per: Period, day: string): string {
  if (per === 'ever') return '';
  if (per === 'day') return day;
  if (per === 'month') return day.slice(0, 7);
  if (per === 'year') return day.slice(0, 4);
  const weekday = (new Date(`${day}T00:00:00Z`).getUTCDay() + 6) % 7;
  return addDays(day, -weekday);
}

/** From when on the past of a rule counts at an instant; null: from the beginning, undefined: not at all. */
export function countsFrom({ definition }: Rule, at: Date, zone: string): Date | null | undefined {
  const { earns, caps } = definition;
  if (earns.type === 'event' && earns.onceBy !== undefined) return null;
  const pers = caps.periods.map(({ per }) => per);
  if (pers.length === 0) return undefined;
  if (pers.includes('ever')) return null;
  const day = dayOf(at, zone);
  // A week may begin in the year before.
  const first = pers.includes('year')
    ? `${day.slice(0, 4)}-01-01`
    : pers.includes('month')
      ? `${day.slice(0, 7)}-01`
      : addDays(day, -6);
  return startOfDay(pers.includes('week') && addDays(day, -6) < first ? addDays(day, -6) : first, zone);
}

/** `past`: of this contact and rule. `item`: the value by which it earns once. */
export function roomOf(
  { definition }: Rule,
  what: { at: Date; zone: string; past: readonly Past[]; balance: bigint; item: string | null },
): Room {
  const { caps } = definition;
  const once = what.item !== null && what.past.some((one) => one.item === what.item);
  const day = dayOf(what.at, what.zone);
  let period: bigint | null = null;
  for (const cap of caps.periods) {
    const now = periodOf(cap.per, day);
    const own = what.past.filter((one) => periodOf(cap.per, dayOf(one.at, what.zone)) === now);
    const used = own.reduce((sum, one) => sum + one.points, 0n);
    const full = cap.times !== undefined && own.length >= cap.times;
    const left = full ? 0n : cap.points === undefined ? null : clamp(BigInt(cap.points) - used);
    if (left !== null && (period === null || left < period)) period = left;
  }
  return {
    once,
    period,
    balance: caps.balance === undefined ? null : clamp(BigInt(caps.balance) - what.balance),
  };
}

const clamp = (value: bigint): bigint => (value < 0n ? 0n : value);
