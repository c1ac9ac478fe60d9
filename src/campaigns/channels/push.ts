import { z } from 'zod';
import { messageOf } from '../../core/errors.ts';
import { oneLine, sendEach } from './contract.ts';
import type { Channel, Outcome, PushMessage } from './contract.ts';
import { askHttp, isSuccess, troubleOf } from './http.ts';

/** Web push (RFC 8030, 8291, 8292): each browser's own service, which cannot be asked afterwards. */
const BATCH = 100;
const SLICE = 20;
const AT_ONCE = 10;
const LEASE_MS = 120_000;
const REQUEST_MS = 20_000;
/** An offer of a week ago is no news. */
const TTL_S = 3 * 86_400;

export type PushSettings = {
  /** mailto: or https: */
  contact: string;
  publicKey: string;
  privateKey: string;
  allowPrivate: boolean;
  /** The keys of subscriptions, by their endpoints. */
  keysOf: (messages: readonly PushMessage[]) => Promise<ReadonlyMap<string, string>>;
  /** The browser is gone for good. */
  gone: (message: PushMessage) => Promise<void>;
};

const subscription = z.object({ keys: z.object({ p256dh: z.string(), auth: z.string() }) });

export function openPush(settings: PushSettings, requestMs = REQUEST_MS): Channel {
  return {
    name: 'push',
    batch: BATCH,
    slice: SLICE,
    leaseMs: LEASE_MS,
    messageMs: requestMs + 5_000,
    send: async (messages, goOn) => {
      const raws = await settings.keysOf(messages.filter((message) => message.channel === 'push'));
      return sendEach(messages, { channel: 'push', atOnce: AT_ONCE }, goOn, (message) =>
        hand(settings, raws.get(message.to), message, requestMs),
      );
    },
    close: async () => {},
  };
}

async function hand(
  settings: PushSettings,
  raw: string | undefined,
  message: PushMessage,
  timeoutMs: number,
): Promise<Outcome> {
  const { default: webPush } = await import('web-push');
  const { title, text, url, to: endpoint, id } = message;
  let details: ReturnType<typeof webPush.generateRequestDetails>;
  try {
    const { keys } = subscription.parse(JSON.parse(raw ?? 'null'));
    const payload = JSON.stringify({ title, body: text, url });
    details = webPush.generateRequestDetails({ endpoint, keys }, payload, {
      vapidDetails: {
        subject: settings.contact,
        publicKey: settings.publicKey,
        privateKey: settings.privateKey,
      },
      TTL: TTL_S,
      // A newer attempt takes the place of one that still waits at the service.
      topic: id.replaceAll('-', '').slice(0, 32),
    });
  } catch (error) {
    return { kind: 'final', reason: 'address_wrong', detail: oneLine(messageOf(error)) };
  }
  const answer = await askHttp({
    url: endpoint,
    method: 'POST',
    headers: details.headers,
    body: details.body,
    timeoutMs,
    allowPrivate: settings.allowPrivate,
  });
  if (isSuccess(answer)) return { kind: 'accepted', delivered: false };
  if (answer.kind === 'answer' && (answer.status === 404 || answer.status === 410)) {
    await settings.gone(message);
    return { kind: 'final', reason: 'address_refused', detail: String(answer.status) };
  }
  // The endpoint was the browser's to say: one that leads into a private network is its fault alone.
  if (answer.kind === 'lost' && answer.private)
    return { kind: 'final', reason: 'address_wrong', detail: answer.detail };
  return ownTrouble(troubleOf(answer));
}

/**
 * Each browser names its own service: what one of them answers speaks of this address alone, and neither pauses a campaign nor slows
 * what goes to others.
 */
function ownTrouble(trouble: Outcome): Outcome {
  if (trouble.kind !== 'retryable') return trouble;
  return { kind: 'retryable', reason: 'address_later', detail: trouble.detail };
}
