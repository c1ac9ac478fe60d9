import { Webhook } from 'standardwebhooks';
import { systemClock } from '../../core/clock.ts';
import { sendEach } from './contract.ts';
import type { Channel, Outcome, WebhookMessage } from './contract.ts';
import { askHttp, isSuccess, troubleOf } from './http.ts';

/** Standard Webhooks: the receiver knows a message by its id, so that one in doubt may be told again. */
const BATCH = 100;
const SLICE = 50;
const AT_ONCE = 10;
const LEASE_MS = 120_000;
/** The specification advises 15 to 30 seconds. */
const REQUEST_MS = 20_000;

export type WebhookSettings = { url: string; secret: string; allowPrivate: boolean };

export function openWebhook(settings: WebhookSettings, requestMs = REQUEST_MS): Channel {
  const signer = new Webhook(settings.secret);
  return {
    name: 'webhook',
    batch: BATCH,
    slice: SLICE,
    leaseMs: LEASE_MS,
    messageMs: requestMs + 5_000,
    send: (messages, goOn) =>
      sendEach(messages, { channel: 'webhook', atOnce: AT_ONCE }, goOn, (message) =>
        hand(settings, signer, message, requestMs),
      ),
    // What a crash has left in doubt goes again.
    lookup: async () => new Set(),
    close: async () => {},
  };
}

async function hand(
  { url, allowPrivate }: WebhookSettings,
  signer: Webhook,
  message: WebhookMessage,
  timeoutMs: number,
): Promise<Outcome> {
  const at = systemClock.now();
  const body = JSON.stringify({ ...message.body, timestamp: at.toISOString() });
  const answer = await askHttp({
    url,
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      'webhook-id': message.id,
      'webhook-timestamp': String(Math.floor(at.getTime() / 1_000)),
      'webhook-signature': signer.sign(message.id, at, body),
    },
    body,
    timeoutMs,
    allowPrivate,
  });
  if (isSuccess(answer)) return { kind: 'accepted', delivered: true };
  const trouble = troubleOf(answer);
  return trouble.kind === 'unknown'
    ? { kind: 'retryable', reason: trouble.reason, detail: trouble.detail }
    : trouble;
}
