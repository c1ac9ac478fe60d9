import { lookup } from 'node:dns';
import { request as httpRequest } from 'node:http';
import type { IncomingMessage } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { BlockList, isIP } from 'node:net';
import type { LookupFunction } from 'node:net';
import { messageOf } from '../../core/errors.ts';
import { oneLine } from './contract.ts';
import type { Outcome } from './contract.ts';

/** One request to a provider: no redirects, no kept connections (a lost one would leave a message in doubt), a bounded answer. */
export type HttpAsk = {
  url: string;
  method: string;
  headers: Readonly<Record<string, string>>;
  body: string | Buffer | null;
  /** For the whole of it. */
  timeoutMs: number;
  /** Addresses of the own network are meant. */
  allowPrivate: boolean;
};
export type HttpAnswer =
  | { kind: 'answer'; status: number; retryAfter: string | undefined; body: string }
  /** `sent`: the provider may have it. */
  | { kind: 'lost'; sent: boolean; private: boolean; detail: string };

const MAX_ANSWER_BYTES = 64 * 1024;

/** Addresses that are nobody's on the Internet: a URL somebody typed must not reach what only this machine can. */
const PRIVATE = new BlockList();
for (const [net, bits] of [
  ['0.0.0.0', 8],
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['127.0.0.0', 8],
  ['169.254.0.0', 16],
  ['172.16.0.0', 12],
  ['192.0.0.0', 24],
  ['192.168.0.0', 16],
  ['198.18.0.0', 15],
  ['224.0.0.0', 3],
] as const)
  PRIVATE.addSubnet(net, bits, 'ipv4');
for (const [net, bits] of [
  ['::', 128],
  ['::1', 128],
  ['fc00::', 7],
  ['fe80::', 10],
  ['ff00::', 8],
  ['64:ff9b::', 96],
] as const)
  PRIVATE.addSubnet(net, bits, 'ipv6');

export function isPrivateAddress(address: string): boolean {
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address)?.[1];
  if (mapped !== undefined) return isPrivateAddress(mapped);
  return PRIVATE.check(address, isIP(address) === 6 ? 'ipv6' : 'ipv4');
}

class PrivateAddress extends Error {}

/** Looks a name up and refuses it when any of its addresses is private: what is checked is what is connected to. */
const publicLookup: LookupFunction = (host, options, done) => {
  lookup(host, { ...options, all: true }, (error, found) => {
    if (error !== null) return done(error, '', 0);
    const first = found[0];
    if (first === undefined || found.some(({ address }) => isPrivateAddress(address)))
      return done(new PrivateAddress(`${host} leads into a private network`), '', 0);
    if (options.all === true) return done(null, found);
    return done(null, first.address, first.family);
  });
};

export function askHttp(ask: HttpAsk): Promise<HttpAnswer> {
  const url = new URL(ask.url);
  const host = url.hostname.replace(/^\[|\]$/g, '');
  if (!ask.allowPrivate && isIP(host) !== 0 && isPrivateAddress(host))
    return Promise.resolve(lostBy(new PrivateAddress(`${host} is a private address`)));
  const request = url.protocol === 'https:' ? httpsRequest : httpRequest;
  return new Promise((resolve) => {
    const sending = request(url, {
      method: ask.method,
      headers: {
        ...ask.headers,
        ...(ask.body === null ? {} : { 'content-length': String(Buffer.byteLength(ask.body)) }),
      },
      agent: false,
      signal: AbortSignal.timeout(ask.timeoutMs),
      ...(ask.allowPrivate ? {} : { lookup: publicLookup }),
    });
    sending.on('error', (error) => resolve(lostBy(error)));
    sending.on('response', (answer) => {
      read(answer).then(resolve, (error: unknown) => resolve(lostBy(error)));
    });
    sending.end(ask.body ?? undefined);
  });
}

async function read(answer: IncomingMessage): Promise<HttpAnswer> {
  const parts: Buffer[] = [];
  let bytes = 0;
  for await (const part of answer as AsyncIterable<Buffer>) {
    bytes += part.length;
    if (bytes > MAX_ANSWER_BYTES) break;
    parts.push(part);
  }
  return {
    kind: 'answer',
    status: answer.statusCode ?? 0,
    retryAfter: answer.headers['retry-after'],
    body: Buffer.concat(parts).toString('utf8'),
  };
}

const UNREACHED = new Set([
  'ECONNREFUSED',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'ERR_TLS_CERT_ALTNAME_INVALID',
  'CERT_HAS_EXPIRED',
  'DEPTH_ZERO_SELF_SIGNED_CERT',
]);

function lostBy(error: unknown): HttpAnswer {
  const code = typeof error === 'object' && error !== null && 'code' in error ? String(error.code) : '';
  const own = error instanceof PrivateAddress;
  return {
    kind: 'lost',
    private: own,
    sent: !own && !UNREACHED.has(code),
    detail: oneLine(`${messageOf(error)} ${code}`),
  };
}

/** Seconds of Retry-After, bounded: a wrong header must not park a campaign. */
export function waitMs(seconds: unknown): { afterMs?: number } {
  const wait = Number(seconds);
  return Number.isFinite(wait) && wait > 0 ? { afterMs: Math.min(wait, 3_600) * 1_000 } : {};
}

/**
 * What an answer that is no success says, the same for every provider: 429 and 5xx come again, credentials and a wrong address need a
 * person, any other 4xx is about the message. A lost answer may hide an accepted message.
 */
export function troubleOf(answer: HttpAnswer): Outcome {
  if (answer.kind === 'lost') {
    const { detail } = answer;
    if (answer.private) return { kind: 'retryable', reason: 'provider_private', detail, pause: true };
    return answer.sent
      ? { kind: 'unknown', reason: 'no_answer', detail }
      : { kind: 'retryable', reason: 'provider_unreachable', detail };
  }
  const { status, retryAfter } = answer;
  const detail = oneLine(`${status} ${answer.body}`);
  if (status === 429) return { kind: 'retryable', reason: 'provider_busy', detail, ...waitMs(retryAfter) };
  if (status === 401 || status === 403)
    return { kind: 'retryable', reason: 'provider_credentials', detail, pause: true };
  if (status === 408 || status === 502 || status === 504)
    return { kind: 'unknown', reason: 'no_answer', detail };
  if (status >= 500) return { kind: 'retryable', reason: 'provider_later', detail };
  if (status < 400 || [404, 405, 410].includes(status))
    return { kind: 'retryable', reason: 'provider_address', detail, pause: true };
  return { kind: 'final', reason: 'message_refused', detail };
}

/** Narrower than the check, so that what is no success is still any answer. */
type Success = Extract<HttpAnswer, { kind: 'answer' }> & { readonly success?: true };

export const isSuccess = (answer: HttpAnswer): answer is Success =>
  answer.kind === 'answer' && answer.status >= 200 && answer.status < 300;

/** The value at "messages.0.id" of a JSON text; undefined when it is not there, or the text is no JSON. */
export function atPath(text: string, path: string): unknown {
  let at: unknown;
  try {
    at = JSON.parse(text);
  } catch {
    return undefined;
  }
  for (const key of path.split('.')) {
    if (typeof at !== 'object' || at === null || !Object.hasOwn(at, key)) return undefined;
    at = Reflect.get(at, key);
  }
  return at;
}
