import type { Readable } from 'node:stream';
import { createTransport } from 'nodemailer';
import type { NodemailerError, Transporter } from 'nodemailer';
import { messageOf } from '../../core/errors.ts';
import { messageIdOf, oneLine, sendEach } from './contract.ts';
import type { Channel, MailMessage, Outcome } from './contract.ts';

/** SMTP cannot be asked what it has taken. */
const BATCH = 100;
/** Few enough that a crash leaves little in doubt, many enough to keep the connections busy. */
const SLICE = 20;
const CONNECTIONS = 6;
/** Servers like a new connection now and then. */
const MESSAGES_PER_CONNECTION = 1_000;
const LEASE_MS = 120_000;

export type SmtpTiming = { connectMs: number; replyMs: number; messageMs: number };
/** A server under load may take long over a reply; one that is silent for half a minute has gone. */
const TIMING: SmtpTiming = { connectMs: 10_000, replyMs: 30_000, messageMs: 45_000 };

/** `url` is an address such as smtps://user:password@mail.example.com:465. Connections are kept and shared. */
export function openSmtp(url: string, timing: SmtpTiming = TIMING, connections = CONNECTIONS): Channel {
  const bodies = new Map<string, Readable>();
  const transport = createTransport({
    url,
    pool: true,
    maxConnections: connections,
    maxMessages: MESSAGES_PER_CONNECTION,
    // Trying again is the ledger's business: the pool would not know whether the server has the message.
    maxRequeues: 0,
    connectionTimeout: timing.connectMs,
    greetingTimeout: timing.connectMs,
    dnsTimeout: timing.connectMs,
    socketTimeout: timing.replyMs,
    disableFileAccess: true,
    disableUrlAccess: true,
  });
  // The body's stream is the witness: unless it was read, the server cannot have the message.
  transport.use('stream', (mail, done) => {
    const key = mail.message?.messageId() ?? '';
    mail.message?.processFunc((stream) => {
      bodies.set(key, stream);
      return stream;
    });
    done();
  });
  return {
    name: 'smtp',
    batch: BATCH,
    slice: SLICE,
    leaseMs: LEASE_MS,
    messageMs: timing.messageMs,
    send: (messages, goOn) =>
      sendEach(messages, { channel: 'email', atOnce: connections }, goOn, (message) =>
        hand(transport, bodies, message, timing),
      ),
    close: async () => transport.close({ force: true }),
  };
}

async function hand(
  transport: Transporter,
  bodies: Map<string, Readable>,
  message: MailMessage,
  timing: SmtpTiming,
): Promise<Outcome> {
  const first = await attempt(transport, bodies, message, timing);
  // A kept connection that the server has closed meanwhile is no news about the message.
  return first.kind === 'retryable' && first.reason === 'connection_lost'
    ? attempt(transport, bodies, message, timing)
    : first;
}

async function attempt(
  transport: Transporter,
  bodies: Map<string, Readable>,
  message: MailMessage,
  timing: SmtpTiming,
): Promise<Outcome> {
  const messageId = messageIdOf(message);
  try {
    await transport.sendMail({
      messageId,
      from: message.from,
      to: message.to,
      subject: message.subject,
      html: message.html,
      text: message.text,
      headers: { ...message.headers },
      signal: AbortSignal.timeout(timing.messageMs),
    });
    return { kind: 'accepted', delivered: false };
  } catch (error) {
    return classify(error as NodemailerError, bodies.get(messageId)?.readableDidRead ?? false);
  } finally {
    bodies.delete(messageId);
  }
}

/** Answers of the server decide; without one, whether the body was on its way does. */
function classify(error: NodemailerError, bodySent: boolean): Outcome {
  const detail = oneLine(messageOf(error));
  const code = error.responseCode ?? 0;
  const command = error.command ?? '';
  if (error.code === 'EAUTH' || [530, 534, 535, 538].includes(code))
    return { kind: 'retryable', reason: 'provider_credentials', detail, pause: true };
  if (code >= 500 && code !== 503) return refused(command, detail);
  if (code >= 400) return { kind: 'retryable', reason: laterReason(code, command, detail), detail };
  if (error.code === 'EENVELOPE') return { kind: 'final', reason: 'address_wrong', detail };
  if (error.code === 'EMESSAGE') return { kind: 'final', reason: 'message_refused', detail };
  if (bodySent) return { kind: 'unknown', reason: 'no_answer', detail };
  const lost = error.code === 'ECONNECTION';
  return { kind: 'retryable', reason: lost ? 'connection_lost' : 'provider_unreachable', detail };
}

/** How servers say "too much from you". */
const TOO_FAST = /rate.?limit|too (many|fast|quickly)|throttl/i;
/** A recipient's own server says so with this as well. */
const POLICY = /\b4\.7\.\d+\b/;

/** 421 speaks of this connection, what comes after it of the message; an address's "too fast" of the domain behind it. */
function laterReason(code: number, command: string, detail: string): string {
  const fast = TOO_FAST.test(detail);
  if (command === 'RCPT TO' && code !== 421)
    return fast || POLICY.test(detail) ? 'domain_busy' : 'provider_later';
  return fast || code === 421 ? 'provider_busy' : 'provider_later';
}

/** No such mailbox or domain, in the codes of RFC 3463; servers without them say it in words. Anything else may be for today alone. */
const DEAD =
  /\b5\.1\.(?:1|2|3|6|10)\b|(?:no such|unknown|invalid|non-?existent) (?:user|recipient|mailbox|address)|(?:user|recipient|mailbox|address) (?:is )?(?:unknown|not found|does not exist|doesn't exist)/i;

function refused(command: string, detail: string): Outcome {
  if (command === 'RCPT TO')
    return { kind: 'final', reason: DEAD.test(detail) ? 'address_dead' : 'address_refused', detail };
  if (command === 'DATA') return { kind: 'final', reason: 'message_refused', detail };
  // Refusing the sender or the greeting concerns every message.
  return { kind: 'retryable', reason: 'sender_refused', detail, pause: true };
}
