/** Reads dates and times in the forms that files really have. Pure; the zone of a time without an offset is a parameter. */

type Parts = { y: number; mo: number; d: number; h: number; mi: number; s: number; ms: number };
type Unit = keyof Parts;

const TOKENS: ReadonlyArray<readonly [token: string, unit: Unit, pattern: string]> = [
  ['yyyy', 'y', '(\\d{4})'],
  ['MM', 'mo', '(\\d{2})'],
  ['M', 'mo', '(\\d{1,2})'],
  ['dd', 'd', '(\\d{2})'],
  ['d', 'd', '(\\d{1,2})'],
  ['HH', 'h', '(\\d{2})'],
  ['H', 'h', '(\\d{1,2})'],
  ['mm', 'mi', '(\\d{2})'],
  ['m', 'mi', '(\\d{1,2})'],
  ['ss', 's', '(\\d{2})'],
  ['s', 's', '(\\d{1,2})'],
  ['SSS', 'ms', '(\\d{3})'],
];

export type InstantReader = (text: string) => Date | null;

/**
 * A reader of instants in `format` (yyyy, MM or M, dd or d, HH or H, mm or m, ss or s, SSS; anything else stands for itself),
 * or of ISO 8601 when it is undefined. Gives null for a text of another form or a day that does not exist.
 * Null instead of a reader when the format lacks year, month or day.
 */
export function instantReader(format: string | undefined, zone: string): InstantReader | null {
  const read = format === undefined ? readIso(zone) : readFormat(format, zone);
  return read === null ? null : remembering(read);
}

/** Rows of one document carry the same time: the last answer is usually the next one. */
function remembering(read: InstantReader): InstantReader {
  let lastText: string | undefined;
  let last: Date | null = null;
  return (text) => {
    if (text !== lastText) {
      last = read(text);
      lastText = text;
    }
    return last;
  };
}

function readFormat(format: string, zone: string): InstantReader | null {
  const units: Unit[] = [];
  let pattern = '';
  for (let i = 0; i < format.length;) {
    const token = TOKENS.find(([name]) => format.startsWith(name, i));
    if (token === undefined) {
      pattern += (format[i] ?? '').replaceAll(/[\\^$.*+?()[\]{}|/]/g, '\\$&');
      i += 1;
    } else {
      units.push(token[1]);
      pattern += token[2];
      i += token[0].length;
    }
  }
  if (!(['y', 'mo', 'd'] as const).every((unit) => units.includes(unit))) return null;
  const regex = new RegExp(`^${pattern}$`);
  return (text) => {
    const match = regex.exec(text);
    if (match === null) return null;
    const parts: Parts = { y: 0, mo: 1, d: 1, h: 0, mi: 0, s: 0, ms: 0 };
    for (const [i, unit] of units.entries()) parts[unit] = Number(match[i + 1]);
    return toInstant(parts, zone);
  };
}

const ISO =
  /^(\d{4})-(\d{2})-(\d{2})(?:[T ](\d{2}):(\d{2})(?::(\d{2})(?:\.(\d{1,6}))?)?\s?(Z|[+-]\d{2}:?\d{2})?)?$/;

function readIso(zone: string): InstantReader {
  return (text) => {
    const match = ISO.exec(text);
    if (match === null) return null;
    const [, y, mo, d, h = '0', mi = '0', s = '0', fraction = '0', offset] = match;
    const ms = Math.trunc(Number(`0.${fraction}`) * 1000);
    const parts = {
      y: Number(y),
      mo: Number(mo),
      d: Number(d),
      h: Number(h),
      mi: Number(mi),
      s: Number(s),
      ms,
    };
    if (offset === undefined) return toInstant(parts, zone);
    const local = toInstant(parts, 'UTC');
    if (local === null) return null;
    if (offset === 'Z') return local;
    const minutes = Number(offset.slice(1, 3)) * 60 + Number(offset.slice(-2));
    return new Date(local.getTime() - (offset.startsWith('-') ? -minutes : minutes) * 60_000);
  };
}

function toInstant(p: Parts, zone: string): Date | null {
  if (p.h > 23 || p.mi > 59 || p.s > 59 || p.y < 1) return null;
  const wall = new Date(Date.UTC(p.y, p.mo - 1, p.d, p.h, p.mi, p.s, p.ms));
  if (p.y < 100) wall.setUTCFullYear(p.y);
  // 30 February would have become 2 March.
  if (wall.getUTCMonth() !== p.mo - 1 || wall.getUTCDate() !== p.d) return null;
  return zone === 'UTC' ? wall : new Date(wallToUtc(wall.getTime(), zone));
}

const DAY = 86_400_000;

/**
 * The instant at which clocks of `zone` show `wall`. Of two (clocks go back) the first; a time that clocks skip counts by the
 * offset before the skip, so 02:30 becomes 03:30.
 */
function wallToUtc(wall: number, zone: string): number {
  const before = offsetMs(wall - DAY, zone);
  const after = offsetMs(wall + DAY, zone);
  const candidates = [wall - before, wall - after].filter((at) => at + offsetMs(at, zone) === wall);
  return candidates.length === 0 ? wall - before : Math.min(...candidates);
}

const formatters = new Map<string, Intl.DateTimeFormat>();

function offsetMs(at: number, zone: string): number {
  let formatter = formatters.get(zone);
  if (formatter === undefined) {
    formatter = new Intl.DateTimeFormat('en-US', {
      timeZone: zone,
      hourCycle: 'h23',
      year: 'numeric',
      month: 'numeric',
      day: 'numeric',
      hour: 'numeric',
      minute: 'numeric',
      second: 'numeric',
    });
    formatters.set(zone, formatter);
  }
  const of = Object.fromEntries(formatter.formatToParts(at).map(({ type, value }) => [type, Number(value)]));
  const shown = Date.UTC(
    of['year'] ?? 0,
    (of['month'] ?? 1) - 1,
    of['day'] ?? 1,
    of['hour'] ?? 0,
    of['minute'] ?? 0,
    of['second'] ?? 0,
  );
  return shown - Math.floor(at / 1000) * 1000;
}
