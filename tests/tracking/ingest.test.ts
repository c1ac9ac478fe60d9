import { gzipSync } from 'node:zlib';
import { sql } from 'drizzle-orm';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { rows } from '../../src/core/db.ts';
import { newId } from '../../src/core/ids.ts';
import { facts, openSite, taken, track } from './site.ts';
import type { Site } from './site.ts';

let site: Site;
beforeAll(async () => {
  site = await openSite();
});
afterAll(() => site.close());

const idOf = (events: ReadonlyArray<{ messageId: string }>) => events.map((e) => e.messageId);
const letters = (messageIds: ReadonlyArray<string | null>) =>
  rows<{ messageId: string; reason: string; raw: string }>(
    site.api.ctx.db,
    sql`select message_id as "messageId", reason, raw from dead_letter
      where message_id in (select jsonb_array_elements_text(${JSON.stringify(messageIds)}::text::jsonb))`,
  );

describe('an acknowledged event is one fact', () => {
  test('sent twice, twice in a batch, and by two requests at once', async () => {
    const twice = track('Twice');
    expect(await site.batch([twice])).toMatchObject({ accepted: 1, duplicate: 0 });
    expect(await site.batch([twice])).toMatchObject({ accepted: 0, duplicate: 1 });
    const inBatch = track('In a batch');
    expect(await site.batch([inBatch, inBatch, { ...inBatch, event: 'Changed' }])).toEqual({
      accepted: 1,
      duplicate: 2,
      rejected: [],
    });
    const anonymousId = newId();
    const many = Array.from({ length: 40 }, () => track('At once', { anonymousId }));
    const answers = await Promise.all([
      site.batch(many),
      site.batch(many.toReversed()),
      site.batch(many.slice(10)),
      site.batch(many.slice(0, 30).toReversed()),
    ]);
    expect(answers.reduce((sum, answer) => sum + answer.accepted, 0)).toBe(40);
    const stored = await facts(site, [twice.messageId, inBatch.messageId, ...idOf(many)]);
    expect(stored).toHaveLength(42);
    expect(new Set(stored.filter((f) => f.name === 'At once').map((f) => f.contactId)).size).toBe(1);
    expect(stored.find((f) => f.messageId === inBatch.messageId)?.name).toBe('In a batch');
  });

  test('ids count per source and per trust: a page that guesses an id keeps no fact of the server out', async () => {
    const order = track('Order Shipped', { userId: 'guessed' });
    expect(await site.batch([order])).toMatchObject({ accepted: 1 });
    expect(await site.server([order])).toMatchObject({ accepted: 1 });
    expect(await site.server([order])).toMatchObject({ duplicate: 1 });
    expect((await facts(site, [order.messageId])).map((f) => f.trust).toSorted()).toEqual([
      'public',
      'server',
    ]);
  });

  test('one without an id is taken each time, for nothing can tell a repetition', async () => {
    const { messageId: _none, ...event } = track('Nameless');
    expect(await site.batch([event, event])).toMatchObject({ accepted: 2, duplicate: 0 });
  });
});

