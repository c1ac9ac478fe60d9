import { sql } from 'drizzle-orm';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { newId } from '../../../src/core/ids.ts';
import { mailRequested } from '../../../src/campaigns/contract.mail.ts';
import { contactOfUser } from '../site.ts';
import { NEWS, openForms, PERSON } from './world.ts';
import type { FormWorld } from './world.ts';

let world: FormWorld;
beforeAll(async () => {
  world = await openForms();
});
afterAll(() => world.close());

const BROWSER = { 'user-agent': PERSON, accept: 'text/html' };
const pathOf = (url: string): string => new URL(url).pathname;
const follow = (url: string, method = 'GET') => world.site.api.send(method, pathOf(url), undefined, BROWSER);
const consentsOf = (contactId: string | null | undefined) =>
  world.query<{ granted: boolean; proof: Record<string, unknown> }>(
    sql`select granted, proof from consent where contact_id = ${contactId}::uuid`,
  );
const pointsOf = (email: string) =>
  world.query<{ contactId: string; verified: boolean }>(sql`
    select contact_id as "contactId", verified_at is not null as verified from contact_point where value = ${email}`);

async function subscribed(email: string, over: Record<string, string> = {}) {
  const form = await world.form({ doubleOptIn: true });
  const answer = await world.fill(form.id, { email, news: 'yes', ...over });
  expect(answer.status).toBe(303);
  const [mail] = await world.mails(email);
  if (mail === undefined) throw new Error('no mail was asked for');
  return { form, mail };
}

test('consent waits for the answer to a mail; opening the link does nothing, pressing the button confirms', async () => {
  const { form, mail } = await subscribed('doi@example.com');
  const thanks = await world.site.api.send('GET', `/f/${form.id}/thanks?lang=en`);
  expect(thanks.text).toContain('We have sent you a mail.');
  expect((await world.submissions(form.id))[0]).toMatchObject({
    state: 'pending',
    contactId: mail.contactId,
  });
  expect(await consentsOf(mail.contactId)).toEqual([]);
  expect(await pointsOf('doi@example.com')).toEqual([{ contactId: mail.contactId, verified: false }]);

  for (let look = 0; look < 3; look += 1) {
    const asked = await follow(mail.confirmUrl);
    expect([asked.status, asked.text.includes('<form method="post"'), asked.text.includes(NEWS)]).toEqual([
      200,
      true,
      true,
    ]);
    expect(asked.text).not.toContain('doi@example.com');
    expect(asked.headers.get('content-security-policy')).toContain("frame-ancestors 'none'");
  }
  expect(await consentsOf(mail.contactId)).toEqual([]);

  world.site.clock.advance(60_000);
  const done = await follow(mail.confirmUrl, 'POST');
  expect([done.status, done.text.includes('Confirmed')]).toEqual([200, true]);
  const [submission] = await world.submissions(form.id);
  expect(submission?.state).toBe('confirmed');
  expect(await consentsOf(mail.contactId)).toMatchObject([
    {
      granted: true,
      proof: {
        method: 'double opt-in',
        text: NEWS,
        formId: form.id,
        formVersion: 1,
        submittedAt: submission?.submittedAt,
        confirmedAt: submission?.confirmedAt,
        confirmedIp: '127.0.0.1',
        confirmedUserAgent: PERSON,
      },
    },
  ]);
  expect(await pointsOf('doi@example.com')).toEqual([{ contactId: mail.contactId, verified: true }]);
  const again = await follow(mail.confirmUrl, 'POST');
  expect([again.status, again.text.includes('Already confirmed')]).toEqual([200, true]);
  expect(await consentsOf(mail.contactId)).toHaveLength(1);
  const names = await world.query<{ name: string }>(
    sql`select name from event where contact_id = ${mail.contactId}::uuid order by occurred_at`,
  );
  expect(names.map(({ name }) => name)).toEqual(['Form Submitted', 'Form Confirmed']);
  expect((await world.owner('GET', `/api/forms/${form.id}`)).body).toMatchObject({
    counts: { views: 1, submits: 1, confirmed: 1, spam: 0 },
  });
});

test('many confirmations at once are one consent', async () => {
  const { mail } = await subscribed('race@example.com');
  const answers = await Promise.all(Array.from({ length: 6 }, () => follow(mail.confirmUrl, 'POST')));
  expect(answers.map(({ status }) => status)).toEqual(Array.from({ length: 6 }, () => 200));
  expect(answers.filter(({ text }) => text.includes('Already confirmed'))).toHaveLength(5);
  expect(await consentsOf(mail.contactId)).toHaveLength(1);
});

