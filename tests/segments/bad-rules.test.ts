import { sql } from 'drizzle-orm';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { upsertContacts } from '../../src/contacts/index.ts';
import { row } from '../../src/core/db.ts';
import { newId } from '../../src/core/ids.ts';
import { patternProblem } from '../../src/segments/contract.pattern.ts';
import { ruleSchema } from '../../src/segments/contract.rule.ts';
import { registerSegments, segmentsRoutes } from '../../src/segments/index.ts';
import { startApi } from '../support/api.ts';
import type { Answer, Send, TestApi } from '../support/api.ts';

let api: TestApi;
let server: Send;

let contactId: string;

beforeAll(async () => {
  registerSegments();
  api = await startApi({ routes: () => [segmentsRoutes()] });
  ({ send: server } = await api.key({ scopes: ['segments:read', 'segments:write', 'contacts:read'] }));
  const [made] = await upsertContacts(api.ctx, [{ name: 'Somebody' }]);
  contactId = made?.contactId ?? '';
});
afterAll(() => api?.close());

const attribute = (field: string, rest: object) => ({ type: 'attribute', field, ...rest });
const purchase = (measure: string, rest: object) => ({
  type: 'purchase',
  measure,
  op: 'gte',
  value: 1,
  ...rest,
});
const event = (rest: object) => ({ type: 'event', name: 'Signed Up', op: 'gte', value: 1, ...rest });
const in_ = (segmentId: string) => ({ type: 'segment', segmentId });
const all = (...children: unknown[]) => ({ type: 'all', children });
const ok = attribute('country', { op: 'is', value: 'UK' });

function nested(depth: number): unknown {
  let node: unknown = ok;
  for (let i = 0; i < depth; i++) node = i % 2 === 0 ? { type: 'not', child: node } : all(node);
  return node;
}

const BAD: [string, unknown, string][] = [
  ['10,000 leaves', all(...Array.from({ length: 10_000 }, () => ok)), 'rule.children'],
  [
    '10,000 nodes in groups',
    all(...Array.from({ length: 100 }, () => all(...Array.from({ length: 100 }, () => ok)))),
    'rule.children.1.children.97',
  ],
  ['groups 25 deep', nested(25), `rule${'.child.children.0'.repeat(5)}`],
  ['an unknown leaf', all(ok, { type: 'moon' }), 'rule.children.1.type'],
  ['no type', all({ field: 'country' }), 'rule.children.0.type'],
  ['no rule', undefined, 'rule'],
  ['a text for a rule', 'country is UK', 'rule'],
  ['an empty group', { type: 'any', children: [] }, 'rule.children'],
  [
    'an unknown operation',
    all(ok, attribute('country', { op: 'resembles', value: 'UK' })),
    'rule.children.1.op',
  ],
  ['an operation of another kind', attribute('country', { op: 'gt', value: 5 }), 'rule.op'],
  ['a number for a text', attribute('country', { op: 'is', value: 5 }), 'rule.value'],
  ['a text for a number', attribute('birthYear', { op: 'gte', value: '1990-01-01' }), 'rule.value'],
  ['a text for a date', attribute('createdAt', { op: 'gte', value: 'yesterday' }), 'rule.value'],
  ['a date there is not', attribute('createdAt', { op: 'gte', value: '2026-02-30' }), 'rule.value'],
  ['a year before the calendar', attribute('createdAt', { op: 'gte', value: '0000-01-01' }), 'rule.value'],
  ['an unknown field', attribute('shoeSize', { op: 'is', value: 'XL' }), 'rule.field'],
  ['a key nobody knows', attribute('country', { op: 'is', value: 'UK', negate: true }), 'rule'],
  ['an unknown measure', purchase('happiness', {}), 'rule.measure'],
  ['half a penny', purchase('revenue', { value: 0.5 }), 'rule.value'],
  ['a moment compared with a number', purchase('lastAt', { value: 5 }), 'rule.value'],
  [
    'a window of a million days',
    purchase('orders', { window: { type: 'last', unit: 'days', amount: 1_000_000 } }),
    'rule.window.amount',
  ],
  [
    'a window backwards',
    purchase('orders', { window: { type: 'between', from: '2026-02-01', to: '2026-01-01' } }),
    'rule.window.to',
  ],
  [
    'a zone that is none',
    purchase('orders', { window: { type: 'calendar', days: 3, zone: 'Mars/Olympus' } }),
    'rule.window.zone',
  ],
  [
    'a zone by its offset',
    purchase('orders', { window: { type: 'calendar', days: 3, zone: '+03:00' } }),
    'rule.window.zone',
  ],
  ['a currency that is none', purchase('revenue', { currency: 'pounds' }), 'rule.currency'],
  [
    'a list too long',
    attribute('country', { op: 'in', value: Array.from({ length: 1_001 }, String) }),
    'rule.value',
  ],
  ['a text too long', attribute('country', { op: 'is', value: 'x'.repeat(501) }), 'rule.value'],
  ['a text with NUL', attribute('country', { op: 'is', value: 'a\0b' }), 'rule.value'],
  ['half a character', attribute('country', { op: 'is', value: '\ud83d' }), 'rule.value'],
  [
    'a number beyond all',
    JSON.parse('{"type":"purchase","measure":"units","op":"gte","value":1e999}'),
    'rule.value',
  ],
  ['a regexp that backtracks', attribute('name', { op: 'matches', value: '(a+)+$' }), 'rule.value'],
  ['a regexp that is none', attribute('name', { op: 'matches', value: '(a' }), 'rule.value'],
  ['a property with NUL', event({ where: [{ property: 'a\0b', op: 'exists' }] }), 'rule.where.0.property'],
  ['a sum of nothing', event({ measure: 'sum' }), 'rule.property'],
  ['a count of a property', all(ok, event({ property: 'price' })), 'rule.children.1.property'],
  ['a date for a sum', event({ measure: 'max', property: 'price', value: '2026-01-01' }), 'rule.value'],
  ['half an event', event({ value: 0.5 }), 'rule.value'],
  ['fewer events than none', event({ value: -1 }), 'rule.value'],
  [
    'half a colour',
    event({ measure: 'distinct', property: 'colour', op: 'between', value: undefined, from: 1, to: 2.5 }),
    'rule.to',
  ],
  ['a number for a moment', event({ measure: 'lastAt' }), 'rule.value'],
  ['a zone where no days are counted', event({ zone: 'Europe/Berlin' }), 'rule.zone'],
  ['a span backwards', event({ op: 'between', value: undefined, from: 3, to: 1 }), 'rule.to'],
  ['interest in what is no thing', { type: 'wanted', of: 'brand' }, 'rule.of'],
  ['interest shown no times', all(ok, { type: 'wanted', of: 'product', times: 0 }), 'rule.children.1.times'],
  ['interest in nothing named', { type: 'wanted', of: 'category', named: [] }, 'rule.named'],
  ['a consent that is neither', { type: 'consent', op: 'maybe' }, 'rule.op'],
  ['a consent to nothing', { type: 'consent', op: 'has', purpose: '' }, 'rule.purpose'],
  ['a segment that is no id', { type: 'segment', segmentId: "' or 1=1" }, 'rule.segmentId'],
  [
    'a segment that is not there',
    all(ok, { type: 'segment', segmentId: '01a1ffb0-615a-749a-b82d-6e3e042d560b' }),
    'rule.children.1.segmentId',
  ],
];

