import { sql } from 'drizzle-orm';
import * as fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { upsertContacts } from '../../src/contacts/index.ts';
import type { UpsertInput } from '../../src/contacts/index.ts';
import { rows } from '../../src/core/db.ts';
import { testBase } from '../support/ctx.ts';
import type { TestBase } from '../support/ctx.ts';

let base: TestBase;
beforeAll(async () => {
  base = await testBase({ DEFAULT_COUNTRY: 'RU' });
});
afterAll(() => base.close());

const user = (id: string) => [{ namespace: 'user', id }];

async function contactRow(contactId: string): Promise<Record<string, unknown>> {
  const [found] = await rows(base.ctx.db, sql`select * from contact where contact_id = ${contactId}::uuid`);
  if (found === undefined) throw new Error('no such contact');
  return found;
}

async function history(contactId: string): Promise<Array<{ key: string; value: unknown; at: string }>> {
  return rows(
    base.ctx.db,
    sql`select key, value, occurred_at as at from contact_history where contact_id = ${contactId}::uuid
      order by occurred_at, key`,
  );
}

/** A statement about some keys; every word about a key is another one, so that each is a change. */
const statement = (keys: string[], i: number): UpsertInput => ({
  ...(keys.includes('city') ? { city: `city-${i}` } : {}),
  ...(keys.includes('country') ? { country: `country-${i}` } : {}),
  ...(keys.includes('email') ? { email: `mail-${i}@order.test` } : {}),
  ...(keys.includes('tags') ? { tags: [`tag-${i % 3}`] } : {}),
  attributes: Object.fromEntries(keys.filter((k) => k.startsWith('k')).map((k) => [k, i])),
  occurredAt: new Date(Date.UTC(2024, 0, 1 + i)),
});

const january = (day: number) => new Date(Date.UTC(2025, 0, day));