test('who confirms an address known to be somebody’s is that somebody; the consent is theirs', async () => {
  await world.site.server([
    { type: 'identify', messageId: newId(), userId: 'ann', traits: { email: 'ann@example.com' } },
  ]);
  const ann = await contactOfUser(world.site, 'ann');
  const { mail } = await subscribed('ann@example.com', { first_name: 'Mallory' });
  expect(mail.contactId).not.toBe(ann);
  expect(await consentsOf(ann)).toEqual([]);
  await follow(mail.confirmUrl, 'POST');
  const nodes = await world.query<{ present: string }>(
    sql`select coalesce(merged_into, contact_id) as present from contact where contact_id in (${ann}::uuid, ${mail.contactId}::uuid)`,
  );
  const present = new Set(nodes.map((node) => node.present));
  expect(present.size).toBe(1);
  const consents = await Promise.all([...present].map(consentsOf));
  expect(consents.flat()).toMatchObject([{ granted: true, proof: { method: 'double opt-in' } }]);
});

test('what is asked of the mailer is what it takes, in the language of the form', async () => {
  const form = await world.form({ doubleOptIn: true });
  const _token = await world.token(form.id, '?lang=ru');
  world.site.clock.advance(10_000);
  await world.post(form.id, { _token, email: 'ru@example.com' });
  const [asked] = await world.query<{ payload: unknown }>(
    sql`select payload from outbox where topic = 'mail.requested' and payload ->> 'email' = 'ru@example.com'`,
  );
  const mail = mailRequested.parse(asked?.payload);
  expect(mail).toMatchObject({ locale: 'ru', data: { form: { name: 'Новости о чае' } } });
  expect((await follow(mail.data.form.confirmUrl)).text).toContain('Подтвердите адрес');
});

test('a link cut, forged, too old or withdrawn says so and confirms nothing', async () => {
  const { form, mail } = await subscribed('links@example.com');
  for (const path of [
    `${pathOf(mail.confirmUrl)}x`,
    pathOf(mail.confirmUrl).slice(0, -3),
    '/f/confirm/hello',
  ])
    for (const method of ['GET', 'POST']) {
      const answer = await world.site.api.send(method, path, undefined, BROWSER);
      expect([answer.status, answer.text.includes('This link does not work')]).toEqual([404, true]);
    }
  const [submission] = await world.submissions(form.id);
  const rejected = await world.owner('POST', `/api/forms/${form.id}/submissions/${submission?.id}/reject`);
  expect(rejected.status).toBe(204);
  expect((await follow(mail.confirmUrl, 'POST')).status).toBe(410);

  const second = await subscribed('late@example.com');
  world.site.clock.advance(9 * 86_400_000);
  const late = await follow(second.mail.confirmUrl, 'POST');
  expect([late.status, late.text.includes('too old')]).toEqual([410, true]);
  expect(await consentsOf(second.mail.contactId)).toEqual([]);
});

test('nobody’s mailbox can be filled: an address gets three mails a day, whatever form asks', async () => {
  for (let i = 0; i < 5; i += 1) {
    const form = await world.form({ doubleOptIn: true });
    expect((await world.fill(form.id, { email: 'victim@example.com' })).status).toBe(303);
    if (i === 4) expect((await world.submissions(form.id))[0]?.flags).toEqual(['mail_held']);
  }
  expect(await world.mails('victim@example.com')).toHaveLength(3);
});

test('a confirmed form with a redirect leads to the site, and only to a site it may', async () => {
  const refused = await world.owner('POST', '/api/forms', {
    name: 'Away',
    sourceId: world.site.sourceId,
    definition: {
      fields: [{ key: 'email', type: 'email', label: { en: 'Email' }, required: true }],
      thanks: { type: 'redirect', url: 'https://elsewhere.example/thanks' },
    },
  });
  expect([refused.status, (refused.body as { code: string }).code]).toEqual([422, 'redirect_not_allowed']);
  const form = await world.form({
    doubleOptIn: true,
    origins: ['https://shop.example/some/page'],
    thanks: { type: 'redirect', url: 'https://shop.example/thanks' },
  });
  await world.fill(form.id, { email: 'away@example.com' }, {});
  const [mail] = await world.mails('away@example.com');
  const done = await follow(mail?.confirmUrl ?? '', 'POST');
  expect([done.status, done.headers.get('location')]).toEqual([303, 'https://shop.example/thanks']);
});
