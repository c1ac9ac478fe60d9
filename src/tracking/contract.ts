import { z } from 'zod';

/** Bounds of what a client may send in one request and one event. */
export const MAX_BODY_BYTES = 5 * 1024 * 1024;
/** The Segment clients' own limit; a larger event is dead-lettered alone, never refused with the batch. */
export const MAX_EVENT_BYTES = 32 * 1024;
export const MAX_BATCH_EVENTS = 2_500;

const SOURCE_KINDS = ['site', 'app', 'server', 'shop'] as const;
export type SourceKind = (typeof SOURCE_KINDS)[number];

const verdict = z.object({ messageId: z.string().nullable(), reason: z.string() });

/**
 * One accepted answer: how many events were new, seen before, or set aside with a reason. `notes`: accepted events that made no
 * order, and why.
 */
export const ingestAnswer = z
  .object({
    accepted: z.number().int(),
    duplicate: z.number().int(),
    rejected: z.array(verdict),
    notes: z.array(verdict).optional(),
  })
  .meta({ id: 'IngestAnswer' });
export type IngestAnswer = z.infer<typeof ingestAnswer>;

export const sourceView = z
  .object({
    id: z.uuid(),
    name: z.string(),
    kind: z.enum(SOURCE_KINDS),
    writeKey: z.string(),
    origins: z.array(z.string()),
    disabled: z.boolean(),
    createdAt: z.iso.datetime(),
    lastEventAt: z.iso.datetime().nullable(),
    events24h: z.number().int(),
    rejected24h: z.number().int(),
  })
  .meta({ id: 'Source' });
export type SourceView = z.infer<typeof sourceView>;

export const sourceCreate = z.object({
  name: z.string().trim().min(1).max(100),
  kind: z.enum(SOURCE_KINDS).default('site'),
  /** Web origins that may call from a browser; empty means any. */
  origins: z
    .array(z.url({ protocol: /^https?$/ }).transform((url) => new URL(url).origin))
    .max(50)
    .default([]),
});

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
