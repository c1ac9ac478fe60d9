import { sql } from 'drizzle-orm';
import * as fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { FilterCondition, Sort } from '../../src/contacts/contract.list.ts';
import { SORTS } from '../../src/contacts/contract.list.ts';
import type { ContactView } from '../../src/contacts/contract.ts';
import { createVisitors, recordConsents, upsertContacts } from '../../src/contacts/index.ts';
import type { UpsertInput } from '../../src/contacts/index.ts';
import { contactsRoutes } from '../../src/contacts/routes.ts';
import { fold, sortName } from '../../src/contacts/search-text.ts';
import { testApp } from '../support/app.ts';
import { testBase } from '../support/ctx.ts';
import type { TestBase } from '../support/ctx.ts';

let base: TestBase;
let send: ReturnType<typeof testApp>;
let everybody: ContactView[];

const VISITOR = '00000000-0000-7000-8000-000000000001';
const NAMES = [
  'Anna Smith',
  'anna smith',
  'José Álvarez',
  'Ёлкин Пётр',
  'Zed',
  '',
  'O_Neil 100%',
  'Smithson Bob',
];

/** Some hundred contacts that differ in every field a filter can ask for. */
function inputs(): UpsertInput[] {
  return Array.from({ length: 130 }, (_, i): UpsertInput => ({
    externalIds: [{ namespace: 'user', id: `C${i}` }],
    name: NAMES[i % NAMES.length] ?? '',
    ...(i % 3 === 0 ? {} : { email: `u${i % 40}@${i % 2 === 0 ? 'one' : 'two'}.test` }),
    ...(i % 4 === 0 ? { phone: `+4477009${String(i).padStart(5, '0')}` } : {}),
    ...(i % 5 === 0 ? {} : { country: ['GB', 'FR', 'DE'][i % 3] ?? null, city: `Town ${i % 11}` }),
    ...(i % 7 === 0 ? { status: 'blocked' } : {}),
    ...(i % 6 === 0 ? { birthYear: 1950 + i, birthMonth: 1 + (i % 12) } : {}),
    ...(i % 9 === 0 ? { kind: 'organisation' } : {}),
    tags: [...(i % 2 === 0 ? ['even'] : []), ...(i % 10 === 0 ? ['ten'] : [])],
    attributes: {
      ...(i % 2 === 0 ? { n: i - 60 } : { n: `text ${i}` }),
      ...(i % 3 === 0 ? { day: `2025-0${1 + (i % 9)}-15`, list: ['x', `y${i % 4}`] } : {}),
      ...(i % 5 === 0 ? { flag: i % 2 === 0 } : {}),
    },
  }));
}

beforeAll(async () => {
  base = await testBase();
  send = testApp(contactsRoutes(), base.ctx);
  for (const [i, input] of inputs().entries()) {
    // Some are made at the same moment: the order by time needs its second key.
    if (i % 3 === 0) base.clock.advance(60_000);
    const [made] = await upsertContacts(base.ctx, [input]);
    if (i % 8 !== 0) continue;
    const contactId = made?.contactId ?? '';
    await recordConsents(base.ctx, [
      { contactId, purpose: 'marketing', channel: 'email', granted: i % 16 === 0, source: 't' },
    ]);
  }
  await createVisitors(base.ctx, [VISITOR], 'tracking');
  base.clock.advance(60_000);
  everybody = await pages({ sort: 'createdAt' }, 200);
});
afterAll(() => base.close());

type Query = { search?: string; filter?: FilterCondition[]; sort?: Sort };

async function pages(query: Query, limit: number): Promise<ContactView[]> {
  const items: ContactView[] = [];
  for (let cursor: string | null = null; ;) {
    const params = new URLSearchParams({ limit: String(limit) });
    if (query.search !== undefined) params.set('search', query.search);
    if (query.filter !== undefined) params.set('filter', JSON.stringify(query.filter));
    if (query.sort !== undefined) params.set('sort', query.sort);
    if (cursor !== null) params.set('cursor', cursor);
    const answer = await send('GET', `/api/contacts?${params}`);
    if (answer.status !== 200) throw new Error(answer.text);
    const page = answer.body as { items: ContactView[]; nextCursor: string | null };
    items.push(...page.items);
    cursor = page.nextCursor;
    if (cursor === null) return items;
  }
}

type Case = [condition: FilterCondition, fits: (c: ContactView) => boolean];
const n = (c: ContactView): unknown => c.attributes['n'];
const num = (c: ContactView, test: (value: number) => boolean): boolean => {
  const value = n(c);
  return typeof value === 'number' && test(value);
};
const text = (value: unknown): string => (typeof value === 'string' ? value : '');
const list = (c: ContactView): unknown[] => (Array.isArray(c.attributes['list']) ? c.attributes['list'] : []);
const index = (c: ContactView): number => Number(c.externalId?.slice(1));