function expectRefusal(answer: Answer, at: string): void {
  expect(answer.status, answer.text).toBe(422);
  expect(answer.headers.get('content-type')).toContain('application/problem+json');
  expect(answer.body).toMatchObject({ at });
  expect((answer.body as { detail: string }).detail.length).toBeLessThan(400);
}

describe('a bad rule is refused with the path of what is wrong', () => {
  test.each(BAD)('%s: in a preview', async (_what, rule, at) => {
    expectRefusal(await server('POST', '/api/segments/preview', { rule }), at);
  });

  test.each(BAD)('%s: when saved', async (what, rule, at) => {
    expectRefusal(await server('POST', '/api/segments', { kind: 'dynamic', name: what, rule }), at);
  });

  test.each(BAD)('%s: in a simulation', async (_what, rule, at) => {
    expectRefusal(await server('POST', '/api/segments/simulate', { rule, days: 7 }), at);
  });

  test.each(BAD)('%s: in an explanation', async (_what, rule, at) => {
    expectRefusal(await server('POST', '/api/segments/explain', { rule, contactId }), at);
  });

  test('and leaves nothing behind', async () => {
    expect(await row(api.ctx.db, sql`select count(*)::int as n from segment`)).toEqual({ n: 0 });
  });
});

describe('bad questions about segments are refused with the field that is wrong', () => {
  test.each<[string, string, unknown, string]>([
    ['no days', 'simulate', { rule: ok }, 'days'],
    ['no day at all', 'simulate', { rule: ok, days: 0 }, 'days'],
    ['a million days', 'simulate', { rule: ok, days: 1_000_000 }, 'days'],
    ['a zone that is SQL', 'simulate', { rule: ok, days: 1, zone: "UTC'; drop table contact; --" }, 'zone'],
    ['a contact that is SQL', 'explain', { rule: ok, contactId: "' or 1=1" }, 'contactId'],
    ['no contact', 'explain', { rule: ok }, 'contactId'],
    ['a moment that is none', 'explain', { rule: ok, contactId: newId(), now: 'then' }, 'now'],
    ['a moment out of time', 'preview', { rule: ok, now: '9999-01-01' }, 'now'],
    ['knowledge of never', 'preview', { rule: ok, knownAt: "2026-01-01'--" }, 'knownAt'],
    ['a rule that is a list', 'simulate', { rule: [ok], days: 1 }, 'rule'],
  ])('%s: %s', async (_what, route, body, at) => {
    expectRefusal(await server('POST', `/api/segments/${route}`, body), at);
  });

  test('in addresses as in bodies', async () => {
    const made = await server('POST', '/api/segments', { kind: 'static', name: 'Asked badly' });
    const of = `/api/segments/${(made.body as { id: string }).id}`;
    for (const [path, at] of [
      [`${of}/overlap`, 'with'],
      [`${of}/overlap?with=%27%20or%201%3D1`, 'with'],
      [`${of}/growth?zone=%27`, 'zone'],
      [`${of}/growth?from=2026-02-30`, 'from'],
      [`${of}/growth?from=0001-01-01`, 'from'],
      [`${of}/explain?contactId=${contactId}&now=never`, 'now'],
      [`${of}/transitions?direction=up`, 'direction'],
      ['/api/segments/%27/explain', 'id'],
    ] as const)
      expectRefusal(await server('GET', path), at);
    for (const path of [
      `${of}/transitions?cursor=x`,
      `/api/contacts/${contactId}/segments/history?cursor=W10`,
    ])
      expect((await server('GET', path)).body).toMatchObject({ code: 'bad_cursor', status: 400 });
    for (const path of [`${of}/overlap?with=${newId()}`, `/api/segments/${newId()}/growth`])
      expect((await server('GET', path)).body).toMatchObject({ code: 'segment_not_found', status: 404 });
    expect((await server('DELETE', of)).status).toBe(204);
    await api.ctx.db.execute(sql`delete from segment where segment_id = ${of.slice(-36)}::uuid`);
  });
});

