import { DomainError } from '../core/errors.ts';
import { MAX_BATCH_EVENTS, MAX_SHARED_BYTES } from './contract.ts';
import { measure } from './measure.ts';

/** What the real clients post, told by content and not by labels: JSON, text, form-labelled JSON. Pure. */
export type Parsed = {
  events: unknown[];
  writeKey: string | null;
  /** What events took over from their batch, counted once for each: the body itself says it only once. */
  sharedBytes: number;
};

export type CallType = 'track' | 'page' | 'screen' | 'identify' | 'group' | 'alias' | 'batch';

/** Throws 400 for a body that is no JSON object, 413 for too many events; never for a single wrong event. */
export function parseBody(text: string, type: CallType): Parsed {
  const whole = toObject(text);
  const writeKey = typeof whole['writeKey'] === 'string' ? whole['writeKey'] : null;
  if (type !== 'batch') {
    const { writeKey: _key, ...event } = whole;
    return { writeKey, events: [{ ...event, type }], sharedBytes: 0 };
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
  const shared = sharedOf(whole);
  let sharedBytes = 0;
  for (const raw of batch) sharedBytes += inherit(raw, shared);
  return { writeKey, events: batch, sharedBytes };
}

/** Stands for a context that no event takes over; an event that has it is refused, with the words in `normalise`. */
export const NOT_SHARED = 'the context of the batch was too large to be shared';
/** No time is longer; refused like any other text that is none. */
const MAX_TIME_CHARS = 64;
const NO_TIME = 'no time';

type Shared = { sentAt: unknown; context: unknown; contextBytes: number };

/** What events of a batch may take over. Looked at once: thousands of events would share it. */
function sharedOf({ sentAt, context }: Record<string, unknown>): Shared {
  const sane =
    sentAt === undefined ||
    sentAt === null ||
    typeof sentAt === 'number' ||
    (typeof sentAt === 'string' && sentAt.length <= MAX_TIME_CHARS);
  const time = sane ? sentAt : NO_TIME;
  if (context === undefined) return { sentAt: time, context, contextBytes: 0 };
  const { problem, atMostBytes } = measure(context);
  const contextBytes =
    problem === 'deep' || atMostBytes <= MAX_SHARED_BYTES
      ? atMostBytes
      : Buffer.byteLength(JSON.stringify(context));
  return problem === 'deep' || contextBytes > MAX_SHARED_BYTES
    ? { sentAt: time, context: NOT_SHARED, contextBytes: 0 }
    : { sentAt: time, context, contextBytes };
}

/**
 * Events of a batch take `sentAt` and `context` from it where they have none. The parsed event is ours to change. Returns the bytes
 * this added.
 */
function inherit(raw: unknown, { sentAt, context, contextBytes }: Shared): number {
  if (typeof raw !== 'object' || raw === null || Array.isArray(raw)) return 0;
  const event = raw as Record<string, unknown>;
  if (event['sentAt'] === undefined && sentAt !== undefined) event['sentAt'] = sentAt;
  if (event['context'] !== undefined || context === undefined) return 0;
  event['context'] = context;
  return contextBytes;
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
