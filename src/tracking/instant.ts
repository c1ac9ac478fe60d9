import { DAY_MS } from '../core/time.ts';

/** When an event happened, by what its sender says and when it came. Pure. */

/** A sender's clock may be wrong by this much; a larger gap to `sentAt` is history, not skew, and is kept as it is. */
const MAX_SKEW_MS = DAY_MS;
/** Nobody has history from before; a device that says so has lost its clock. */
const EARLIEST_MS = Date.UTC(2000, 0, 1);
/** Smaller numbers would be seconds, which no client of this protocol sends. */
const LEAST_EPOCH_MS = 1e11;

const ISO = /^\d{4}-\d{2}-\d{2}(?:[T ]\d{2}:\d{2}(?::\d{2}(?:[.,]\d{1,9})?)?(?:Z|[+-]\d{2}:?\d{2})?)?$/i;
const MAX_ISO = 40;

/** An ISO 8601 time (UTC when it names no zone) or milliseconds since 1970; null for anything else. */
export function instantOf(value: unknown): Date | null {
  if (typeof value === 'number') return value >= LEAST_EPOCH_MS ? dateOr(value) : null;
  if (typeof value !== 'string' || value.length > MAX_ISO || !ISO.test(value)) return null;
  // The usual form, as every JavaScript client writes it.
  if (value.endsWith('Z')) return dateOr(Date.parse(value));
  const text = value.replace(' ', 'T').replace(',', '.');
  const zoned = text.length === 10 || /(?:Z|[+-]\d{2}:?\d{2})$/i.test(text.slice(10));
  return dateOr(Date.parse(zoned ? text : `${text}Z`));
}

function dateOr(ms: number): Date | null {
  const date = new Date(ms);
  return Number.isNaN(date.getTime()) ? null : date;
}

type Times = { timestamp: Date | null; originalTimestamp: Date | null; sentAt: Date | null };

/**
 * receivedAt − (sentAt − originalTimestamp) takes the sender's clock error out; nothing happens in the future. Null for a
 * moment no clock error explains.
 */
export function eventTime({ timestamp, originalTimestamp, sentAt }: Times, receivedAt: Date): Date | null {
  const claimed = originalTimestamp ?? timestamp;
  if (claimed === null) return receivedAt;
  const skewMs = sentAt === null ? 0 : receivedAt.getTime() - sentAt.getTime();
  const clockLost = sentAt !== null && sentAt.getTime() < EARLIEST_MS;
  const history = Math.abs(skewMs) > MAX_SKEW_MS && !clockLost;
  const correctedMs = claimed.getTime() + (history ? 0 : skewMs);
  return correctedMs < EARLIEST_MS ? null : new Date(Math.min(correctedMs, receivedAt.getTime()));
}
