import { sql } from 'drizzle-orm';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  contactsRoutes,
  recordConsents,
  registerContacts,
  upsertContacts,
} from '../../src/contacts/index.ts';
import type { ContactCard } from '../../src/contacts/contract.ts';
import { row, rows } from '../../src/core/db.ts';
import { appUser } from '../../src/people/schema.ts';
import { testApp } from '../support/app.ts';
import { as, person, testBase } from '../support/ctx.ts';
import type { TestBase } from '../support/ctx.ts';

let base: TestBase;
let send: ReturnType<typeof testApp>;
beforeAll(async () => {
  base = await testBase();
  registerContacts();
  const at = base.clock.now();
  await base.ctx.db.insert(appUser).values(
    ['eve', 'gone'].map((id) => ({
      id,
      name: id,
      email: `${id}@people.test`,
      createdAt: at,
      updatedAt: at,
      role: 'head',
      visibility: 'all',
      deactivatedAt: id === 'gone' ? at : null,
    })),
  );
  send = testApp(contactsRoutes(), as(base.ctx, person('eve', { role: 'head' })));
});
afterAll(() => base.close());

async function create(body: object): Promise<ContactCard> {
  const answer = await send('POST', '/api/contacts', body);
  if (answer.status !== 201) throw new Error(answer.text);
  return answer.body as ContactCard;
}

const many = (from: number, n: number) =>
  Object.fromEntries(Array.from({ length: n }, (_, i) => [`k${from + i}`, i]));

