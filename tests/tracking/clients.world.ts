import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer, request } from 'node:http';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { buffer } from 'node:stream/consumers';
import { sql } from 'drizzle-orm';
import { rows } from '../../src/core/db.ts';
import { createSource } from '../../src/tracking/actions.sources.ts';
import { testBase } from '../support/ctx.ts';
import type { TestBase } from '../support/ctx.ts';

/** The API in a process that a signal ends, behind a proxy that loses what it is told to lose. */

/**
 * What the proxy does with one POST: `refuse` answers 500 and forwards nothing; `swallow` forwards and answers 503, so that the
 * client repeats what is stored already; `kill` ends the server with the request inside it and starts another.
 */
export type Mishap = 'refuse' | 'swallow' | 'kill';

export type Fragile = {
  base: TestBase;
  /** Address of the proxy. */
  url: string;
  writeKey: string;
  /** Mishaps of the next POSTs, in order; null lets one pass. */
  plan: Array<Mishap | null>;
  /** POSTs that came, by what became of them. */
  seen: Record<Mishap | 'passed' | 'cut', number>;
  stored(): Promise<
    Array<{ messageId: string; name: string; type: string; properties: object; trust: string }>
  >;
  close(): Promise<void>;
};

type Server = { url: string; kill(): Promise<void> };

export async function startFragile(): Promise<Fragile> {
  const base = await testBase();
  const source = await createSource(base.ctx, { name: 'site', kind: 'site', origins: [] });
  const plan: Array<Mishap | null> = [];
  const seen = { refuse: 0, swallow: 0, kill: 0, passed: 0, cut: 0 };
  let server: Promise<Server> | undefined;
  const proxy = createServer((incoming, answer) => {
    void handle(incoming, answer).catch(() => {
      seen.cut += 1;
      answer.destroy();
    });
  });
  const handle = async (incoming: IncomingMessage, answer: ServerResponse): Promise<void> => {
    const body = await buffer(incoming);
    const { url } = await (server as Promise<Server>);
    const mishap = incoming.method === 'POST' ? (plan.shift() ?? null) : null;
    if (mishap !== null) seen[mishap] += 1;
    if (mishap === 'refuse') return void answer.writeHead(500, OPEN).end();
    const forwarded = forward(url, incoming, body);
    if (mishap === 'kill') {
      const killed = (server as Promise<Server>).then((running) => running.kill());
      server = killed.then(() => startChild(base, proxyUrl));
    }
    const { status, headers, content } = await forwarded;
    if (mishap === 'swallow') return void answer.writeHead(503, OPEN).end();
    if (incoming.method === 'POST') seen.passed += 1;
    answer.writeHead(status, headers).end(content);
  };
  proxy.listen(0, '127.0.0.1');
  await once(proxy, 'listening');
  const proxyUrl = `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`;
  server = startChild(base, proxyUrl);
  await server;
  return {
    base,
    url: proxyUrl,
    writeKey: source.writeKey,
    plan,
    seen,
    stored: () =>
      rows(
        base.ctx.db,
        sql`select message_id as "messageId", name, type, properties, trust from event order by recorded_at, id`,
      ),
    close: async () => {
      proxy.closeAllConnections();
      proxy.close();
      await (await server)?.kill();
      await base.close();
    },
  };
}

/** A browser reads an answer of another site only with this. */
const OPEN = { 'Access-Control-Allow-Origin': '*' };

function forward(
  target: string,
  incoming: IncomingMessage,
  body: Buffer,
): Promise<{ status: number; headers: IncomingMessage['headers']; content: Buffer }> {
  return new Promise((resolve, reject) => {
    const { connection: _c, 'transfer-encoding': _t, ...headers } = incoming.headers;
    const outgoing = request(new URL(incoming.url ?? '/', target), {
      method: incoming.method,
      headers: { ...headers, 'content-length': body.length },
      agent: false,
    });
    outgoing.on('error', reject).on('response', (response) => {
      buffer(response).then(
        (content) => resolve({ status: response.statusCode ?? 500, headers: response.headers, content }),
        reject,
      );
    });
    outgoing.end(body);
  });
}

async function startChild(base: TestBase, publicUrl: string): Promise<Server> {
  const child = spawn(
    process.execPath,
    [join(import.meta.dirname, 'server.child.ts'), base.ctx.config.databaseUrl ?? ''],
    {
      stdio: ['pipe', 'pipe', 'inherit'],
      env: { ...process.env, TZ: 'UTC', PUBLIC_URL: publicUrl },
    },
  );
  const [url] = (await Promise.race([
    once(createInterface({ input: child.stdout }), 'line'),
    once(child, 'exit').then(() => Promise.reject(new Error('the server ended before it began'))),
  ])) as [string];
  return {
    url,
    kill: async () => {
      if (child.exitCode !== null || child.signalCode !== null) return;
      child.kill('SIGKILL');
      await once(child, 'exit');
    },
  };
}
