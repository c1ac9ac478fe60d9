import { createECDH } from 'node:crypto';
import { createServer } from 'node:http';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { Webhook } from 'standardwebhooks';
import { afterEach, describe, expect, test } from 'vitest';
import type { Channel, Outcome, OutMessage } from '../../src/campaigns/channels/contract.ts';
import { askHttp, isPrivateAddress } from '../../src/campaigns/channels/http.ts';
import { openPush } from '../../src/campaigns/channels/push.ts';
import { openSms } from '../../src/campaigns/channels/sms.ts';
import { openTelegram } from '../../src/campaigns/channels/telegram.ts';
import { openWebhook } from '../../src/campaigns/channels/webhook.ts';
import { always, idOf, listen } from './channels.ts';

/** Each adapter against a local server that answers as the provider does. */

const closing: Array<() => void> = [];
afterEach(() => {
  for (const close of closing.splice(0)) close();
});

type Got = { method: string; path: string; headers: IncomingMessage['headers']; body: string };
type Handler = (got: Got, answer: ServerResponse) => void;

async function server(handle: Handler): Promise<string> {
  const http = createServer((request, answer) => {
    const parts: Buffer[] = [];
    request.on('data', (part: Buffer) => parts.push(part));
    request.on('end', () => {
      const { method = '', url: path = '', headers } = request;
      handle({ method, path, headers, body: Buffer.concat(parts).toString() }, answer);
    });
  });
  const port = await listen(http);
  closing.push(() => {
    http.closeAllConnections();
    http.close();
  });
  return `http://127.0.0.1:${port}`;
}

const base = {
  id: idOf(1),
  contactId: '00000000-0000-7000-8000-000000000001',
  campaignId: '22222222-2222-7222-8222-222222222222',
  attempt: 1,
  locale: 'ru',
  couponCode: null,
};
const SECRET = `whsec_${Buffer.alloc(32, 7).toString('base64')}`;
const pair = createECDH('prime256v1');
const p256dh = pair.generateKeys().toString('base64url');
const KEYS = JSON.stringify({ keys: { p256dh, auth: Buffer.alloc(16, 3).toString('base64url') } });
const vapid = createECDH('prime256v1');
const publicKey = vapid.generateKeys().toString('base64url');

const MS = 300;
const gone: string[] = [];
const smsSettings = {
  method: 'POST' as const,
  authorization: 'Bearer key',
  format: 'json' as const,
  body: { messages: [{ destination: '{to}', content: '{text}', sender: '{from}', report: '{callback}' }] },
  from: 'Shop',
  idPath: 'messages.0.id',
  statusPath: 'status',
  allowPrivate: true,
  callbackOf: ({ id }: { id: string }) => `https://x.example/v1/hooks/sms/${id}`,
};
const forget = async ({ to }: { to: string }): Promise<void> => void gone.push(to);

type Kind = 'sms' | 'telegram' | 'webhook' | 'push';
const OPEN: Record<Kind, (url: string) => { channel: Channel; message: OutMessage }> = {
  sms: (url) => ({
    channel: openSms({ ...smsSettings, url: `${url}/send` }, MS),
    message: { ...base, channel: 'sms', to: '+79161234567', text: 'Привет, {from} "друг"' },
  }),
  telegram: (url) => ({
    channel: openTelegram({ token: '1:abc', apiUrl: url, gone: forget }, MS),
    message: {
      ...base,
      channel: 'telegram',
      to: '777',
      text: 'Hi',
      button: { text: 'Open', url: 'https://x.example' },
    },
  }),
  webhook: (url) => ({
    channel: openWebhook({ url: `${url}/in`, secret: SECRET, allowPrivate: true }, MS),
    message: {
      ...base,
      channel: 'webhook',
      to: base.contactId,
      body: { type: 'campaign.message', data: { n: 1 } },
    },
  }),
  push: (url) => ({
    channel: openPush(
      {
        contact: 'mailto:a@example.com',
        publicKey,
        privateKey: vapid.getPrivateKey().toString('base64url'),
        allowPrivate: true,
        keysOf: async () => new Map([[`${url}/p`, KEYS]]),
        gone: forget,
      },
      MS,
    ),
    message: { ...base, channel: 'push', to: `${url}/p`, title: 'T', text: 'B', url: 'https://x.example' },
  }),
};
const KINDS = Object.keys(OPEN) as Kind[];

