import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { authorise } from '../../src/core/ctx.ts';
import { notFound } from '../../src/core/errors.ts';
import { describe as describeRoute, newRouter } from '../../src/core/http.ts';
import { RIGHTS, ROLES, allows } from '../../src/core/rights.ts';
import { startApi } from '../support/api.ts';
import type { Send, TestApi } from '../support/api.ts';

/** One route for each right, one open to all, one that was forgotten (no right, no description), one per-row. */
function sampleRoutes() {
  const router = newRouter();
  for (const right of RIGHTS) {
    router.post(`/api/test/${right}`, describeRoute({ tag: 'Test', summary: right }), (c) => {
      authorise(c.var.ctx, right);
      return c.json({ ok: true });
    });
  }
  return router
    .get('/api/test/open', describeRoute({ tag: 'Test', summary: 'open', open: 'public' }), (c) =>
      c.json({ ok: true }),
    )
    .get('/api/test/forgotten', (c) => c.json({ ok: true }))
    .get('/api/test/row/:id', describeRoute({ tag: 'Test', summary: 'row' }), (c) => {
      authorise(c.var.ctx, 'contacts:read');
      throw notFound('contact', c.req.param('id'));
    })
    .get('/v1/test', (c) => c.json({ actor: c.var.ctx.actor.kind }));
}

let api: TestApi;
beforeAll(async () => {
  api = await startApi({
    routes: () => [sampleRoutes()],
    corsOrigin: async (origin) => (origin === 'https://shop.example' ? origin : null),
  });
});
afterAll(() => api.close());

describe('the matrix of roles and rights', () => {
  it.each(ROLES)('holds over HTTP for a signed-in %s', async (role) => {
    const { send } = await api.person(role);
    for (const right of RIGHTS) {
      const { status } = await send('POST', `/api/test/${right}`);
      expect([right, status]).toEqual([right, allows(role, right) ? 200 : 403]);
    }
  });

  it('holds for API keys, which have their scopes and nothing else', async () => {
    const { send } = await api.key({ scopes: ['contacts:read', 'tracking:write'] });
    for (const right of RIGHTS) {
      const { status } = await send('POST', `/api/test/${right}`);
      expect([right, status]).toEqual([
        right,
        right === 'contacts:read' || right === 'tracking:write' ? 200 : 403,
      ]);
    }
  });
});

describe('whoever has not signed in', () => {
  it('gets 401 for every route that does not call itself public, forgotten ones included', async () => {
    for (const right of RIGHTS) expect((await api.send('POST', `/api/test/${right}`)).status).toBe(401);
    expect((await api.send('GET', '/api/test/forgotten')).status).toBe(401);
    expect((await api.send('GET', '/api/test/open')).status).toBe(200);
  });

  it('is not taken for somebody with a forged, cut or foreign cookie', async () => {
    for (const value of ['x', 'x.y', `${'a'.repeat(32)}.${'b'.repeat(44)}`]) {
      const answer = await api.send('POST', '/api/test/contacts:read', undefined, {
        cookie: `otklik.session_token=${value}`,
      });
      expect(answer.status).toBe(401);
    }
  });
});

describe('401, 403 and 404', () => {
  it('tell apart who you are, what you may do and what is there; an entry you may not know of is not there', async () => {
    expect((await api.send('GET', '/api/test/row/1')).status).toBe(401);
    const { send: without } = await api.key({ scopes: ['orders:read'] });
    expect((await without('GET', '/api/test/row/1')).status).toBe(403);
    const { send } = await api.key({ scopes: ['contacts:read'] });
    expect(await send('GET', '/api/test/row/1')).toMatchObject({
      status: 404,
      body: { code: 'contact_not_found' },
    });
  });
});

describe('a change asked for by another site’s page', () => {
  let send: Send;
  beforeAll(async () => {
    send = await api.owner();
  });

  it('is refused although the browser sends the cookie', async () => {
    const evil = await send('POST', '/api/test/contacts:write', undefined, {
      origin: 'https://evil.example',
    });
    expect(evil).toMatchObject({ status: 403, body: { code: 'origin_not_allowed' } });
    const opaque = await send('POST', '/api/test/contacts:write', undefined, { origin: 'null' });
    expect(opaque.status).toBe(403);
    const old = await send('POST', '/api/test/contacts:write', undefined, { 'sec-fetch-site': 'cross-site' });
    expect(old.status).toBe(403);
  });

  it('passes from our own page, and from a program with a key wherever it says it comes from', async () => {
    const own = await send('POST', '/api/test/contacts:write', undefined, { origin: api.url });
    expect(own.status).toBe(200);
    const key = await api.key({ scopes: ['contacts:write'] });
    const server = await key.send('POST', '/api/test/contacts:write', undefined, {
      origin: 'https://other.example',
    });
    expect(server.status).toBe(200);
  });
});

const preflight = (path: string, origin: string) =>
  api.send('OPTIONS', path, undefined, { origin, 'access-control-request-method': 'POST' });

describe('cross-origin reading', () => {
  it('is allowed at /v1 to the sites of sources and nowhere else', async () => {
    const shop = await preflight('/v1/test', 'https://shop.example');
    expect(shop.status).toBe(204);
    expect(shop.headers.get('access-control-allow-origin')).toBe('https://shop.example');
    expect(shop.headers.get('access-control-allow-credentials')).toBeNull();
    const evil = await preflight('/v1/test', 'https://evil.example');
    expect(evil.headers.get('access-control-allow-origin')).toBeNull();
    const console = await preflight('/api/test/open', 'https://shop.example');
    expect(console.headers.get('access-control-allow-origin')).toBeNull();
  });

  it('at /v1 knows API keys but no cookies', async () => {
    const owner = await api.owner();
    expect((await owner('GET', '/v1/test')).body).toEqual({ actor: 'public' });
    const key = await api.key({ scopes: ['tracking:write'] });
    expect((await key.send('GET', '/v1/test')).body).toEqual({ actor: 'apiKey' });
    const writeKey = await api.send('GET', '/v1/test', undefined, { authorization: 'Basic d3JpdGVrZXk6' });
    expect(writeKey.body).toEqual({ actor: 'public' });
  });
});
