import { Agent as HttpAgent } from 'node:http';
import { Agent as HttpsAgent } from 'node:https';
import type sendgridMail from '@sendgrid/mail';
import { messageOf } from '../../core/errors.ts';
import { messageIdOf, oneLine, sendEach } from './contract.ts';
import type { Channel, MailMessage, Outcome } from './contract.ts';

/** SendGrid has no idempotency key; what a crash leaves open its events resolve later by our ids. */
const BATCH = 100;
/** Few enough that a crash leaves little in doubt, many enough to keep the connections busy. */
const SLICE = 20;
const AT_ONCE = 10;
const LEASE_MS = 120_000;
const REQUEST_MS = 30_000;

type MailService = typeof sendgridMail;
type MailData = Exclude<Parameters<MailService['send']>[0], readonly unknown[]>;
/** What the typings leave out: the class, and the client inside. */
type Exported = { MailService: new () => MailService };
type Settable = { client: { setDefaultRequest(settings: Record<string, unknown>): void } };

export type SendgridSettings = { apiKey: string; baseUrl: string | undefined };

export function openSendgrid(settings: SendgridSettings, requestMs = REQUEST_MS): Channel {
  const agents = {
    httpAgent: new HttpAgent({ keepAlive: true }),
    httpsAgent: new HttpsAgent({ keepAlive: true }),
  };
  let service: Promise<MailService> | undefined;
  const open = async (): Promise<MailService> => {
    const { MailService: Service } = (await import('@sendgrid/mail')).default as unknown as Exported;
    const made = new Service();
    made.setApiKey(settings.apiKey);
    made.setTimeout(requestMs);
    (made as unknown as Settable).client.setDefaultRequest({
      ...agents,
      maxRedirects: 0,
      ...(settings.baseUrl === undefined ? {} : { baseUrl: settings.baseUrl }),
    });
    return made;
  };
  return {
    name: 'sendgrid',
    batch: BATCH,
    slice: SLICE,
    leaseMs: LEASE_MS,
    messageMs: requestMs + 5_000,
    send: async (messages, goOn) => {
      const mail = await (service ??= open());
      return sendEach(messages, { channel: 'email', atOnce: AT_ONCE }, goOn, (message) =>
        hand(mail, message),
      );
    },
    close: async () => {
      agents.httpAgent.destroy();
      agents.httpsAgent.destroy();
    },
  };
}

async function hand(service: MailService, message: MailMessage): Promise<Outcome> {
  try {
    await service.send(requestOf(message));
    return { kind: 'accepted', delivered: false };
  } catch (error) {
    return classify(error);
  }
}

/** Our ids travel as custom arguments and come back with every event. Opens and clicks are counted by our own links. */
function requestOf(message: MailMessage): MailData {
  const off = { enable: false };
  return {
    from: partsOf(message.from),
    to: message.to,
    subject: message.subject,
    text: message.text,
    html: message.html,
    headers: { ...message.headers, 'Message-ID': messageIdOf(message) },
    customArgs: {
      message_id: message.id,
      contact_id: message.contactId,
      campaign_id: message.campaignId,
      attempt: String(message.attempt),
    },
    trackingSettings: { clickTracking: off, openTracking: off, subscriptionTracking: off },
  };
}

/** `"Name" <address>` as the API wants it. */
function partsOf(from: string): { email: string; name?: string } {
  const [, name, email] = /^\s*"?([^"<]*?)"?\s*<([^<>]+)>\s*$/.exec(from) ?? [];
  if (email === undefined) return { email: from.trim() };
  return name === undefined || name === '' ? { email } : { email, name };
}

type Failure = {
  code?: unknown;
  response?: { headers?: Record<string, unknown>; body?: unknown };
};

/** 4xx is an answer about this message or these credentials; a lost answer may hide an accepted message. */
function classify(error: unknown): Outcome {
  const { code, response } = error as Failure;
  const detail = oneLine(
    `${messageOf(error)} ${response?.body === undefined ? '' : JSON.stringify(response.body)}`,
  );
  if (code === 429) {
    const afterMs = waitOf(response?.headers ?? {});
    return {
      kind: 'retryable',
      reason: 'provider_busy',
      detail,
      ...(afterMs === undefined ? {} : { afterMs }),
    };
  }
  if (code === 401 || code === 403)
    return { kind: 'retryable', reason: 'provider_credentials', detail, pause: true };
  if (code === 502 || code === 504) return { kind: 'unknown', reason: 'no_answer', detail };
  if (typeof code === 'number' && code >= 500) return { kind: 'retryable', reason: 'provider_later', detail };
  if (typeof code === 'number' && code >= 400) return { kind: 'final', reason: 'message_refused', detail };
  const unreached = ['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN', 'EHOSTUNREACH', 'ENETUNREACH'];
  if (unreached.includes(String(code))) return { kind: 'retryable', reason: 'provider_unreachable', detail };
  return { kind: 'unknown', reason: 'no_answer', detail };
}

/** Seconds of Retry-After, bounded: a wrong header must not park a campaign. */
function waitOf(headers: Record<string, unknown>): number | undefined {
  const seconds = Number(headers['retry-after']);
  return Number.isFinite(seconds) && seconds > 0 ? Math.min(seconds, 3_600) * 1_000 : undefined;
}
