import { afterAll, beforeAll, expect, test } from 'vitest';
import { addEvidence, mergeContacts, registerContacts, upsertContacts } from '../../../src/contacts/index.ts';
import { identityOf } from '../../../src/contacts/identity/actions.reviews.ts';
import { unmergeContact } from '../../../src/contacts/identity/actions.unmerge.ts';
import { testBase } from '../../support/ctx.ts';
import type { TestBase } from '../../support/ctx.ts';

let base: TestBase;
beforeAll(async () => {
  base = await testBase();
  registerContacts();
});
afterAll(() => base.close());

async function contactOf(email: string): Promise<string> {
  base.clock.advance(1_000);
  const [made] = await upsertContacts(base.ctx, [{ email }]);
  return made?.contactId ?? '';
}

test('says of every piece of evidence whether it can be taken back, exactly as an un-merge would decide', async () => {
  const [a, b] = [await contactOf('tell@un.org'), await contactOf('tell-two@un.org')];
  const said = { contactId: a, source: 'shop', occurredAt: new Date(Date.UTC(2026, 1, 1)) };
  await addEvidence(base.ctx, [
    { ...said, kind: 'email', value: 'tell@un.org', strength: 'strong' },
    { ...said, kind: 'email', value: 'tell-hint@un.org', strength: 'weak' },
    // A till: more people than one logged in there.
    ...Array.from({ length: 12 }, (_, i) => ({
      ...said,
      contactId: b,
      kind: 'user',
      value: `tell-${i}`,
      strength: 'strong' as const,
    })),
  ]);
  await mergeContacts(base.ctx, { from: b, to: a, reason: 'one person' });
  const { edges } = await identityOf(base.ctx, a);
  expect(edges.length).toBeGreaterThan(13);
  for (const { edgeId } of edges.filter(({ separable }) => !separable))
    await expect(unmergeContact(base.ctx, a, { edgeId, reason: 'wrong' })).rejects.toMatchObject({
      code: 'evidence_joins_nobody',
      status: 409,
    });
  const kinds = new Set(edges.filter(({ separable }) => separable).map(({ kind }) => kind));
  expect([...kinds].toSorted()).toEqual(['email', 'has:email', 'manual']);
  const manual = edges.find(({ kind }) => kind === 'manual');
  await unmergeContact(base.ctx, a, { edgeId: manual?.edgeId ?? '', reason: 'wrong' });
  expect((await identityOf(base.ctx, a)).edges.find(({ kind }) => kind === 'manual')).toMatchObject({
    separable: false,
  });
});

test('names a record without ids by its own emails, also one the other record has too', async () => {
  const [a, b] = [await contactOf('own@un.org'), await contactOf('other@un.org')];
  await upsertContacts(base.ctx, [{ contactId: b, email: 'own@un.org' }], { claimed: true });
  await mergeContacts(base.ctx, { from: b, to: a, reason: 'one person' });
  const { nodes } = await identityOf(base.ctx, a);
  const valuesOf = (node: string) => nodes.find((one) => one.node === node)?.points.map(({ value }) => value);
  expect(valuesOf(a)).toEqual(['own@un.org']);
  expect(valuesOf(b)).toEqual(['other@un.org', 'own@un.org']);
});
