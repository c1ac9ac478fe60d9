import { createServer as createTcpServer } from 'node:net';
import type { AddressInfo, Server as TcpServer, Socket } from 'node:net';
import { SMTPServer } from 'smtp-server';
import { afterEach, describe, expect, test } from 'vitest';
import type { Channel, Outcome } from '../../src/campaigns/channels/contract.ts';
import { openSmtp } from '../../src/campaigns/channels/smtp.ts';
import { until } from '../support/until.ts';
import { always, idOf, listen, mail } from './channels.ts';

const closing: Array<() => Promise<unknown> | void> = [];
afterEach(async () => {
  for (const close of closing.splice(0)) await close();
});

const FAST = { connectMs: 400, replyMs: 400, messageMs: 900 };

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
    () => smtp.close(),
  );
  return channel;
}

const answer = (code: number, text: string): Error => Object.assign(new Error(text), { responseCode: code });

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

describe('SMTP', () => {
  test('a mail arrives with our Message-ID, both parts and the one-click headers', async () => {
    const seen: string[] = [];
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
      'recipient unknown',
      { onRcptTo: (_to, _s, done) => done(answer(550, 'no such user')) },
      { kind: 'final', reason: 'address_dead' },
    ],
    [
      'recipient unknown, in codes',
      { onRcptTo: (_to, _s, done) => done(answer(550, '5.1.1 <a@example.com>: rejected')) },
      { kind: 'final', reason: 'address_dead' },
    ],
    [
      'recipient refused for today',
      { onRcptTo: (_to, _s, done) => done(answer(550, '5.7.1 relay access denied for this recipient')) },
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
      { kind: 'retryable', reason: 'sender_refused', pause: true },
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
      { kind: 'retryable', reason: 'provider_credentials', pause: true },
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
