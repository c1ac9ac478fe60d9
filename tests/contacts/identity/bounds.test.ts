import { sql } from 'drizzle-orm';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { MAX_ATTRIBUTES, MAX_TAGS } from '../../../src/contacts/contract.ts';
import { mergeContacts, registerContacts, upsertContacts } from '../../../src/contacts/index.ts';
import { row } from '../../../src/core/db.ts';
import { testBase } from '../../support/ctx.ts';
import type { TestBase } from '../../support/ctx.ts';

let base: TestBase;
beforeAll(async () => {
  base = await testBase();
  registerContacts();
});
afterAll(() => base.close());
beforeEach(() => base.clock.advance(60_000));

const who = (id: string) => ({ externalIds: [{ namespace: 'crm', id }] });
const nothings = (from: number, count: number) =>
  Object.fromEntries(Array.from({ length: count }, (_, i) => [`nothing ${from + i}`, null]));

async function repeatsOf(contactId: string): Promise<Record<string, number>> {
  const found = await row<{ said: Record<string, number> }>(
    base.ctx.db,
    sql`select said from identity_repeat where node_id = ${contactId}::uuid`,
  );
  return found?.said ?? {};
}

test('names of attributes made up without end leave no more behind than a contact has attributes, and no field', async () => {
  const [made] = await upsertContacts(base.ctx, [{ ...who('made-up'), city: 'York' }]);
  const contactId = made?.contactId ?? '';
  await upsertContacts(base.ctx, [{ ...who('made-up'), city: 'York' }]);
  for (let i = 0; i < 6; i++) {
    base.clock.advance(1_000);
    await upsertContacts(base.ctx, [{ ...who('made-up'), attributes: nothings(i * 50, 50) }]);
  }
  const { city, ...others } = await repeatsOf(contactId);
  expect(city).toBeTypeOf('number');
  expect(Object.keys(others).length).toBeLessThanOrEqual(MAX_ATTRIBUTES + 20);
  expect(others).toHaveProperty(['attributes.nothing 299']);
  expect(others).not.toHaveProperty(['attributes.nothing 0']);
});

test('also when one batch says them all', async () => {
  const [made] = await upsertContacts(base.ctx, [{ ...who('at-once'), name: 'A' }]);
  base.clock.advance(1_000);
  await upsertContacts(
    base.ctx,
    Array.from({ length: 5 }, (_, i) => ({ ...who('at-once'), attributes: nothings(i * 100, 100) })),
  );
  expect(Object.keys(await repeatsOf(made?.contactId ?? '')).length).toBeLessThanOrEqual(MAX_ATTRIBUTES + 20);
});

test('a value taken away before it was told of stays away', async () => {
  await upsertContacts(base.ctx, [{ ...who('late'), name: 'A' }]);
  const at = base.clock.now();
  base.clock.advance(60_000);
  await upsertContacts(base.ctx, [{ ...who('late'), attributes: { plan: null } }]);
  await upsertContacts(base.ctx, [
    { ...who('late'), attributes: { plan: 'gold' }, occurredAt: new Date(at.getTime() + 1_000) },
  ]);
  const found = await row<{ attributes: unknown }>(
    base.ctx.db,
    sql`select c.attributes from contact c join contact_external_id e on e.contact_id = c.contact_id where e.external_id = 'late'`,
  );
  expect(found?.attributes).toEqual({});
});

test('a tag beyond the bound of a contact of several is no word of it, however often it is said', async () => {
  const tags = Array.from({ length: MAX_TAGS }, (_, i) => `a${String(i).padStart(4, '0')}`);
  const [a, b] = await upsertContacts(base.ctx, [
    { ...who('full'), name: 'A', tags },
    { externalIds: [{ namespace: 'shop', id: 'full' }], name: 'B' },
  ]);
  base.clock.advance(1_000);
  const to = a?.contactId ?? '';
  await mergeContacts(base.ctx, { from: b?.contactId ?? '', to, reason: 'one person' });
  const state = () =>
    row(
      base.ctx.db,
      sql`select version, (select count(*)::int from contact_history h where h.contact_id = c.contact_id) as rows
        from contact c where contact_id = ${to}::uuid`,
    );
  const before = await state();
  for (let i = 0; i < 3; i++) {
    base.clock.advance(1_000);
    await upsertContacts(base.ctx, [{ externalIds: [{ namespace: 'shop', id: 'full' }], tags: ['zzz'] }]);
  }
  expect(await state()).toEqual(before);
});
