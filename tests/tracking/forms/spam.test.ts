import { sql } from 'drizzle-orm';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { SubmissionView } from '../../../src/tracking/forms/contract.ts';
import { openForms, PERSON } from './world.ts';
import type { FormWorld } from './world.ts';

let world: FormWorld;
beforeAll(async () => {
  world = await openForms(['https://shop.example']);
});
afterAll(() => world.close());

const people = () => world.query(sql`select 1 from contact where kind <> 'visitor'`);

describe('a machine is thanked like anybody, and what it sent is kept apart with the reason', () => {
  const cases: Array<
    [reason: string, send: (formId: string) => Promise<{ status: number; headers: Headers }>]
  > = [
    ['honeypot', (id) => world.fill(id, { email: 'bot@example.com', _website: 'http://spam.example' })],
    ['honeypot', (id) => world.fill(id, { email: 'not even an address', _website: 'x' })],
    ['too_fast', async (id) => world.post(id, { _token: await world.token(id), email: 'fast@example.com' })],
    ['no_token', (id) => world.post(id, { email: 'bare@example.com' })],
    ['no_token', (id) => world.post(id, { _token: 'AQAAforged', email: 'bare2@example.com' })],
    [
      'links',
      (id) =>
        world.fill(id, {
          email: 'links@example.com',
          note: 'Buy http://a.example and https://b.example or www.c.example [url=x]',
        }),
    ],
  ];
  test.each(cases)('%s', async (reason, send) => {
    const form = await world.form();
    const before = (await people()).length;
    const answer = await send(form.id);
    expect([answer.status, answer.headers.get('location')]).toEqual([303, `/f/${form.id}/thanks?lang=en`]);
    expect(await world.submissions(form.id)).toMatchObject([
      { state: 'spam', spamReason: reason, contactId: null },
    ]);
    expect((await people()).length).toBe(before);
    expect((await world.owner('GET', `/api/forms/${form.id}`)).body).toMatchObject({
      counts: { submits: 0, spam: 1 },
    });
  });
});

test('a token of one form opens no other', async () => {
  const [one, other] = [await world.form(), await world.form()];
  const _token = await world.token(one.id);
  world.site.clock.advance(10_000);
  await world.post(other.id, { _token, email: 'mixed@example.com' });
  expect(await world.submissions(other.id)).toMatchObject([{ state: 'spam', spamReason: 'no_token' }]);
});

test('a page left open too long is shown again with everything typed, and goes on', async () => {
  const form = await world.form();
  const _token = await world.token(form.id);
  world.site.clock.advance(10 * 86_400_000);
  const late = await world.post(form.id, { _token, email: 'slow@example.com', news: 'yes' });
  expect([
    late.status,
    late.text.includes('open for too long'),
    late.text.includes('slow@example.com'),
  ]).toEqual([422, true, true]);
  const fresh = /name="_token"[^>]*value="([^"]+)"/s.exec(late.text)?.[1] ?? '';
  expect(fresh).not.toBe(_token);
  world.site.clock.advance(10_000);
  expect((await world.post(form.id, { _token: fresh, email: 'slow@example.com' })).status).toBe(303);
});

test('the site’s own HTML may post where the form allows it, and only from the form’s sites', async () => {
  const form = await world.form({ spam: { plainPosts: true } });
  const own = await world.post(
    form.id,
    { _version: '1', _lang: 'en', email: 'plain@example.com', news: 'yes' },
    { origin: 'https://shop.example' },
  );
  expect(own.status).toBe(303);
  // The same press once more is the same submission.
  await world.post(
    form.id,
    { _version: '1', _lang: 'en', email: 'plain@example.com', news: 'yes' },
    { origin: 'https://shop.example' },
  );
  world.site.clock.advance(1_000);
  const foreign = await world.post(form.id, { email: 'x@example.com' }, { origin: 'https://evil.example' });
  expect(foreign.status).toBe(403);
  const hidden = await world.post(form.id, { email: 'script@example.com' });
  expect(hidden.status).toBe(303);
  expect(
    (await world.submissions(form.id)).map(({ state, spamReason, shown }) => [state, spamReason, shown]),
  ).toEqual([
    ['spam', 'foreign_site', 'site'],
    ['received', null, 'site'],
  ]);
});

test('one address gets its turn again after a while; what was typed is not lost meanwhile', async () => {
  const form = await world.form({ spam: { minFillMs: 0 } });
  const statuses: number[] = [];
  let last = '';
  for (let i = 0; i < 21; i += 1) {
    const _token = await world.token(form.id);
    const answer = await world.post(form.id, { _token, email: `many${i}@example.com` });
    statuses.push(answer.status);
    if (answer.status === 429) {
      last = answer.text;
      expect(Number(answer.headers.get('retry-after'))).toBeGreaterThan(0);
    }
  }
  expect(statuses.slice(0, 20)).toEqual(Array.from({ length: 20 }, () => 303));
  expect(statuses.at(-1)).toBe(429);
  expect(last).toContain('many20@example.com');
  world.site.clock.advance(60_000);
  expect((await world.fill(form.id, { email: 'later@example.com' })).status).toBe(303);
});

test('a person takes back what was taken for spam, once, and then it counts from when it was sent', async () => {
  const form = await world.form();
  await world.fill(form.id, { email: 'honest@example.com', news: 'yes', _website: 'my site' });
  const [kept] = (await world.submissions(form.id, 'spam')) as [SubmissionView];
  const path = `/api/forms/${form.id}/submissions/${kept.id}`;
  world.site.clock.advance(3_600_000);
  expect((await world.owner('POST', `${path}/approve`)).status).toBe(204);
  const [taken] = await world.submissions(form.id);
  expect(taken).toMatchObject({ state: 'received', submittedAt: kept.submittedAt });
  expect(
    await world.query(sql`select occurred_at = ${kept.submittedAt}::timestamptz as "sameTime", proof ->> 'userAgent' as agent
      from consent where contact_id = ${taken?.contactId}::uuid`),
  ).toEqual([{ sameTime: true, agent: PERSON }]);
  expect(
    await world.query(sql`select occurred_at = ${kept.submittedAt}::timestamptz as "sameTime" from event
      where name = 'Form Submitted' and message_id = ${`${kept.id}:submitted`}`),
  ).toEqual([{ sameTime: true }]);
  expect((await world.owner('POST', `${path}/approve`)).status).toBe(409);
  expect((await world.owner('POST', `${path}/reject`)).status).toBe(409);
  const broken = await world.form();
  await world.fill(broken.id, { email: 'no address', _website: 'x' });
  const [wrong] = await world.submissions(broken.id);
  const answer = await world.owner('POST', `/api/forms/${broken.id}/submissions/${wrong?.id}/approve`);
  expect([answer.status, answer.body]).toMatchObject([422, { code: 'submission_incomplete' }]);
  expect((await world.owner('POST', `/api/forms/${broken.id}/submissions/${wrong?.id}/reject`)).status).toBe(
    204,
  );
});

test('addresses that live for minutes or are nobody’s are marked, or refused where the form says so', async () => {
  const form = await world.form();
  await world.fill(form.id, { email: 'qwerty@sub.mailinator.com' });
  expect(await world.submissions(form.id)).toMatchObject([
    { state: 'received', flags: ['disposable', 'junk_email'] },
  ]);
  const strict = await world.form({ spam: { refuseDisposable: true } });
  await world.fill(strict.id, { email: 'gone@yopmail.com' });
  expect(await world.submissions(strict.id)).toMatchObject([{ state: 'spam', spamReason: 'disposable' }]);
});
