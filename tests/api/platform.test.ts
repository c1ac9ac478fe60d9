import { mkdtemp, mkdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { request } from 'node:http';
import { sql } from 'drizzle-orm';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startServer } from '../../src/api/index.ts';
import { newRouter } from '../../src/core/http.ts';
import { createLogger } from '../../src/core/logger.ts';
import { registerMetric } from '../../src/core/metrics.ts';
import { startApi } from '../support/api.ts';
import type { TestApi } from '../support/api.ts';

let api: TestApi;
let dist: string;
let queueUp = true;
beforeAll(async () => {
  dist = await mkdtemp(join(tmpdir(), 'otklik-console-'));
  await mkdir(join(dist, 'assets'));
  await writeFile(join(dist, 'index.html'), '<!doctype html><title>console</title>');
  await writeFile(join(dist, 'assets', 'main-abc123.js'), `export const x = '${'y'.repeat(5_000)}';`);
  await writeFile(join(dist, 'favicon.svg'), '<svg xmlns="http://www.w3.org/2000/svg"/>');
  const routes = newRouter()
    .get('/api/test/framed', (c) => {
      c.header('Content-Security-Policy', 'sandbox');
      return c.html('<p>a mail</p>');
    })
    .get('/api/test/big', (c) => c.json({ fill: 'z'.repeat(10_000) }));
  api = await startApi({
    webDist: dist,
    routes: () => [routes],
    checks: [
      {
        name: 'queue',
        check: async () => {
          if (!queueUp) throw new Error('redis://user:secret@host is away');
        },
      },
    ],
  });
});
afterAll(async () => {
  await api.close();
  await rm(dist, { recursive: true });
});

describe('health', () => {
  it('/healthz answers while the process runs, /readyz says what it lacks and nothing more', async () => {
    expect((await api.send('GET', '/healthz')).body).toEqual({ status: 'ok' });
    const ready = await api.send('GET', '/readyz');
    expect(ready).toMatchObject({
      status: 200,
      body: { ready: true, checks: { database: 'ok', migrations: 'ok', queue: 'ok' } },
    });
    queueUp = false;
    const away = await api.send('GET', '/readyz');
    queueUp = true;
    expect(away).toMatchObject({
      status: 503,
      body: { ready: false, checks: { database: 'ok', migrations: 'ok', queue: 'failed' } },
    });
    expect(away.text).not.toContain('secret');
    await api.ctx.db.execute(sql`update schema_migration set hash = 'x' || hash`);
    const behind = await api.send('GET', '/readyz');
    await api.ctx.db.execute(sql`update schema_migration set hash = substr(hash, 2)`);
    expect(behind).toMatchObject({ status: 503, body: { checks: { migrations: 'failed' } } });
  });

  it('/metrics shows the process, HTTP by route pattern, the outbox and what modules registered', async () => {
    registerMetric({
      name: 'test_messages',
      help: 'x',
      labels: ['state'],
      collect: async () => [{ labels: { state: 'sent' }, value: 7 }],
    });
    registerMetric({ name: 'test_broken', help: 'x', collect: () => Promise.reject(new Error('no')) });
    await api.send('GET', '/api/people/invitations/a-secret-token');
    const { status, text, headers } = await api.send('GET', '/metrics');
    expect(status).toBe(200);
    expect(headers.get('content-type')).toContain('text/plain');
    expect(text).toContain('otklik_test_messages{state="sent"} 7');
    expect(text).toContain('otklik_outbox_events{state="pending"} 0');
    expect(text).toContain('otklik_process_resident_memory_bytes');
    expect(text).toMatch(
      /otklik_http_request_duration_seconds_count\{method="GET",route="\/api\/people\/invitations\/:token",status="404"\} 1/,
    );
    expect(text).not.toContain('a-secret-token');
  });

  it('/metrics from elsewhere (through a proxy) needs a key with system:read', async () => {
    const elsewhere = { 'x-forwarded-for': '203.0.113.9' };
    expect((await api.send('GET', '/metrics', undefined, elsewhere)).status).toBe(401);
    const { send } = await api.key({ scopes: ['system:read'] });
    expect((await send('GET', '/metrics', undefined, elsewhere)).status).toBe(200);
    const other = await api.key({ scopes: ['people:read'] });
    expect((await other.send('GET', '/metrics', undefined, elsewhere)).status).toBe(401);
  });
});

describe('headers', () => {
  it('forbid inline scripts, framing by others and guessing of types, on every kind of answer', async () => {
    for (const path of ['/', '/api/nothing', '/healthz', '/docs']) {
      const { headers } = await api.send('GET', path);
      const csp = headers.get('content-security-policy') ?? '';
      expect(csp).toContain("script-src 'self';");
      expect(csp).toContain("frame-ancestors 'self'");
      expect(csp).not.toMatch(/script-src[^;]*unsafe/);
      expect(headers.get('x-content-type-options')).toBe('nosniff');
      expect(headers.get('x-request-id')).toMatch(/^[0-9a-f-]{36}$/);
      expect(headers.get('strict-transport-security')).toBeNull();
    }
    expect((await api.send('GET', '/api/nothing')).headers.get('cache-control')).toBe('no-store');
  });

  it('leave a route its own policy', async () => {
    const owner = await api.owner();
    const { headers } = await owner('GET', '/api/test/framed');
    expect(headers.get('content-security-policy')).toBe('sandbox');
  });

  it('ask for TLS and mark the cookie Secure once the public address has it', async () => {
    const secure = await startApi({ env: { PUBLIC_URL: 'https://crm.example.com' } });
    try {
      const answer = await secure.send('GET', '/healthz');
      expect(answer.headers.get('strict-transport-security')).toContain('max-age=63072000');
      const signedIn = await secure.send(
        'POST',
        '/api/auth/sign-in/email',
        { email: 'owner@example.com', password: 'a long enough password' },
        { origin: 'https://crm.example.com' },
      );
      expect(signedIn.headers.getSetCookie().join()).toMatch(/^__Secure-otklik\.session_token=.*; Secure/);
    } finally {
      await secure.close();
    }
  });
});

