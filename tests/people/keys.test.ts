import { sql } from 'drizzle-orm';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { rows } from '../../src/core/db.ts';
import { startApi } from '../support/api.ts';
import type { Send, TestApi } from '../support/api.ts';

let api: TestApi;
let owner: Send;
let now = Date.parse('2026-11-21T12:00:00Z');
beforeAll(async () => {
  api = await startApi({ clock: { now: () => new Date(now) } });
  owner = await api.owner();
});
afterAll(() => api.close());

describe('an API key', () => {
  it('is shown once, kept as a hash, and works as Bearer and as the user of Basic with exactly its scopes', async () => {
    const made = await owner('POST', '/api/keys', { name: 'shop', scopes: ['people:read', 'orders:write'] });
    expect(made.status).toBe(201);
    const { id, key, prefix } = made.body as { id: string; key: string; prefix: string };
    expect(key.startsWith(prefix)).toBe(true);
    const stored = await rows(api.ctx.db, sql`select to_jsonb(k)::text as row from api_key k`);
    expect(JSON.stringify(stored)).not.toContain(key);
    expect((await owner('GET', '/api/keys')).text).not.toContain(key);

    const bearer = { authorization: `Bearer ${key}` };
    const basic = { authorization: `Basic ${Buffer.from(`${key}:`).toString('base64')}` };
    for (const headers of [bearer, basic]) {
      expect((await api.send('GET', '/api/people', undefined, headers)).status).toBe(200);
      expect((await api.send('POST', '/api/people/teams', { name: 'T' }, headers)).status).toBe(403);
    }
    expect((await api.send('GET', '/api/me', undefined, bearer)).body).toMatchObject({
      user: null,
      apiKey: { id, name: 'shop' },
      rights: ['people:read', 'orders:write'],
    });
  });

  it('is refused with 401 when made up, half right, expired or revoked', async () => {
    const { key, id, send } = await api.key({
      scopes: ['people:read'],
      expiresAt: new Date(now + 60_000).toISOString(),
    });
    const half = `${key.slice(0, -1)}${key.endsWith('A') ? 'B' : 'A'}`;
    for (const wrong of [half, 'otk_', `otk_${'x'.repeat(40)}`, `${key}x`]) {
      const answer = await api.send('GET', '/api/people', undefined, { authorization: `Bearer ${wrong}` });
      expect(answer).toMatchObject({ status: 401, body: { code: 'bad_api_key' } });
    }
    const foreign = await api.send('GET', '/api/people', undefined, { authorization: 'Bearer something' });
    expect(foreign).toMatchObject({ status: 401, body: { code: 'unauthenticated' } });
    expect((await send('GET', '/api/people')).status).toBe(200);
    now += 60_000;
    expect((await send('GET', '/api/people')).status).toBe(401);
    now -= 60_000;
    expect((await send('GET', '/api/people')).status).toBe(200);
    expect((await owner('DELETE', `/api/keys/${id}`)).status).toBe(204);
    expect((await send('GET', '/api/people')).status).toBe(401);
    expect((await owner('DELETE', `/api/keys/${id}`)).status).toBe(404);
  });

  it('revoked by another process stops within seconds', async () => {
    const { id, send } = await api.key({ scopes: ['people:read'] });
    expect((await send('GET', '/api/people')).status).toBe(200);
    await api.ctx.db.execute(sql`update api_key set revoked_at = now() where id = ${id}`);
    now += 5_000;
    expect((await send('GET', '/api/people')).status).toBe(401);
    now -= 5_000;
  });

  it('cannot hold more than whoever makes it: neither a person nor another key', async () => {
    const developer = await api.person('developer');
    const more = await developer.send('POST', '/api/keys', {
      name: 'k',
      scopes: ['orders:write', 'people:write'],
    });
    expect(more).toMatchObject({ status: 403, body: { code: 'forbidden' } });
    expect((await developer.send('POST', '/api/keys', { name: 'k', scopes: ['orders:write'] })).status).toBe(
      201,
    );
    const key = await api.key({ scopes: ['keys:write', 'orders:read'] });
    expect((await key.send('POST', '/api/keys', { name: 'k', scopes: ['orders:write'] })).status).toBe(403);
    expect((await key.send('POST', '/api/keys', { name: 'k', scopes: ['orders:read'] })).status).toBe(201);
    const manager = await api.person('manager');
    expect((await manager.send('GET', '/api/keys')).status).toBe(403);
  });

  it('tells when it was last used, to the minute', async () => {
    const { id, send } = await api.key({ scopes: ['people:read'] });
    await send('GET', '/api/people');
    const listed = (await owner('GET', '/api/keys')).body as { items: { id: string; lastUsedAt: string }[] };
    expect(listed.items.find((key) => key.id === id)?.lastUsedAt).toBe(new Date(now).toISOString());
  });
});
