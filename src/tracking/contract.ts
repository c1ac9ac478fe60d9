import { z } from 'zod';
import { requiredText } from '../core/text.ts';

/** Bounds of what a client may send in one request and one event. */
export const MAX_BODY_BYTES = 5 * 1024 * 1024;
/** The Segment clients' own limit; a larger event is dead-lettered alone, never refused with the batch. */
export const MAX_EVENT_BYTES = 32 * 1024;
export const MAX_BATCH_EVENTS = 2_500;
/** A context said once for a whole batch: each of its events holds and stores it. */
export const MAX_SHARED_BYTES = 4 * 1024;

const SOURCE_KINDS = ['site', 'app', 'server', 'shop'] as const;
export type SourceKind = (typeof SOURCE_KINDS)[number];

export const WARNING_CODES = [
  'bad_price',
  'bad_quantity',
  'bad_currency',
  'no_product',
  'bad_email',
] as const;
/** `path`: the field of the event as it was sent. */
const warning = { code: z.enum(WARNING_CODES), path: z.string() };

const verdict = z.object({ messageId: z.string().nullable(), reason: z.string() });

/**
 * One accepted answer: how many events were new, seen before, or set aside with a reason. `notes`: accepted events that made no
 * order, and why. `warnings`: what was wrong about accepted events, at most a hundred; they had less effect for it.
 */
export const ingestAnswer = z
  .object({
    accepted: z.number().int(),
    duplicate: z.number().int(),
    rejected: z.array(verdict),
    notes: z.array(verdict).optional(),
    warnings: z.array(z.object({ messageId: z.string().nullable(), ...warning })).optional(),
  })
  .meta({ id: 'IngestAnswer' });
export type IngestAnswer = z.infer<typeof ingestAnswer>;

/** What holds for a visitor who was not asked yet. `denied`: the snippet sends nothing personal before a word of consent. */
const consentDefault = z.enum(['granted', 'denied']);
export type ConsentDefault = z.infer<typeof consentDefault>;

export const sourceView = z
  .object({
    id: z.uuid(),
    name: z.string(),
    kind: z.enum(SOURCE_KINDS),
    writeKey: z.string(),
    origins: z.array(z.string()),
    consentDefault,
    disabled: z.boolean(),
    createdAt: z.iso.datetime(),
    /** When the last new event was stored, within the last days; null when none was. */
    lastEventAt: z.iso.datetime().nullable(),
    /** New events of the last full minute. */
    perMinute: z.number().int(),
    events24h: z.number().int(),
    duplicates24h: z.number().int(),
    rejected24h: z.number().int(),
  })
  .meta({ id: 'Source' });
export type SourceView = z.infer<typeof sourceView>;

/** Web origins that may call from a browser; empty means any. */
const origins = z.array(z.url({ protocol: /^https?$/ }).transform((url) => new URL(url).origin)).max(50);
const sourceName = requiredText(100);

export const sourceCreate = z.object({
  name: sourceName,
  kind: z.enum(SOURCE_KINDS).default('site'),
  origins: origins.default([]),
  consentDefault: consentDefault.default('granted'),
});

/** What is left out stays. A source that is switched off answers 403; its facts stay. */
export const sourcePatch = z
  .object({ name: sourceName, origins, consentDefault, disabled: z.boolean() })
  .partial();
export type SourcePatch = z.output<typeof sourcePatch>;

/** New, repeated and rejected events of a source in one minute. */
export const sourceHealth = z.object({
  items: z.array(
    z.object({
      minute: z.iso.datetime(),
      accepted: z.number().int(),
      duplicate: z.number().int(),
      rejected: z.number().int(),
    }),
  ),
});
export type SourceHealth = z.infer<typeof sourceHealth>;

/**
 * True when what the event says of a person is left out: it needs the right `contacts:read` and, of a user, the sight of all
 * contacts, because a source has events of everybody.
 */
const masked = z.boolean();

