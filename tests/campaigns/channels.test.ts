import { createServer } from 'node:http';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import { createServer as createTcpServer } from 'node:net';
import type { AddressInfo, Server as TcpServer, Socket } from 'node:net';
import { chmod, mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SMTPServer } from 'smtp-server';
import { afterEach, describe, expect, test } from 'vitest';
import type { Channel, OutMessage, Outcome } from '../../src/campaigns/channels/contract.ts';
import { openOutbox, readOutbox } from '../../src/campaigns/channels/outbox.ts';
import { openSendgrid } from '../../src/campaigns/channels/sendgrid.ts';
import { openSmtp } from '../../src/campaigns/channels/smtp.ts';
import { until } from '../support/until.ts';

const always = (): boolean => true;
const closing: Array<() => Promise<unknown> | void> = [];
afterEach(async () => {
  for (const close of closing.splice(0)) await close();
});

const idOf = (n: number): string => `11111111-1111-8111-a111-${n.toString(16).padStart(12, '0')}`;

function mail(n: number, change: Partial<OutMessage> = {}): OutMessage {
  return {
    id: idOf(n),
    contactId: '00000000-0000-7000-8000-000000000001',
    campaignId: '22222222-2222-7222-8222-222222222222',
    attempt: 1,
    from: '"Лист" <hello@shop.example>',
    to: `person${n}@example.com`,
    subject: 'Привет, "friend"',
    html: '<p>Hello, мир</p>',
    text: 'Hello, мир',
    headers: {
      'List-Unsubscribe': '<https://mail.example.com/u/x>',
      'List-Unsubscribe-Post': 'List-Unsubscribe=One-Click',
    },
    ...change,
  };
}

const listen = (server: {
  listen(port: number, host: string, done: () => void): unknown;
  address(): unknown;
}): Promise<number> =>
  new Promise((resolve) =>
    server.listen(0, '127.0.0.1', () => resolve((server.address() as AddressInfo).port)),
  );

describe('outbox', () => {
  const folder = async (): Promise<string> => {
    const dir = await mkdtemp(join(tmpdir(), 'otklik-outbox-'));
    closing.push(() => rm(dir, { recursive: true, force: true }));
    return dir;
  };

  test('a mail is one whole file by its id, handed over again it is still one, and lookup knows exactly', async () => {
    const dir = await folder();
    const outbox = openOutbox(dir);
    const sent = mail(1, { html: `<p>${'мир '.repeat(300_000)}</p>` });
    expect(await outbox.send([sent, mail(2)], always)).toEqual([
      { kind: 'accepted', delivered: true },
      { kind: 'accepted', delivered: true },
    ]);
    await outbox.send([{ ...sent, attempt: 2 }], always);
    const { attempt: _attempt, ...expected } = sent;
    const { html, ...read } = (await readOutbox(dir, idOf(1))) ?? { html: '' };
    expect(html === sent.html).toBe(true);
    expect({ ...read, html: '' }).toEqual({ ...expected, html: '', from: 'Лист <hello@shop.example>' });
    expect(await readdir(join(dir, 'outbox', '1'))).toEqual([`${idOf(1)}.eml`]);
    const asked = [1, 2, 3].map((n) => ({ id: idOf(n), attempt: 1 }));
    expect(await outbox.lookup?.(asked)).toEqual(new Set([idOf(1), idOf(2)]));
  });

  test('a half-written file counts as nothing and is cleared away', async () => {
    const dir = await folder();
    await mkdir(join(dir, 'outbox', '5'), { recursive: true });
    const half = join(dir, 'outbox', '5', `${idOf(5)}.eml.1.tmp`);
    await writeFile(half, 'Message-ID');
    const outbox = openOutbox(dir);
    expect(await outbox.lookup?.([{ id: idOf(5), attempt: 1 }])).toEqual(new Set());
    expect(await readdir(join(dir, 'outbox', '5'))).toEqual([]);
  });

  test('a place that cannot be written to pauses instead of losing', async () => {
    const dir = await folder();
    await writeFile(join(dir, 'outbox'), 'a file where the folder should be');
    const [outcome] = await openOutbox(dir).send([mail(1)], always);
    expect(outcome).toMatchObject({ kind: 'retryable', reason: 'outbox_unwritable', pause: true });
    await chmod(dir, 0o755);
  });

  test('asked to stop, it leaves the rest untried', async () => {
    const dir = await folder();
    let left = 3;
    const outcomes = await openOutbox(dir).send(
      [1, 2, 3, 4, 5].map((n) => mail(n)),
      () => left-- > 0,
    );
    expect(outcomes.map(({ kind }) => kind).toSorted()).toEqual([
      'accepted',
      'accepted',
      'accepted',
      'untried',
      'untried',
    ]);
  });
});

