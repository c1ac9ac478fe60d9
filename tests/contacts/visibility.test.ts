import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { contactsRoutes, registerContacts, upsertContacts } from '../../src/contacts/index.ts';
import { rows } from '../../src/core/db.ts';
import { sql } from 'drizzle-orm';
import type { Actor } from '../../src/core/ctx.ts';
import { appUser, team } from '../../src/people/schema.ts';
import { testApp } from '../support/app.ts';
import { as, person, testBase } from '../support/ctx.ts';
import type { TestBase } from '../support/ctx.ts';

let base: TestBase;
const ids: Record<string, string> = {};

beforeAll(async () => {
  base = await testBase();
  registerContacts();
  const at = base.clock.now();
  const teams = [
    { id: 'north', name: 'North', parentId: null },
    { id: 'north-east', name: 'North-East', parentId: 'north' },
    { id: 'south', name: 'South', parentId: null },
  ];
  await base.ctx.db.insert(team).values(teams.map((row) => ({ ...row, createdAt: at, updatedAt: at })));
  const people = [
    { id: 'ann', teamId: 'north' },
    { id: 'bob', teamId: 'north-east' },
    { id: 'cid', teamId: 'south' },
  ];
  await base.ctx.db.insert(appUser).values(
    people.map((row) => ({
      ...row,
      name: row.id,
      email: `${row.id}@people.test`,
      createdAt: at,
      updatedAt: at,
      role: 'manager',
      visibility: 'own',
    })),
  );
  for (const owner of ['ann', 'bob', 'cid', null]) {
    const name = `Client of ${owner ?? 'nobody'}`;
    const [made] = await upsertContacts(base.ctx, [
      { name, ownerId: owner, email: `${owner ?? 'nobody'}@clients.test`, tags: ['client'] },
    ]);
    ids[owner ?? 'nobody'] = made?.contactId ?? '';
  }
});
afterAll(() => base.close());

const sends = (actor: Actor) => testApp(contactsRoutes(), as(base.ctx, actor));

/** Who sees whose contacts. */
const CASES: Array<[string, Actor, string[]]> = [
  ['a manager limited to their own', person('ann', { visibility: 'own', teamId: 'north' }), ['ann']],
  [
    'a manager of a team with a team below it',
    person('ann', { visibility: 'team', teamId: 'north' }),
    ['ann', 'bob'],
  ],
  ['a manager of the lower team', person('bob', { visibility: 'team', teamId: 'north-east' }), ['bob']],
  [
    'somebody who sees all',
    person('eve', { role: 'head', visibility: 'all' }),
    ['ann', 'bob', 'cid', 'nobody'],
  ],
  [
    'an API key',
    { kind: 'apiKey', id: 'k', name: 'k', scopes: ['contacts:read', 'contacts:write', 'contacts:export'] },
    ['ann', 'bob', 'cid', 'nobody'],
  ],
];

describe.each(CASES)('%s', (_who, actor, seen) => {
  const hidden = ['ann', 'bob', 'cid', 'nobody'].filter((owner) => !seen.includes(owner));
  const names = seen.map((owner) => `Client of ${owner}`).toSorted();

  test.each([
    ['/api/contacts'],
    ['/api/contacts?search=client'],
    ['/api/contacts?search=clients.test&sort=name'],
    [
      `/api/contacts?filter=${encodeURIComponent('[{"field":"tags","op":"hasAny","value":["client"]}]')}&sort=-email`,
    ],
    [`/api/contacts?filter=${encodeURIComponent('[{"field":"email","op":"contains","value":"clients"}]')}`],
  ])('lists only theirs: %s', async (path) => {
    const { body } = await sends(actor)('GET', path);
    const items = (body as { items: Array<{ name: string }> }).items;
    expect(items.map((c) => c.name).toSorted()).toEqual(names);
  });

  test('counts only theirs', async () => {
    expect((await sends(actor)('GET', '/api/contacts/count')).body).toEqual({
      count: seen.length,
      exact: true,
    });
    const found = await sends(actor)('GET', '/api/contacts/count?search=client');
    expect(found.body).toEqual({ count: seen.length, exact: true });
  });

  test('opens only theirs: every way to another one is a 404', async () => {
    const send = sends(actor);
    for (const owner of seen) expect((await send('GET', `/api/contacts/${ids[owner]}`)).status).toBe(200);
    for (const owner of hidden) {
      const path = `/api/contacts/${ids[owner]}`;
      const answers = [
        await send('GET', path),
        await send('GET', `${path}/timeline`),
        await send('GET', `${path}/history`),
        await send('PATCH', path, { version: 1, name: 'mine now' }),
        await send('POST', `${path}/notes`, { body: 'hello' }),
        await send('POST', `${path}/consents`, { purpose: 'marketing', channel: 'email', granted: true }),
      ];
      expect(answers.map((answer) => [answer.status, answer.body])).toMatchObject(
        answers.map(() => [404, { code: 'contact_not_found' }]),
      );
    }
  });

  test('changes only theirs in bulk, by ids and by filter', async () => {
    const send = sends(actor);
    const tag = `by-${actor.id}-${seen.length}`;
    const byIds = await send('POST', '/api/contacts/bulk', { ids: Object.values(ids), addTags: [tag] });
    expect(byIds.body).toEqual({ matched: seen.length, changed: seen.length });
    const byFilter = await send('POST', '/api/contacts/bulk', { filter: [], addTags: [`${tag}-f`] });
    expect(byFilter.body).toEqual({ matched: seen.length, changed: seen.length });
    const tagged = await rows<{ name: string }>(
      base.ctx.db,
      sql`select name from contact where ${tag} = any(tags) and ${`${tag}-f`} = any(tags) order by name`,
    );
    expect(tagged.map((c) => c.name)).toEqual(names);
  });
});

