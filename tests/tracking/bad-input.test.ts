import { gzipSync } from 'node:zlib';
import { sql } from 'drizzle-orm';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { rows } from '../../src/core/db.ts';
import { newId } from '../../src/core/ids.ts';
import { contactOfUser, facts, openSite, taken, track } from './site.ts';
import type { Site } from './site.ts';

let site: Site;
beforeAll(async () => {
  site = await openSite();
});
afterAll(() => site.close());

const KB = 1024;
const large = (bytes: number) => track('Large', { properties: { text: 'x'.repeat(bytes) } });
const lettersOf = (messageId: string) =>
  rows<{ id: string; raw: string; reason: string }>(
    site.api.ctx.db,
    sql`select id, raw, reason from dead_letter where message_id = ${messageId}`,
  );

describe('each wrong thing has a verdict of its own, and nothing beside it is lost', () => {
  test('a batch of nearly 5 MB with one bad event: all the others are stored', async () => {
    const events = Array.from({ length: 2_000 }, () =>
      track('Bulk', { properties: { text: 'x'.repeat(2_300) } }),
    );
    const bad = { ...track('Bad'), type: 'dance' };
    const body = JSON.stringify({ batch: [...events.slice(0, 1_000), bad, ...events.slice(1_000)] });
    expect(body.length).toBeGreaterThan(4.7 * KB * KB);
    const answer = taken(await site.page('/v1/batch', body));
    expect(answer).toMatchObject({ accepted: 2_000, rejected: [{ messageId: bad.messageId }] });
    const stored = await facts(
      site,
      events.map((e) => e.messageId),
    );
    expect(stored).toHaveLength(2_000);
  });

  test('an event of 102 KB: set aside whole, stored when mended', async () => {
    const event = large(102 * KB);
    const good = track('Beside');
    const answer = await site.batch([event, good]);
    expect(answer).toMatchObject({ accepted: 1, rejected: [{ messageId: event.messageId }] });
    const [letter] = await lettersOf(event.messageId);
    expect(JSON.parse(letter?.raw ?? '')).toMatchObject({ properties: event['properties'] });
  });

  test('invalid UTF-8: the broken bytes become the replacement character, the event is stored', async () => {
    const event = track('Bytes', { properties: { text: '#' } });
    const bytes = Buffer.from(JSON.stringify({ batch: [event] }));
    bytes[bytes.indexOf('"#"') + 1] = 0xff;
    expect(taken(await site.page('/v1/batch', bytes)).accepted).toBe(1);
    expect((await facts(site, [event.messageId]))[0]?.properties).toEqual({ text: '\ufffd' });
  });

  test('JSON 10,000 levels deep: set aside with its text, which can be read again', async () => {
    const depth = 10_000;
    const nested = `${'{"a":'.repeat(depth)}1${'}'.repeat(depth)}`;
    const id = newId();
    const deep = `{"type":"track","event":"Deep","messageId":"${id}","anonymousId":"d","properties":${nested}}`;
    const good = track('Beside');
    const answer = taken(await site.page('/v1/batch', `{"batch":[${deep},${JSON.stringify(good)}]}`));
    expect(answer).toMatchObject({ accepted: 1, rejected: [{ messageId: id }] });
    const [letter] = await lettersOf(id);
    expect(letter?.reason).toMatch(/deeper than 64/);
    expect(letter?.raw).toBe(deep);
  });

  test('prototype keys: data like any other, which changes nothing here', async () => {
    const event = `{"type":"track","event":"Proto","messageId":"proto","anonymousId":"p-1","__proto__":{"admin":1},
      "properties":{"__proto__":{"admin":1},"constructor":{"prototype":{"admin":1}}},"context":{"__proto__":{"userAgent":"x"}}}`;
    expect(
      taken(await site.page('/v1/batch', `{"batch":[${event}],"__proto__":{"sentAt":1}}`)).accepted,
    ).toBe(1);
    const [stored] = await facts(site, ['proto']);
    expect(JSON.stringify(stored?.properties)).toContain('"__proto__":{"admin":1}');
    expect(({} as Record<string, unknown>)['admin']).toBeUndefined();
  });

  test('times of the future and of 1970: now, and a reason', async () => {
    const future = track('Future', { timestamp: '2999-01-01T00:00:00Z' });
    const past = track('Past', { timestamp: '1970-01-01T00:00:00Z' });
    const answer = await site.batch([future, past]);
    expect(answer).toMatchObject({ accepted: 1, rejected: [{ messageId: past.messageId }] });
    expect((await facts(site, [future.messageId]))[0]?.at).toBe('2026-03-01T10:00:00.000Z');
  });

  test('300 traits: the event keeps them all, the contact as many as it can hold', async () => {
    const traits = Object.fromEntries(Array.from({ length: 300 }, (_, i) => [`trait_${i}`, i]));
    const event = { type: 'identify', userId: 'traits-300', messageId: newId(), traits };
    expect(await site.server([event])).toMatchObject({ accepted: 1, rejected: [] });
    expect(Object.keys((await facts(site, [event.messageId]))[0]?.properties ?? {})).toHaveLength(300);
    const contactId = await contactOfUser(site, 'traits-300');
    const [contact] = await rows<{ n: number }>(
      site.api.ctx.db,
      sql`select (select count(*)::int from jsonb_object_keys(attributes)) as n from contact where contact_id = ${contactId}::uuid`,
    );
    expect(contact?.n).toBe(100);
  });

  test.each(['messageId', 'anonymousId', 'userId', 'event', 'groupId', 'previousId'])(
    'a %s of 10 KB: set aside',
    async (field) => {
      const long = { ...track('Long'), [field]: 'x'.repeat(10 * KB) };
      const type = { groupId: 'group', previousId: 'alias' }[field] ?? 'track';
      const good = track('Beside');
      const answer = await site.batch([
        { ...long, type, userId: field === 'userId' ? 'x'.repeat(10 * KB) : 'u' },
        good,
      ]);
      expect(answer.accepted).toBe(1);
      expect(answer.rejected[0]?.reason).toMatch(new RegExp(`^${field}: is longer than 200`));
    },
  );

  test('values that are no events at all: each is named', async () => {
    const answer = taken(await site.page('/v1/batch', '{"batch":[null,5,"text",[],true,{}]}'));
    expect(answer.accepted).toBe(0);
    expect(answer.rejected).toHaveLength(6);
  });

  test.each([
    ['/v1/group', { groupId: 'acme', userId: 'u', traits: { plan: 'gold' } }, 'Grouped'],
    ['/v1/g', { groupId: 'acme', anonymousId: 'a' }, 'Grouped'],
    ['/v1/alias', { previousId: 'before', userId: 'u' }, 'Aliased'],
    ['/v1/a', { previousId: 'before', userId: 'u' }, 'Aliased'],
  ])('%s is a fact and joins nobody', async (path, body, name) => {
    const messageId = newId();
    expect(taken(await site.page(path, { ...body, messageId })).accepted).toBe(1);
    expect((await facts(site, [messageId]))[0]?.name).toBe(name);
    const merges = await rows(site.api.ctx.db, sql`select 1 from contact where merged_into is not null`);
    expect(merges).toEqual([]);
  });

  test("analytics.js' figures of itself are taken and thrown away", async () => {
    const answer = await site.page('/v1/m', { series: [{ metric: 'analytics_js.invoke' }] });
    expect(answer.status).toBe(200);
  });
});

