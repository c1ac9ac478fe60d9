import { z } from 'zod';
import { DAY_MS } from '../core/time.ts';
import { isJunkId } from './junk.ts';
import { MAX_EVENT_BYTES } from './contract.ts';

/** One raw event → a fact to store, or the reason it cannot be one. Pure: the moment of receipt is a parameter. */

export type EventType = 'track' | 'page' | 'screen' | 'identify';
export type Trust = 'public' | 'server';

export type NormalEvent = {
  messageId: string;
  type: EventType;
  /** Event name of a track call, otherwise what the call shows ("Page Viewed"). */
  name: string;
  occurredAt: Date;
  anonymousId: string | null;
  userId: string | null;
  properties: Record<string, unknown>;
  traits: Record<string, unknown>;
  context: Record<string, unknown>;
};

export type Verdict =
  | { ok: true; event: NormalEvent }
  | { ok: false; messageId: string | null; reason: string };

/** A sender's clock may be wrong by this much; a larger gap to `sentAt` is history, not skew, and is kept as it is. */
const MAX_SKEW_MS = DAY_MS;

const clean = (max: number) =>
  z
    .string()
    .max(max)
    .refine((text) => !text.includes('\u0000'), 'contains a NUL character');
const when = z.iso.datetime({ offset: true }).transform((text) => new Date(text));
const bag = z.record(z.string(), z.unknown()).nullish();

const rawEvent = z.object({
  messageId: clean(200).min(1),
  type: z.enum(['track', 'page', 'screen', 'identify']),
  event: clean(200).nullish(),
  name: clean(200).nullish(),
  anonymousId: clean(200).nullish(),
  userId: z.union([clean(200), z.number().int()]).nullish(),
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

/** `size` is the event's length in bytes as it was sent. */
export function normalise(raw: unknown, receivedAt: Date, size: number): Verdict {
  const messageId = messageIdOf(raw);
  const reject = (reason: string): Verdict => ({ ok: false, messageId, reason });
  if (size > MAX_EVENT_BYTES) return reject(`larger than ${MAX_EVENT_BYTES / 1024} KB`);
  if (hasNul(raw)) return reject('contains a NUL character');
  const parsed = rawEvent.safeParse(raw);
  if (!parsed.success) {
    const issue = parsed.error.issues[0];
    return reject(`${issue?.path.join('.') ?? 'event'}: ${issue?.message ?? 'wrong'}`);
  }
  const event = parsed.data;
  const name = event.type === 'track' ? (event.event ?? '').trim() : DEFAULT_NAMES[event.type];
  if (name === '') return reject('event: a track call needs the name of the event');
  const anonymousId = idOrNull(event.anonymousId);
  const userId = idOrNull(event.userId === null || event.userId === undefined ? null : String(event.userId));
  if (anonymousId === null && userId === null)
    return reject('anonymousId: neither a usable anonymousId nor a userId');
  return {
    ok: true,
    event: {
      messageId: event.messageId,
      type: event.type,
      name,
      occurredAt: eventTime(event, receivedAt),
      anonymousId,
      userId,
      properties: pageProperties(event),
      traits: event.traits ?? {},
      context: event.context ?? {},
    },
  };
}

/** receivedAt − (sentAt − originalTimestamp) takes the sender's clock error out; nothing happens in the future. */
function eventTime(event: RawEvent, receivedAt: Date): Date {
  const claimed = event.originalTimestamp ?? event.timestamp;
  if (claimed === null || claimed === undefined) return receivedAt;
  const sentAt = event.sentAt;
  const skewMs = sentAt === null || sentAt === undefined ? 0 : receivedAt.getTime() - sentAt.getTime();
  const corrected = Math.abs(skewMs) > MAX_SKEW_MS ? claimed.getTime() : claimed.getTime() + skewMs;
  return new Date(Math.min(corrected, receivedAt.getTime()));
}

function pageProperties(event: RawEvent): Record<string, unknown> {
  const properties = event.properties ?? {};
  return event.name === null || event.name === undefined || event.type === 'track'
    ? properties
    : { name: event.name, ...properties };
}

function idOrNull(id: string | null | undefined): string | null {
  return id === null || id === undefined || isJunkId(id) ? null : id.trim();
}

function messageIdOf(raw: unknown): string | null {
  const id = typeof raw === 'object' && raw !== null && 'messageId' in raw ? raw.messageId : null;
  return typeof id === 'string' ? id.slice(0, 200) : null;
}

/** PostgreSQL cannot store U+0000 in jsonb: such an event is set aside, not the whole batch. */
function hasNul(raw: unknown): boolean {
  return JSON.stringify(raw)?.includes('\\u0000') ?? false;
}
