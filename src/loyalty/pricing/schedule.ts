import type { Miss, Schedule } from './contract.ts';
import { MINUTE_MS } from '../../core/time.ts';
import type { Ready } from './prepare.ts';
import { miss } from './state.ts';

const DAY_MINUTES = 24 * 60;

/** Why an offer is not open at `now`; empty when it is. */
export function scheduleMiss(ready: Ready, now: Date): Miss[] {
  const schedule = ready.offer.conditions.schedule;
  if (schedule === undefined) return [];
  const at = now.getTime();
  if (at < ready.fromMs) return [miss('not_started', 'time', schedule.from ?? null, now.toISOString())];
  if (at >= ready.untilMs) return [miss('ended', 'time', schedule.until ?? null, now.toISOString())];
  return inWeeklyHours(schedule, now) && inWindows(ready.windows, at)
    ? []
    : [miss('outside_hours', 'time', null, now.toISOString())];
}

/** Why a schedule is not open at `now`; null when it is. */
export function whyClosed(
  schedule: Schedule,
  now: Date,
): Extract<Miss['reason'], 'not_started' | 'ended' | 'outside_hours'> | null {
  const at = now.getTime();
  if (schedule.from && at < Date.parse(schedule.from)) return 'not_started';
  if (schedule.until && at >= Date.parse(schedule.until)) return 'ended';
  const open = windowsOf(schedule);
  return inWeeklyHours(schedule, now) && inWindows(open, at) ? null : 'outside_hours';
}

/** Read once for many quotes. */
export type Windows = readonly { readonly fromMs: number; readonly untilMs: number }[] | null;
export const windowsOf = (schedule: Schedule | undefined): Windows =>
  schedule?.windows?.map((w) => ({ fromMs: Date.parse(w.from), untilMs: Date.parse(w.until) })) ?? null;

function inWindows(windows: Windows, at: number): boolean {
  return windows === null || windows.some(({ fromMs, untilMs }) => at >= fromMs && at < untilMs);
}

function inWeeklyHours({ weekly, timeZone }: Schedule, now: Date): boolean {
  if (weekly.length === 0) return true;
  const { day, minute } = wallClock(now, timeZone);
  const yesterday = day === 1 ? 7 : day - 1;
  return weekly.some(({ days, from, to }) => {
    const [start, end] = [minutes(from), minutes(to)];
    if (end > start) return days.includes(day) && minute >= start && minute < end;
    return (days.includes(day) && minute >= start) || (days.includes(yesterday) && minute < end);
  });
}

const minutes = (clock: string): number => Number(clock.slice(0, 2)) * 60 + Number(clock.slice(3));

type WallClock = { day: number; minute: number };
const DAYS: Readonly<Record<string, number>> = { Mon: 1, Tue: 2, Wed: 3, Thu: 4, Fri: 5, Sat: 6, Sun: 7 };

/** Making a formatter costs far more than asking one, and all offers of a quote ask for the same moment. */
type Zone = { format: Intl.DateTimeFormat; at: number; clock: WallClock };
const zones = new Map<string, Zone>();
const MAX_ZONES = 1_000;

function wallClock(now: Date, timeZone: string): WallClock {
  if (timeZone === 'UTC') {
    const passed = Math.floor(now.getTime() / MINUTE_MS);
    return {
      day: now.getUTCDay() === 0 ? 7 : now.getUTCDay(),
      minute: ((passed % DAY_MINUTES) + DAY_MINUTES) % DAY_MINUTES,
    };
  }
  const zone = zoneOf(timeZone);
  if (zone.at !== now.getTime()) {
    const parts = new Map(zone.format.formatToParts(now).map((part) => [part.type, part.value]));
    zone.clock = {
      day: DAYS[parts.get('weekday') ?? ''] ?? 1,
      minute: Number(parts.get('hour')) * 60 + Number(parts.get('minute')),
    };
    zone.at = now.getTime();
  }
  return zone.clock;
}

function zoneOf(timeZone: string): Zone {
  const known = zones.get(timeZone);
  if (known !== undefined) return known;
  const format = new Intl.DateTimeFormat('en-US', {
    timeZone,
    weekday: 'short',
    hour: '2-digit',
    minute: '2-digit',
    hourCycle: 'h23',
  });
  const made: Zone = { format, at: Number.NaN, clock: { day: 1, minute: 0 } };
  if (zones.size < MAX_ZONES) zones.set(timeZone, made);
  return made;
}
