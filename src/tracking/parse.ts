import { gunzipSync } from 'node:zlib';
import { DomainError } from '../core/errors.ts';
import { MAX_BATCH_EVENTS, MAX_BODY_BYTES } from './contract.ts';

/** What the real clients post, told by content and not by labels: JSON, text or form-labelled JSON, gzip with or without a header. */
export type Parsed = { events: unknown[]; writeKey: string | null };

export type CallType = 'track' | 'page' | 'screen' | 'identify' | 'batch';

const GZIP_1 = 0x1f;
const GZIP_2 = 0x8b;

/** Throws 400 for a body that is no JSON object, 413 for one that is too large; never for a single wrong event. */
export function parseBody(body: Uint8Array, type: CallType): Parsed {
  const whole = toObject(inflate(body));
  const writeKey = typeof whole['writeKey'] === 'string' ? whole['writeKey'] : null;
  if (type !== 'batch') {
    const { writeKey: _key, ...event } = whole;
    return { writeKey, events: [{ ...event, type }] };
  }
  const batch = whole['batch'];
  if (!Array.isArray(batch)) throw bad('not_a_batch', 'A batch needs an array "batch".', 'batch');
  if (batch.length > MAX_BATCH_EVENTS) {
    throw new DomainError({
      code: 'batch_too_large',
      status: 413,
      detail: `At most ${MAX_BATCH_EVENTS} events in a batch.`,
      at: 'batch',
    });
  }
  return { writeKey, events: batch.map((raw: unknown) => inherit(raw, whole)) };
}

/** Events of a batch take `sentAt` and `context` from it where they have none. */
function inherit(raw: unknown, whole: Record<string, unknown>): unknown {
  if (typeof raw !== 'object' || raw === null || Array.isArray(raw)) return raw;
  return { sentAt: whole['sentAt'], context: whole['context'], ...raw };
}

function inflate(body: Uint8Array): string {
  if (body[0] !== GZIP_1 || body[1] !== GZIP_2) return new TextDecoder().decode(body);
  try {
    return new TextDecoder().decode(gunzipSync(body, { maxOutputLength: MAX_BODY_BYTES }));
  } catch (error) {
    if (error instanceof RangeError)
      throw new DomainError({
        code: 'body_too_large',
        status: 413,
        detail: `The unpacked body is larger than ${MAX_BODY_BYTES} bytes.`,
      });
    throw bad('broken_gzip', 'The body starts like gzip but cannot be unpacked.');
  }
}

function toObject(text: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === 'object' && value !== null && !Array.isArray(value))
      return value as Record<string, unknown>;
  } catch {
    // the same answer as for JSON that is not an object
  }
  throw bad('not_json', 'The body is not a JSON object.');
}

function bad(code: string, detail: string, at?: string): DomainError {
  return new DomainError({ code, status: 400, detail, at });
}