/** Texts that would end a literal, a pattern, a JSON document or a comment, were they ever part of the SQL. */
const NASTY = [
  "'; drop table contact; --",
  '$$; drop table contact; --',
  "\\'; drop table contact; --",
  '"}\'::jsonb) or true; --',
  '%_\\',
  '{"a","b"}',
  '/*',
  'NULL',
  "x' || pg_sleep(100) || '",
];

test('a rule 2,000 groups deep is refused before anything walks it', async () => {
  const answer = await server('POST', '/api/segments/preview', { rule: nested(2_000) });
  expect(answer.status, answer.text).toBe(422);
  expect(ruleSchema.safeParse(nested(2_000)).error?.issues).toMatchObject([
    {
      path: Array.from({ length: 5 }, () => ['children', 0, 'child']).flat(),
      message: 'groups nest at most 10 deep',
    },
  ]);
});

test('SQL in any text of a rule is only a text', async () => {
  for (const nasty of NASTY) {
    const rule = {
      type: 'any',
      children: [
        ...['is', 'isNot', 'contains', 'startsWith', 'endsWith'].flatMap((op) => [
          attribute('country', { op, value: nasty }),
          attribute('attributes.note', { op, value: nasty }),
        ]),
        attribute('country', { op: 'in', value: [nasty, 'UK'] }),
        attribute('attributes.note', { op: 'notIn', value: [nasty] }),
        attribute('tags', { op: 'contains', value: nasty }),
        attribute('tags', { op: 'in', value: [nasty] }),
        attribute('attributes.list', { op: 'contains', value: nasty, valueType: 'list' }),
        purchase('orders', {
          where: { products: [nasty], categories: [nasty], channels: [nasty], coupons: [nasty] },
        }),
        purchase('orders', { where: { coupons: [nasty] } }),
        { type: 'event', name: nasty, op: 'gte', value: 1 },
        {
          type: 'event',
          name: 'x',
          op: 'gte',
          value: 1,
          where: [
            { property: nasty, op: 'is', value: nasty },
            { property: nasty, op: 'in', value: [nasty] },
            { property: nasty, op: 'contains', value: nasty },
          ],
        },
        {
          type: 'behaviour',
          measure: 'visits',
          op: 'gte',
          value: 1,
          where: { channels: [nasty], sources: [nasty], mediums: [nasty], campaigns: [nasty] },
        },
      ],
    };
    for (const [route, body] of [
      ['preview', { rule }],
      ['preview', { rule, now: '2020-01-01', knownAt: '2020-01-01' }],
      ['explain', { rule, contactId }],
      ['explain', { rule, contactId, knownAt: '2020-01-01' }],
      ['simulate', { rule, days: 2 }],
    ] as const) {
      const answer = await server('POST', `/api/segments/${route}`, body);
      expect(answer.status, answer.text).toBe(200);
    }
    const name = `named ${nasty}`;
    const saved = await server('POST', '/api/segments', { kind: 'dynamic', name, description: nasty, rule });
    expect(saved.status, saved.text).toBe(201);
    expect(saved.body).toMatchObject({ name, description: nasty, rule });
  }
  for (const field of [
    "attributes.x' or true --",
    'attributes.a"b',
    "country'; --",
    '__proto__',
    'constructor',
  ]) {
    expectRefusal(
      await server('POST', '/api/segments/preview', { rule: attribute(field, { op: 'exists' }) }),
      'rule.field',
    );
  }
});