describe('editing', () => {
  test('of two edits of one version one wins and the other is told so', async () => {
    const card = await create({ name: 'Edited' });
    const edit = (city: string) => send('PATCH', `/api/contacts/${card.id}`, { version: card.version, city });
    const answers = await Promise.all([edit('Bath'), edit('York'), edit('Leeds')]);
    expect(answers.map((a) => a.status).toSorted((a, b) => a - b)).toEqual([200, 409, 409]);
    const winner = answers.find((a) => a.status === 200)?.body as ContactCard;
    expect(winner.version).toBe(card.version + 1);
    expect((await send('GET', `/api/contacts/${card.id}`)).body).toMatchObject({
      city: winner.city,
      version: winner.version,
    });
    expect(answers.find((a) => a.status === 409)?.body).toMatchObject({
      code: 'version_conflict',
      at: 'version',
    });
  });

  test('a time zone or language nothing could be shown in is refused', async () => {
    for (const [field, value] of [
      ['timeZone', 'Mars/x'],
      ['locale', 'xx-invalid!!'],
    ] as const) {
      const answer = await send('POST', '/api/contacts', { name: 'Martian', [field]: value });
      expect([answer.status, answer.body]).toEqual([422, expect.objectContaining({ at: field })]);
    }
    const card = await create({ name: 'Earthling', timeZone: 'Europe/Paris', locale: 'pt_BR' });
    expect(card).toMatchObject({ timeZone: 'Europe/Paris', locale: 'pt_BR' });
  });

  test('a corrected email replaces the wrong one everywhere, and the history keeps it', async () => {
    const card = await create({ name: 'Mail', email: 'wrong@edit.test' });
    const edited = await send('PATCH', `/api/contacts/${card.id}`, { version: 1, email: 'Right@edit.test' });
    expect(edited.body).toMatchObject({
      email: 'right@edit.test',
      points: [{ kind: 'email', value: 'right@edit.test', raw: 'Right@edit.test', primary: true }],
    });
    const found = async (search: string) => (await send('GET', `/api/contacts/count?search=${search}`)).body;
    expect(await found('wrong@edit.test')).toMatchObject({ count: 0 });
    expect(await found('right@edit.test')).toMatchObject({ count: 1 });
    const removed = await send('PATCH', `/api/contacts/${card.id}`, { version: 2, email: null });
    expect(removed.body).toMatchObject({ email: null, points: [] });
    const history = await send('GET', `/api/contacts/${card.id}/history?key=email`);
    const { items } = history.body as { items: Array<{ value: unknown }> };
    expect(items).toHaveLength(3);
    expect(new Set(items.map((entry) => entry.value))).toEqual(
      new Set([null, 'right@edit.test', 'wrong@edit.test']),
    );
    const looked = await rows(
      base.ctx.db,
      sql`select 1 from contact_point_lookup where contact_id = ${card.id}::uuid`,
    );
    expect(looked).toHaveLength(0);
  });

  test('an edit replaces tags and attributes as given, and filters follow at once', async () => {
    const card = await create({ name: 'Tagged', tags: ['a', 'b'], attributes: { plan: 'free', size: 1 } });
    const edit = { version: 1, tags: ['b', 'c'], attributes: { plan: 'pro', size: null } };
    const edited = await send('PATCH', `/api/contacts/${card.id}`, edit);
    expect(edited.body).toMatchObject({ tags: ['b', 'c'], attributes: { plan: 'pro' } });
    const count = async (value: string): Promise<unknown> => {
      const filter = encodeURIComponent(JSON.stringify([{ field: 'attributes.plan', op: 'is', value }]));
      return (await send('GET', `/api/contacts/count?filter=${filter}`)).body;
    };
    expect(await count('free')).toMatchObject({ count: 0 });
    expect(await count('pro')).toMatchObject({ count: 1 });
  });

  test('an edit that says nothing new changes nothing', async () => {
    const card = await create({ name: 'Same', email: 'same@edit.test' });
    const again = await send('PATCH', `/api/contacts/${card.id}`, {
      version: 1,
      name: 'Same',
      email: 'same@edit.test',
    });
    expect([again.status, again.body]).toMatchObject([200, { version: 1 }]);
  });

  test.each([
    [{ name: 'a\0b' }, 'name'],
    [{ name: 'x'.repeat(301) }, 'name'],
    [{}, 'name'],
    [{ name: 'x', email: 'nonsense' }, 'email'],
    [{ name: 'x', attributes: { '1bad': 1 } }, 'attributes.1bad'],
    [{ name: 'x', attributes: { k: { nested: 1 } } }, 'attributes.k'],
    [{ name: 'x', attributes: { k: 'v\0' } }, 'attributes.k'],
    [
      { name: 'x', attributes: Object.fromEntries(Array.from({ length: 101 }, (_, i) => [`k${i}`, 1])) },
      'attributes',
    ],
    [{ name: 'x', attributes: { k: 'v'.repeat(2001) } }, 'attributes.k'],
    [{ name: 'x', tags: Array.from({ length: 101 }, (_, i) => `t${i}`) }, 'tags'],
    [{ name: 'x', birthMonth: 13 }, 'birthMonth'],
    [{ name: 'x', ownerId: 'gone' }, 'ownerId'],
    [{ name: 'x', ownerId: 'stranger' }, 'ownerId'],
  ])('%j is a 422 that names the place, never a 500', async (body, at) => {
    const answer = await send('POST', '/api/contacts', body);
    expect([answer.status, (answer.body as { at?: string }).at]).toEqual([422, at]);
  });

  test('attributes beyond the bound are refused whole, also when each edit stays below it', async () => {
    const card = await create({ name: 'Full', attributes: many(0, 90) });
    const over = await send('PATCH', `/api/contacts/${card.id}`, { version: 1, attributes: many(90, 20) });
    expect([over.status, over.body]).toMatchObject([
      422,
      { code: 'too_many_attributes', at: 'attributes.k100' },
    ]);
    const { n } = await row<{ n: number }>(
      base.ctx.db,
      sql`select count(*)::int as n from contact_history where contact_id = ${card.id}::uuid and key like 'attributes.%'`,
    );
    expect(n).toBe(90);
  });

  test('an outside id that names a contact already makes no second one', async () => {
    await create({ name: 'First', externalIds: [{ namespace: 'erp', id: '77' }] });
    const second = await send('POST', '/api/contacts', {
      name: 'Second',
      externalIds: [{ namespace: 'erp', id: '77' }],
    });
    expect([second.status, second.body]).toMatchObject([409, { code: 'external_id_taken' }]);
    expect((await send('GET', '/api/contacts/count?search=second')).body).toMatchObject({ count: 0 });
  });
});

describe('timeline', () => {
  test('merges notes, consents and changes, newest first, and pages without loss at equal instants', async () => {
    const card = await create({ name: 'Timed' });
    for (let i = 0; i < 4; i += 1) {
      base.clock.advance(60_000);
      // Three entries of one instant each round: a note, a consent and a change.
      await send('POST', `/api/contacts/${card.id}/notes`, { body: `note ${i}` });
      await recordConsents(base.ctx, [
        { contactId: card.id, purpose: 'marketing', channel: 'email', granted: i % 2 === 0, source: 't' },
      ]);
      await send('PATCH', `/api/contacts/${card.id}`, { version: i + 1, city: `City ${i}` });
    }
    type Entry = { id: string; kind: string; occurredAt: string };
    const all = (await send('GET', `/api/contacts/${card.id}/timeline?limit=100`)).body as { items: Entry[] };
    expect(all.items).toHaveLength(13);
    const paged: Entry[] = [];
    for (let before = ''; ;) {
      const answer = await send('GET', `/api/contacts/${card.id}/timeline?limit=2${before}`);
      const page = answer.body as { items: Entry[]; nextCursor: string | null };
      paged.push(...page.items);
      if (page.nextCursor === null) break;
      before = `&before=${page.nextCursor}`;
    }
    expect(paged).toEqual(all.items);
    expect(all.items.map((e) => e.occurredAt)).toEqual(
      all.items
        .map((e) => e.occurredAt)
        .toSorted()
        .toReversed(),
    );
    const notes = (await send('GET', `/api/contacts/${card.id}/timeline?kinds=note`)).body as {
      items: Entry[];
    };
    expect(new Set(notes.items.map((e) => e.kind))).toEqual(new Set(['note']));
    const since = all.items[5]?.occurredAt ?? '';
    const older = (await send('GET', `/api/contacts/${card.id}/timeline?before=${since}`)).body as {
      items: Entry[];
    };
    expect(older.items.every((e) => e.occurredAt < since)).toBe(true);
    expect((await send('GET', `/api/contacts/${card.id}/timeline?before=junk`)).status).toBe(400);
  });
});

