import { sql } from 'drizzle-orm';
import { readFileSync } from 'node:fs';
import { runInNewContext } from 'node:vm';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { newId } from '../../../src/core/ids.ts';
import { contactOfUser, contactOfVisitor, track } from '../site.ts';
import { NEWS, NEWS_RU, openForms, PERSON } from './world.ts';
import type { FormWorld } from './world.ts';

let world: FormWorld;
beforeAll(async () => {
  world = await openForms();
});
afterAll(() => world.close());

type Person = { kind: string; email: string | null; givenName: string | null; attributes: object };
async function personOf(contactId: string): Promise<Person | undefined> {
  const [found] = await world.query<Person>(sql`
    select kind, email, given_name as "givenName", attributes from contact where contact_id = ${contactId}::uuid`);
  return found;
}

test('a filled form leads to the page of thanks, makes its visitor a person and tells of it on the timeline', async () => {
  const form = await world.form();
  const visitor = newId();
  await world.site.batch([track('Page Viewed', { anonymousId: visitor })]);
  const done = await world.fill(form.id, {
    _aid: visitor,
    email: 'Ann@Example.com',
    first_name: 'Ann',
    taste: 'green',
    news: 'yes',
  });
  expect([done.status, done.headers.get('location')]).toEqual([303, `/f/${form.id}/thanks?lang=en`]);
  const contactId = await contactOfVisitor(world.site, visitor);
  expect(await personOf(contactId)).toEqual({
    kind: 'person',
    email: 'ann@example.com',
    givenName: 'Ann',
    attributes: { taste: 'green' },
  });
  const timeline = await world.query<{ name: string; trust: string; properties: object }>(sql`
    select name, trust, properties from event where contact_id = ${contactId}::uuid order by occurred_at, id`);
  expect(timeline.map(({ name }) => name)).toEqual(['Page Viewed', 'Form Submitted']);
  expect(timeline[1]).toMatchObject({ trust: 'public', properties: { form: form.name, taste: 'green' } });
  expect(JSON.stringify(timeline[1])).not.toContain('ann@');
  const thanks = await world.site.api.send('GET', `/f/${form.id}/thanks?lang=en`);
  expect([thanks.status, thanks.text.includes('Thank you')]).toEqual([200, true]);
});

test('without double opt-in consent counts at once, with the exact words shown, version, language, address and time', async () => {
  const form = await world.form();
  const token = await world.token(form.id, '?lang=ru');
  // Other words are put in while the page lies open: what counts is what was shown.
  const changed = await world.owner('PATCH', `/api/forms/${form.id}`, {
    version: 1,
    definition: {
      ...form.definition,
      consents: [{ ...form.definition.consents[0], text: { en: 'Other words' } }],
    },
  });
  expect(changed.status).toBe(200);
  world.site.clock.advance(10_000);
  const done = await world.post(form.id, { _token: token, email: 'proof@example.com', news: 'on' });
  expect(done.status).toBe(303);
  const [submission] = await world.submissions(form.id);
  const consents = await world.query<{ granted: boolean; proof: Record<string, unknown> }>(sql`
    select granted, proof from consent where contact_id = ${submission?.contactId}::uuid`);
  expect(consents).toMatchObject([
    {
      granted: true,
      proof: {
        method: 'form',
        text: NEWS_RU,
        formVersion: 1,
        locale: 'ru',
        userAgent: PERSON,
        ip: '127.0.0.1',
        submittedAt: submission?.submittedAt,
      },
    },
  ]);
  expect(submission).toMatchObject({ version: 1, locale: 'ru', shown: 'hosted', state: 'received' });
});

test('a box that was not ticked gives no consent, and none is ticked when the page opens', async () => {
  const form = await world.form();
  const page = await world.site.api.send('GET', `/f/${form.id}?news=yes&email=pre@example.com`);
  expect(page.text).not.toMatch(/<input[^>]*checked/);
  expect(page.text).toContain('value="pre@example.com"');
  await world.fill(form.id, { email: 'quiet@example.com' });
  const [submission] = await world.submissions(form.id);
  expect(submission?.consents).toEqual([]);
  expect(
    await world.query(sql`select 1 from consent where contact_id = ${submission?.contactId}::uuid`),
  ).toEqual([]);
});

test('a public word changes nothing of somebody known, whoever types their address from wherever', async () => {
  const form = await world.form();
  const browser = newId();
  await world.site.server([
    {
      type: 'identify',
      messageId: newId(),
      userId: 'known',
      anonymousId: browser,
      traits: { email: 'known@example.com', firstName: 'Kay' },
    },
  ]);
  const known = await contactOfUser(world.site, 'known');
  const everything = () =>
    world.query(sql`
      select c.*, (select jsonb_agg(h order by h.id) from contact_history h where h.contact_id = c.contact_id) as history,
        (select jsonb_agg(p order by p.point_id) from contact_point p where p.contact_id = c.contact_id) as points,
        (select jsonb_agg(k) from consent k where k.contact_id = c.contact_id) as consents
      from contact c where c.contact_id = ${known}::uuid`);
  const before = await everything();
  // A stranger at another browser types the address.
  await world.fill(form.id, { _aid: newId(), email: 'known@example.com', first_name: 'Eve', news: 'yes' });
  expect(await everything()).toEqual(before);
  // Somebody else at the known one's browser types an address of their own.
  await world.fill(form.id, { _aid: browser, email: 'other@example.com', first_name: 'Eve', news: 'yes' });
  expect(await everything()).toEqual(before);
  const [own, strange] = await world.submissions(form.id);
  expect(new Set([own?.contactId, strange?.contactId, known]).size).toBe(3);
  // The known one at their own browser: the consent is theirs, and still no field changes.
  await world.fill(form.id, { _aid: browser, email: 'KNOWN@example.com', first_name: 'Karl', news: 'yes' });
  const [third] = await world.submissions(form.id);
  expect(third?.contactId).toBe(known);
  expect(await personOf(known)).toMatchObject({ givenName: 'Kay', email: 'known@example.com' });
  expect(
    await world.query(sql`select proof ->> 'text' as text from consent where contact_id = ${known}::uuid`),
  ).toEqual([{ text: NEWS }]);
});

