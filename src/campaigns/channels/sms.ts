import type { SmsConfig } from '../../core/config.ts';
import { sendEach } from './contract.ts';
import type { Channel, Outcome, SmsMessage } from './contract.ts';
import { askHttp, atPath, isSuccess, troubleOf } from './http.ts';

/** Providers of SMS differ in their bodies alone: one adapter with the body as a setting. They cannot be asked afterwards. */
const BATCH = 100;
const SLICE = 20;
const AT_ONCE = 10;
const LEASE_MS = 120_000;
const REQUEST_MS = 30_000;

export type SmsSettings = SmsConfig & {
  allowPrivate: boolean;
  /** Where the provider may tell what became of the message. */
  callbackOf: (message: Pick<SmsMessage, 'id' | 'contactId' | 'attempt'>) => string;
};

export function openSms(settings: SmsSettings, requestMs = REQUEST_MS): Channel {
  return {
    name: 'sms',
    batch: BATCH,
    slice: SLICE,
    leaseMs: LEASE_MS,
    messageMs: requestMs + 5_000,
    send: (messages, goOn) =>
      sendEach(messages, { channel: 'sms', atOnce: AT_ONCE }, goOn, (message) =>
        hand(settings, message, requestMs),
      ),
    close: async () => {},
  };
}

async function hand(settings: SmsSettings, message: SmsMessage, timeoutMs: number): Promise<Outcome> {
  const { method, authorization, format, idPath, allowPrivate } = settings;
  const filled = fill(settings.body, {
    to: message.to,
    text: message.text,
    from: settings.from,
    id: message.id,
    callback: settings.callbackOf(message),
  });
  const flat = new URLSearchParams(
    Object.entries(filled).map(([name, value]): [string, string] => [name, textOf(value)]),
  );
  const url = new URL(settings.url);
  if (method === 'GET') for (const [name, value] of flat) url.searchParams.set(name, value);
  const json = format === 'json';
  const answer = await askHttp({
    url: url.href,
    method,
    headers: {
      ...(method === 'GET'
        ? {}
        : { 'content-type': json ? 'application/json' : 'application/x-www-form-urlencoded' }),
      ...(authorization === undefined ? {} : { authorization }),
      // Some providers know it, and then the same message twice is one.
      'idempotency-key': message.id,
    },
    body: method === 'GET' ? null : json ? JSON.stringify(filled) : flat.toString(),
    timeoutMs,
    allowPrivate,
  });
  if (!isSuccess(answer)) return troubleOf(answer);
  // An answer that does not look as agreed proves nothing.
  if (idPath !== undefined && atPath(answer.body, idPath) === undefined)
    return { kind: 'unknown', reason: 'answer_malformed', detail: answer.body.slice(0, 200) };
  return { kind: 'accepted', delivered: false };
}

type Values = Readonly<Record<'to' | 'text' | 'from' | 'id' | 'callback', string>>;

/** Puts values into the strings of a body, at any depth; a value is never read as a place for another. */
function fill(body: Record<string, unknown>, values: Values): Record<string, unknown> {
  const filled = (part: unknown): unknown => {
    if (typeof part === 'string')
      return part.replaceAll(/\{(to|text|from|id|callback)\}/g, (_whole, name: keyof Values) => values[name]);
    if (Array.isArray(part)) return part.map(filled);
    if (typeof part !== 'object' || part === null) return part;
    return Object.fromEntries(Object.entries(part).map(([key, value]) => [key, filled(value)]));
  };
  return filled(body) as Record<string, unknown>;
}

const textOf = (value: unknown): string => (typeof value === 'string' ? value : JSON.stringify(value));