describe('a body that is none is refused whole', () => {
  const send = (body: string | Uint8Array, headers: Record<string, string> = {}) =>
    site.api.send('POST', '/v1/batch', body, { authorization: `Bearer ${site.writeKey}`, ...headers });

  test('a gigabyte packed into a megabyte is not unpacked', async () => {
    const bomb = gzipSync(Buffer.alloc(256 * KB * KB), { level: 9 });
    expect(bomb.length).toBeLessThan(KB * KB);
    const before = process.memoryUsage.rss();
    expect(await send(bomb)).toMatchObject({ status: 413, body: { code: 'body_too_large' } });
    expect(process.memoryUsage.rss() - before).toBeLessThan(128 * KB * KB);
  });

  test('a body sent in parts without a length ends at 5 MB', async () => {
    const parts = new ReadableStream<Uint8Array>({
      pull: (controller) => controller.enqueue(Buffer.alloc(64 * KB, 'x')),
    });
    const answer = await fetch(`${site.api.url}/v1/batch`, {
      method: 'POST',
      headers: { authorization: `Bearer ${site.writeKey}` },
      body: parts,
      duplex: 'half',
    }).then(
      (response) => response.status,
      // The connection may end before the client has stopped sending.
      () => 413,
    );
    expect(answer).toBe(413);
  });

  test('a body sent in parts is read like any other', async () => {
    const event = track('Parts');
    const body = Buffer.from(JSON.stringify({ batch: [event] }));
    const parts = new ReadableStream<Uint8Array>({
      start: (controller) => {
        for (let at = 0; at < body.length; at += 10) controller.enqueue(body.subarray(at, at + 10));
        controller.close();
      },
    });
    const answer = await fetch(`${site.api.url}/v1/batch`, {
      method: 'POST',
      headers: { authorization: `Bearer ${site.writeKey}` },
      body: parts,
      duplex: 'half',
    });
    expect(await answer.json()).toMatchObject({ accepted: 1 });
  });

  test.each(['wk_nobody', 'wk_', `wk_${'x'.repeat(10_000)}`, 'otk_x'])('with the key %.20s', async (key) => {
    const answer = await site.api.send('POST', '/v1/batch', { batch: [track('Keyless')], writeKey: key });
    expect(answer.status).toBe(401);
  });
});
