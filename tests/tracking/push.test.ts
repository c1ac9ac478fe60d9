import { sql } from 'drizzle-orm';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { rows } from '../../src/core/db.ts';
import { newId } from '../../src/core/ids.ts';
import { contactOfVisitor, openSite } from './site.ts';
import type { Site } from './site.ts';

let site: Site;
beforeAll(async () => {
  site = await openSite({ poolSize: 8 });
});
afterAll(() => site.close());

const subscribe = (endpoint: string, anonymousId = newId()) =>
  site.api.send('POST', '/v1/push', {
    writeKey: site.writeKey,
    anonymousId,
    subscription: { endpoint, keys: { p256dh: 'BPub', auth: 'auth' } },
  });
const holders = (endpoint: string) =>
  rows<{ id: string }>(
    site.api.ctx.db,
    sql`select l.contact_id as id from contact_point_lookup l join contact_point p using (contact_id, kind, value)
      where l.kind = 'push' and l.value = ${endpoint}`,
  );

test.each([
  'http://push.example.com/a',
  'https://localhost/a',
  'https://a.localhost/a',
  'https://service/a',
  'https://127.0.0.1/a',
  'https://2130706433/a',
  'https://0x7f.1/a',
  'https://[::1]/a',
  'https://169.254.169.254/latest',
  'https://metadata.google.internal/a',
  'https://printer.local./a',
  'https://user:secret@push.example.com/a',
  'https://push.example.com:8443/a',
  `https://push.example.com/${'é'.repeat(1_900)}`,
  `https://push.example.com/${'a'.repeat(1_900)}`,
  'https://',
])('what is no address of a push service is refused (%#)', async (endpoint) => {
  expect((await subscribe(endpoint)).status).toBe(422);
});

test('an address is kept as ASCII, whatever it was written in', async () => {
  const endpoint = `https://пуш.example.com/${'é'.repeat(100)}`;
  expect((await subscribe(endpoint)).body).toEqual({ stored: true });
  const kept = new URL(endpoint).href;
  expect(kept).toMatch(/^https:\/\/xn--[!-~]+$/);
  expect(await holders(kept)).toHaveLength(1);
});

test('a browser belongs to whoever brought it last, also when many do at once', async () => {
  const endpoints = ['https://push.example.com/one', 'https://push.example.com/two'];
  const visitors = Array.from({ length: 8 }, () => newId());
  const answers = await Promise.all(
    visitors.flatMap((id, i) =>
      (i % 2 === 0 ? endpoints : endpoints.toReversed()).map((endpoint) => subscribe(endpoint, id)),
    ),
  );
  expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]));
  for (const endpoint of endpoints) expect(await holders(endpoint)).toHaveLength(1);
  const last = newId();
  await subscribe(endpoints[0] ?? '', last);
  expect(await holders(endpoints[0] ?? '')).toEqual([{ id: await contactOfVisitor(site, last) }]);
});
