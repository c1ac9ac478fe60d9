import { sql } from 'drizzle-orm';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { addEvidence, registerContacts, upsertContacts } from '../../../src/contacts/index.ts';
import { contactsRoutes } from '../../../src/contacts/routes.ts';
import { rows } from '../../../src/core/db.ts';
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

let serial = 0;
/** Two people with logins of their own, of whom the same address was proven. */
async function rivals(ownerId?: string): Promise<{ a: string; b: string; email: string }> {
  serial += 1;
  const email = `rival-${serial}@reviews.org`;
  const made: string[] = [];
  for (const side of ['a', 'b']) {
    base.clock.advance(1_000);
    const [one] = await upsertContacts(base.ctx, [
      {
        name: `Rival ${side} ${serial}`,
        externalIds: [{ namespace: 'user', id: `${side}-${serial}` }],
        ...(ownerId === undefined ? {} : { ownerId }),
      },
    ]);
    made.push(one?.contactId ?? '');
  }
  const [a = '', b = ''] = made;
  await addEvidence(
    base.ctx,
    [a, b].map((contactId, i) => ({
      contactId,
      kind: 'email',
      value: email,
      strength: 'strong' as const,
      source: 'shop',
      occurredAt: new Date(Date.UTC(2026, 1, 1 + i)),
    })),
  );
  return { a, b, email };
}

type Review = {
  id: string;
  a: { id: string };
  b: { id: string };
  speaksFor: unknown;
  speaksAgainst: unknown;
};

async function reviewOf(contactId: string, send = api()): Promise<Review | undefined> {
  const { body } = await send('GET', '/api/identity/reviews?limit=200');
  const { items } = body as { items: Review[] };
  return items.find(({ a, b }) => a.id === contactId || b.id === contactId);
}

test('two logins that share a proven address are not joined and wait with what speaks for and against', async () => {
  const { a, b, email } = await rivals();
  const review = await reviewOf(a);
  expect(new Set([review?.a.id, review?.b.id])).toEqual(new Set([a, b]));
  expect(review?.speaksFor).toContainEqual({ kind: 'email', value: email, proven: true });
  expect(review?.speaksAgainst).toEqual(
    [
      {
        kind: 'user',
        a: [`${review?.a.id === a ? 'a' : 'b'}-${serial}`],
        b: [`${review?.a.id === a ? 'b' : 'a'}-${serial}`],
      },
    ].map((one) => expect.objectContaining(one)),
  );
});

test('a decision to merge keeps the older contact and can be taken back; it is made once', async () => {
  const { a, b } = await rivals();
  const review = await reviewOf(a);
  const send = api();
  const decided = await send('POST', `/api/identity/reviews/${review?.id}`, { decision: 'merge' });
  expect(decided.body).toEqual({ contactId: a });
  expect(await reviewOf(a)).toBeUndefined();
  const again = await send('POST', `/api/identity/reviews/${review?.id}`, { decision: 'merge' });
  expect(again.status).toBe(404);
  const card = await send('GET', `/api/contacts/${b}/identity`);
  expect(card.body).toMatchObject({ contactId: a, merges: [{ kind: 'merge', from: b, to: a, by: 'test' }] });
  const undone = await send('POST', `/api/contacts/${a}/unmerge`, { node: b, reason: 'they are sisters' });
  expect(undone.body).toEqual({ contactId: a, separated: [b] });
});

test('a decision to keep apart holds whatever evidence comes later', async () => {
  const { a, b } = await rivals();
  const review = await reviewOf(a);
  const send = api();
  await send('POST', `/api/identity/reviews/${review?.id}`, { decision: 'keep-apart' });
  await addEvidence(
    base.ctx,
    [a, b].map((contactId) => ({
      contactId,
      kind: 'phone',
      value: `+4477009${String(serial).padStart(5, '0')}`,
      strength: 'strong' as const,
      source: 'sms',
      occurredAt: new Date(),
    })),
  );
  expect(await reviewOf(a)).toBeUndefined();
  const [{ n } = { n: -1 }] = await rows<{ n: number }>(
    base.ctx.db,
    sql`select count(*)::int as n from contact where contact_id in (${a}::uuid, ${b}::uuid) and merged_into is null`,
  );
  expect(n).toBe(2);
});

test('who may not change contacts decides nothing, and nobody hears of contacts they may not see', async () => {
  const { a, b } = await rivals('somebody-else');
  const review = await reviewOf(a);
  const own = testApp(contactsRoutes(), as(base.ctx, person('me', { role: 'manager', visibility: 'own' })));
  expect(await reviewOf(a, own)).toBeUndefined();
  const refused = await Promise.all([
    own('POST', `/api/identity/reviews/${review?.id}`, { decision: 'merge' }),
    own('GET', `/api/contacts/${a}/identity`),
    own('POST', `/api/contacts/${a}/merge`, { from: b, reason: 'mine' }),
    own('POST', `/api/contacts/${a}/unmerge`, { node: b, reason: 'mine' }),
  ]);
  expect(refused.map(({ status }) => status)).toEqual([404, 404, 404, 404]);
  const reader = testApp(contactsRoutes(), as(base.ctx, person('dev', { role: 'developer' })));
  const forbidden = await Promise.all([
    reader('POST', `/api/identity/reviews/${review?.id}`, { decision: 'merge' }),
    reader('POST', `/api/contacts/${a}/merge`, { from: b, reason: 'x' }),
    reader('POST', `/api/contacts/${a}/unmerge`, { node: b, reason: 'x' }),
  ]);
  expect(forbidden.map(({ status }) => status)).toEqual([403, 403, 403]);
});

test('what cannot be taken back is told apart', async () => {
  const { a, b } = await rivals();
  const send = api();
  const nobody = '00000000-0000-7000-8000-000000000000';
  const code = async (path: string, body: object) =>
    ((await send('POST', path, body)).body as { code?: string }).code;
  expect(await code(`/api/contacts/${a}/unmerge`, { node: a, reason: 'x' })).toBe('not_merged');
  expect(await code(`/api/contacts/${a}/unmerge`, { node: b, reason: 'x' })).toBe('identity_node_not_found');
  expect(await code(`/api/contacts/${a}/unmerge`, { edgeId: nobody, reason: 'x' })).toBe(
    'identity_edge_not_found',
  );
  expect(await code(`/api/contacts/${a}/merge`, { from: a, reason: 'x' })).toBe('merge_with_itself');
  expect(await code(`/api/contacts/${nobody}/merge`, { from: a, reason: 'x' })).toBe('contact_not_found');
});

test('weak evidence is shown and joins nobody, however much of it there is', async () => {
  const { a, b } = await rivals();
  await addEvidence(
    base.ctx,
    [a, b].flatMap((contactId) =>
      Array.from({ length: 80 }, (_, i) => ({
        contactId,
        kind: 'click',
        value: `message-${i}`,
        strength: 'strong' as const,
        source: 'campaign',
        occurredAt: new Date(),
      })),
    ),
  );
  const { body } = await api()('GET', `/api/contacts/${a}/identity`);
  const { nodes, edges } = body as { nodes: unknown[]; edges: Array<{ kind: string; strength: string }> };
  expect(nodes).toHaveLength(1);
  const clicks = edges.filter(({ kind }) => kind === 'click');
  expect(clicks).toHaveLength(50);
  expect(clicks.every(({ strength }) => strength === 'weak')).toBe(true);
});
