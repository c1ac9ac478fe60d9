import { sql } from 'drizzle-orm';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { contactsRoutes, mergeContacts, registerContacts, upsertContacts } from '../../src/contacts/index.ts';
import { row } from '../../src/core/db.ts';
import type { TaskView } from '../../src/deals/contract.ts';
import { dealsRoutes, registerDeals } from '../../src/deals/index.ts';
import { appUser, team } from '../../src/people/schema.ts';
import { testApp } from '../support/app.ts';
import { as, person, testBase } from '../support/ctx.ts';
import type { TestBase } from '../support/ctx.ts';

let base: TestBase;
const clients: Record<string, string> = {};

beforeAll(async () => {
  base = await testBase();
  registerContacts();
  registerDeals();
  const at = base.clock.now();
  await base.ctx.db.insert(team).values({ id: 'north', name: 'North', createdAt: at, updatedAt: at });
  await base.ctx.db.insert(appUser).values(
    ['ann', 'bob', 'gone'].map((id) => ({
      id,
      name: id.toUpperCase(),
      email: `${id}@people.test`,
      createdAt: at,
      updatedAt: at,
      role: 'manager',
      visibility: 'own',
      teamId: id === 'ann' ? 'north' : null,
      deactivatedAt: id === 'gone' ? at : null,
    })),
  );
  for (const ownerId of ['ann', 'bob']) {
    const [made] = await upsertContacts(base.ctx, [{ name: `Client of ${ownerId}`, ownerId }]);
    clients[ownerId] = made?.contactId ?? '';
  }
});
afterAll(() => base.close());

const user = (id: string, visibility: 'own' | 'team' | 'all' = 'own') =>
  testApp(dealsRoutes(), as(base.ctx, person(id, { visibility, teamId: 'north' })));

async function newTask(send: ReturnType<typeof testApp>, body: object = {}): Promise<TaskView> {
  const answer = await send('POST', '/api/tasks', {
    title: 'Call back',
    dueAt: '2026-03-02T10:00:00Z',
    ...body,
  });
  if (answer.status !== 201) throw new Error(answer.text);
  return answer.body as TaskView;
}

async function titles(send: ReturnType<typeof testApp>, query: string): Promise<string[]> {
  const { body } = await send('GET', `/api/tasks?${query}`);
  return (body as { items: TaskView[] }).items.map((task) => task.title);
}