const CASES: Case[] = [
  [{ field: 'name', op: 'is', value: 'Anna Smith' }, (c) => c.name === 'Anna Smith'],
  [{ field: 'name', op: 'contains', value: 'SMITH' }, (c) => fold(c.name).includes('smith')],
  [{ field: 'name', op: 'contains', value: '_' }, (c) => c.name.includes('_')],
  [{ field: 'name', op: 'startsWith', value: 'ёл' }, (c) => c.name.startsWith('Ёл')],
  [
    { field: 'name', op: 'notContains', value: 'smith' },
    (c) => c.name !== '' && !fold(c.name).includes('smith'),
  ],
  [{ field: 'name', op: 'missing' }, (c) => c.name === ''],
  [{ field: 'email', op: 'exists' }, (c) => c.email !== null],
  [{ field: 'email', op: 'missing' }, (c) => c.email === null],
  [{ field: 'email', op: 'is', value: 'U7@TWO.test' }, (c) => c.email === 'u7@two.test'],
  [{ field: 'email', op: 'contains', value: '@one' }, (c) => text(c.email).includes('@one')],
  [{ field: 'email', op: 'startsWith', value: 'u1' }, (c) => text(c.email).startsWith('u1')],
  [{ field: 'phone', op: 'is', value: '07700 900004' }, (c) => c.phone === '+447700900004'],
  [{ field: 'phone', op: 'contains', value: '0090 00' }, (c) => text(c.phone).includes('009000')],
  [{ field: 'country', op: 'is', value: 'FR' }, (c) => c.country === 'FR'],
  [{ field: 'country', op: 'isNot', value: 'FR' }, (c) => c.country !== null && c.country !== 'FR'],
  [{ field: 'country', op: 'in', value: ['FR', 'DE'] }, (c) => c.country === 'FR' || c.country === 'DE'],
  [{ field: 'country', op: 'notIn', value: ['FR', 'DE'] }, (c) => c.country === 'GB'],
  [{ field: 'city', op: 'contains', value: 'OWN 1' }, (c) => text(c.city).startsWith('Town 1')],
  [{ field: 'status', op: 'is', value: 'active' }, (c) => c.status === 'active'],
  [{ field: 'status', op: 'is', value: 'blocked' }, (c) => c.status === 'blocked'],
  [{ field: 'kind', op: 'is', value: 'organisation' }, (c) => c.kind === 'organisation'],
  [{ field: 'tags', op: 'hasAny', value: ['ten', 'nope'] }, (c) => c.tags.includes('ten')],
  [
    { field: 'tags', op: 'hasAll', value: ['ten', 'even'] },
    (c) => c.tags.includes('ten') && c.tags.includes('even'),
  ],
  [{ field: 'tags', op: 'is', value: 'ten' }, (c) => c.tags.includes('ten')],
  [{ field: 'tags', op: 'hasNot', value: ['even'] }, (c) => !c.tags.includes('even')],
  [{ field: 'tags', op: 'missing' }, (c) => c.tags.length === 0],
  [{ field: 'birthYear', op: 'gte', value: 2000 }, (c) => c.birthYear !== null && c.birthYear >= 2000],
  [{ field: 'birthMonth', op: 'is', value: '7' }, (c) => c.birthMonth === 7],
  [{ field: 'externalId', op: 'is', value: 'C77' }, (c) => c.externalId === 'C77'],
  [{ field: 'externalId', op: 'startsWith', value: 'c12' }, (c) => text(c.externalId).startsWith('C12')],
  [{ field: 'attributes.n', op: 'is', value: -20 }, (c) => n(c) === -20],
  [{ field: 'attributes.n', op: 'gt', value: -8 }, (c) => num(c, (v) => v > -8)],
  [{ field: 'attributes.n', op: 'lte', value: -8 }, (c) => num(c, (v) => v <= -8)],
  [{ field: 'attributes.n', op: 'between', value: [-10, 10] }, (c) => num(c, (v) => v >= -10 && v <= 10)],
  [{ field: 'attributes.n', op: 'contains', value: 'TEXT 1' }, (c) => text(n(c)).startsWith('text 1')],
  [{ field: 'attributes.n', op: 'isNot', value: -20 }, (c) => n(c) !== -20],
  [{ field: 'attributes.flag', op: 'is', value: true }, (c) => c.attributes['flag'] === true],
  [{ field: 'attributes.flag', op: 'exists' }, (c) => 'flag' in c.attributes],
  [{ field: 'attributes.flag', op: 'missing' }, (c) => !('flag' in c.attributes)],
  [
    { field: 'attributes.day', op: 'before', value: '2025-04-01' },
    (c) => 'day' in c.attributes && text(c.attributes['day']) < '2025-04-01',
  ],
  [
    { field: 'attributes.day', op: 'withinLastDays', value: 250 },
    (c) => text(c.attributes['day']) > '2025-06-24',
  ],
  [{ field: 'attributes.list', op: 'hasAny', value: ['y1'] }, (c) => list(c).includes('y1')],
  [{ field: 'attributes.list', op: 'hasAll', value: ['x', 'y2'] }, (c) => list(c).includes('y2')],
  [{ field: 'attributes.list', op: 'hasNot', value: ['y1'] }, (c) => !list(c).includes('y1')],
  [{ field: 'attributes.never', op: 'is', value: 1 }, () => false],
  [{ field: 'consent.email.marketing', op: 'is', value: 'granted' }, (c) => index(c) % 16 === 0],
  [{ field: 'consent.email.marketing', op: 'is', value: 'withdrawn' }, (c) => index(c) % 16 === 8],
  [{ field: 'consent.email.marketing', op: 'is', value: 'none' }, (c) => index(c) % 8 !== 0],
  [
    { field: 'createdAt', op: 'withinLastDays', value: 0.01 },
    (c) => Date.parse(c.createdAt) > base.clock.now().getTime() - 864_000,
  ],
  [{ field: 'ownerId', op: 'missing' }, () => true],
];

