import { createServer } from 'node:http';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import { afterEach, describe, expect, test } from 'vitest';
import type { Channel, Outcome } from '../../src/campaigns/channels/contract.ts';
import { openSendgrid } from '../../src/campaigns/channels/sendgrid.ts';
import { always, idOf, listen, mail } from './channels.ts';

const closing: Array<() => Promise<unknown> | void> = [];
afterEach(async () => {
  for (const close of closing.splice(0)) await close();
});

type Handler = (
  request: { body: Record<string, unknown>; headers: IncomingMessage['headers'] },
  answer: ServerResponse,
) => void;

async function server(handle: Handler, requestMs = 500): Promise<Channel> {
  const http: Server = createServer((request, answer) => {
    let body = '';
    request.on('data', (chunk: Buffer) => (body += chunk.toString()));
    request.on('end', () => {
      if (request.method !== 'POST' || request.url !== '/v3/mail/send') {
        answer.writeHead(404).end();
        return;
      }
      handle({ body: JSON.parse(body) as Record<string, unknown>, headers: request.headers }, answer);
    });
  });
  const port = await listen(http);
  const channel = openSendgrid({ apiKey: 'SG.key', baseUrl: `http://127.0.0.1:${port}/` }, requestMs);
  closing.push(
    () => channel.close(),
    () => {
      http.closeAllConnections();
      http.close();
    },
  );
  return channel;
}

const saying =
  (status: number, headers: Record<string, string> = {}): Handler =>
  (_request, answer) =>
    void answer
      .writeHead(status, { 'content-type': 'application/json', ...headers })
      .end('{"errors":[{"message":"why"}]}');

describe('SendGrid', () => {
  test('the request speaks v3/mail/send: our ids as custom args, both parts, one-click headers, no tracking of theirs', async () => {
    let got: Record<string, unknown> = {};
    let key: string | undefined;
    const channel = await server(({ body, headers }, answer) => {
      got = body;
      key = headers.authorization;
      answer.writeHead(202, { 'x-message-id': 'abc' }).end();
    });
    expect(await channel.send([mail(7)], always)).toEqual([{ kind: 'accepted', delivered: false }]);
    expect(key).toBe('Bearer SG.key');
    expect(got).toMatchObject({
      from: { email: 'hello@shop.example', name: 'Лист' },
      personalizations: [
        {
          to: [{ email: 'person7@example.com' }],
        },
      ],
      subject: 'Привет, "friend"',
      content: [
        { type: 'text/plain', value: 'Hello, мир' },
        { type: 'text/html', value: '<p>Hello, мир</p>' },
      ],
      tracking_settings: { click_tracking: { enable: false }, open_tracking: { enable: false } },
    });
    const text = JSON.stringify(got);
    expect(text).toContain(`"message_id":"${idOf(7)}"`);
    expect(text).toContain('"contact_id":"00000000-0000-7000-8000-000000000001"');
    expect(text).toContain('List-Unsubscribe=One-Click');
  });

  test.each<[number | string, Handler, Partial<Outcome>]>([
    [
      429,
      saying(429, { 'retry-after': '7' }),
      { kind: 'retryable', reason: 'provider_busy', afterMs: 7_000 },
    ],
    [500, saying(500), { kind: 'retryable', reason: 'provider_later' }],
    [503, saying(503), { kind: 'retryable', reason: 'provider_later' }],
    [502, saying(502), { kind: 'unknown', reason: 'no_answer' }],
    [504, saying(504), { kind: 'unknown', reason: 'no_answer' }],
    [400, saying(400), { kind: 'final', reason: 'message_refused' }],
    [413, saying(413), { kind: 'final', reason: 'message_refused' }],
    [401, saying(401), { kind: 'retryable', reason: 'provider_credentials', pause: true }],
    [403, saying(403), { kind: 'retryable', reason: 'provider_credentials', pause: true }],
    ['silence', () => {}, { kind: 'unknown', reason: 'no_answer' }],
    [
      'a dropped socket',
      (_request, answer) => void answer.socket?.destroy(),
      { kind: 'unknown', reason: 'no_answer' },
    ],
  ])('%s', async (_what, handler, expected) => {
    const channel = await server(handler);
    expect((await channel.send([mail(1)], always))[0]).toMatchObject(expected);
  });

  test('nobody listens: retryable', async () => {
    const channel = openSendgrid({ apiKey: 'SG.key', baseUrl: 'http://127.0.0.1:1/' }, 500);
    closing.push(() => channel.close());
    expect((await channel.send([mail(1)], always))[0]).toMatchObject({
      kind: 'retryable',
      reason: 'provider_unreachable',
    });
  });
});