describe('export', () => {
  test('holds only what the person may see, and is refused without the right', async () => {
    const own = person('bob', { role: 'head', visibility: 'own', teamId: 'north-east' });
    const file = await sends(own)('GET', '/api/contacts/export.csv');
    expect(file.status).toBe(200);
    expect(file.text.split('\r\n').filter((line) => line.includes('Client of'))).toHaveLength(1);
    expect(file.text).toContain('Client of bob');
    const manager = await sends(person('bob', { visibility: 'all' }))('GET', '/api/contacts/export.csv');
    expect([manager.status, manager.body]).toMatchObject([403, { code: 'forbidden' }]);
  });

  test('neutralises formulas, keeps phones, and is in the audit log before and after', async () => {
    await upsertContacts(base.ctx, [
      {
        name: '=HYPERLINK("http://evil","x")',
        phone: '+447700900123',
        attributes: { note: '@SUM(1)', Доход: -5 },
      },
    ]);
    const { text } = await sends(person('eve', { role: 'head' }))(
      'GET',
      '/api/contacts/export.csv?search=hyperlink',
    );
    expect(text).toContain(`"'=HYPERLINK(""http://evil"",""x"")"`);
    expect(text).toContain(',+447700900123,');
    expect(text).toContain("'@SUM(1)");
    expect(text).toContain('-5');
    const logged = await rows<{ action: string; details: unknown }>(
      base.ctx.db,
      sql`select action, details from audit_log where actor_id = 'eve' and action like 'contacts.export%' order by id`,
    );
    expect(logged).toEqual([
      { action: 'contacts.export_started', details: { search: 'hyperlink' } },
      { action: 'contacts.export_finished', details: { rows: 1 } },
    ]);
  });
});

describe('rights', () => {
  test('without contacts:read nothing is read, without contacts:write nothing is written', async () => {
    const blind: Actor = { kind: 'apiKey', id: 'x', name: 'x', scopes: ['orders:read'] };
    const reader: Actor = { kind: 'apiKey', id: 'y', name: 'y', scopes: ['contacts:read'] };
    const reads = [
      '/api/contacts',
      '/api/contacts/count',
      '/api/contacts/fields',
      `/api/contacts/${ids['ann']}`,
      '/api/views',
    ];
    for (const path of reads) expect([path, (await sends(blind)('GET', path)).status]).toEqual([path, 403]);
    const path = `/api/contacts/${ids['ann']}`;
    const writes: Array<[string, string, unknown]> = [
      ['POST', '/api/contacts', { name: 'x' }],
      ['PATCH', path, { version: 1, name: 'x' }],
      ['POST', `${path}/notes`, { body: 'x' }],
      ['POST', `${path}/consents`, { purpose: 'marketing', channel: 'email', granted: true }],
      ['POST', '/api/contacts/bulk', { ids: [ids['ann']], addTags: ['x'] }],
    ];
    for (const [method, url, body] of writes) {
      expect([url, (await sends(reader)(method, url, body)).status]).toEqual([url, 403]);
    }
  });

  test('a contact made by somebody who sees only their own is theirs at once', async () => {
    const send = sends(person('ann', { visibility: 'own', teamId: 'north' }));
    const made = await send('POST', '/api/contacts', { name: 'Walk-in' });
    expect([made.status, made.body]).toMatchObject([
      201,
      { ownerId: 'ann', name: 'Walk-in', source: 'console' },
    ]);
    expect((await send('GET', `/api/contacts/${(made.body as { id: string }).id}`)).status).toBe(200);
  });
});
