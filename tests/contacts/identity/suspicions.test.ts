import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { identityJobs } from '../../../src/contacts/identity/jobs.ts';
import {
  addEvidence,
  createVisitors,
  mergeContacts,
  registerContacts,
  upsertContacts,
} from '../../../src/contacts/index.ts';
import { contactsRoutes } from '../../../src/contacts/routes.ts';
import { newId } from '../../../src/core/ids.ts';
import { testApp } from '../../support/app.ts';
import { as, person, testBase } from '../../support/ctx.ts';
import type { TestBase } from '../../support/ctx.ts';

let base: TestBase;
beforeAll(async () => {
  base = await testBase();
  registerContacts();
});
afterAll(() => base.close());
beforeEach(() => base.clock.advance(60_000));

const api = () => testApp(contactsRoutes(), base.ctx);

async function work(): Promise<void> {
  for (const job of identityJobs) await job.run(base.ctx, {}, new AbortController().signal);
}

async function someone(fields: object): Promise<string> {
  base.clock.advance(1_000);
  const [made] = await upsertContacts(base.ctx, [
    { name: 'Somebody', externalIds: [{ namespace: 'crm', id: newId() }], ...fields },
  ]);
  return made?.contactId ?? '';
}

type Review = {
  id: string;
  reason: string;
  a: { id: string };
  b: { id: string };
  speaksFor: Array<{ kind: string; value: string; proven: boolean }>;
};

async function all(limit = 200): Promise<Review[]> {
  const found: Review[] = [];
  for (let cursor = ''; ;) {
    const { body } = await api()('GET', `/api/identity/reviews?limit=${limit}${cursor}`);
    const { items, nextCursor } = body as { items: Review[]; nextCursor: string | null };
    found.push(...items);
    if (nextCursor === null) return found;
    cursor = `&cursor=${encodeURIComponent(nextCursor)}`;
  }
}
const between = async (...ids: string[]): Promise<Review[]> =>
  (await all()).filter(({ a, b }) => ids.includes(a.id) && ids.includes(b.id));

const edge = (contactId: string, value: string, strength: 'weak' | 'strong') => ({
  contactId,
  kind: 'email',
  value,
  strength,
  source: 'shop',
  occurredAt: base.clock.now(),
});

test('two who share an address nobody proved are listed, of an import or typed into a form', async () => {
  const [a, b] = [await someone({ email: 'same@weak.org' }), await someone({ email: 'same@weak.org' })];
  const c = await someone({ phone: '+447700900100' });
  const typed = newId();
  await createVisitors(base.ctx, [typed], 'tracking');
  await upsertContacts(base.ctx, [{ contactId: typed, name: 'Typed', phone: '+447700900100' }], {
    claimed: true,
  });
  await addEvidence(base.ctx, [{ ...edge(typed, '+447700900100', 'weak'), kind: 'phone' }]);
  expect(await between(a, b)).toEqual([]);
  await work();
  await work();
  expect(await between(a, b)).toMatchObject([
    { reason: 'unproven', speaksFor: [{ kind: 'email', value: 'same@weak.org', proven: false }] },
  ]);
  expect(await between(c, typed)).toMatchObject([{ reason: 'unproven' }]);
  const [review] = await between(a, b);
  const merged = await api()('POST', `/api/identity/reviews/${review?.id}`, { decision: 'merge' });
  expect(merged.body).toEqual({ contactId: a });
});

test('what proofs speak for comes first, page by page, and a proof brings a suspicion forward', async () => {
  const [a, b] = [await someone({ email: 'later@weak.org' }), await someone({ email: 'later@weak.org' })];
  const [c, d] = [await someone({ email: 'first@weak.org' }), await someone({ email: 'first@weak.org' })];
  await work();
  expect((await between(a, b))[0]?.reason).toBe('unproven');
  await addEvidence(base.ctx, [edge(a, 'later@weak.org', 'strong'), edge(b, 'later@weak.org', 'strong')]);
  const reasons = (await all(1)).map(({ reason }) => reason);
  expect((await between(a, b))[0]?.reason).toBe('other_value');
  expect((await between(c, d))[0]?.reason).toBe('unproven');
  expect(reasons).toHaveLength((await all()).length);
  expect(reasons.lastIndexOf('other_value')).toBeLessThan(reasons.indexOf('unproven'));
});

test('an address of many says nothing, nor one of two who are one already or whom a person keeps apart', async () => {
  const office = [];
  for (let i = 0; i < 6; i += 1) office.push(await someone({ phone: '+447700900200' }));
  const [a, b] = [await someone({ email: 'apart@weak.org' }), await someone({ email: 'apart@weak.org' })];
  await mergeContacts(base.ctx, { from: b, to: a, reason: 'test' });
  await addEvidence(base.ctx, [edge(a, 'both@weak.org', 'weak'), edge(b, 'both@weak.org', 'weak')]);
  const decided = [await someone({ email: 'no@weak.org' }), await someone({ email: 'no@weak.org' })];
  await work();
  expect(await between(...office)).toEqual([]);
  expect(await between(a, b)).toEqual([]);
  const [review] = await between(...decided);
  await api()('POST', `/api/identity/reviews/${review?.id}`, { decision: 'keep-apart' });
  await work();
  expect(await between(...decided)).toEqual([]);
});

test('a suspicion nothing speaks for any more is withdrawn, and nobody hears of contacts they may not see', async () => {
  const [a, b] = [
    await someone({ email: 'typo@weak.org', ownerId: 'somebody-else' }),
    await someone({ email: 'typo@weak.org', ownerId: 'somebody-else' }),
  ];
  await work();
  expect(await between(a, b)).toHaveLength(1);
  const own = testApp(contactsRoutes(), as(base.ctx, person('me', { visibility: 'own' })));
  const { body } = await own('GET', '/api/identity/reviews');
  expect((body as { items: Review[] }).items).toEqual([]);
  const changed = await api()('PATCH', `/api/contacts/${b}`, { email: 'mine@weak.org', version: 1 });
  expect(changed.status).toBe(200);
  await base.database.sql`delete from contact_point where contact_id = ${b} and value = 'typo@weak.org'`;
  await base.database
    .sql`delete from contact_point_lookup where contact_id = ${b} and value = 'typo@weak.org'`;
  await work();
  expect(await between(a, b)).toEqual([]);
});
