import { sql } from 'drizzle-orm';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { rows } from '../../src/core/db.ts';
import { newId } from '../../src/core/ids.ts';
import { createSource } from '../../src/tracking/actions.sources.ts';
import type { IngestAnswer } from '../../src/tracking/contract.ts';
import { facts, openSite, taken, track } from './site.ts';
import type { Site } from './site.ts';

/** What a page may send of visitors who have not agreed is the server's to judge, not the page's. */

let site: Site;
let asking: { id: string; writeKey: string };
beforeAll(async () => {
  site = await openSite();
  asking = await createSource(site.api.ctx, {
    name: 'asks first',
    kind: 'site',
    origins: [],
    consentDefault: 'denied',
  });
});
afterAll(() => site.close());

const send = async (events: readonly object[], key = asking.writeKey): Promise<IngestAnswer> =>
  taken(await site.page('/v1/batch', { batch: events }, { authorization: `Bearer ${key}` }));

const consent = (categoryPreferences: object) => ({ context: { consent: { categoryPreferences } } });
const everything = async (): Promise<string> =>
  JSON.stringify([
    await rows(site.api.ctx.db, sql`select * from contact`),
    await rows(site.api.ctx.db, sql`select * from visitor_lookup`),
    await rows(site.api.ctx.db, sql`select * from event`),
    await rows(site.api.ctx.db, sql`select * from dead_letter`),
  ]);

test('a source that asks first keeps nothing of an event without a yes: no profile, no id, no text', async () => {
  const secret = `secret-${newId()}`;
  const events = [
    track('Quiz Finished', { anonymousId: secret, properties: { note: secret } }),
    { ...track(''), type: 'identify', anonymousId: secret, traits: { email: `${secret}@example.com` } },
    track('Quiz Finished', { anonymousId: secret, ...consent({ marketing: true }) }),
    track('Quiz Finished', { anonymousId: secret, context: { consent: 'yes' } }),
    track('Quiz Finished', { anonymousId: secret, ...consent({ analytics: { toString: 1, valueOf: 1 } }) }),
  ];
  const answer = await send(events);
  expect(answer).toMatchObject({ accepted: 0, duplicate: 0 });
  expect(answer.rejected).toEqual(
    events.map(({ messageId }) => ({
      messageId,
      reason: 'this source needs consent, and the event carries none: nothing is kept',
    })),
  );
  expect(await everything()).not.toContain(secret);
  for (const { messageId } of events) expect(await everything()).not.toContain(messageId);
  // The developer finds it all the same: one letter for each call of the page.
  const letters = await rows(
    site.api.ctx.db,
    sql`select raw from dead_letter where source_id = ${asking.id}::uuid order by raw`,
  );
  expect(letters).toEqual([
    { raw: '{"type":"identify"}' },
    { raw: '{"type":"track","event":"Quiz Finished"}' },
  ]);
});

test('an event that is wrong besides is named with what is wrong, and nothing of whoever did not agree is kept', async () => {
  const secret = `secret-${newId()}`;
  const no = consent({ analytics: false });
  const wrong = (over: object) => track('Quiz Finished', { anonymousId: secret, ...over });
  const nameless = [wrong({ event: '' }), wrong({ properties: { note: secret + 'x'.repeat(40_000) } })];
  const answers = [
    await send(nameless),
    await send(
      nameless.map((one) => ({ ...one, ...no })),
      site.writeKey,
    ),
  ];
  for (const answer of answers)
    expect(answer.rejected.map(({ reason }) => reason)).toEqual([
      'event: a track call needs the name of the event',
      'larger than 32 KB',
    ]);
  expect(await everything()).not.toContain(secret);
  for (const { messageId } of nameless) expect(await everything()).not.toContain(messageId);
});

test.each([
  ['our snippet', { analytics: true, marketing: false }],
  ['Segment’s consent wrapper', { Analytics: true, Advertising: false }],
  ['Google consent mode', { analytics_storage: 'granted', ad_storage: 'denied' }],
])('a yes said through %s is stored with the visitor', async (_whose, said) => {
  const event = track('Quiz Finished', consent(said));
  expect(await send([event])).toEqual({ accepted: 1, duplicate: 0, rejected: [] });
  expect(await facts(site, [event.messageId])).toHaveLength(1);
});

test('a visit counted without cookies needs no yes and names nobody; a server answers for its visitors itself', async () => {
  const cookieless = track('Quiz Finished', { anonymousId: 'named', context: { cookieless: true } });
  expect(await send([cookieless])).toMatchObject({ accepted: 1 });
  const key = await site.api.key({ scopes: ['tracking:write'] });
  const told = track('Order Shipped', { userId: newId() });
  const answer = await key.send('POST', '/v1/batch', { batch: [told], writeKey: asking.writeKey });
  expect(taken(answer)).toMatchObject({ accepted: 1 });
  expect(await rows(site.api.ctx.db, sql`select 1 from visitor_lookup where anonymous_id = 'named'`)).toEqual(
    [],
  );
});

test('a spoken no counts at every source, also beside a yes', async () => {
  const events = [
    track('Quiz Finished', consent({ analytics: false })),
    track('Quiz Finished', consent({ analytics: true, analytics_storage: 'denied' })),
  ];
  const answer = await send(events, site.writeKey);
  expect(answer.accepted).toBe(0);
  expect(answer.rejected.map(({ reason }) => reason)).toEqual(
    events.map(() => 'the visitor has refused analytics: nothing is kept'),
  );
  expect(await send([track('Quiz Finished')], site.writeKey)).toMatchObject({ accepted: 1 });
});

test.each([false, 'false', 'Denied', 'no', 0])(
  'a no spelled %j is a no, also where nobody has to agree',
  async (no) => {
    const secret = `secret-${newId()}`;
    const event = track('Quiz Finished', { anonymousId: secret, ...consent({ analytics: no }) });
    expect(await send([event], site.writeKey)).toMatchObject({ accepted: 0 });
    expect(await everything()).not.toContain(secret);
  },
);
