import type { Hono } from 'hono';
import { join } from 'node:path';
import { createApp } from '../../src/api/index.ts';
import type { AppDeps } from '../../src/api/index.ts';
import { startServer } from '../../src/api/server.ts';
import { loadConfig } from '../../src/core/config.ts';
import type { Config } from '../../src/core/config.ts';
import type { Clock } from '../../src/core/clock.ts';
import { systemCtx } from '../../src/core/ctx.ts';
import type { Ctx } from '../../src/core/ctx.ts';
import { openDatabase } from '../../src/core/db.ts';
import type { AppEnv } from '../../src/core/http.ts';
import { createLogger } from '../../src/core/logger.ts';
import { newId } from '../../src/core/ids.ts';
import type { Role, Visibility } from '../../src/core/rights.ts';
import { ensureOwner } from '../../src/people/index.ts';
import { invite } from '../../src/people/actions.invitations.ts';
import { createKey } from '../../src/people/actions.keys.ts';
import type { KeyCreated, KeyInput } from '../../src/people/contract.ts';
import { testDb } from './db.ts';

export const OWNER = { email: 'owner@example.com', password: 'a long enough password' };

export type Answer = { status: number; headers: Headers; body: unknown; text: string };
export type Send = (
  method: string,
  path: string,
  body?: unknown,
  headers?: Record<string, string>,
) => Promise<Answer>;

export type TestApi = {
  url: string;
  databaseUrl: string;
  ctx: Ctx;
  /** Log lines written so far, parsed. */
  logs: Record<string, unknown>[];
  /** Sends without any credential. */
  send: Send;
  /** A browser of its own, signed in. */
  signIn(email: string, password: string): Promise<Send>;
  owner(): Promise<Send>;
  /** Makes a person by a real invitation and signs them in. */
  person(
    role: Role,
    place?: { teamId?: string; visibility?: Visibility },
  ): Promise<{ id: string; email: string; password: string; send: Send }>;
  key(input: Partial<KeyInput>): Promise<KeyCreated & { send: Send }>;
  close(): Promise<void>;
};

/** The real API over real HTTP on a database of its own, with the first owner in it. */
export async function startApi(
  options: {
    routes?: (ctx: Ctx) => readonly Hono<AppEnv>[];
    env?: Record<string, string>;
    clock?: Clock;
    poolSize?: number;
  } & Partial<Pick<AppDeps, 'checks' | 'webDist' | 'corsOrigin' | 'limiter'>> = {},
): Promise<TestApi> {
  const { url: databaseUrl, drop } = await testDb();
  const database = openDatabase(databaseUrl, { poolSize: options.poolSize ?? 6, name: 'test-api' });
  const logs: Record<string, unknown>[] = [];
  const log = createLogger('debug', { write: (line: string) => void logs.push(JSON.parse(line)) });
  const given = loadConfig({
    NODE_ENV: 'test',
    PORT: '0',
    OTKLIK_SECRET: 'a secret of the tests, long enough',
    OWNER_EMAIL: OWNER.email,
    OWNER_PASSWORD: OWNER.password,
    ...options.env,
  });
  const baseOf = (config: Config) => ({
    config,
    db: database.db,
    log,
    ...(options.clock === undefined ? {} : { clock: options.clock }),
  });
  let ctx = systemCtx(baseOf(given), 'test');
  const server = await startServer({
    host: '127.0.0.1',
    port: 0,
    log,
    app: ({ url }) => {
      const config = { ...given, publicUrl: options.env?.['PUBLIC_URL'] ?? url };
      ctx = systemCtx(baseOf(config), 'test');
      const { routes, env: _, clock: __, poolSize: ___, ...deps } = options;
      return createApp({
        webDist: join(import.meta.dirname, 'no-console'),
        ...deps,
        base: baseOf(config),
        routes: routes?.(ctx) ?? [],
      });
    },
  });
  await ensureOwner(ctx);
  const { url } = server;
  const signIn = (email: string, password: string) => signedIn(url, email, password);
  return {
    url,
    databaseUrl,
    ctx,
    logs,
    send: client(url),
    signIn,
    owner: () => signIn(OWNER.email, OWNER.password),
    person: async (role, place = {}) => {
      const { url: link } = await invite(ctx, { role, ...place });
      const email = `${role}-${newId().slice(-8)}@example.com`;
      const password = `password of ${email}`;
      const token = link.slice(link.lastIndexOf('/') + 1);
      const made = await client(url)('POST', `/api/people/invitations/${token}/accept`, {
        name: `A ${role}`,
        email,
        password,
      });
      if (made.status !== 201) throw new Error(`not accepted: ${made.text}`);
      const { id } = made.body as { id: string };
      return { id, email, password, send: await signIn(email, password) };
    },
    key: async (input) => {
      const made = await createKey(ctx, { name: 'a server', scopes: ['contacts:read'], ...input });
      return { ...made, send: client(url, { authorization: `Bearer ${made.key}` }) };
    },
    close: async () => {
      await server.close(1_000);
      await database.close();
      await drop();
    },
  };
}

/** Keeps cookies like a browser and sends JSON; a body that is a string or bytes goes as it is. */
function client(url: string, fixed: Record<string, string> = {}): Send {
  const jar = new Map<string, string>();
  return async (method, path, body, headers = {}) => {
    const raw = body === undefined || typeof body === 'string' || body instanceof Uint8Array;
    const response = await fetch(new URL(path, url), {
      method,
      redirect: 'manual',
      headers: {
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...(jar.size === 0 ? {} : { cookie: [...jar].map(([name, value]) => `${name}=${value}`).join('; ') }),
        ...fixed,
        ...headers,
      },
      ...(body === undefined ? {} : { body: raw ? (body as string) : JSON.stringify(body) }),
    });
    for (const cookie of response.headers.getSetCookie()) {
      const [pair = ''] = cookie.split(';');
      const at = pair.indexOf('=');
      if (/max-age=0/i.test(cookie)) jar.delete(pair.slice(0, at));
      else jar.set(pair.slice(0, at), pair.slice(at + 1));
    }
    const text = await response.text();
    return { status: response.status, headers: response.headers, body: parsed(text), text };
  };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

async function signedIn(url: string, email: string, password: string): Promise<Send> {
  const send = client(url);
  const answer = await send('POST', '/api/auth/sign-in/email', { email, password });
  if (answer.status !== 200) throw new Error(`sign-in failed: ${answer.text}`);
  return send;
}