/** One line of the live debugger: an event that came, and what became of it. When `masked`, the last four are null. */
const recentEvent = z.object({
  id: z.uuid(),
  receivedAt: z.iso.datetime(),
  verdict: z.enum(['accepted', 'rejected']),
  /** Why it was rejected, or (of an accepted one) made no order. */
  reason: z.string().nullable(),
  /** What was wrong about an accepted one. */
  warnings: z.array(z.object(warning)),
  messageId: z.string().nullable(),
  /** Of an accepted event; what a rejected one was can only be read in its text. */
  type: z.string().nullable(),
  name: z.string().nullable(),
  trust: z.enum(['public', 'server', 'verified']),
  bot: z.boolean(),
  occurredAt: z.iso.datetime().nullable(),
  contactId: z.uuid().nullable(),
  properties: z.record(z.string(), z.unknown()).nullable(),
  context: z.record(z.string(), z.unknown()).nullable(),
  /** The text of a rejected one. */
  raw: z.string().nullable(),
  masked,
});
export type RecentEvent = z.infer<typeof recentEvent>;
/** Newest first, of the last seven days. */
export const recentEvents = z.object({ items: z.array(recentEvent) });

const LETTER_KINDS = ['event', 'order'] as const;
export type LetterKind = (typeof LETTER_KINDS)[number];

/** `event`: nothing was stored. `order`: the event is a fact, but could not become an order. */
export const deadLetterView = z
  .object({
    id: z.uuid(),
    sourceId: z.uuid(),
    kind: z.enum(LETTER_KINDS),
    trust: z.enum(['public', 'server']),
    messageId: z.string().nullable(),
    reason: z.string(),
    /** Empty when `masked`; such a letter can be replayed all the same. */
    raw: z.string(),
    masked,
    receivedAt: z.iso.datetime(),
  })
  .meta({ id: 'DeadLetter' });
export type DeadLetterView = z.infer<typeof deadLetterView>;
export const deadLetterPage = z.object({
  items: z.array(deadLetterView),
  nextCursor: z.string().nullable(),
});

/** The text of an event as a dead letter keeps it; longer ones are cut and cannot be replayed as they are. */
export const MAX_RAW_CHARS = 131_072;

/** Without `raw` the letter's own text is tried again. */
export const replayInput = z.object({ raw: z.string().max(MAX_RAW_CHARS).optional() });
/** `stored` and `duplicate` remove the letter; a rejected one stays, with its new reason. */
export const replayAnswer = z.object({
  outcome: z.enum(['stored', 'duplicate', 'rejected']),
  reason: z.string().nullable(),
});
export type ReplayAnswer = z.infer<typeof replayAnswer>;

/** Letters of one call that replays or deletes many: the oldest of a source, of all sources, or those named. */
export const MAX_LETTERS = 500;
export const lettersInput = z.object({
  sourceId: z.uuid().optional(),
  ids: z.array(z.uuid()).min(1).max(MAX_LETTERS).optional(),
});
export type LettersInput = z.output<typeof lettersInput>;
export const replayedMany = z.object({
  stored: z.number().int(),
  duplicate: z.number().int(),
  rejected: z.number().int(),
});
export type ReplayedMany = z.infer<typeof replayedMany>;
export const deletedMany = z.object({ deleted: z.number().int() });

/** One stored event as the rest of the program hears of it. */
const eventRecorded = z.object({
  contactId: z.uuid(),
  id: z.uuid(),
  sourceId: z.uuid(),
  occurredAt: z.iso.datetime(),
  name: z.string(),
  type: z.string(),
  trust: z.enum(['public', 'server', 'verified']),
  bot: z.boolean(),
});
export type EventRecorded = z.infer<typeof eventRecorded>;

/** Events in one payload: a row for each would cost the outbox more than the facts themselves. */
export const MAX_RECORDED = 100;

/** Payload of the outbox topic event.recorded. */
export const eventsRecorded = z.object({ events: z.array(eventRecorded).min(1).max(MAX_RECORDED) });