describe('tasks', () => {
  test('is closed only with a result, and a closed one changes only by being opened again', async () => {
    const ann = user('ann');
    const task = await newTask(ann, { contactId: clients['ann'] });
    expect(task).toMatchObject({
      state: 'open',
      assigneeId: 'ann',
      contactName: 'Client of ann',
      overdue: false,
    });
    const path = `/api/tasks/${task.id}`;
    const bare = await ann('PATCH', path, { state: 'done' });
    expect([bare.status, bare.body]).toMatchObject([422, { code: 'validation_failed', at: 'result' }]);
    const done = await ann('PATCH', path, { state: 'done', result: 'Agreed on Friday' });
    expect(done.body).toMatchObject({
      state: 'done',
      result: 'Agreed on Friday',
      closedAt: base.clock.now().toISOString(),
    });
    expect((await ann('PATCH', path, { title: 'Other' })).body).toMatchObject({ code: 'task_closed' });
    expect((await ann('PATCH', path, { state: 'open' })).body).toMatchObject({
      state: 'open',
      result: null,
      closedAt: null,
    });
  });

  test('moving the deadline leaves the original one, and being overdue follows from the moment of asking', async () => {
    const ann = user('ann');
    const task = await newTask(ann, { title: 'Late one', dueAt: '2026-03-01T11:00:00Z' });
    expect(await titles(ann, 'mine=true&state=overdue')).not.toContain('Late one');
    base.clock.set('2026-03-01T12:00:00Z');
    expect(await titles(ann, 'mine=true&state=overdue')).toContain('Late one');
    const moved = await ann('PATCH', `/api/tasks/${task.id}`, { dueAt: '2026-03-05T10:00:00Z' });
    expect(moved.body).toMatchObject({
      dueAt: '2026-03-05T10:00:00.000Z',
      originalDueAt: '2026-03-01T11:00:00.000Z',
      overdue: false,
    });
  });

  test('is seen by its assignee and by whoever sees its contact, by nobody else', async () => {
    const [ann, bob] = [user('ann'), user('bob')];
    const onBobs = await newTask(bob, { title: 'On a client of Bob', contactId: clients['bob'] });
    expect((await ann('GET', `/api/tasks/${onBobs.id}`)).status).toBe(404);
    expect((await ann('PATCH', `/api/tasks/${onBobs.id}`, { title: 'x' })).status).toBe(404);
    expect(await titles(ann, '')).not.toContain('On a client of Bob');
    expect(
      (
        await ann('POST', '/api/tasks', {
          title: 'x',
          dueAt: '2026-03-02T10:00:00Z',
          contactId: clients['bob'],
        })
      ).status,
    ).toBe(404);
    expect(await titles(user('eve', 'all'), '')).toContain('On a client of Bob');
    await bob('PATCH', `/api/tasks/${onBobs.id}`, { assigneeId: 'ann' });
    expect(await titles(ann, 'mine=true')).toContain('On a client of Bob');
    const own = await newTask(ann, { title: 'About nobody' });
    expect(own.contactId).toBeNull();
    expect(await titles(user('lead', 'team'), '')).toContain('About nobody');
    expect(await titles(bob, '')).not.toContain('About nobody');
  });

  test('is given only to somebody who works here', async () => {
    for (const assigneeId of ['gone', 'stranger']) {
      const answer = await user('ann')('POST', '/api/tasks', {
        title: 'x',
        dueAt: '2026-03-02T10:00:00Z',
        assigneeId,
      });
      expect([answer.status, answer.body]).toMatchObject([
        422,
        { code: 'unknown_assignee', at: 'assigneeId' },
      ]);
    }
  });

  test('lists page by due time without loss at equal instants', async () => {
    const all = user('eve', 'all');
    for (let i = 0; i < 7; i += 1)
      await newTask(user('bob'), { title: `page ${i}`, dueAt: '2026-06-01T10:00:00Z' });
    const found: string[] = [];
    for (let cursor = ''; ;) {
      const { body } = await all('GET', `/api/tasks?limit=3&state=open${cursor}`);
      const page = body as { items: TaskView[]; nextCursor: string | null };
      found.push(...page.items.map((task) => task.id));
      if (page.nextCursor === null) break;
      cursor = `&cursor=${page.nextCursor}`;
    }
    const { body } = await all('GET', '/api/tasks?limit=100&state=open');
    expect(found).toEqual((body as { items: TaskView[] }).items.map((task) => task.id));
    const forged = Buffer.from('["soon","x"]').toString('base64url');
    expect((await all('GET', `/api/tasks?cursor=${forged}`)).body).toMatchObject({ code: 'bad_cursor' });
  });
});

describe('calls', () => {
  test('are logged on visible contacts, never in the future, and stand in the timeline', async () => {
    const ann = user('ann');
    const call = {
      contactId: clients['ann'],
      direction: 'out',
      outcome: 'reached',
      durationS: 65,
      note: 'asked for a quote',
    };
    const logged = await ann('POST', '/api/calls', call);
    expect([logged.status, logged.body]).toMatchObject([201, { ...call, userName: 'ann' }]);
    expect((await ann('POST', '/api/calls', { ...call, contactId: clients['bob'] })).status).toBe(404);
    expect((await ann('GET', `/api/calls?contactId=${clients['bob']}`)).status).toBe(404);
    const future = await ann('POST', '/api/calls', { ...call, occurredAt: '2030-01-01T00:00:00Z' });
    expect(future.body).toMatchObject({ code: 'call_in_future' });
    const card = testApp(contactsRoutes(), base.ctx);
    const timeline = await card('GET', `/api/contacts/${clients['ann']}/timeline?kinds=call,task`);
    const { items } = timeline.body as { items: Array<{ kind: string }> };
    expect(new Set(items.map((entry) => entry.kind))).toEqual(new Set(['call', 'task']));
  });

  test('tasks and calls go with their contact when it is merged', async () => {
    const [a, b] = (await upsertContacts(base.ctx, [{ name: 'A' }, { name: 'B' }])).map((r) => r.contactId);
    const all = user('ann', 'all');
    const task = await newTask(all, { contactId: a });
    await all('POST', '/api/calls', { contactId: a, direction: 'in', outcome: 'busy' });
    await mergeContacts(base.ctx, { from: a ?? '', to: b ?? '', reason: 'test' });
    const left = await row<{ n: number }>(
      base.ctx.db,
      sql`select (select count(*) from task where contact_id = ${a}::uuid)::int
        + (select count(*) from call where contact_id = ${a}::uuid)::int as n`,
    );
    expect(left.n).toBe(0);
    expect((await all('GET', `/api/tasks/${task.id}`)).body).toMatchObject({
      contactId: b,
      contactName: 'B',
    });
    expect((await all('GET', `/api/calls?contactId=${b}`)).body).toMatchObject({
      items: [{ outcome: 'busy' }],
    });
  });
});