describe('the clients are understood as they send', () => {
  const forms: Array<[string, (body: string) => string | Uint8Array, Record<string, string>]> = [
    ['JSON', (body) => body, { 'content-type': 'application/json' }],
    ['text', (body) => body, { 'content-type': 'text/plain' }],
    ['JSON labelled as a form', (body) => body, { 'content-type': 'application/x-www-form-urlencoded' }],
    ['JSON with a byte order mark', (body) => `\uFEFF${body}`, {}],
    ['gzip with its header', (body) => gzipSync(body), { 'content-encoding': 'gzip' }],
    ['gzip without a header', (body) => gzipSync(body), { 'content-type': 'text/plain' }],
  ];
  test.each(forms)('a body as %s', async (_what, form, headers) => {
    const event = track('Formed', { properties: { text: 'žлюбовь 🌍' } });
    const answer = await site.page('/v1/batch', form(JSON.stringify({ batch: [event] })), headers);
    expect(taken(answer)).toEqual({ accepted: 1, duplicate: 0, rejected: [] });
    expect((await facts(site, [event.messageId]))[0]?.properties).toEqual({ text: 'žлюбовь 🌍' });
  });

  test('the key as the user of Basic, as Bearer and in the body', async () => {
    const basic = `Basic ${Buffer.from(`${site.writeKey}:`).toString('base64')}`;
    for (const headers of [{ authorization: basic }, { authorization: `Bearer ${site.writeKey}` }]) {
      const answer = await site.api.send('POST', '/v1/t', track('Keyed'), headers);
      expect(taken(answer).accepted).toBe(1);
    }
    const inBody = await site.api.send('POST', '/v1/track', { ...track('Keyed'), writeKey: site.writeKey });
    expect(taken(inBody).accepted).toBe(1);
  });

  test('an API key, as the clients send a key, speaks for a server', async () => {
    const { key } = await site.api.key({ scopes: ['tracking:write'] });
    for (const authorization of [`Bearer ${key}`, `Basic ${Buffer.from(`${key}:`).toString('base64')}`]) {
      const event = track('Served', { userId: 'served' });
      // The real clients repeat their key in the body.
      const answer = await site.api.send(
        'POST',
        '/v1/batch',
        { batch: [event], writeKey: key },
        { authorization },
      );
      expect(taken(answer).accepted).toBe(1);
      expect((await facts(site, [event.messageId]))[0]?.trust).toBe('server');
    }
  });

  test('every call by its long and its short path, with the name it has', async () => {
    const anonymousId = newId();
    const calls: Array<[string, string, object, string]> = [
      ['/v1/track', 'a', { event: 'Signed Up' }, 'Signed Up'],
      ['/v1/p', 'b', { name: 'Home', properties: { path: '/' } }, 'Page Viewed'],
      ['/v1/screen', 'c', { name: 'Start' }, 'Screen Viewed'],
      ['/v1/i', 'd', { traits: { email: 'x@example.com' } }, 'Identified'],
    ];
    for (const [path, id, body] of calls) {
      const messageId = `${anonymousId}-${id}`;
      expect(taken(await site.page(path, { ...body, messageId, anonymousId })).accepted).toBe(1);
    }
    const stored = await facts(
      site,
      calls.map(([, id]) => `${anonymousId}-${id}`),
    );
    expect(stored.map((f) => f.name)).toEqual(calls.map(([, , , name]) => name));
    expect(stored[1]?.properties).toEqual({ name: 'Home', path: '/' });
    expect(stored[3]?.properties).toEqual({ email: 'x@example.com' });
  });

  test('a browser of a named site may ask and send; any other is refused', async () => {
    const shop = await openSite({ origins: ['https://shop.example'] });
    const ask = (origin: string) =>
      shop.api.send('OPTIONS', '/v1/track', undefined, {
        origin,
        'access-control-request-method': 'POST',
        'access-control-request-headers': 'authorization,content-type,x-retry-count',
      });
    const allowed = await ask('https://shop.example');
    expect(allowed.headers.get('access-control-allow-origin')).toBe('https://shop.example');
    expect(allowed.headers.get('access-control-allow-headers')?.toLowerCase()).toContain('x-retry-count');
    expect((await ask('https://evil.example')).headers.get('access-control-allow-origin')).toBeNull();
    const evil = await shop.page('/v1/track', track('Foreign'), { origin: 'https://evil.example' });
    expect(evil).toMatchObject({ status: 403, body: { code: 'origin_not_allowed' } });
    const own = await shop.page('/v1/track', track('Own'), { origin: 'https://shop.example' });
    expect(taken(own).accepted).toBe(1);
    await shop.close();
  });
});