describe('bulk', () => {
  test('tags and assigns by filter with history, events and one audit row; repeating it changes nothing', async () => {
    await upsertContacts(
      base.ctx,
      Array.from({ length: 1_203 }, (_, i) => ({
        name: `Bulk ${i}`,
        tags: ['old', 'bulk'],
        country: i < 3 ? 'XX' : 'YY',
      })),
    );
    const body = { search: 'bulk', addTags: ['new'], removeTags: ['old'], ownerId: 'eve' };
    expect((await send('POST', '/api/contacts/bulk', body)).body).toEqual({ matched: 1_203, changed: 1_203 });
    expect((await send('POST', '/api/contacts/bulk', body)).body).toEqual({ matched: 1_203, changed: 0 });
    const found = await row<{
      tags: string[];
      owner: string;
      version: number;
      facts: number;
      events: number;
      audits: number;
    }>(
      base.ctx.db,
      sql`select tags, owner_id as owner, version,
          (select count(*)::int from contact_history h where h.contact_id = c.contact_id) as facts,
          (select count(*)::int from outbox where topic = 'contact.changed' and payload->>'contactId' = c.contact_id::text) as events,
          (select count(*)::int from audit_log where action = 'contacts.bulk_changed' and details->>'changed' = '1203') as audits
        from contact c where name = 'Bulk 1'`,
    );
    expect(found).toEqual({
      tags: ['bulk', 'new'],
      owner: 'eve',
      version: 2,
      facts: 5,
      events: 1,
      audits: 1,
    });
    const filter = [{ field: 'country', op: 'is', value: 'XX' }];
    const back = await send('POST', '/api/contacts/bulk', {
      filter,
      ownerId: null,
      removeTags: ['new', 'bulk'],
    });
    expect(back.body).toEqual({ matched: 3, changed: 3 });
    const cleared = await rows(
      base.ctx.db,
      sql`select 1 from contact where owner_id is null and tags = '{}' and country = 'XX'`,
    );
    expect(cleared).toHaveLength(3);
  });

  test.each([
    [{ addTags: ['x'] }],
    [{ ids: [], addTags: ['x'] }],
    [{ filter: [] }],
    [{ ids: ['00000000-0000-7000-8000-000000000000'], filter: [], addTags: ['x'] }],
    [{ filter: [], ownerId: 'gone' }],
  ])('%j is refused', async (body) => {
    expect((await send('POST', '/api/contacts/bulk', body)).status).toBe(422);
  });
});

describe('saved views', () => {
  test('own and shared ones are listed, and only their maker changes them', async () => {
    const query = {
      search: 'anna',
      filter: [{ field: 'tags', op: 'hasAny', value: ['vip'] }],
      sort: '-name',
    };
    const made = await send('POST', '/api/views', { entity: 'contacts', name: 'Mine', query });
    expect([made.status, made.body]).toMatchObject([201, { name: 'Mine', query, shared: false, mine: true }]);
    const path = `/api/views/${(made.body as { id: string }).id}`;
    const other = testApp(contactsRoutes(), as(base.ctx, person('dan')));
    expect((await other('GET', '/api/views?entity=contacts')).body).toEqual({ items: [] });
    expect((await other('PATCH', path, { name: 'Stolen' })).status).toBe(404);
    expect((await send('PATCH', path, { shared: true })).body).toMatchObject({ shared: true, query });
    expect((await other('GET', '/api/views')).body).toMatchObject({ items: [{ name: 'Mine', mine: false }] });
    expect((await other('DELETE', path)).status).toBe(403);
    expect((await send('DELETE', path)).status).toBe(204);
    expect((await send('GET', '/api/views')).body).toEqual({ items: [] });
  });
});
