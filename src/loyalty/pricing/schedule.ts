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
  return inWeeklyHours(schedule, now) && inWindows(schedule, at)
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
  return inWeeklyHours(schedule, now) && inWindows(schedule, at) ? null : 'outside_hours';
}

function inWindows({ windows }: Schedule, at: number): boolean {
  if (windows === null || windows === undefined) return true;
  return windows.some((window) => at >= Date.parse(window.from) && at < Date.parse(window.until));
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

/** Making a formatter costs far more than asking one; there are as many as zones in use. */
const formats = new Map<string, Intl.DateTimeFormat>();
const MAX_FORMATS = 1_000;

function wallClock(now: Date, timeZone: string): WallClock {
  if (timeZone === 'UTC') {
    const passed = Math.floor(now.getTime() / MINUTE_MS);
    return {
      day: now.getUTCDay() === 0 ? 7 : now.getUTCDay(),
      minute: ((passed % DAY_MINUTES) + DAY_MINUTES) % DAY_MINUTES,
    };
  }
  const parts = new Map(
    formatOf(timeZone)
      .formatToParts(now)
      .map((part) => [part.type, part.value]),
  );
  return {
    day: DAYS[parts.get('weekday') ?? ''] ?? 1,
    minute: Number(parts.get('hour')) * 60 + Number(parts.get('minute')),
  };
}

function formatOf(timeZone: string): Intl.DateTimeFormat {
  const known = formats.get(timeZone);
  if (known !== undefined) return known;
  const made = new Intl.DateTimeFormat('en-US', {
    timeZone,
    weekday: 'short',
    hour: '2-digit',
    minute: '2-digit',
    hourCycle: 'h23',
  });
  if (formats.size < MAX_FORMATS) formats.set(timeZone, made);
  return made;
}
