import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { settingsOf } from '../../src/tracking/actions.senders.ts';
import type { DeadLetterView, RecentEvent, SourceView } from '../../src/tracking/contract.ts';
import type { Send } from '../support/api.ts';
import { facts, openSite, taken, track } from './site.ts';
import type { Site } from './site.ts';

let site: Site;
let owner: Send;
beforeAll(async () => {
  site = await openSite();
  owner = await site.api.owner();
});
afterAll(() => site.close());

const made = async (input: object): Promise<SourceView> => {
  const answer = await owner('POST', '/api/sources', { name: 'A site', kind: 'site', ...input });
  expect(answer.status).toBe(201);
  return answer.body as SourceView;
};
const sendAs = (writeKey: string, event: object, headers: Record<string, string> = {}) =>
  site.api.send('POST', '/v1/track', { ...event, writeKey }, headers);
const patch = (source: SourceView, change: object) => owner('PATCH', `/api/sources/${source.id}`, change);

describe('a source', () => {
  test('switched off is refused, switched on again is taken', async () => {
    const source = await made({});
    expect((await patch(source, { disabled: true })).body).toMatchObject({ disabled: true });
    expect(await sendAs(source.writeKey, track('Off'))).toMatchObject({
      status: 403,
      body: { code: 'source_disabled' },
    });
    await patch(source, { disabled: false });
    expect((await sendAs(source.writeKey, track('On'))).status).toBe(200);
  });

  test('with a new key refuses the old one', async () => {
    const source = await made({});
    expect((await sendAs(source.writeKey, track('Before'))).status).toBe(200);
    const { writeKey } = (await owner('POST', `/api/sources/${source.id}/rotate-key`)).body as SourceView;
    expect(writeKey).not.toBe(source.writeKey);
    expect((await sendAs(source.writeKey, track('Old'))).status).toBe(401);
    expect((await sendAs(writeKey, track('New'))).status).toBe(200);
  });

  test('keeps its origins, its consent policy and its secret to itself', async () => {
    const source = await made({ consentDefault: 'denied' });
    const changed = await patch(source, { origins: ['https://shop.example/path'], name: 'Shop' });
    expect(changed.body).toMatchObject({
      name: 'Shop',
      origins: ['https://shop.example'],
      consentDefault: 'denied',
    });
    const foreign = await sendAs(source.writeKey, track('Foreign'), { origin: 'https://evil.example' });
    expect(foreign).toMatchObject({ status: 403, body: { code: 'origin_not_allowed' } });
    expect(JSON.stringify((await owner('GET', '/api/sources')).body)).not.toMatch(/secret/i);
  });

  test('that is not there is a 404, and whoever may only read changes nothing', async () => {
    const nobody = '019f0000-0000-7000-8000-000000000000';
    for (const path of ['', '/recent', '/health'])
      expect((await owner('GET', `/api/sources/${nobody}${path}`)).status).toBe(404);
    expect((await owner('PATCH', `/api/sources/${nobody}`, { name: 'x' })).status).toBe(404);
    const reader = await site.api.key({ scopes: ['tracking:read'] });
    const source = await made({});
    expect((await reader.send('PATCH', `/api/sources/${source.id}`, { name: 'x' })).status).toBe(403);
    expect((await reader.send('GET', `/api/sources/${source.id}`)).status).toBe(200);
  });

  test('tells what came last with its verdict, and how much of it', async () => {
    const source = await made({});
    const good = track('Good', { properties: { a: 1 } });
    const bad = { ...track('Bad'), event: '' };
    await sendAs(source.writeKey, good);
    await sendAs(source.writeKey, good);
    site.clock.advance(1_000);
    await sendAs(source.writeKey, bad);
    const { items } = (await owner('GET', `/api/sources/${source.id}/recent`)).body as {
      items: RecentEvent[];
    };
    expect(items).toMatchObject(
      [
        { verdict: 'rejected', messageId: bad.messageId, reason: /name of the event/, contactId: null },
        { verdict: 'accepted', messageId: good.messageId, name: 'Good', reason: null, properties: { a: 1 } },
      ].map((item) => ({
        ...item,
        reason: item.reason === null ? null : expect.stringMatching(item.reason),
      })),
    );
    expect((await owner('GET', `/api/sources/${source.id}`)).body).toMatchObject({
      events24h: 1,
      duplicates24h: 1,
      rejected24h: 1,
      lastEventAt: expect.stringMatching(/^2026-03-01T10/),
    });
    expect((await owner('GET', `/api/sources/${source.id}/health`)).body).toEqual({
      items: [{ minute: expect.any(String), accepted: 1, duplicate: 1, rejected: 1 }],
    });
  });
});