describe('the request log', () => {
  it('has a line per request with pattern, status, duration and actor, and no tokens', async () => {
    await api.send('GET', '/api/people/invitations/a-token-in-a-path?secret=in-a-query');
    const line = api.logs.find(
      (entry) => entry['route'] === '/api/people/invitations/:token' && entry['status'] === 404,
    );
    expect(line).toMatchObject({
      method: 'GET',
      actor: expect.stringMatching(/^public:/),
      ms: expect.any(Number),
    });
    expect(JSON.stringify(api.logs)).not.toMatch(/a-token-in-a-path|in-a-query/);
  });
});

describe('compression', () => {
  it('is used for large JSON when asked for, and not for small', async () => {
    const owner = await api.owner();
    const big = await owner('GET', '/api/test/big');
    expect(big.headers.get('content-encoding')).toBe('gzip');
    expect((big.body as { fill: string }).fill).toHaveLength(10_000);
    const small = await owner('GET', '/api/me');
    expect(small.headers.get('content-encoding')).toBeNull();
  });
});

describe('the console', () => {
  it('is its page for every path a person may open, never for paths of machines', async () => {
    for (const path of ['/', '/contacts', '/contacts/123', '/invite/token']) {
      const page = await api.send('GET', path);
      expect([path, page.status, page.text]).toEqual([path, 200, '<!doctype html><title>console</title>']);
      expect(page.headers.get('cache-control')).toBe('no-cache');
    }
    for (const path of ['/api/x', '/v1/x', '/t/x', '/assets/gone.js', '/robots.txt', '/docs/x']) {
      const gone = await api.send('GET', path);
      expect([path, gone.status, gone.headers.get('content-type')]).toEqual([
        path,
        404,
        'application/problem+json',
      ]);
    }
  });

  it('has assets that browsers keep for a year, compressed, and nothing outside its folder', async () => {
    const asset = await api.send('GET', '/assets/main-abc123.js');
    expect(asset.status).toBe(200);
    expect(asset.headers.get('cache-control')).toBe('public, max-age=31536000, immutable');
    expect(asset.headers.get('content-encoding')).toBe('gzip');
    expect((await api.send('GET', '/favicon.svg')).headers.get('cache-control')).toBe('no-cache');
    for (const path of ['/..%2f..%2fetc/passwd', '/%2e%2e/package.json', '/assets/..%2findex.html']) {
      expect((await api.send('GET', path)).text).not.toMatch(/root:|"name"/);
    }
  });

  it('takes a file compressed beforehand as it is', async () => {
    const { gzipSync } = await import('node:zlib');
    await writeFile(join(dist, 'assets', 'main-abc123.js.gz'), gzipSync('beforehand'));
    const raw = await new Promise<Buffer>((resolve, reject) => {
      const url = new URL('/assets/main-abc123.js', api.url);
      request(url, { headers: { 'accept-encoding': 'gzip' } }, (response) => {
        const chunks: Buffer[] = [];
        response.on('data', (chunk: Buffer) => chunks.push(chunk));
        response.on('end', () => resolve(Buffer.concat(chunks)));
      })
        .on('error', reject)
        .end();
    });
    expect(gunzipSync(raw).toString()).toBe('beforehand');
  });

  it('that is not built yet says so', async () => {
    const bare = await startApi();
    try {
      expect(await bare.send('GET', '/')).toMatchObject({ status: 503, body: { code: 'console_not_built' } });
    } finally {
      await bare.close();
    }
  });
});

describe('the server', () => {
  const log = createLogger('silent');

  it('picks a free port when asked for 0 and says which', () => {
    expect(Number(new URL(api.url).port)).toBeGreaterThan(1_023);
  });

  it('says in words that a port is taken', async () => {
    const { port } = new URL(api.url);
    const second = startServer({ host: '127.0.0.1', port: Number(port), log, app: () => newRouter() });
    await expect(second).rejects.toMatchObject({
      code: 'port_in_use',
      detail: expect.stringContaining(port),
    });
    const nowhere = startServer({ host: '203.0.113.1', port: 0, log, app: () => newRouter() });
    await expect(nowhere).rejects.toMatchObject({ code: 'address_unusable' });
  });

  it('lets running requests finish when closing and takes no new ones', async () => {
    const running = Promise.withResolvers<void>();
    const finish = Promise.withResolvers<void>();
    const app = newRouter().get('/slow', async (c) => {
      running.resolve();
      await finish.promise;
      return c.text('done');
    });
    const server = await startServer({ host: '127.0.0.1', port: 0, log, app: () => app });
    const slow = fetch(`${server.url}/slow`);
    await running.promise;
    const closed = server.close();
    await expect(fetch(`${server.url}/slow`)).rejects.toThrow();
    finish.resolve();
    const answer = await slow;
    expect(await answer.text()).toBe('done');
    await closed;
  });

  it('cuts off what does not finish in time', async () => {
    const app = newRouter().get('/never', () => new Promise<Response>(() => {}));
    const server = await startServer({ host: '127.0.0.1', port: 0, log, app: () => app });
    const hanging = fetch(`${server.url}/never`).catch((error: unknown) => error);
    await fetch(`${server.url}/nothing`);
    await server.close(50);
    expect(await hanging).toBeInstanceOf(Error);
  });
});
