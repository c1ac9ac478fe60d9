import { createPublicKey, verify } from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import { sha256 } from '../../core/ids.ts';
import { storable } from '../../core/text.ts';
import { DAY_MS, HOUR_MS, MINUTE_MS } from '../../core/time.ts';
import type { ProviderEvent, ProviderKind } from './provider.ts';

/** SendGrid's Event Webhook: who may speak, and what is said. Pure. */

/** SendGrid tries for a day to get rid of a post; whoever repeats an older one is not SendGrid. Within it, repeating does nothing. */
const MAX_AGE_MS = DAY_MS + HOUR_MS;
/** Clocks differ. */
const MAX_AHEAD_MS = 10 * MINUTE_MS;

/** The key as SendGrid shows it: base64 of the DER. Throws for anything that is no P-256 key. */
export function readKey(base64: string): KeyObject {
  const key = createPublicKey({ key: Buffer.from(base64, 'base64'), format: 'der', type: 'spki' });
  if (key.asymmetricKeyType !== 'ec' || key.asymmetricKeyDetails?.namedCurve !== 'prime256v1')
    throw new TypeError('not an ECDSA P-256 key');
  return key;
}

export type Signed = { signature: string; timestamp: string; body: Uint8Array };

/** Whether these very bytes were signed by the owner of the key, not long ago. */
export function isGenuine(key: KeyObject, { signature, timestamp, body }: Signed, now: Date): boolean {
  if (!/^\d{1,12}$/.test(timestamp)) return false;
  const ageMs = now.getTime() - Number(timestamp) * 1_000;
  if (ageMs > MAX_AGE_MS || ageMs < -MAX_AHEAD_MS) return false;
  const said = Buffer.concat([Buffer.from(timestamp), body]);
  try {
    return verify('sha256', said, key, Buffer.from(signature, 'base64'));
  } catch {
    return false;
  }
}

const KINDS: ReadonlyMap<string, ProviderKind> = new Map([
  ['processed', 'accepted'],
  ['deferred', 'deferred'],
  ['delivered', 'delivered'],
  ['bounce', 'bounced'],
  ['blocked', 'blocked'],
  ['dropped', 'dropped'],
  ['open', 'opened'],
  ['click', 'clicked'],
  ['spamreport', 'spam'],
  ['unsubscribe', 'unsubscribed'],
  ['group_unsubscribe', 'unsubscribed'],
]);

const MAX_ID = 200;
const MAX_REASON = 300;
const MAX_RAW = 8_000;
/** No mail is handed over so often; the column holds no more. */
const MAX_ATTEMPT = 32_767;
const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;
/** The Message-ID of our mails: message, contact, domain. */
const MESSAGE_ID = /^<?([0-9a-f-]{36})\.([0-9a-f-]{36})@/i;

/** One event of a post. Whatever it is, something is kept of it. */
export function readEvent(told: unknown, receivedAt: Date): ProviderEvent {
  const raw = JSON.stringify(told) ?? 'null';
  const bag = (typeof told === 'object' && told !== null ? told : {}) as Record<string, unknown>;
  const text = (name: string, max: number): string | null => {
    const value = bag[name];
    return typeof value === 'string' && value !== '' ? storable(value.slice(0, max)) : null;
  };
  const seconds = Number(bag['timestamp']);
  const known = Number.isFinite(seconds) && seconds > 0 && seconds * 1_000 <= receivedAt.getTime();
  const attempt = Number(bag['attempt']);
  // A block is told as a bounce of another type: the mailbox exists, the server would not take this mail.
  const name = bag['event'] === 'bounce' && bag['type'] === 'blocked' ? 'blocked' : bag['event'];
  return {
    provider: 'sendgrid',
    providerEventId: text('sg_event_id', MAX_ID) ?? sha256(raw),
    message:
      messageOf(text('message_id', 36), text('contact_id', 36)) ?? byMessageId(text('smtp-id', MAX_ID)),
    // SendGrid counts its own attempts of a deferred mail under the same name, as text that is no hand-off of ours.
    attempt:
      bag['event'] !== 'deferred' && Number.isInteger(attempt) && attempt > 0
        ? Math.min(attempt, MAX_ATTEMPT)
        : null,
    channel: 'email',
    address: text('email', 320)?.trim().toLowerCase() ?? null,
    kind: (typeof name === 'string' ? KINDS.get(name) : undefined) ?? null,
    occurredAt: known ? new Date(seconds * 1_000) : receivedAt,
    reason: text('reason', MAX_REASON) ?? text('response', MAX_REASON),
    userAgent: text('useragent', MAX_REASON),
    url: text('url', 2_000),
    raw: storable(raw.slice(0, MAX_RAW)),
  };
}

function messageOf(messageId: string | null, contactId: string | null): ProviderEvent['message'] {
  if (messageId === null || contactId === null || !UUID.test(messageId) || !UUID.test(contactId)) return null;
  return { messageId: messageId.toLowerCase(), contactId: contactId.toLowerCase() };
}

function byMessageId(header: string | null): ProviderEvent['message'] {
  const [, messageId = null, contactId = null] = MESSAGE_ID.exec(header ?? '') ?? [];
  return messageOf(messageId, contactId);
}
