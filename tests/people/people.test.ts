import { sql } from 'drizzle-orm';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { rows } from '../../src/core/db.ts';
import type { Ctx } from '../../src/core/ctx.ts';
import { teamMembersSql } from '../../src/people/index.ts';
import { startApi } from '../support/api.ts';
import type { Send, TestApi } from '../support/api.ts';

let api: TestApi;
let owner: Send;
beforeAll(async () => {
  api = await startApi();
  owner = await api.owner();
});
afterAll(() => api.close());

async function team(name: string, parentId: string | null = null): Promise<string> {
  const made = await owner('POST', '/api/people/teams', { name, parentId });
  expect(made.status).toBe(201);
  return (made.body as { id: string }).id;
}

describe('people', () => {
  it('are listed page by page in the order of their names, each once', async () => {
    for (let i = 0; i < 3; i++) await api.person('manager');
    const seen: string[] = [];
    let cursor = '';
    do {
      const page = await owner('GET', `/api/people?limit=2${cursor === '' ? '' : `&cursor=${cursor}`}`);
      const { items, nextCursor } = page.body as { items: { id: string }[]; nextCursor: string | null };
      seen.push(...items.map((person) => person.id));
      cursor = nextCursor ?? '';
    } while (cursor !== '');
    expect(seen.length).toBe(new Set(seen).size);
    expect(seen.length).toBeGreaterThanOrEqual(4);
    expect((await owner('GET', '/api/people?cursor=nonsense')).body).toMatchObject({ code: 'bad_cursor' });
  });

  it('change role, team and visibility with effect on their next request, and the audit log says from what to what', async () => {
    const { id, send } = await api.person('manager');
    const changed = await owner('PATCH', `/api/people/${id}`, { role: 'marketer', visibility: 'all' });
    expect(changed.body).toMatchObject({ id, role: 'marketer', visibility: 'all' });
    expect((await send('GET', '/api/me')).body).toMatchObject({
      user: { role: 'marketer', visibility: 'all' },
    });
    const [entry] = (
      (await owner('GET', `/api/audit?entityId=${id}&action=user.changed`)).body as {
        items: { details: unknown; actorKind: string }[];
      }
    ).items;
    expect(entry).toMatchObject({
      actorKind: 'user',
      details: { role: { from: 'manager', to: 'marketer' }, visibility: { from: 'own', to: 'all' } },
    });
  });

  it('lose every session and can sign in no more when deactivated, until activated again', async () => {
    const { id, email, password, send } = await api.person('marketer');
    expect((await owner('POST', `/api/people/${id}/deactivate`)).body).toMatchObject({ active: false });
    expect((await send('GET', '/api/me')).status).toBe(401);
    await expect(api.signIn(email, password)).rejects.toThrow('user_deactivated');
    const gone = (await owner('GET', '/api/people?active=false')).body as { items: { id: string }[] };
    expect(gone.items.map((person) => person.id)).toContain(id);
    expect((await owner('POST', `/api/people/${id}/activate`)).body).toMatchObject({ active: true });
    await api.signIn(email, password);
  });

  it('keep at least one owner, also when two owners remove each other at the same moment', async () => {
    const { id: ownerId } = ((await owner('GET', '/api/me')).body as { user: { id: string } }).user;
    const alone = await owner('PATCH', `/api/people/${ownerId}`, { role: 'marketer' });
    expect(alone).toMatchObject({ status: 409, body: { code: 'last_owner' } });
    expect((await owner('POST', `/api/people/${ownerId}/deactivate`)).body).toMatchObject({
      code: 'last_owner',
    });
    const second = await api.person('owner');
    const answers = await Promise.all([
      owner('PATCH', `/api/people/${second.id}`, { role: 'head' }),
      second.send('PATCH', `/api/people/${ownerId}`, { role: 'head' }),
    ]);
    const left = await rows<{ id: string }>(
      api.ctx.db,
      sql`select id from app_user where role = 'owner' and deactivated_at is null`,
    );
    expect(left.length).toBeGreaterThanOrEqual(1);
    expect(answers.some((answer) => answer.status === 200)).toBe(true);
    // Whoever won: the first owner is one again for the tests that follow.
    await api.ctx.db.execute(sql`update app_user set role = 'owner' where id = ${ownerId}`);
  });

  it('of other roles cannot be changed by a head, who has not their rights', async () => {
    const head = await api.person('head');
    const marketer = await api.person('marketer');
    const manager = await api.person('manager');
    const { id: ownerId } = ((await owner('GET', '/api/me')).body as { user: { id: string } }).user;
    expect((await head.send('PATCH', `/api/people/${ownerId}`, { name: 'X' })).status).toBe(403);
    expect((await head.send('POST', `/api/people/${marketer.id}/deactivate`)).status).toBe(403);
    expect((await head.send('PATCH', `/api/people/${manager.id}`, { role: 'owner' })).status).toBe(403);
    expect((await head.send('PATCH', `/api/people/${head.id}`, { role: 'owner' })).status).toBe(403);
    expect((await head.send('PATCH', `/api/people/${manager.id}`, { name: 'Renamed' })).status).toBe(200);
  });
});