test('one token sent many times at once is one submission, and everybody is thanked', async () => {
  const form = await world.form();
  const _token = await world.token(form.id);
  world.site.clock.advance(10_000);
  const answers = await Promise.all(
    Array.from({ length: 6 }, () => world.post(form.id, { _token, email: 'twice@example.com', news: 'yes' })),
  );
  expect(answers.map(({ status }) => status)).toEqual(Array.from({ length: 6 }, () => 303));
  const found = await world.submissions(form.id);
  expect(found).toHaveLength(1);
  const facts = await world.query<{ events: number; consents: number }>(sql`
    select (select count(*)::int from event where contact_id = ${found[0]?.contactId}::uuid and name = 'Form Submitted') as events,
      (select count(*)::int from consent where contact_id = ${found[0]?.contactId}::uuid) as consents`);
  expect(facts).toEqual([{ events: 1, consents: 1 }]);
});

test('what is wrong is said at its field, in the language of the page, and nothing typed is lost', async () => {
  const form = await world.form();
  const _token = await world.token(form.id, '?lang=ru');
  world.site.clock.advance(10_000);
  const wrong = await world.post(form.id, {
    _token,
    email: 'not an address',
    taste: 'mud',
    note: '\n<b>"first" & second</b>',
    news: 'yes',
    role: 'owner',
  });
  expect(wrong.status).toBe(422);
  expect(wrong.text).toContain('lang="ru"');
  expect(wrong.text).toContain('Это не похоже на адрес почты');
  expect(wrong.text).toContain('value="not an address"');
  expect(wrong.text).toContain('Выберите вариант из списка.');
  expect(wrong.text).toContain('&lt;b&gt;&quot;first&quot; &amp; second&lt;/b&gt;</textarea>');
  expect(wrong.text).toMatch(/name="news"[^>]*checked/);
  expect(wrong.text).not.toContain('owner');
  expect(await world.submissions(form.id)).toEqual([]);
  // The same page, mended: the same token, whose time counts from when the page was first opened.
  expect(wrong.text).toContain(_token);
  const mended = await world.post(form.id, { _token, email: 'mended@example.com' });
  expect(mended.status).toBe(303);
});

test('a script is told in JSON: done, or the wrong fields by name', async () => {
  const form = await world.form({ thanks: { type: 'text', text: { en: 'See you soon.' } } });
  const asked = await world.site.api.send('GET', `/f/${form.id}/token`, undefined, {
    origin: 'https://shop.example',
  });
  expect(asked.headers.get('access-control-allow-origin')).toBe('*');
  const { token } = asked.body as { token: string };
  world.site.clock.advance(10_000);
  const wrong = await world.site.api.send('POST', `/f/${form.id}`, { _token: token, email: '' });
  expect(wrong.headers.get('content-type')).toContain('application/problem+json');
  expect(wrong.body).toMatchObject({
    status: 422,
    code: 'validation_failed',
    errors: [{ path: 'email', code: 'required' }],
  });
  const done = await world.site.api.send(
    'POST',
    `/f/${form.id}`,
    { _token: token, email: 'script@example.com', news: true },
    { origin: 'https://shop.example' },
  );
  expect([done.status, done.body]).toEqual([
    200,
    { state: 'done', title: 'Thank you', text: 'See you soon.', redirect: null },
  ]);
  expect(done.headers.get('access-control-allow-origin')).toBe('*');
  expect((await world.submissions(form.id))[0]).toMatchObject({ shown: 'site', consents: [{ text: NEWS }] });
});

test('the script of the guide works as it stands there', async () => {
  // The key the console gives a first consent.
  const consents = [{ key: 'consent', purpose: 'marketing', channel: 'email', text: { en: NEWS } }];
  const form = await world.form({ spam: { minFillMs: 0 }, consents });
  const guide = readFileSync('docs/forms.md', 'utf8');
  const script =
    /```js\n(.*?)```/s.exec(guide)?.[1]?.replace('https://your-otklik/f/FORM_ID', form.url) ?? '';
  const answer: unknown = await runInNewContext(`(async () => { ${script}; return answer.json(); })()`, {
    fetch,
    URLSearchParams,
    anonymousId: newId(),
    email: 'guide@example.com',
  });
  expect(answer).toMatchObject({ state: 'done' });
  expect((await world.submissions(form.id))[0]).toMatchObject({
    email: 'guide@example.com',
    consents: [{ text: NEWS }],
  });
});
