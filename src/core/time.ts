/** Durations and calendar helpers. All instants are UTC; a zone is always an explicit IANA name. */

export const SECOND_MS = 1_000;
export const MINUTE_MS = 60 * SECOND_MS;
export const HOUR_MS = 60 * MINUTE_MS;
export const DAY_MS = 24 * HOUR_MS;

/** rrule and pg timestamps are only right in UTC: refuse to run otherwise. */
export function assertUtc(): void {
  if (new Date(2026, 0, 1).getTimezoneOffset() !== 0 || new Date(2026, 6, 1).getTimezoneOffset() !== 0) {
    throw new Error('The process must run with TZ=UTC (start it through npm run).');
  }
}

export function addMs(at: Date, ms: number): Date {
  return new Date(at.getTime() + ms);
}

/** True for a language tag such as "en-GB"; the underscore of older systems is taken for a hyphen. */
export function isLocale(tag: string): boolean {
  try {
    return Intl.getCanonicalLocales(tag.replaceAll('_', '-')).length === 1;
  } catch {
    return false;
  }
}

/** Zones found good: asking the runtime takes long for every row of a file. There are some six hundred. */
const knownZones = new Set<string>();
const MAX_KNOWN_ZONES = 2_000;

/** Old names that the runtime's library still takes and PostgreSQL does not: stored, they would fail every query that uses them. */
const LEFTOVER =
  /^(A[CEGR]T|AET|AST|B[ES]T|C[ANST]T|EAT|ECT|I[ES]T|JST|MIT|N[ES]T|P[LNRS]T|SST|VST|SystemV\/.*|US\/Pacific-New|Canada\/East-Saskatchewan)$/i;

/** True for a zone that both the runtime and PostgreSQL know, such as "Europe/Moscow". */
export function isTimeZone(zone: string): boolean {
  if (knownZones.has(zone)) return true;
  if (LEFTOVER.test(zone)) return false;
  try {
    const known = new Intl.DateTimeFormat('en-US', { timeZone: zone }).resolvedOptions().timeZone !== '';
    if (known && knownZones.size < MAX_KNOWN_ZONES) knownZones.add(zone);
    return known;
  } catch {
    return false;
  }
}
