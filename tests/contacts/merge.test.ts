import { sql } from 'drizzle-orm';
import type { SQL } from 'drizzle-orm';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  consentStandsSql,
  findByExternalIds,
  holdContacts,
  holdPeople,
  mergeContacts,
  recordConsents,
  registerContacts,
  registerMergeMover,
  suppress,
  suppressedSql,
  upsertContacts,
} from '../../src/contacts/index.ts';
import { contactsRoutes } from '../../src/contacts/routes.ts';
import { inTx } from '../../src/core/ctx.ts';
import { row, rows } from '../../src/core/db.ts';
import { newId } from '../../src/core/ids.ts';
import { testApp } from '../support/app.ts';
import { testBase } from '../support/ctx.ts';
import type { TestBase } from '../support/ctx.ts';

let base: TestBase;
beforeAll(async () => {
  base = await testBase();
  registerContacts();
});
afterAll(() => base.close());

let serial = 0;
async function contactWith(input: Parameters<typeof upsertContacts>[1][number]): Promise<string> {
  serial += 1;
  const externalIds = [{ namespace: 'user', id: `m-${serial}` }];
  const [made] = await upsertContacts(base.ctx, [{ externalIds, ...input }]);
  return made?.contactId ?? '';
}

/** Tables of this module with a contact_id, less the redirect itself. */
const OWN_TABLES = [
  'contact_point',
  'contact_point_lookup',
  'contact_external_id',
  'contact_history',
  'contact_note',
  'consent',
  'field_lookup',
];

const day = (n: number) => new Date(Date.UTC(2025, 5, n));

describe('mergeContacts', () => {
  test('leaves no row under the merged contact, in its own tables and in every registered module', async () => {
    const from = await contactWith({
      name: 'Old',
      email: 'old@m.test',
      phone: '+447700900001',
      city: 'Leeds',
      tags: ['a'],
    });
    const to = await contactWith({ name: 'New', email: 'new@m.test', tags: ['b'] });
    const send = testApp(contactsRoutes(), base.ctx);
    await send('POST', `/api/contacts/${from}/notes`, { body: 'of the old one' });
    await recordConsents(base.ctx, [
      { contactId: from, purpose: 'marketing', channel: 'email', granted: true, source: 't' },
    ]);
    const moved: string[] = [];
    registerMergeMover({
      name: 'test',
      move: async (_ctx, moves) => void moved.push(...moves.map((m) => `${m.from} ${m.to}`)),
    });
    expect(await mergeContacts(base.ctx, { from, to, reason: 'test' })).toBe(to);
    expect(moved).toEqual([`${from} ${to}`]);
    for (const table of OWN_TABLES) {
      const { n } = await row<{ n: number }>(
        base.ctx.db,
        sql`select count(*)::int as n from ${sql.identifier(table)} where contact_id = ${from}::uuid`,
      );
      expect([table, n]).toEqual([table, 0]);
    }
    const card = await send('GET', `/api/contacts/${from}`);
    expect(card.body).toMatchObject({
      id: to,
      name: 'New',
      email: 'new@m.test',
      phone: '+447700900001',
      city: 'Leeds',
      tags: ['a', 'b'],
      consents: [{ purpose: 'marketing', channel: 'email', granted: true }],
    });
    const timeline = await send('GET', `/api/contacts/${to}/timeline?kinds=note`);
    expect(timeline.body).toMatchObject({ items: [{ kind: 'note', data: { body: 'of the old one' } }] });
  });

  test("the survivor's own words stand, now and in the history, whatever the other one said later", async () => {
    const to = await contactWith({ name: 'Kept', city: 'Bath', occurredAt: day(1) });
    const from = await contactWith({ name: 'Later', city: 'York', country: 'GB', occurredAt: day(9) });
    await mergeContacts(base.ctx, { from, to, reason: 'test' });
    const latest = await rows<{ key: string; value: unknown }>(
      base.ctx.db,
      sql`select distinct on (key) key, value from contact_history where contact_id = ${to}::uuid
        order by key, occurred_at desc, id desc`,
    );
    expect(Object.fromEntries(latest.map(({ key, value }) => [key, value]))).toEqual({
      name: 'Kept',
      city: 'Bath',
      country: 'GB',
    });
  });

  test('merged ids lead to the last survivor, by id and by outside id, and merging again does nothing', async () => {
    const [a, b, c] = [
      await contactWith({ name: 'a' }),
      await contactWith({ name: 'b' }),
      await contactWith({ name: 'c' }),
    ];
    await mergeContacts(base.ctx, { from: a, to: b, reason: 'test' });
    await mergeContacts(base.ctx, { from: b, to: c, reason: 'test' });
    expect(await mergeContacts(base.ctx, { from: a, to: c, reason: 'again' })).toBe(c);
    expect(await holdContacts(base.ctx, [a, b, c])).toEqual(
      new Map([
        [a, c],
        [b, c],
        [c, c],
      ]),
    );
    const found = await findByExternalIds(base.ctx, [{ namespace: 'user', id: `m-${serial - 2}` }]);
    expect([...found.values()]).toEqual([{ contactId: c, nodeId: a }]);
    const { n } = await row<{ n: number }>(
      base.ctx.db,
      sql`select count(*)::int as n from outbox where topic = 'contact.merged' and payload->>'to' = ${c}`,
    );
    expect(n).toBe(1);
  });

  test('who is held is told apart by who is known, under the id they have now', async () => {
    const [from, to, other] = [
      await contactWith({ name: 'from' }),
      await contactWith({ name: 'to' }),
      await contactWith({ name: 'other' }),
    ];
    const visitor = newId();
    await base.ctx.db.execute(sql`insert into contact (contact_id, kind, created_at, updated_at)
      values (${visitor}, 'visitor', now(), now())`);
    await mergeContacts(base.ctx, { from, to, reason: 'test' });
    for (const hold of ['shared', 'alone'] as const) {
      const { present, known } = await holdPeople(base.ctx, [visitor, other, from, newId()], hold);
      expect(present).toEqual(
        new Map([
          [visitor, visitor],
          [other, other],
          [from, to],
        ]),
      );
      expect(known).toEqual(new Set([to, other]));
    }
  });

  test('held alone, nobody else edits a contact, while others who only store facts of it go on; a merge waits for both', async () => {
    const [alone, shared] = [await contactWith({ name: 'a' }), await contactWith({ name: 's' })];
    const isFree = async (id: string, lock: SQL): Promise<boolean> =>
      (await rows(base.ctx.db, sql`select 1 from contact where contact_id = ${id}::uuid ${lock} skip locked`))
        .length === 1;
    await inTx(base.ctx, async (tx) => {
      await holdContacts(tx, [alone], 'alone');
      await holdContacts(tx, [shared]);
      const locks = [sql`for key share`, sql`for no key update`, sql`for update`];
      expect(await Promise.all(locks.map((lock) => isFree(alone, lock)))).toEqual([true, false, false]);
      expect(await Promise.all(locks.map((lock) => isFree(shared, lock)))).toEqual([true, true, false]);
    });
  });

  test('an upsert that races a merge lands on the survivor', async () => {
    for (let round = 0; round < 10; round += 1) {
      const from = await contactWith({ name: 'racing' });
      const id = `m-${serial}`;
      const to = await contactWith({ name: 'survivor' });
      const [, [result]] = await Promise.all([
        mergeContacts(base.ctx, { from, to, reason: 'race' }),
        upsertContacts(base.ctx, [
          { externalIds: [{ namespace: 'user', id }], attributes: { raced: round } },
        ]),
      ]);
      const survivor = await row<{ attributes: unknown }>(
        base.ctx.db,
        sql`select attributes from contact where contact_id = ${to}::uuid`,
      );
      expect(survivor.attributes).toEqual({ raced: round });
      expect([from, to]).toContain(result?.contactId);
    }
  });

  test('two merges of one pair in opposite directions at once leave one contact', async () => {
    const [a, b] = [await contactWith({ name: 'x' }), await contactWith({ name: 'y' })];
    const [first, second] = await Promise.all([
      mergeContacts(base.ctx, { from: a, to: b, reason: 'race' }),
      mergeContacts(base.ctx, { from: b, to: a, reason: 'race' }),
    ]);
    expect(first).toBe(second);
    const { n } = await row<{ n: number }>(
      base.ctx.db,
      sql`select count(*)::int as n from contact where contact_id in (${a}::uuid, ${b}::uuid) and merged_into is null`,
    );
    expect(n).toBe(1);
  });
});

