import { DomainError } from '../core/errors.ts';
import { MAX_BATCH_EVENTS } from './contract.ts';

/** What the real clients post, told by content and not by labels: JSON, text, form-labelled JSON. Pure. */
export type Parsed = { events: unknown[]; writeKey: string | null };

export type CallType = 'track' | 'page' | 'screen' | 'identify' | 'group' | 'alias' | 'batch';

/** Throws 400 for a body that is no JSON object, 413 for too many events; never for a single wrong event. */
export function parseBody(text: string, type: CallType): Parsed {
  const whole = toObject(text);
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
  for (const raw of batch) inherit(raw, whole);
  return { writeKey, events: batch };
}

/** Events of a batch take `sentAt` and `context` from it where they have none. The parsed event is ours to change. */
function inherit(raw: unknown, whole: Record<string, unknown>): void {
  if (typeof raw !== 'object' || raw === null || Array.isArray(raw)) return;
  const event = raw as Record<string, unknown>;
  if (event['sentAt'] === undefined && whole['sentAt'] !== undefined) event['sentAt'] = whole['sentAt'];
  if (event['context'] === undefined && whole['context'] !== undefined) event['context'] = whole['context'];
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
