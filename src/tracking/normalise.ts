import { isJunkId } from '../contacts/index.ts';
import { isDayVisitor } from './cookieless/visitor.ts';
import { storable } from '../core/text.ts';
import { MAX_EVENT_BYTES, MAX_RAW_CHARS, MAX_SHARED_BYTES } from './contract.ts';
import type { EventType, NormalEvent } from './fact.ts';
import { instantOf, eventTime } from './instant.ts';
import { deepText, measure, PROBLEMS } from './measure.ts';
import { NOT_SHARED } from './parse.ts';

/**
 * One raw event → a fact to store, or the reason it cannot be one. Pure: the moment of receipt is a parameter. Every event passes
 * here, so that its few fields are looked at by hand.
 */

export type Rejected = {
  ok: false;
  messageId: string | null;
  reason: string;
  raw: string;
  /** Nothing of the visitor may be kept: its letter has no id, and is one with others of the kind. */
  nameless?: true;
};
export type Verdict = { ok: true; event: NormalEvent } | Rejected;

/** No id or name of a sane client is longer; longer ones would make indexes fail. */
const MAX_TEXT = 200;

const NAMES: Readonly<Record<EventType, string>> = {
  track: '',
  page: 'Page Viewed',
  screen: 'Screen Viewed',
  identify: 'Identified',
  group: 'Grouped',
  alias: 'Aliased',
};

/** Thrown inside this file only: the reason of a refusal. */
class Refusal extends Error {}

export function normalise(raw: unknown, receivedAt: Date): Verdict {
  const { problem, atMostBytes } = measure(raw);
  try {
    if (problem !== null) throw new Refusal(PROBLEMS[problem]);
    if (atMostBytes > MAX_EVENT_BYTES && Buffer.byteLength(JSON.stringify(raw)) > MAX_EVENT_BYTES)
      throw new Refusal(`larger than ${MAX_EVENT_BYTES / 1024} KB`);
    return { ok: true, event: eventOf(bagOf(raw, 'event') ?? missing('event: is no object'), receivedAt) };
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    const text = problem === 'deep' ? deepText(raw, MAX_RAW_CHARS) : (JSON.stringify(raw) ?? '');
    return {
      ok: false,
      messageId: messageIdOf(raw),
      reason: error.message,
      raw: text.slice(0, MAX_RAW_CHARS).toWellFormed(),
    };
  }
}

type Raw = Readonly<Record<string, unknown>>;

function eventOf(raw: Raw, receivedAt: Date): NormalEvent {
  if (raw['context'] === NOT_SHARED)
    throw new Refusal(
      `context: that of the batch is larger than ${MAX_SHARED_BYTES / 1024} KB; give each event its own`,
    );
  const type = typeOf(raw['type']);
  const messageId = textOf(raw, 'messageId');
  if (messageId === '') throw new Refusal('messageId: is empty');
  const name = type === 'track' ? (textOf(raw, 'event') ?? '').trim() : NAMES[type];
  if (name === '') throw new Refusal('event: a track call needs the name of the event');
  const userId = idOf(raw, 'userId');
  const visitorId = idOf(raw, 'anonymousId');
  // Who was counted without cookies stays nobody, whoever names an id beside it.
  const anonymousId = visitorId !== null && userId !== null && isDayVisitor(visitorId) ? null : visitorId;
  if (anonymousId === null && userId === null)
    throw new Refusal('anonymousId: neither a usable anonymousId nor a userId');
  const occurredAt = eventTime(
    {
      timestamp: timeOf(raw, 'timestamp'),
      originalTimestamp: timeOf(raw, 'originalTimestamp'),
      sentAt: timeOf(raw, 'sentAt'),
    },
    receivedAt,
  );
  if (occurredAt === null) throw new Refusal('timestamp: lies before 2000');
  return {
    messageId,
    type,
    name,
    occurredAt,
    anonymousId,
    userId,
    previousId: type === 'alias' ? (idOf(raw, 'previousId') ?? missing('previousId: is missing')) : null,
    properties: propertiesOf(type, raw),
    context: bagOf(raw['context'], 'context') ?? {},
  };
}

function typeOf(value: unknown): EventType {
  if (typeof value === 'string' && Object.hasOwn(NAMES, value)) return value as EventType;
  throw new Refusal(`type: is none of ${Object.keys(NAMES).join(', ')}`);
}

function missing(reason: string): never {
  throw new Refusal(reason);
}

/** A text, or a number in its place; null when absent. */
function textOf(raw: Raw, field: string): string | null {
  const value = raw[field];
  if (value === undefined || value === null) return null;
  const text = typeof value === 'number' && Number.isFinite(value) ? String(value) : value;
  if (typeof text !== 'string') throw new Refusal(`${field}: is no text`);
  if (text.length > MAX_TEXT) throw new Refusal(`${field}: is longer than ${MAX_TEXT} characters`);
  return text;
}

function idOf(raw: Raw, field: string): string | null {
  const id = textOf(raw, field);
  return id === null || isJunkId(id) ? null : id.trim();
}

function timeOf(raw: Raw, field: string): Date | null {
  const value = raw[field];
  if (value === undefined || value === null) return null;
  return instantOf(value) ?? missing(`${field}: is no ISO 8601 time`);
}

function bagOf(value: unknown, field: string): Record<string, unknown> | null {
  if (value === undefined || value === null) return null;
  if (typeof value !== 'object' || Array.isArray(value)) throw new Refusal(`${field}: is no object`);
  return value as Record<string, unknown>;
}

function propertiesOf(type: EventType, raw: Raw): Record<string, unknown> {
  if (type === 'identify') return bagOf(raw['traits'], 'traits') ?? {};
  if (type === 'group') {
    const groupId = idOf(raw, 'groupId') ?? missing('groupId: is missing');
    return { ...bagOf(raw['traits'], 'traits'), groupId };
  }
  const properties = bagOf(raw['properties'], 'properties') ?? {};
  if (type === 'alias') return { ...properties, previousId: raw['previousId'] };
  const name = type === 'track' ? null : textOf(raw, 'name');
  return name === null ? properties : { name, ...properties };
}

function messageIdOf(raw: unknown): string | null {
  const id = typeof raw === 'object' && raw !== null && 'messageId' in raw ? raw.messageId : null;
  return typeof id === 'string' ? storable(id.slice(0, MAX_TEXT)) : null;
}