describe('what analytics.js asks for', () => {
  test('are settings with exactly one integration, at the public address', async () => {
    const source = await made({});
    const answer = await site.api.send('GET', `/v1/projects/${source.writeKey}/settings`, undefined, {
      origin: 'https://any.example',
    });
    const host = new URL(site.api.url).host;
    expect(answer.body).toEqual({
      integrations: { 'Segment.io': { apiKey: source.writeKey, apiHost: `${host}/v1`, protocol: 'http' } },
      metrics: { host: `${host}/v1`, sampleRate: 0 },
    });
    expect(answer.headers.get('access-control-allow-origin')).toBe('https://any.example');
    const { ctx } = site.api;
    const config = { ...ctx.config, publicUrl: 'https://crm.example/otklik/' };
    expect(await settingsOf({ ...ctx, config }, source.writeKey)).toMatchObject({
      integrations: { 'Segment.io': { apiHost: 'crm.example/otklik/v1', protocol: 'https' } },
    });
    expect((await site.api.send('GET', '/v1/projects/wk_nobody/settings')).status).toBe(404);
  });

  test('a preflight allows what the clients send for two hours, without credentials; answers show Retry-After', async () => {
    const preflight = await site.api.send('OPTIONS', '/v1/t', undefined, {
      origin: 'https://any.example',
      'access-control-request-method': 'POST',
      'access-control-request-headers': 'authorization,content-type,x-retry-count',
    });
    const header = (name: string) => preflight.headers.get(`access-control-${name}`);
    expect(header('allow-origin')).toBe('https://any.example');
    expect(header('allow-methods')?.split(/,\s*/).toSorted()).toEqual(['GET', 'OPTIONS', 'POST']);
    expect(header('allow-headers')?.toLowerCase().split(/,\s*/).toSorted()).toEqual([
      'authorization',
      'content-type',
      'x-retry-count',
    ]);
    expect(header('max-age')).toBe('7200');
    expect(header('allow-credentials')).toBeNull();
    const refused = await sendAs('wk_nobody', track('x'), { origin: 'https://any.example' });
    expect(refused.headers.get('access-control-expose-headers')).toBe('Retry-After');
    expect(refused.headers.get('access-control-allow-origin')).toBe('https://any.example');
  });
});