const FAST = { connectMs: 400, replyMs: 400, messageMs: 900 };

describe('SMTP', () => {
  const seen: string[] = [];

  async function server(options: ConstructorParameters<typeof SMTPServer>[0]): Promise<Channel> {
    const smtp = new SMTPServer({
      authOptional: true,
      disabledCommands: ['STARTTLS'],
      logger: false,
      onAuth: (_auth, _session, done) => done(null, { user: 'user' }),
      ...options,
    });
    smtp.on('error', () => {});
    const port = await new Promise<number>((resolve) => {
      smtp.listen(0, '127.0.0.1', () => resolve((smtp.server.address() as AddressInfo).port));
    });
    const channel = openSmtp(`smtp://user:pass@127.0.0.1:${port}`, FAST);
    closing.push(
      () => channel.close(),
      () => void smtp.close(),
    );
    return channel;
  }

  const answer = (code: number, text: string): Error =>
    Object.assign(new Error(text), { responseCode: code });

  test('a mail arrives with our Message-ID, both parts and the one-click headers', async () => {
    seen.length = 0;
    const channel = await server({
      onData: (stream, _session, done) => {
        let body = '';
        stream.on('data', (chunk: Buffer) => (body += chunk.toString()));
        stream.on('end', () => {
          seen.push(body);
          done();
        });
      },
    });
    expect(await channel.send([mail(1)], always)).toEqual([{ kind: 'accepted', delivered: false }]);
    const body = seen[0]?.replaceAll(/\r\n +/g, ' ') ?? '';
    expect(body).toContain(`Message-ID: <${idOf(1)}.00000000-0000-7000-8000-000000000001@shop.example>`);
    expect(body).toContain('List-Unsubscribe: <https://mail.example.com/u/x>');
    expect(body).toContain('List-Unsubscribe-Post: List-Unsubscribe=One-Click');
    expect(body).toContain('multipart/alternative');
  });

  test.each<[string, ConstructorParameters<typeof SMTPServer>[0], Partial<Outcome>]>([
    [
      'recipient refused',
      { onRcptTo: (_to, _s, done) => done(answer(550, 'no such user')) },
      { kind: 'final', reason: 'address_refused' },
    ],
    [
      'recipient later',
      { onRcptTo: (_to, _s, done) => done(answer(450, 'mailbox busy')) },
      { kind: 'retryable', reason: 'provider_later' },
    ],
    [
      'throttled',
      { onMailFrom: (_from, _s, done) => done(answer(421, 'too many')) },
      { kind: 'retryable', reason: 'provider_busy' },
    ],
    [
      'sender refused',
      { onMailFrom: (_from, _s, done) => done(answer(550, 'not you')) },
      { kind: 'retryable', reason: 'sender_refused', pause: true } as Partial<Outcome>,
    ],
    [
      'content refused',
      {
        onData: (stream, _s, done) => {
          stream.resume().on('end', () => done(answer(554, 'spam')));
        },
      },
      { kind: 'final', reason: 'message_refused' },
    ],
    [
      'content later',
      {
        onData: (stream, _s, done) => {
          stream.resume().on('end', () => done(answer(451, 'try later')));
        },
      },
      { kind: 'retryable', reason: 'provider_later' },
    ],
    [
      'wrong password',
      { authOptional: false, onAuth: (_a, _s, done) => done(new Error('Invalid username or password')) },
      { kind: 'retryable', reason: 'provider_credentials', pause: true } as Partial<Outcome>,
    ],
    [
      'silence after the content',
      {
        onData: (stream) => {
          stream.resume();
        },
      },
      { kind: 'unknown', reason: 'no_answer' },
    ],
  ])('%s', async (_what, options, expected) => {
    const channel = await server(options);
    const [outcome] = await channel.send([mail(1)], always);
    expect(outcome).toMatchObject(expected);
  });

  async function rawServer(talk: (socket: Socket) => void): Promise<Channel> {
    const tcp: TcpServer = createTcpServer((socket) => {
      socket.on('error', () => {});
      talk(socket);
    });
    const channel = openSmtp(`smtp://127.0.0.1:${await listen(tcp)}`, FAST);
    closing.push(
      () => channel.close(),
      () => void tcp.close(),
    );
    return channel;
  }

  /** Speaks SMTP line by line until `at` comes, then does what the test wants. */
  const talkUntil =
    (at: RegExp, then: (socket: Socket) => void) =>
    (socket: Socket): void => {
      let data = false;
      socket.write('220 test\r\n');
      socket.on('data', (chunk: Buffer) => {
        for (const line of chunk.toString().split('\r\n')) {
          if (at.test(line)) return then(socket);
          if (line === 'DATA') data = true;
          if (line === '' || (data && line !== 'DATA')) continue;
          socket.write(data ? '354 go\r\n' : '250 ok\r\n');
        }
      });
    };

  test('nobody listens: retryable', async () => {
    const channel = openSmtp('smtp://127.0.0.1:1', FAST);
    closing.push(() => channel.close());
    expect((await channel.send([mail(1)], always))[0]).toMatchObject({
      kind: 'retryable',
      reason: 'provider_unreachable',
    });
  });

  test('no greeting in time: retryable', async () => {
    const channel = await rawServer(() => {});
    expect((await channel.send([mail(1)], always))[0]).toMatchObject({ kind: 'retryable' });
  });

  test('dropped before the content: retryable; after it: unknown', async () => {
    const early = await rawServer(talkUntil(/^RCPT/, (socket) => socket.destroy()));
    expect((await early.send([mail(1)], always))[0]).toMatchObject({ kind: 'retryable' });
    const late = await rawServer(talkUntil(/^\.$/, (socket) => socket.destroy()));
    expect((await late.send([mail(1)], always))[0]).toMatchObject({ kind: 'unknown', reason: 'no_answer' });
  });

  test('half-closed in the middle of the content: unknown', async () => {
    const channel = await rawServer(talkUntil(/^Subject/, (socket) => socket.end()));
    expect((await channel.send([mail(1)], always))[0]).toMatchObject({ kind: 'unknown' });
  });

  test('a kept connection that the server has closed meanwhile costs nothing', async () => {
    let opened = 0;
    let closed = 0;
    const channel = await server({
      socketTimeout: 150,
      onConnect: (_session, done) => {
        opened += 1;
        done();
      },
      onClose: () => {
        closed += 1;
      },
      onData: (stream, _session, done) => {
        stream.resume().on('end', done);
      },
    });
    const accepted = [{ kind: 'accepted', delivered: false }];
    expect(await channel.send([mail(1)], always)).toEqual(accepted);
    expect(await channel.send([mail(2)], always)).toEqual(accepted);
    expect(opened).toBe(1);
    await until('the server has closed it', () => closed === 1);
    expect(await channel.send([mail(3)], always)).toEqual(accepted);
  });
});

