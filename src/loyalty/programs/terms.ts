import { addDays, addMonths, dayOf, endOfDay, startOfDay } from './calendar.ts';
import type { ExpiryRule, PendingRule } from './contract.ts';

/** When points earned at an instant become spendable; null: already, 'event': when somebody says so (at the latest at `at`). */
export type Pending = { at: Date | null; event: string | null };

/**
 * When points earned `now` become spendable: N days mean the beginning of the day N days on in the program's zone. Null: at once.
 */
export function pendingUntil(rule: PendingRule, now: Date, zone: string): Pending | null {
  const today = dayOf(now, zone);
  if (rule.kind === 'days')
    return rule.days === 0 ? null : { at: startOfDay(addDays(today, rule.days), zone), event: null };
  if (rule.kind === 'until') {
    const at = startOfDay(rule.date, zone);
    return at <= now ? null : { at, event: null };
  }
  const at = rule.maxDays === null ? null : startOfDay(addDays(today, rule.maxDays), zone);
  return { at, event: rule.event };
}

/**
 * The first instant at which a lot that became spendable at `from` no longer is; null: never by itself. The last good day counts whole
 * in the program's zone.
 */
export function lotExpiry(rule: ExpiryRule, from: Date, zone: string): Date | null {
  const day = dayOf(from, zone);
  if (rule.kind === 'term') return endOfDay(after(day, rule), zone);
  if (rule.kind === 'dates') return endOfDay(nextDate(rule.dates, addDays(day, rule.minDays)), zone);
  return null;
}

/** Until when a wallet that moved at `now` lives; null when inactivity ends nothing. */
export function walletExpiry(rule: ExpiryRule, now: Date, zone: string): Date | null {
  return rule.kind === 'inactivity' ? endOfDay(after(dayOf(now, zone), rule), zone) : null;
}

function after(day: string, { unit, count }: { unit: 'days' | 'months'; count: number }): string {
  return unit === 'days' ? addDays(day, count) : addMonths(day, count);
}

/** The nearest of the dates (MM-DD) that is not before `day`; 29 February is the 28th in years without it. */
function nextDate(dates: readonly string[], day: string): string {
  const year = Number(day.slice(0, 4));
  const candidates = [year, year + 1].flatMap((y) => dates.map((date) => dateIn(y, date)));
  return candidates.toSorted().find((candidate) => candidate >= day) ?? day;
}

function dateIn(year: number, date: string): string {
  const month = Number(date.slice(0, 2));
  const last = new Date(Date.UTC(year, month, 0)).getUTCDate();
  return `${year}-${date.slice(0, 2)}-${String(Math.min(Number(date.slice(3)), last)).padStart(2, '0')}`;
}