describe('a dead letter', () => {
  const letterOf = async (messageId: string): Promise<DeadLetterView | undefined> => {
    const answer = await owner('GET', `/api/dead-letters?limit=200&sourceId=${site.sourceId}`);
    return (answer.body as { items: DeadLetterView[] }).items.find(
      (letter) => letter.messageId === messageId,
    );
  };
  const setAside = async (event: {
    messageId: string;
    [field: string]: unknown;
  }): Promise<DeadLetterView> => {
    expect((await site.batch([event])).rejected).toHaveLength(1);
    const letter = await letterOf(event.messageId);
    if (letter === undefined) throw new Error('no letter');
    return letter;
  };
  const replay = async (letter: DeadLetterView, body: object = {}) =>
    (await owner('POST', `/api/dead-letters/${letter.id}/replay`, body)).body;

  test('tried again as it is stays with its reason; mended it becomes a fact at the time it came', async () => {
    const wrong = track('Mended', { timestamp: 'yesterday' });
    const letter = await setAside(wrong);
    expect(await replay(letter)).toMatchObject({
      outcome: 'rejected',
      reason: expect.stringMatching(/timestamp/),
    });
    const { timestamp: _wrong, ...right } = JSON.parse(letter.raw) as Record<string, unknown>;
    site.clock.advance(3_600_000);
    expect(await replay(letter, { raw: JSON.stringify(right) })).toEqual({ outcome: 'stored', reason: null });
    const [stored] = await facts(site, [wrong.messageId]);
    expect(stored).toMatchObject({ trust: 'public', at: new Date(letter.receivedAt).toISOString() });
    expect(await letterOf(wrong.messageId)).toBeUndefined();
    expect((await owner('POST', `/api/dead-letters/${letter.id}/replay`, {})).status).toBe(404);
  });

  test('whose event came meanwhile is a duplicate; one that is no JSON stays', async () => {
    const wrong = { ...track('Twice'), properties: 5 };
    const letter = await setAside(wrong);
    await site.batch([{ ...wrong, properties: {} }]);
    expect(await replay(letter, { raw: 'no JSON' })).toMatchObject({
      outcome: 'rejected',
      reason: 'the text is not JSON',
    });
    const mended = JSON.stringify({ ...wrong, properties: {} });
    expect(await replay(letter, { raw: mended })).toMatchObject({ outcome: 'duplicate' });
    expect(await facts(site, [wrong.messageId])).toHaveLength(1);
  });

  test('of a page speaks for a page, whoever replays it', async () => {
    const forged = { ...track('Forged', { userId: 'forged', timestamp: 'never' }) };
    const letter = await setAside(forged);
    await replay(letter, { raw: JSON.stringify({ ...forged, timestamp: undefined, trust: 'server' }) });
    expect((await facts(site, [forged.messageId]))[0]?.trust).toBe('public');
  });

  test('of an order is tried again when its cause is gone', async () => {
    const order = track('Order Completed', {
      properties: { order_id: 'late-1', currency: 'GBP', products: [{ sku: 'new-tea', price: 4 }] },
    });
    const answer = taken(await site.page('/v1/batch', { batch: [order] }));
    expect(answer).toMatchObject({ accepted: 1, notes: [{ messageId: order.messageId }] });
    const letter = await letterOf(order.messageId);
    expect(letter).toMatchObject({ kind: 'order', trust: 'public' });
    const server = {
      ...order,
      messageId: 'served',
      userId: 'u',
      properties: { order_id: 's', currency: 'GBP', products: [{ sku: 'new-tea', price: 4 }] },
    };
    expect(await site.server([server])).toEqual({ accepted: 1, duplicate: 0, rejected: [] });
    expect(await replay(letter as DeadLetterView)).toEqual({ outcome: 'stored', reason: null });
    expect(await letterOf(order.messageId)).toBeUndefined();
    expect(await facts(site, [order.messageId])).toHaveLength(1);
  });

  test('many are replayed and thrown away together', async () => {
    const wrong = [1, 2, 3].map(() => ({ ...track('Many'), type: 'dance' }));
    const letters: DeadLetterView[] = [];
    for (const event of wrong) letters.push(await setAside(event));
    const ids = letters.map(({ id }) => id);
    const replayed = await owner('POST', '/api/dead-letters/replay', { ids });
    expect(replayed.body).toEqual({ stored: 0, duplicate: 0, rejected: 3 });
    expect((await owner('DELETE', `/api/dead-letters/${ids[0]}`)).body).toEqual({ deleted: 1 });
    const gone = await owner('POST', '/api/dead-letters/delete', { ids });
    expect(gone.body).toEqual({ deleted: 2 });
    for (const event of wrong) expect(await letterOf(event.messageId)).toBeUndefined();
  });

  test('is seen by whoever may read, and replayed only by whoever may write', async () => {
    const letter = await setAside({ ...track('Rights'), type: 'dance' });
    const reader = await site.api.key({ scopes: ['tracking:read'] });
    expect((await reader.send('GET', '/api/dead-letters?limit=1')).body).toMatchObject({
      nextCursor: expect.any(String),
    });
    expect((await reader.send('POST', `/api/dead-letters/${letter.id}/replay`, {})).status).toBe(403);
    const stranger = await site.api.key({ scopes: ['contacts:read'] });
    expect((await stranger.send('GET', '/api/dead-letters')).status).toBe(403);
  });

  test('and a recent event show what people told only to whoever may see all contacts', async () => {
    const told = { email: 'secret@example.com' };
    const wrong = await setAside({ ...track('Wrong', { properties: told }), type: 'dance' });
    const right = track('Right', { properties: told, context: { traits: told } });
    await site.batch([right]);
    const own = await site.api.person('developer', { visibility: 'own' });
    const limited = await site.api.key({ scopes: ['tracking:read'] });
    const letters = `/api/dead-letters?limit=200&sourceId=${site.sourceId}`;
    const recent = `/api/sources/${site.sourceId}/recent`;
    for (const send of [own.send, limited.send]) {
      for (const path of [letters, recent])
        expect((await send('GET', path)).text).not.toContain('secret@example.com');
      const { items } = (await send('GET', recent)).body as { items: RecentEvent[] };
      expect(items.find(({ messageId }) => messageId === right.messageId)).toMatchObject({
        name: 'Right',
        verdict: 'accepted',
        masked: true,
        contactId: null,
        properties: null,
        context: null,
        raw: null,
      });
      const { items: masked } = (await send('GET', letters)).body as { items: DeadLetterView[] };
      expect(masked.find(({ id }) => id === wrong.id)).toMatchObject({ raw: '', masked: true });
    }
    const whole = await site.api.key({ scopes: ['tracking:read', 'contacts:read'] });
    for (const path of [letters, recent])
      expect((await whole.send('GET', path)).text).toContain('secret@example.com');
  });
});

test('the last events are those of the week its counters are kept for, and nothing older is looked for', async () => {
  const source = await made({});
  const recent = async () =>
    ((await owner('GET', `/api/sources/${source.id}/recent`)).body as { items: RecentEvent[] }).items.map(
      ({ name }) => name,
    );
  expect(await recent()).toEqual([]);
  await sendAs(source.writeKey, track('First'));
  site.clock.advance(3 * 86_400_000);
  await sendAs(source.writeKey, track('Second'));
  expect(await recent()).toEqual(['Second', 'First']);
  site.clock.advance(5 * 86_400_000);
  expect(await recent()).toEqual(['Second']);
  site.clock.advance(5 * 86_400_000);
  expect(await recent()).toEqual([]);
});
