import { DAY_MS } from './time.ts';

/**
 * Wall time of an IANA zone. A wall time is a Date whose UTC fields show what the clock on the wall shows ("floating"); it
 * never leaves this file and the recurrence.
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

/** What the wall clock of the zone shows at an instant. */
export function wallOf(at: Date, zone: string): Date {
  const parts = new Map(
    formatOf(zone)
      .formatToParts(at)
      .map((part) => [part.type, Number(part.value)]),
  );
  const field = (name: Intl.DateTimeFormatPartTypes): number => parts.get(name) ?? 0;
  const ms = Date.UTC(
    field('year'),
    field('month') - 1,
    field('day'),
    field('hour'),
    field('minute'),
    field('second'),
    at.getUTCMilliseconds(),
  );
  return new Date(ms);
}

const offsetMs = (at: Date, zone: string): number => wallOf(at, zone).getTime() - at.getTime();

/**
 * The instant at which the zone's clock shows `wall` (RFC 5545, 3.3.5): of two, the first; when clocks skip it, as if
 * they had not yet been put forward (02:30 becomes 03:30).
 */
export function instantOf(wall: Date, zone: string): Date {
  const before = new Date(wall.getTime() - offsetMs(new Date(wall.getTime() - DAY_MS), zone));
  if (wallOf(before, zone).getTime() === wall.getTime()) return before;
  const after = new Date(wall.getTime() - offsetMs(new Date(wall.getTime() + DAY_MS), zone));
  return wallOf(after, zone).getTime() === wall.getTime() ? after : before;
}