test('a segment cannot contain itself, however far round, and the way is named', async () => {
  const save = async (name: string, rule: object): Promise<string> => {
    const saved = await server('POST', '/api/segments', { kind: 'dynamic', name, rule });
    expect(saved.status, saved.text).toBe(201);
    return (saved.body as { id: string }).id;
  };
  const a = await save('A', ok);
  const b = await save('B', all(ok, in_(a)));
  const c = await save('C', { type: 'not', child: in_(b) });
  for (const [rule, way] of [
    [in_(a), '“A” → “A”'],
    [all(ok, in_(b)), '“A” → “B” → “A”'],
    [{ type: 'any', children: [ok, { type: 'not', child: in_(c) }] }, '“A” → “C” → “B” → “A”'],
  ] as const) {
    const answer = await server('PATCH', `/api/segments/${a}`, { rule });
    expect(answer.status, answer.text).toBe(422);
    expect(answer.body).toMatchObject({ code: 'segment_cycle' });
    expect((answer.body as { detail: string }).detail).toContain(way);
    expect((answer.body as { at: string }).at).toMatch(/^rule.*segmentId$/);
  }
  const draft = await server('POST', '/api/segments/preview', { rule: in_(c), segmentId: a });
  expect(draft.body).toMatchObject({ code: 'segment_cycle', at: 'rule.segmentId' });
});

test('segments that name segments do not grow beyond what can be evaluated', async () => {
  let last = ok as object;
  let refused: Answer | undefined;
  for (let level = 0; level < 8 && refused === undefined; level++) {
    const rule = all(
      ...Array.from({ length: 30 }, (_, i) => (i % 2 === 0 ? last : { type: 'not', child: last })),
    );
    const saved = await server('POST', '/api/segments', { kind: 'dynamic', name: `level ${level}`, rule });
    if (saved.status === 201) last = { type: 'segment', segmentId: (saved.body as { id: string }).id };
    else refused = saved;
  }
  expect(refused?.status).toBe(422);
  expect(refused?.body).toMatchObject({ code: 'rule_too_large', at: 'rule' });
});

test.each([
  ['(a+)+', 'a repeated group must not repeat inside'],
  ['(a|b*)*', 'a repeated group must not repeat inside'],
  ['((a{2}){3}){4}', 'a repeated group must not repeat inside'],
  ['a{51}', 'a repetition above 50'],
  ['(a)\\1', 'only \\d'],
  ['(?=a)', 'groups take no options'],
  ['(?i)a', 'groups take no options'],
  ['***:a', 'a repetition of nothing'],
  ['a**', 'a repetition of a repetition'],
  ['[[:alpha:]]', 'needs a backslash'],
  ['[z-a]', 'a wrong range'],
  ['a|', 'an empty alternative'],
  ['x'.repeat(101), 'at most 100'],
])('the pattern %s is refused', (pattern, why) => {
  expect(patternProblem(pattern)).toContain(why);
});

test('every pattern that is let through is one PostgreSQL takes', async () => {
  const parts = [
    'a',
    '.',
    '^',
    '$',
    '\\d',
    '\\.',
    '[a-z]',
    '[^a-c-]',
    '[\\d_]',
    '(ab|c)',
    'я',
    '😀',
    ']',
    '}',
    '-',
    '\\{',
    ',',
  ];
  const repeats = ['', '*', '+', '?', '{2}', '{0,3}', '{2,}', '{', '{,2}', '{3,1}'];
  let passed = 0;
  for (const first of parts) {
    for (const repeat of repeats) {
      for (const pattern of [
        first + repeat,
        `(${first}${repeat})`,
        `(${first}x)${repeat}`,
        `${first}${repeat}|b`,
      ]) {
        if (patternProblem(pattern) !== undefined) continue;
        passed++;
        await row(api.ctx.db, sql`select ${'abc'}::text ~* ${pattern}::text as is`);
      }
    }
  }
  expect(passed).toBeGreaterThan(200);
});