describe('SendGrid', () => {
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

  const saying =
    (status: number, headers: Record<string, string> = {}): Handler =>
    (_request, answer) =>
      void answer
        .writeHead(status, { 'content-type': 'application/json', ...headers })
        .end('{"errors":[{"message":"why"}]}');

  test.each<[number | string, Handler, Partial<Outcome>]>([
    [
      429,
      saying(429, { 'retry-after': '7' }),
      { kind: 'retryable', reason: 'provider_busy', afterMs: 7_000 } as Partial<Outcome>,
    ],
    [500, saying(500), { kind: 'retryable', reason: 'provider_later' }],
    [503, saying(503), { kind: 'retryable', reason: 'provider_later' }],
    [502, saying(502), { kind: 'unknown', reason: 'no_answer' }],
    [504, saying(504), { kind: 'unknown', reason: 'no_answer' }],
    [400, saying(400), { kind: 'final', reason: 'message_refused' }],
    [413, saying(413), { kind: 'final', reason: 'message_refused' }],
    [
      401,
      saying(401),
      { kind: 'retryable', reason: 'provider_credentials', pause: true } as Partial<Outcome>,
    ],
    [
      403,
      saying(403),
      { kind: 'retryable', reason: 'provider_credentials', pause: true } as Partial<Outcome>,
    ],
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