async function stands(contactId: string): Promise<boolean> {
  const condition = consentStandsSql(sql`c.contact_id`, sql`'marketing'`, sql`'email'`);
  const found = await row<{ ok: boolean }>(
    base.ctx.db,
    sql`select ${condition} as ok from contact c where c.contact_id = ${contactId}::uuid`,
  );
  return found.ok;
}

describe('consent and suppression', () => {
  test('the latest word counts by the time it was said, whenever it was recorded', async () => {
    const contactId = await contactWith({ name: 'consenting' });
    const word = (granted: boolean, day: number) => ({
      contactId,
      purpose: 'marketing',
      channel: 'email',
      granted,
      source: 'form',
      occurredAt: new Date(Date.UTC(2025, 0, day)),
    });
    expect(await stands(contactId)).toBe(false);
    await recordConsents(base.ctx, [word(true, 5)]);
    expect(await stands(contactId)).toBe(true);
    await recordConsents(base.ctx, [word(false, 3)]);
    expect(await stands(contactId)).toBe(true);
    await recordConsents(base.ctx, [word(false, 7)]);
    expect(await stands(contactId)).toBe(false);
  });

  test('words about nobody are left out, and words about a merged contact reach its survivor', async () => {
    const from = await contactWith({ name: 'f' });
    const to = await contactWith({ name: 't' });
    await mergeContacts(base.ctx, { from, to, reason: 'test' });
    const word = { purpose: 'marketing', channel: 'email', granted: true, source: 'link' };
    const nobody = '00000000-0000-7000-8000-000000000000';
    const stored = await recordConsents(base.ctx, [
      { contactId: from, ...word },
      { contactId: nobody, ...word },
    ]);
    expect(stored).toBe(1);
    expect(await stands(to)).toBe(true);
  });

  test('a suppressed address is suppressed in every spelling, and the first reason stays', async () => {
    await suppress(base.ctx, [{ channel: 'email', address: ' Bounced@Sup.test ', reason: 'hard_bounce' }]);
    await suppress(base.ctx, [{ channel: 'email', address: 'bounced@sup.test', reason: 'unsubscribe' }]);
    const found = await row<{ hit: boolean; miss: boolean; reason: string }>(
      base.ctx.db,
      sql`select ${suppressedSql(sql`'email'`, sql`'bounced@sup.test'`)} as hit,
        ${suppressedSql(sql`'sms'`, sql`'bounced@sup.test'`)} as miss, (select reason from suppression) as reason`,
    );
    expect(found).toEqual({ hit: true, miss: false, reason: 'hard_bounce' });
  });
});
