import { DAY_MS } from '../../core/time.ts';

/**
 * Calendar arithmetic of a zone. A day is a text "YYYY-MM-DD"; adding months keeps the day of the month and falls back to the last
 * one where it does not exist (31 Jan + 1 month = 28 Feb), days are calendar days, whatever clocks do meanwhile.
 */
const formats = new Map<string, Intl.DateTimeFormat>();

function formatOf(zone: string): Intl.DateTimeFormat {
  const known = formats.get(zone);
  if (known !== undefined) return known;
  const made = new Intl.DateTimeFormat('en-US', {
    timeZone: zone,
    hourCycle: 'h23',
    year: 'numeric',
    month: 'numeric',
    day: 'numeric',
    hour: 'numeric',
    minute: 'numeric',
    second: 'numeric',
  });
  formats.set(zone, made);
  return made;
}

/** What the zone's clock shows at an instant, as if it were UTC. */
function wallMs(at: number, zone: string): number {
  const field: Record<string, number> = {};
  for (const { type, value } of formatOf(zone).formatToParts(at)) field[type] = Number(value);
  const { year = 0, month = 1, day = 1, hour = 0, minute = 0, second = 0 } = field;
  return Date.UTC(year, month - 1, day, hour, minute, second);
}

/** The day it is in the zone. */
export function dayOf(at: Date, zone: string): string {
  return new Date(wallMs(at.getTime(), zone)).toISOString().slice(0, 10);
}

const asUtc = (day: string): number => Date.parse(`${day}T00:00:00Z`);

export function addDays(day: string, days: number): string {
  return new Date(asUtc(day) + days * DAY_MS).toISOString().slice(0, 10);
}

export function addMonths(day: string, months: number): string {
  const from = new Date(asUtc(day));
  const first = new Date(Date.UTC(from.getUTCFullYear(), from.getUTCMonth() + months, 1));
  const last = new Date(Date.UTC(first.getUTCFullYear(), first.getUTCMonth() + 1, 0)).getUTCDate();
  first.setUTCDate(Math.min(from.getUTCDate(), last));
  return first.toISOString().slice(0, 10);
}

/** Enough to cross any offset and any jump of a clock. */
const NEAR_MS = 2 * DAY_MS;
const ends = new Map<string, Date>();
/** A program deals with a few thousand days at once; beyond this the oldest are worked out again. */
const MAX_KNOWN = 20_000;

/** The first instant of the day in the zone, also where clocks skip midnight. */
export function startOfDay(day: string, zone: string): Date {
  const key = `${day} ${zone}`;
  const known = ends.get(key);
  if (known !== undefined) return known;
  const wanted = asUtc(day);
  let low = wanted - NEAR_MS;
  let high = wanted + NEAR_MS;
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2);
    if (wallMs(middle, zone) >= wanted) high = middle;
    else low = middle;
  }
  if (ends.size >= MAX_KNOWN) ends.clear();
  const found = new Date(high);
  ends.set(key, found);
  return found;
}

/** The end of the day in the zone: the first instant that is no longer of it. */
export function endOfDay(day: string, zone: string): Date {
  return startOfDay(addDays(day, 1), zone);
}
