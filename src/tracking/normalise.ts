import { z } from 'zod';
import { storable } from '../core/text.ts';
import { DAY_MS } from '../core/time.ts';
import { isJunkId } from '../contacts/index.ts';
import { MAX_EVENT_BYTES } from './contract.ts';
import type { NormalEvent } from './fact.ts';
import { problemOf } from './measure.ts';

/** One raw event → a fact to store, or the reason it cannot be one. Pure: the moment of receipt is a parameter. */

export type Rejected = { ok: false; messageId: string | null; reason: string; raw: string };
export type Verdict = { ok: true; event: NormalEvent } | Rejected;

/** A sender's clock may be wrong by this much; a larger gap to `sentAt` is history, not skew, and is kept as it is. */
const MAX_SKEW_MS = DAY_MS;
/** Nobody has history from before; a device that says so has lost its clock. */
const EARLIEST_MS = Date.UTC(2000, 0, 1);

const short = z.string().max(200);
const when = z.iso.datetime({ offset: true }).transform((text) => new Date(text));
const bag = z.record(z.string(), z.unknown()).nullish();

const rawEvent = z.object({
  messageId: short.min(1).nullish(),
  type: z.enum(['track', 'page', 'screen', 'identify']),
  event: short.nullish(),
  name: short.nullish(),
  anonymousId: short.nullish(),
  userId: z.union([short, z.number().int()]).nullish(),
  timestamp: when.nullish(),
  originalTimestamp: when.nullish(),
  sentAt: when.nullish(),
  properties: bag,
  traits: bag,
  context: bag,
});
type RawEvent = z.output<typeof rawEvent>;

const DEFAULT_NAMES = {
  page: 'Page Viewed',
  screen: 'Screen Viewed',
  identify: 'Identified',
  track: '',
} as const;

export function normalise(raw: unknown, receivedAt: Date): Verdict {
  const messageId = messageIdOf(raw);
  const problem = problemOf(raw);
  // What is nested too deep cannot be written as text again; everything else is kept for replay.
  const text = problem?.startsWith('nested') === true ? '' : (JSON.stringify(raw) ?? '');
  const reject = (reason: string): Verdict => ({ ok: false, messageId, reason, raw: text });
  if (problem !== null) return reject(problem);
  if (Buffer.byteLength(text) > MAX_EVENT_BYTES) return reject(`larger than ${MAX_EVENT_BYTES / 1024} KB`);
  const parsed = rawEvent.safeParse(raw);
  if (!parsed.success) return reject(firstIssue(parsed.error));
  const event = parsed.data;
  const name = event.type === 'track' ? (event.event ?? '').trim() : DEFAULT_NAMES[event.type];
  if (name === '') return reject('event: a track call needs the name of the event');
  const anonymousId = idOrNull(event.anonymousId);
  const userId = idOrNull(event.userId === null || event.userId === undefined ? null : String(event.userId));
  if (anonymousId === null && userId === null)
    return reject('anonymousId: neither a usable anonymousId nor a userId');
  const occurredAt = eventTime(event, receivedAt);
  if (occurredAt === null) return reject('timestamp: lies before 2000');
  const properties = propertiesOf(event);
  const context = event.context ?? {};
  return {
    ok: true,
    event: {
      messageId: event.messageId ?? null,
      type: event.type,
      name,
      occurredAt,
      anonymousId,
      userId,
      previousId: null,
      properties,
      context,
    },
  };
}

/**
 * receivedAt − (sentAt − originalTimestamp) takes the sender's clock error out; nothing happens in the future. Null for a
 * moment no clock error explains.
 */
function eventTime(event: RawEvent, receivedAt: Date): Date | null {
  const claimed = event.originalTimestamp ?? event.timestamp;
  if (claimed === null || claimed === undefined) return receivedAt;
  const { sentAt } = event;
  const skewMs = sentAt === null || sentAt === undefined ? 0 : receivedAt.getTime() - sentAt.getTime();
  const clockLost = sentAt !== null && sentAt !== undefined && sentAt.getTime() < EARLIEST_MS;
  const history = Math.abs(skewMs) > MAX_SKEW_MS && !clockLost;
  const correctedMs = claimed.getTime() + (history ? 0 : skewMs);
  return correctedMs < EARLIEST_MS ? null : new Date(Math.min(correctedMs, receivedAt.getTime()));
}

function propertiesOf(event: RawEvent): Record<string, unknown> {
  if (event.type === 'identify') return event.traits ?? {};
  const properties = event.properties ?? {};
  return event.name === null || event.name === undefined || event.type === 'track'
    ? properties
    : { name: event.name, ...properties };
}

function firstIssue(error: z.ZodError): string {
  const issue = error.issues[0];
  const path = issue?.path.join('.') ?? '';
  return `${path === '' ? 'event' : path}: ${issue?.message ?? 'wrong'}`;
}

function idOrNull(id: string | null | undefined): string | null {
  return id === null || id === undefined || isJunkId(id) ? null : id.trim();
}

function messageIdOf(raw: unknown): string | null {
  const id = typeof raw === 'object' && raw !== null && 'messageId' in raw ? raw.messageId : null;
  return typeof id === 'string' ? storable(id.slice(0, 200)) : null;
}