async function outcomeOf(kind: Kind, handler: Handler): Promise<Outcome | undefined> {
  const { channel, message } = OPEN[kind](await server(handler));
  return (await channel.send([message], always))[0];
}

const saying =
  (status: number, body = '{}', headers: Record<string, string> = {}): Handler =>
  (_got, answer) =>
    void answer.writeHead(status, { 'content-type': 'application/json', ...headers }).end(body);

describe('what goes over the wire', () => {
  async function sent(kind: Kind, body: string): Promise<{ got: Got; outcome: Outcome | undefined }> {
    let got: Got | undefined;
    const outcome = await outcomeOf(kind, (given, answer) => {
      got = given;
      answer.writeHead(200).end(body);
    });
    if (got === undefined) throw new Error('nothing came');
    return { got, outcome };
  }

  test('SMS: the body as set, each value as it is, and where to report', async () => {
    const { got, outcome } = await sent('sms', '{"messages":[{"id":"abc"}]}');
    expect(outcome).toEqual({ kind: 'accepted', delivered: false });
    expect(got).toMatchObject({ method: 'POST', path: '/send' });
    expect(got.headers).toMatchObject({ authorization: 'Bearer key', 'idempotency-key': idOf(1) });
    expect(JSON.parse(got.body)).toEqual({
      messages: [
        {
          destination: '+79161234567',
          content: 'Привет, {from} "друг"',
          sender: 'Shop',
          report: `https://x.example/v1/hooks/sms/${idOf(1)}`,
        },
      ],
    });
  });

  test('Telegram: sendMessage of the Bot API with a button', async () => {
    const { got, outcome } = await sent('telegram', '{"ok":true,"result":{"message_id":5}}');
    expect(outcome).toEqual({ kind: 'accepted', delivered: true });
    expect(got.path).toBe('/bot1:abc/sendMessage');
    expect(JSON.parse(got.body)).toEqual({
      chat_id: '777',
      text: 'Hi',
      reply_markup: { inline_keyboard: [[{ text: 'Open', url: 'https://x.example' }]] },
    });
  });

  test('webhook: signed by Standard Webhooks, under the id of the message', async () => {
    const { got, outcome } = await sent('webhook', '');
    expect(outcome).toEqual({ kind: 'accepted', delivered: true });
    const headers = got.headers as Record<string, string>;
    expect(headers['webhook-id']).toBe(idOf(1));
    expect(new Webhook(SECRET).verify(got.body, headers)).toMatchObject({
      type: 'campaign.message',
      data: { n: 1 },
    });
    expect(() => new Webhook(SECRET).verify(`${got.body} `, headers)).toThrow();
  });

  test('push: encrypted, with the key of the installation, and no text in the clear', async () => {
    const { got, outcome } = await sent('push', '');
    expect(outcome).toEqual({ kind: 'accepted', delivered: false });
    expect(got.headers).toMatchObject({ 'content-encoding': 'aes128gcm' });
    expect(got.headers.authorization).toMatch(/^vapid t=/);
    expect(got.body).not.toContain('x.example');
  });
});