describe('a wrong event fails no other', () => {
  test('each has its verdict, in the answer and as a dead letter with its text', async () => {
    const good = [track('Good'), track('Good too')];
    const bad: Array<[object, RegExp]> = [
      [track('Nul', { properties: { text: 'a\u0000b' } }), /cannot be stored/],
      [track('Nul in a key', { properties: { 'a\u0000b': 1 } }), /cannot be stored/],
      [track('Surrogate', { properties: { text: 'a\ud800b' } }), /cannot be stored/],
      [track('Large', { properties: { text: 'x'.repeat(33 * 1024) } }), /larger than 32 KB/],
      [track('Typed', { properties: 'text' }), /properties/],
      [track(''), /name of the event/],
      [{ ...track('Kind'), type: 'dance' }, /type/],
      [track('Nobody', { anonymousId: 'null', userId: 'undefined' }), /anonymousId/],
      [track('Long id', { anonymousId: 'x'.repeat(10_000) }), /anonymousId/],
      [track('When', { timestamp: 'yesterday' }), /timestamp/],
      [track('Before', { timestamp: '1970-01-01T00:00:00Z' }), /before 2000/],
    ];
    const text = JSON.stringify({ batch: [good[0], ...bad.map(([event]) => event), good[1], 5, null] });
    // A deep value is too much for JSON.stringify, as it would be for the server.
    const tail = `,{"type":"track","event":"Deep","messageId":"deep","anonymousId":"d","properties":${nested(5_000)}}]}`;
    const answer = taken(await site.page('/v1/batch', text.slice(0, -2) + tail));
    expect(answer.accepted).toBe(2);
    expect(answer.rejected).toHaveLength(bad.length + 3);
    for (const [i, [, reason]] of bad.entries()) expect(answer.rejected[i]?.reason).toMatch(reason);
    expect(answer.rejected.find((r) => r.messageId === 'deep')?.reason).toMatch(/nested deeper/);
    expect(await facts(site, idOf(good))).toHaveLength(2);
    const kept = await letters(answer.rejected.map((r) => r.messageId).filter((id) => id !== null));
    expect(kept).toHaveLength(bad.length + 1);
    expect(kept.find((letter) => /dance/.test(letter.raw))?.reason).toMatch(/type/);
  });

  test('the same wrong event sent again lies there once', async () => {
    const wrong = { ...track('Wrong'), type: 'dance' };
    await site.batch([wrong]);
    expect((await site.batch([wrong])).rejected).toHaveLength(1);
    expect(await letters([wrong.messageId])).toHaveLength(1);
  });

  test('prototype keys are data, and hundreds of traits are no error', async () => {
    const event = track('Keys', {
      properties: JSON.parse('{"__proto__":{"x":1},"constructor":"y"}') as object,
    });
    const traits = Object.fromEntries(Array.from({ length: 300 }, (_, i) => [`trait ${i}`, i]));
    const identify = { type: 'identify', userId: 'many-traits', messageId: newId(), traits };
    expect(await site.batch([event])).toMatchObject({ accepted: 1 });
    expect(await site.server([identify])).toMatchObject({ accepted: 1, rejected: [] });
    expect(({} as Record<string, unknown>)['x']).toBeUndefined();
  });
});

describe('a request that is none is refused whole, and says where', () => {
  test('a wrong key, a broken body, too many events, too many bytes', async () => {
    const send = (body: string | Uint8Array, key = site.writeKey) =>
      site.api.send('POST', '/v1/batch', body, { authorization: `Bearer ${key}` });
    const event = JSON.stringify(track('Refused'));
    const half = gzipSync(`{"batch":[${event}]}`).subarray(0, 60);
    const cases: Array<[Promise<{ status: number; body: unknown }>, number, string]> = [
      [send(`{"batch":[${event}]}`, 'wk_nobody'), 401, 'unknown_write_key'],
      [site.api.send('POST', '/v1/batch', '{"batch":[]}'), 401, 'no_write_key'],
      [send(half), 400, 'broken_gzip'],
      [send('{"batch":['), 400, 'not_json'],
      [send('[]'), 400, 'not_json'],
      [send('{}'), 400, 'not_a_batch'],
      [send(`{"batch":[${'1,'.repeat(2_500)}1]}`), 413, 'batch_too_large'],
      [send(gzipSync(`{"batch":["${'x'.repeat(6_000_000)}"]}`)), 413, 'body_too_large'],
      [send(`{"batch":["${'x'.repeat(6_000_000)}"]}`), 413, 'body_too_large'],
    ];
    for (const [answer, status, code] of cases)
      expect(await answer).toMatchObject({ status, body: { code } });
    expect(taken(await send(`{"batch":[${'1,'.repeat(2_499)}1]}`)).rejected).toHaveLength(2_500);
  });

  test('a server without the right to write is refused', async () => {
    const reader = await site.api.key({ scopes: ['contacts:read'] });
    expect((await reader.send('POST', '/v1/track', track('No right'))).status).toBe(403);
  });
});

function nested(depth: number): string {
  return `${'{"a":'.repeat(depth)}1${'}'.repeat(depth)}`;
}