describe('upsertContacts', () => {
  test('large calls over the same contacts in opposite orders do not stop each other', async () => {
    const one = (n: number): UpsertInput => ({ externalIds: user(`large-${n}`), name: `N${n}` });
    const numbers = Array.from({ length: 2_400 }, (_, n) => n);
    await upsertContacts(base.ctx, numbers.map(one));
    const calls = [numbers, numbers.toReversed(), numbers, numbers.toReversed()].map((order, i) =>
      upsertContacts(
        base.ctx,
        order.map((n) => ({ ...one(n), city: `City ${i}` })),
      ),
    );
    const done = await Promise.allSettled(calls);
    expect(done.map(({ status }) => status)).toEqual(done.map(() => 'fulfilled'));
  });

  test('the same outside id names one contact, in one call and in the next', async () => {
    const first = await upsertContacts(base.ctx, [
      { externalIds: user('same-1'), name: 'Ann' },
      { externalIds: user('same-1'), city: 'Perm' },
      { externalIds: user('same-2'), name: 'Bob' },
    ]);
    expect(first.map((r) => r.outcome)).toEqual(['created', 'updated', 'created']);
    expect(first[0]?.contactId).toBe(first[1]?.contactId);
    const again = await upsertContacts(base.ctx, [
      { externalIds: user('same-1'), name: 'Ann' },
      { externalIds: user('same-2'), name: 'Bobby' },
    ]);
    expect(again.map((r) => r.outcome)).toEqual(['unchanged', 'updated']);
    expect(again.map((r) => r.contactId)).toEqual([first[0]?.contactId, first[2]?.contactId]);
    expect(await contactRow(again[0]?.contactId ?? '')).toMatchObject({
      name: 'Ann',
      city: 'Perm',
      version: 1,
    });
  });

  test('only what really changed enters the history, and an unchanged contact is not written at all', async () => {
    const input: UpsertInput = {
      externalIds: user('hist'),
      name: 'Eve',
      email: 'Eve@Example.com',
      attributes: { size: 5, vip: true },
      tags: ['b', 'a'],
    };
    const [made] = await upsertContacts(base.ctx, [input]);
    const id = made?.contactId ?? '';
    expect((await history(id)).map((h) => h.key)).toEqual([
      'attributes.size',
      'attributes.vip',
      'email',
      'name',
      'tags',
    ]);
    base.clock.advance(1000);
    await upsertContacts(base.ctx, [{ ...input, attributes: { size: 6, vip: true } }]);
    await upsertContacts(base.ctx, [{ ...input, attributes: { size: 6, vip: null } }]);
    await upsertContacts(base.ctx, [{ ...input, attributes: { size: 6 } }]);
    const past = await history(id);
    expect(past.slice(5).map((h) => [h.key, h.value])).toEqual([
      ['attributes.size', 6],
      ['attributes.vip', null],
    ]);
    expect(await contactRow(id)).toMatchObject({
      version: 3,
      email: 'eve@example.com',
      attributes: { size: 6 },
      tags: ['a', 'b'],
    });
  });

  test('an older word than the stored one enters the history but does not become the value', async () => {
    const say = (city: string, day: number): UpsertInput => ({
      externalIds: user('late'),
      city,
      occurredAt: january(day),
    });
    await upsertContacts(base.ctx, [say('Perm', 10)]);
    await upsertContacts(base.ctx, [say('Omsk', 5)]);
    await upsertContacts(base.ctx, [say('Omsk', 7)]);
    const [result] = await upsertContacts(base.ctx, [say('Tver', 20)]);
    const id = result?.contactId ?? '';
    expect(await contactRow(id)).toMatchObject({ city: 'Tver' });
    expect((await history(id)).map((h) => [h.value, h.at.slice(0, 10)])).toEqual([
      ['Omsk', '2025-01-05'],
      ['Perm', '2025-01-10'],
      ['Tver', '2025-01-20'],
    ]);
  });

  test('email and phone are recognised only when asked for, and a shared one names nobody', async () => {
    const [ann] = await upsertContacts(base.ctx, [
      { name: 'Ann', email: 'ann@match.test', phone: '8 912 000-00-01' },
    ]);
    const [stranger] = await upsertContacts(base.ctx, [{ email: 'ann@match.test' }]);
    expect(stranger?.contactId).not.toBe(ann?.contactId);
    const [shared] = await upsertContacts(base.ctx, [{ email: 'ANN@match.test' }], { matchBy: ['email'] });
    expect(shared?.outcome).toBe('created');
    const [byPhone] = await upsertContacts(base.ctx, [{ phone: '+79120000001', city: 'Ufa' }], {
      matchBy: ['email', 'phone'],
    });
    expect(byPhone).toMatchObject({ contactId: ann?.contactId, outcome: 'updated' });
  });

  test('phones are stored as E.164 with what was typed, short numbers stay raw and flagged', async () => {
    const [made] = await upsertContacts(base.ctx, [
      { name: 'P', phone: '8 (912) 345-67-89 доб. 123', phones: ['112'] },
    ]);
    const points = await rows(
      base.ctx.db,
      sql`select value, raw, extension, valid, is_primary from contact_point
        where contact_id = ${made?.contactId}::uuid order by value desc`,
    );
    expect(points).toEqual([
      { value: '112', raw: '112', extension: null, valid: false, is_primary: false },
      {
        value: '+79123456789',
        raw: '8 (912) 345-67-89 доб. 123',
        extension: '123',
        valid: true,
        is_primary: true,
      },
    ]);
  });

  test('what PostgreSQL cannot store is left out instead of failing the batch', async () => {
    const results = await upsertContacts(base.ctx, [
      { name: 'a\0b', attributes: { 'k\0': 'v\0', lone: '\ud800x', nan: Number.NaN } },
      { name: 'fine', email: 'no email at all' },
    ]);
    expect(await contactRow(results[0]?.contactId ?? '')).toMatchObject({
      name: 'ab',
      attributes: { k: 'v', lone: '\ufffdx' },
    });
    expect(await contactRow(results[1]?.contactId ?? '')).toMatchObject({ name: 'fine', email: null });
  });

  test('two upserts of one outside id at once make one contact', async () => {
    const ids = Array.from({ length: 40 }, (_, i) => `race-${i}`);
    const call = (reverse: boolean) =>
      upsertContacts(
        base.ctx,
        (reverse ? ids.toReversed() : ids).map((id) => ({ externalIds: user(id), name: id })),
      );
    const [a, b, c] = await Promise.all([call(false), call(true), call(false)]);
    expect(b.map((r) => r.contactId)).toEqual(a.map((r) => r.contactId).toReversed());
    expect(c.map((r) => r.contactId)).toEqual(a.map((r) => r.contactId));
    const [count] = await rows<{ n: number }>(
      base.ctx.db,
      sql`select count(*)::int as n from contact where name like 'race-%'`,
    );
    expect(count?.n).toBe(ids.length);
  });

  test('two upserts matched by one email at once make one contact', async () => {
    const results = await Promise.all(
      [1, 2, 3, 4].map(() => upsertContacts(base.ctx, [{ email: 'once@race.test' }], { matchBy: ['email'] })),
    );
    expect(new Set(results.map(([r]) => r?.contactId)).size).toBe(1);
  });

  test('the same changes give the same contact in any order and any cut into batches', async () => {
    let round = 0;
    const about = fc.subarray(['city', 'country', 'email', 'tags', 'k1', 'k2'], { minLength: 1 });
    const property = fc.asyncProperty(
      fc.array(about, { minLength: 2, maxLength: 7 }),
      fc.infiniteStream(fc.nat(1000)),
      async (said, noise) => {
        round += 1;
        const dated = said.map(statement);
        const shuffled = dated
          .map((s) => ({ s, key: noise.next().value ?? 0 }))
          .toSorted((a, b) => a.key - b.key)
          .map(({ s }) => s);
        const [straight, mixed] = [`p${round}-a`, `p${round}-b`];
        for (const s of dated) await upsertContacts(base.ctx, [{ ...s, externalIds: user(straight) }]);
        const cut = (noise.next().value ?? 0) % shuffled.length;
        const named = shuffled.map((s) => ({ ...s, externalIds: user(mixed) }));
        await upsertContacts(base.ctx, named.slice(0, cut));
        await upsertContacts(base.ctx, named.slice(cut));
        expect(await snapshot(mixed)).toEqual(await snapshot(straight));
      },
    );
    await fc.assert(property, { numRuns: 40 });
  });
});

/** What a contact is and was, without the ids and the moments of recording. */
async function snapshot(externalId: string): Promise<unknown> {
  const [found] = await rows(
    base.ctx.db,
    sql`select c.city, c.country, c.email, c.tags, c.attributes, c.name, c.kind, c.status,
        (select jsonb_agg(p.value order by p.value) from contact_point p where p.contact_id = c.contact_id) as points,
        (select jsonb_object_agg(d.day || d.key, d.value) from (
          select distinct on (k.key, t.day) k.key, t.day, h.value
          from (values ('city'), ('country'), ('email'), ('attributes.k1'), ('attributes.k2')) as k(key)
          cross join generate_series(timestamptz '2024-01-01', '2024-01-09', '1 day') as t(day)
          left join contact_history h on h.contact_id = c.contact_id and h.key = k.key and h.occurred_at <= t.day
          order by k.key, t.day, h.occurred_at desc, h.id desc
        ) d) as by_day
      from contact_external_id e join contact c using (contact_id)
      where e.namespace = 'user' and e.external_id = ${externalId}`,
  );
  return found;
}
