import { join } from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';
import { sql } from 'drizzle-orm';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createApp } from '../../src/api/index.ts';
import { createLimiter } from '../../src/api/ratelimit.ts';
import { rows } from '../../src/core/db.ts';
import { DomainError } from '../../src/core/errors.ts';
import { isStorable } from '../../src/core/text.ts';
import { MAX_RAW_CHARS, MAX_SHARED_BYTES } from '../../src/tracking/contract.ts';
import { trackingRoutes } from '../../src/tracking/index.ts';
import { parseBody } from '../../src/tracking/parse.ts';
import { submissionOf } from '../../src/tracking/submission.ts';
import { seededRandom } from './fuzz.random.ts';
import type { Random } from './fuzz.random.ts';
import { openSite } from './site.ts';
import type { Site } from './site.ts';

let site: Site;
beforeAll(async () => {
  site = await openSite({ poolSize: 6 });
});
afterAll(() => site.close());

const REQUESTS = 100_000;
/** One in so many goes into the whole app and its database, one in so many of those over a real connection; the rest is judged only. */
const STORED_EVERY = 20;
const OVER_HTTP_EVERY = 200;
/** One in so many carries an event that is right, beside the mutated one. */
const NEIGHBOUR_EVERY = 4;
const AT_ONCE = 256;
const seed = Number(process.env['FUZZ_SEED'] ?? Math.floor(Math.random() * 2 ** 31));

type Request = { path: string; body: Uint8Array; neighbour: string | null; intact: boolean };

test(`${REQUESTS} mutated requests (FUZZ_SEED=${seed}) get no 500, and what was right beside the wrong is stored`, async () => {
  const send = sender();
  const random = seededRandom(seed);
  const statuses = new Map<number, number>();
  const wanted: string[] = [];
  let n = 0;
  const lane = async (): Promise<void> => {
    while (n < REQUESTS) {
      n += 1;
      const number = n;
      const request = mutated(random, number);
      const stored = number % STORED_EVERY === 0;
      const status = stored ? await send(request, number % OVER_HTTP_EVERY === 0) : judged(request);
      statuses.set(status, (statuses.get(status) ?? 0) + 1);
      if (status >= 500 || (request.intact && status !== 200))
        throw new Error(
          `seed ${seed}, request ${number}: ${status} to ${Buffer.from(request.body).toString('base64')}`,
        );
      if (stored && request.neighbour !== null && request.intact) wanted.push(request.neighbour);
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, lane));

  const found = await rows<{ id: string; n: number }>(
    site.api.ctx.db,
    sql`select message_id as id, count(*)::int as n from event where message_id like 'good-%' group by message_id`,
  );
  const counts = new Map(found.map(({ id, n: count }) => [id, count]));
  expect(wanted.length).toBeGreaterThan(REQUESTS / STORED_EVERY / 2);
  expect(wanted.filter((id) => counts.get(id) !== 1)).toEqual([]);
  // Whole bodies that are none are refused, most mutations leave something that can be judged.
  expect([...statuses.keys()].filter((status) => ![200, 400, 413].includes(status))).toEqual([]);
  expect(statuses.get(200)).toBeGreaterThan(REQUESTS / 2);
}, 600_000);

/** What the app would answer, without storing: parsing and the verdicts, whatever comes. */
function judged({ body, neighbour, intact }: Request): number {
  try {
    const plain = body[0] === 0x1f && body[1] === 0x8b ? gunzipSync(body) : body;
    const { events, sharedBytes } = parseBody(new TextDecoder().decode(plain), 'batch');
    if (sharedBytes > events.length * MAX_SHARED_BYTES) return 597;
    const whose = { sourceId: site.sourceId, kind: 'site', trust: 'public' } as const;
    const submission = submissionOf(whose, events, site.clock.now());
    const taken = submission.events.map(({ event }) => event.messageId);
    if (intact && neighbour !== null && !taken.includes(neighbour)) return 599;
    // PostgreSQL would refuse this in any place.
    const letters = submission.rejected.every(
      (letter) => canBeStored(letter) && letter.raw.length <= MAX_RAW_CHARS,
    );
    return letters && submission.events.every(({ event }) => canBeStored(event)) ? 200 : 598;
  } catch (error) {
    if (error instanceof DomainError) return error.status;
    if (body[0] === 0x1f && body[1] === 0x8b && !intact) return 400;
    throw error;
  }
}

function canBeStored(event: object): boolean {
  let good = true;
  JSON.stringify(event, (key, value: unknown) => {
    if (!isStorable(key) || (typeof value === 'string' && !isStorable(value))) good = false;
    return value;
  });
  return good;
}

function sender(): (request: Request, overHttp: boolean) => Promise<number> {
  const { config, db, log } = site.api.ctx;
  const unlimited = { ...createLimiter(), take: () => {} };
  const app = createApp({
    base: { config: { ...config, secret: 'a secret of the tests, long enough' }, db, log, clock: site.clock },
    routes: [trackingRoutes()],
    webDist: join(import.meta.dirname, 'no-console'),
    limiter: unlimited,
  });
  const headers = { authorization: `Bearer ${site.writeKey}`, 'content-type': 'text/plain' };
  const env = { incoming: { socket: { remoteAddress: '127.0.0.1', remotePort: 1, remoteFamily: 'IPv4' } } };
  return async ({ path, body }, overHttp) => {
    const init = { method: 'POST', headers, body: Buffer.from(body) };
    const answer = overHttp ? await fetch(site.api.url + path, init) : await app.request(path, init, env);
    await answer.arrayBuffer();
    return answer.status;
  };
}

/** Mutates the event, the envelope, or the bytes. `intact`: the envelope and the neighbour are as they should be. */
function mutated(random: Random, number: number): Request {
  const neighbour = number % NEIGHBOUR_EVERY === 0 ? `good-${number}` : null;
  const event = random.event(`bad-${number}`);
  const how = random.int(10);
  if (how < 7) random.mutate(event, 1 + random.int(3));
  const good = neighbour === null ? [] : [{ ...random.event(neighbour), type: 'track', event: 'Good' }];
  const whole: Record<string, unknown> = { batch: [event, ...good], sentAt: '2026-03-01T10:00:00Z' };
  if (random.int(4) === 0) whole['context'] = random.sharedContext();
  const envelope = how === 7;
  if (envelope) random.mutate(whole, 1);
  // What JSON.stringify cannot write is written into the text.
  const text = random.deepen(JSON.stringify(whole));
  let body: Uint8Array = Buffer.from(text);
  if (how === 8) body = random.damage(body);
  if (random.int(20) === 0) body = gzipSync(body, { level: 1 });
  if (how === 9 && random.int(2) === 0) body = random.damage(body);
  return { path: '/v1/batch', body, neighbour, intact: how < 7 };
}