describe.each(KINDS)('%s', (kind) => {
  const lost: Partial<Outcome> = { kind: kind === 'webhook' ? 'retryable' : 'unknown', reason: 'no_answer' };
  const busy =
    kind === 'telegram'
      ? saying(
          429,
          '{"ok":false,"error_code":429,"description":"Too Many Requests","parameters":{"retry_after":7}}',
        )
      : saying(429, '{}', { 'retry-after': '7' });

  // Each browser names its own service: what one of them answers is no word about the others.
  const own = (expected: Partial<Outcome>): Partial<Outcome> =>
    kind === 'push' && expected.kind === 'retryable'
      ? { kind: 'retryable', reason: 'address_later' }
      : expected;

  test.each<[string, Handler, Partial<Outcome>]>([
    ['429', busy, { kind: 'retryable', reason: 'provider_busy', afterMs: 7_000 }],
    ['500', saying(500), { kind: 'retryable', reason: 'provider_later' }],
    ['504', saying(504), lost],
    ['401', saying(401), { kind: 'retryable', reason: 'provider_credentials', pause: true }],
    ['400', saying(400), { kind: 'final', reason: 'message_refused' }],
    ['silence', () => {}, lost],
    ['a socket closed without an answer', (_got, answer) => void answer.socket?.destroy(), lost],
    ['a half-closed socket', (_got, answer) => void answer.socket?.end(), lost],
    [
      'half an answer',
      (_got, answer) => {
        answer.writeHead(200, { 'content-length': '100' }).write('{');
        answer.socket?.destroySoon();
      },
      lost,
    ],
    ['a redirect', saying(302, '', { location: 'http://127.0.0.1/' }), { kind: 'retryable', pause: true }],
  ])('%s', async (_what, handler, expected) => {
    const outcome = await outcomeOf(kind, handler);
    expect(outcome).toMatchObject(own(expected));
    if (kind === 'push') expect(outcome).not.toHaveProperty('pause');
  });

  test('nobody listens: nothing is lost', async () => {
    const { channel, message } = OPEN[kind]('http://127.0.0.1:1');
    const expected: Partial<Outcome> = { kind: 'retryable', reason: 'provider_unreachable' };
    expect((await channel.send([message], always))[0]).toMatchObject(own(expected));
  });
});

test('an answer that proves nothing leaves the message unknown', async () => {
  const odd = { kind: 'unknown', reason: 'answer_malformed' };
  expect(await outcomeOf('sms', saying(200, '<html>'))).toMatchObject(odd);
  expect(await outcomeOf('sms', saying(200, '{"messages":[]}'))).toMatchObject(odd);
  expect(await outcomeOf('telegram', saying(200, 'ok'))).toMatchObject(odd);
});

test('whoever has blocked the bot or closed the browser is not tried again', async () => {
  gone.length = 0;
  const blocked = '{"ok":false,"error_code":403,"description":"Forbidden: bot was blocked by the user"}';
  const refused = { kind: 'final', reason: 'address_refused' };
  expect(await outcomeOf('telegram', saying(403, blocked))).toMatchObject(refused);
  expect(await outcomeOf('push', saying(410))).toMatchObject(refused);
  expect(gone).toEqual(['777', expect.stringMatching(/\/p$/)]);
});

describe('addresses of the own network', () => {
  test.each([
    '127.0.0.1',
    '10.1.2.3',
    '172.31.0.1',
    '192.168.1.1',
    '169.254.169.254',
    '100.64.0.1',
    '0.0.0.0',
    '::1',
    'fd00::1',
    'fe80::1',
    '::ffff:127.0.0.1',
  ])('%s is private', (address) => expect(isPrivateAddress(address)).toBe(true));
  test.each(['1.1.1.1', '172.32.0.1', '2606:4700::1111'])('%s is not', (address) =>
    expect(isPrivateAddress(address)).toBe(false),
  );

  test('are refused, as an address and behind a name, before anything is sent', async () => {
    let asked = 0;
    const url = await server((_got, answer) => {
      asked += 1;
      answer.end();
    });
    const ask = { method: 'POST', headers: {}, body: 'x', timeoutMs: MS, allowPrivate: false };
    for (const one of [
      url,
      url.replace('127.0.0.1', 'localhost'),
      url.replace('127.0.0.1', '[::ffff:127.0.0.1]'),
    ])
      expect(await askHttp({ ...ask, url: one })).toMatchObject({ kind: 'lost', private: true, sent: false });
    expect(asked).toBe(0);
  });
});