const key = (c: ContactView, field: string): string | null => {
  if (field === 'name') return sortName(c.name) === '' ? null : sortName(c.name);
  if (field === 'email') return c.email;
  return field === 'createdAt' ? c.createdAt : c.updatedAt;
};

/** The order a list promises: by bytes, blanks last both ways, ids decide between equals. */
function ordered(contacts: readonly ContactView[], sort: Sort): ContactView[] {
  const turn = sort.startsWith('-') ? -1 : 1;
  const field = sort.replace('-', '');
  return contacts.toSorted((a, b) => {
    const [x, y] = [key(a, field), key(b, field)];
    if ((x === null) !== (y === null)) return x === null ? 1 : -1;
    const byKey = Buffer.compare(Buffer.from(x ?? ''), Buffer.from(y ?? ''));
    return turn * (byKey === 0 ? (a.id < b.id ? -1 : 1) : byKey);
  });
}

const ids = (contacts: readonly ContactView[]): string[] => contacts.map((c) => c.id);

describe('GET /api/contacts', () => {
  test.each(CASES)('%j finds exactly those who fit', async (condition, fits) => {
    const found = await pages({ filter: [condition], sort: 'createdAt' }, 50);
    expect(ids(found)).toEqual(ids(ordered(everybody.filter(fits), 'createdAt')));
  });

  test('any conditions together, in any order and any page size, give each who fits once and in order', async () => {
    const property = fc.asyncProperty(
      fc.subarray(CASES, { maxLength: 2 }),
      fc.constantFrom(...SORTS.flatMap((s): Sort[] => [s, `-${s}`])),
      fc.integer({ min: 1, max: 60 }),
      async (cases, sort, limit) => {
        const expected = everybody.filter((c) => cases.every(([, fits]) => fits(c)));
        const filter = cases.map(([condition]) => condition);
        expect(ids(await pages({ filter, sort }, limit))).toEqual(ids(ordered(expected, sort)));
      },
    );
    await fc.assert(property, { numRuns: 60 });
  });

  test.each([
    ['anna', (c: ContactView) => fold(c.name).includes('anna')],
    ['SMITH anna', (c: ContactView) => fold(c.name) === 'anna smith'],
    ['jose alv', (c: ContactView) => c.name.startsWith('José')],
    ['елкин', (c: ContactView) => c.name.startsWith('Ёлкин')],
    ['bo', (c: ContactView) => c.name.includes('Bob')],
    ['u7@two.test', (c: ContactView) => c.email === 'u7@two.test'],
    ['07700 900 004', (c: ContactView) => c.phone === '+447700900004'],
    ['+44 (7700) 900-004', (c: ContactView) => c.phone === '+447700900004'],
    ['+44 77', (c: ContactView) => c.phone !== null],
    ['900004', (c: ContactView) => text(c.phone).includes('900004')],
    ['c77', (c: ContactView) => c.externalId === 'C77'],
    ['100%', (c: ContactView) => c.name.includes('%')],
    ['nobody here', () => false],
  ])('search "%s" finds names, emails, outside ids and phones in any spelling', async (search, fits) => {
    const found = await pages({ search, sort: 'createdAt' }, 200);
    expect(ids(found)).toEqual(ids(ordered(everybody.filter(fits), 'createdAt')));
  });

  test('visitors are listed only when asked for', async () => {
    expect(everybody.some((c) => c.kind === 'visitor')).toBe(false);
    const found = await pages({ filter: [{ field: 'kind', op: 'is', value: 'visitor' }] }, 50);
    expect(ids(found)).toEqual([VISITOR]);
  });

  test('the count is that of the list', async () => {
    for (const [condition, fits] of CASES) {
      const filter = encodeURIComponent(JSON.stringify([condition]));
      const { body } = await send('GET', `/api/contacts/count?filter=${filter}`);
      expect([condition, body]).toEqual([condition, { count: everybody.filter(fits).length, exact: true }]);
    }
  });

  test.each([
    ['filter=nonsense', 'validation_failed', 'filter'],
    [
      `filter=${encodeURIComponent('[{"field":"nope","op":"is","value":1}]')}`,
      'filter_unknown_field',
      'filter.0.field',
    ],
    [
      `filter=${encodeURIComponent('[{"field":"tags","op":"gt","value":1}]')}`,
      'filter_wrong_op',
      'filter.0.op',
    ],
    [
      `filter=${encodeURIComponent('[{"field":"birthYear","op":"gt","value":"x"}]')}`,
      'filter_wrong_value',
      'filter.0.value',
    ],
    [
      `filter=${encodeURIComponent('[{"field":"createdAt","op":"after","value":"soon"}]')}`,
      'filter_wrong_value',
      'filter.0.value',
    ],
    [
      `filter=${encodeURIComponent('[{"field":"attributes.n","op":"between","value":[1]}]')}`,
      'filter_wrong_value',
      'filter.0.value',
    ],
    [
      `filter=${encodeURIComponent('[{"field":"name","op":"is","value":"a\\u0000"}]')}`,
      'validation_failed',
      undefined,
    ],
    ['search=a%00b', 'validation_failed', 'search'],
    ['sort=phone', 'validation_failed', 'sort'],
    ['limit=1000', 'validation_failed', 'limit'],
  ])('%s is refused with the place of the mistake', async (query, code, at) => {
    const answer = await send('GET', `/api/contacts?${query}`);
    expect(answer.status).toBe(422);
    expect(answer.body).toMatchObject({ code, ...(at === undefined ? {} : { at }) });
  });

  test.each(['x', 'WyJhIiwiYiJd', Buffer.from('["2026-01-01","x"]').toString('base64url')])(
    'a forged cursor %s is a 400',
    async (cursor) => {
      const answer = await send('GET', `/api/contacts?cursor=${cursor}`);
      expect([answer.status, answer.body]).toMatchObject([400, { code: 'bad_cursor' }]);
    },
  );

  test('the catalogue of fields names every attribute and consent seen, with ops that work', async () => {
    const { body } = await send('GET', '/api/contacts/fields');
    const { items } = body as { items: Array<{ key: string; type: string; ops: string[] }> };
    const types = Object.fromEntries(items.map((field) => [field.key, field.type]));
    expect(types).toMatchObject({
      'attributes.n': 'text',
      'attributes.day': 'date',
      'attributes.list': 'list',
      'attributes.flag': 'boolean',
      'consent.email.marketing': 'choice',
      createdAt: 'date',
    });
    const values: Record<string, unknown> = {
      number: 1,
      boolean: true,
      date: '2026-01-01',
      text: 'a',
      choice: 'a',
      person: 'a',
    };
    for (const { key, type, ops } of items) {
      for (const op of ops) {
        const scalar = op.endsWith('Days') ? 3 : (values[type] ?? 'a');
        const value =
          op === 'between'
            ? [scalar, scalar]
            : op === 'in' || op === 'notIn' || type === 'list'
              ? [scalar]
              : scalar;
        const filter = encodeURIComponent(JSON.stringify([{ field: key, op, value }]));
        expect([key, op, (await send('GET', `/api/contacts?filter=${filter}`)).status]).toEqual([
          key,
          op,
          200,
        ]);
      }
    }
  });

  test('what the look-up of fields holds is exactly what the contacts hold', async () => {
    const [found] = await base.ctx.db.execute(sql`
      select (select count(*)::int from field_lookup where starts_with(entry, e'country\\n')) as rows,
        (select count(*)::int from contact where country is not null) as contacts`);
    expect(found).toEqual({ rows: 104, contacts: 104 });
  });
});