describe('teams', () => {
  it('form a tree: none stands below itself, also when two move under each other at once', async () => {
    const a = await team('A');
    const b = await team('B', a);
    const c = await team('C', b);
    expect((await owner('PATCH', `/api/people/teams/${a}`, { parentId: c })).body).toMatchObject({
      code: 'team_circle',
    });
    const x = await team('X');
    const y = await team('Y');
    const moved = await Promise.all([
      owner('PATCH', `/api/people/teams/${x}`, { parentId: y }),
      owner('PATCH', `/api/people/teams/${y}`, { parentId: x }),
    ]);
    expect(moved.map((answer) => answer.status).toSorted((a, b) => a - b)).toEqual([200, 409]);
  });

  it('have names of their own and are deleted only when empty', async () => {
    const name = 'Only one';
    const id = await team(name);
    expect(await owner('POST', '/api/people/teams', { name: 'ONLY ONE' })).toMatchObject({
      status: 409,
      body: { code: 'already_exists' },
    });
    const { id: member } = await api.person('manager', { teamId: id });
    expect((await owner('DELETE', `/api/people/teams/${id}`)).body).toMatchObject({ code: 'team_not_empty' });
    await owner('PATCH', `/api/people/${member}`, { teamId: null });
    expect((await owner('DELETE', `/api/people/teams/${id}`)).status).toBe(204);
  });

  it('show their members’ and lower teams’ records to whoever sees the team, and nobody else’s', async () => {
    const top = await team('Top');
    const below = await team('Below', top);
    const lowest = await team('Lowest', below);
    const aside = await team('Aside');
    const [a, b, c, d] = await Promise.all(
      [top, below, lowest, aside].map((teamId) => api.person('manager', { teamId })),
    );
    await owner('POST', `/api/people/${c?.id}/deactivate`);
    expect(await sees(a?.id, top)).toEqual(ids(a, b, c));
    expect(await sees(b?.id, below)).toEqual(ids(b, c));
    expect(await sees(d?.id, aside)).toEqual(ids(d));
    expect(await sees(d?.id, null)).toEqual(ids(d));
  });
});

/** Ids of the people whose records somebody with visibility "team" sees. */
async function sees(id: string | undefined, teamId: string | null): Promise<string[]> {
  const actor = {
    kind: 'user',
    id: id ?? '',
    name: '',
    role: 'manager',
    teamId,
    visibility: 'team',
  } as const;
  const ctx: Ctx = { ...api.ctx, actor };
  const query = sql`select id from app_user where id in ${teamMembersSql(ctx)}`;
  return (await rows<{ id: string }>(ctx.db, query)).map((row) => row.id).toSorted();
}

function ids(...people: ({ id: string } | undefined)[]): string[] {
  return people.map((person) => person?.id ?? '').toSorted();
}
