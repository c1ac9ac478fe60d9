import type { StoredMail } from '../contract.ts';
import { channelName } from '../contract.channel.ts';
import type { MailMessage, OutMessage } from './contract.ts';
import { messageIdOf } from './contract.ts';

/**
 * A mail as a file any mail program opens (RFC 5322, 8-bit bodies), and back. The bodies stand in it as they are, so that
 * writing one costs a copy and nothing more.
 */
const CRLF = '\r\n';
/** Bytes of text in one encoded word; RFC 2047 allows 75 characters with its frame. */
const WORD_BYTES = 45;

const boundaryOf = (id: string): string => `=_otklik_${id}`;

/** Any message as a mail: what is no mail has a plain text alone, and the channel in a header. */
export function writeEml(given: OutMessage, at: Date): string {
  const message = asMail(given);
  const messageId = messageIdOf(message);
  const boundary = boundaryOf(message.id);
  const part = (type: string): string =>
    `${CRLF}--${boundary}${CRLF}Content-Type: ${type}; charset=utf-8${CRLF}Content-Transfer-Encoding: 8bit${CRLF}${CRLF}`;
  const head = [
    `Message-ID: ${messageId}`,
    `Date: ${at.toUTCString().replace('GMT', '+0000')}`,
    `From: ${fromHeader(message.from)}`,
    `To: ${message.to}`,
    `Subject: ${encodeWords(message.subject)}`,
    ...Object.entries(message.headers).map(([name, value]) => `${name}: ${value}`),
    `X-Otklik-Channel: ${given.channel}`,
    `X-Otklik-Contact: ${message.contactId}`,
    `X-Otklik-Campaign: ${message.campaignId}`,
    'MIME-Version: 1.0',
    `Content-Type: multipart/alternative; boundary="${boundary}"`,
  ].join(CRLF);
  return `${head}${CRLF}${part('text/plain')}${message.text}${part('text/html')}${message.html}${CRLF}--${boundary}--${CRLF}`;
}

function asMail(message: OutMessage): MailMessage {
  if (message.channel === 'email') return message;
  const { id, contactId, campaignId, attempt, to, locale, couponCode } = message;
  const base = { id, contactId, campaignId, attempt, to, locale, couponCode };
  return { ...base, channel: 'email', from: message.channel, html: '', ...partsOf(message) };
}

function partsOf(
  message: Exclude<OutMessage, MailMessage>,
): Pick<MailMessage, 'subject' | 'text' | 'headers'> {
  const plain = { subject: '', headers: {} };
  switch (message.channel) {
    case 'sms':
      return { ...plain, text: message.text };
    case 'telegram': {
      const { button, text } = message;
      return { ...plain, text: button === null ? text : `${text}\n\n[${button.text}] ${button.url}` };
    }
    case 'push':
      return { ...plain, subject: message.title, text: `${message.text}\n\n${message.url}` };
    case 'webhook':
      return { ...plain, text: JSON.stringify(message.body, null, 2) };
    case 'call':
    default:
      return { ...plain, subject: message.title, text: message.text };
  }
}

/** Headers that are not the sender's own choice. */
const OWN = new Set([
  'message-id',
  'date',
  'from',
  'to',
  'subject',
  'x-otklik-channel',
  'x-otklik-contact',
  'x-otklik-campaign',
  'mime-version',
  'content-type',
]);

export function readEml(id: string, text: string): StoredMail {
  const [head = '', ...rest] = text.split(`${CRLF}${CRLF}--${boundaryOf(id)}`);
  const [plain = '', html = ''] = rest.join('').split(`${CRLF}--${boundaryOf(id)}`);
  const lines = head.replaceAll(`${CRLF} `, ' ').split(CRLF);
  const headers = lines.map((line) => {
    const colon = line.indexOf(':');
    return [line.slice(0, colon), line.slice(colon + 1).trim()] as const;
  });
  const of = (name: string): string => headers.find(([key]) => key.toLowerCase() === name)?.[1] ?? '';
  return {
    id,
    contactId: of('x-otklik-contact'),
    campaignId: of('x-otklik-campaign'),
    // Mails of before there were other channels do not say.
    channel: channelName.catch('email').parse(of('x-otklik-channel')),
    from: decodeWords(of('from')),
    to: of('to'),
    subject: decodeWords(of('subject')),
    text: bodyOf(plain),
    html: bodyOf(html),
    headers: Object.fromEntries(headers.filter(([name]) => !OWN.has(name.toLowerCase()))),
  };
}

/** A part without its own headers. */
function bodyOf(part: string): string {
  const start = part.indexOf(`${CRLF}${CRLF}`);
  return start < 0 ? '' : part.slice(start + 2 * CRLF.length);
}

/** The name before the address may have any letters; the address has ASCII. */
function fromHeader(from: string): string {
  const [, name, address] = /^"?([^"]*?)"?\s*(<[^<>]*>)$/.exec(from) ?? [];
  return name === undefined || address === undefined || isPlain(name)
    ? from
    : `${encodeWords(name)} ${address}`;
}

const isPlain = (text: string): boolean => /^[\x20-\x7e]*$/.test(text);

function encodeWords(text: string): string {
  if (isPlain(text)) return text;
  const words: string[] = [];
  let word = '';
  for (const char of text) {
    if (Buffer.byteLength(word + char) > WORD_BYTES) {
      words.push(word);
      word = '';
    }
    word += char;
  }
  words.push(word);
  return words.map((part) => `=?UTF-8?B?${Buffer.from(part).toString('base64')}?=`).join(`${CRLF} `);
}

function decodeWords(text: string): string {
  return text
    .replaceAll(/\?=\s+=\?UTF-8\?B\?/g, '?==?UTF-8?B?')
    .replaceAll(/=\?UTF-8\?B\?([A-Za-z0-9+/=]*)\?=/g, (_whole, encoded: string) =>
      Buffer.from(encoded, 'base64').toString('utf8'),
    );
}
