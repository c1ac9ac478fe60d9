import { sql } from 'drizzle-orm';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { rows } from '../../src/core/db.ts';
import { DAY_MS } from '../../src/core/time.ts';
import { startApi } from '../support/api.ts';
import type { Send, TestApi } from '../support/api.ts';

let api: TestApi;
let owner: Send;
let now = Date.parse('2026-11-21T12:00:00Z');

beforeAll(async () => {
  api = await startApi({ clock: { now: () => new Date(now) } });
  owner = await api.owner();
});
afterAll(() => api.close());

async function link(body: Record<string, unknown>): Promise<string> {
  const made = await owner('POST', '/api/people/invitations', body);
  expect(made.status).toBe(201);
  const { url } = made.body as { url: string };
  expect(url.startsWith(`${api.ctx.config.publicUrl}/invite/`)).toBe(true);
  return url.slice(url.lastIndexOf('/') + 1);
}

const accept = (token: string, body: Record<string, unknown>) =>
  api.send('POST', `/api/people/invitations/${token}/accept`, {
    name: 'New Manager',
    password: 'a long enough password',
    ...body,
  });

describe('an invitation by link', () => {
  it('makes a new manager who signs in and works at once, with the role, team and visibility it named', async () => {
    const team = (await owner('POST', '/api/people/teams', { name: 'Sales' })).body as { id: string };
    const token = await link({ role: 'manager', teamId: team.id, email: 'New@Example.com' });
    const preview = await api.send('GET', `/api/people/invitations/${token}`);
    expect(preview.body).toEqual({
      email: 'new@example.com',
      role: 'manager',
      teamName: 'Sales',
      invitedBy: 'owner',
      recovery: false,
      expiresAt: new Date(now + 7 * DAY_MS).toISOString(),
    });
    expect((await accept(token, {})).status).toBe(201);
    const manager = await api.signIn('new@example.com', 'a long enough password');
    expect((await manager('GET', '/api/me')).body).toMatchObject({
      user: { name: 'New Manager', role: 'manager', teamId: team.id, visibility: 'own' },
    });
  });

  it('is kept only as a hash', async () => {
    const token = await link({ role: 'marketer' });
    const stored = await rows(api.ctx.db, sql`select to_jsonb(i)::text as row from invitation i`);
    expect(JSON.stringify(stored)).not.toContain(token);
    const logged = JSON.stringify(api.logs);
    await api.send('GET', `/api/people/invitations/${token}`);
    expect(logged).not.toContain(token);
  });

  it('works once: of two who accept at the same moment one gets in', async () => {
    const token = await link({ role: 'marketer' });
    const answers = await Promise.all(
      ['a', 'b', 'c'].map((who) => accept(token, { email: `${who}@race.example` })),
    );
    expect(answers.map((answer) => answer.status).toSorted((a, b) => a - b)).toEqual([201, 410, 410]);
    const joined = await rows(api.ctx.db, sql`select email from app_user where email like '%@race.example'`);
    expect(joined).toHaveLength(1);
    expect((await accept(token, { email: 'd@race.example' })).body).toMatchObject({
      code: 'invitation_accepted',
    });
  });

  it('lapses after seven days and when withdrawn; a made-up one was never there', async () => {
    const token = await link({ role: 'marketer' });
    const withdrawn = await owner('POST', '/api/people/invitations', { role: 'marketer' });
    const { id, url } = withdrawn.body as { id: string; url: string };
    expect((await owner('DELETE', `/api/people/invitations/${id}`)).status).toBe(204);
    const answer = await accept(url.slice(url.lastIndexOf('/') + 1), { email: 'late@example.com' });
    expect(answer).toMatchObject({ status: 410, body: { code: 'invitation_revoked' } });
    now += 7 * DAY_MS;
    const late = await accept(token, { email: 'late@example.com' });
    expect(late).toMatchObject({ status: 410, body: { code: 'invitation_expired' } });
    expect(await accept('made-up', { email: 'x@example.com' })).toMatchObject({
      status: 404,
      body: { code: 'invitation_not_found' },
    });
    now -= 7 * DAY_MS;
    const listed = (await owner('GET', '/api/people/invitations')).body as {
      items: { id: string; state: string }[];
    };
    expect(listed.items.find((one) => one.id === id)?.state).toBe('revoked');
  });

  it('for one address cannot be taken with another, nor with the address of somebody who works here', async () => {
    const named = await link({ role: 'marketer', email: 'named@example.com' });
    expect((await accept(named, { email: 'other@example.com' })).body).toMatchObject({
      code: 'email_differs',
    });
    const open = await link({ role: 'marketer' });
    expect((await accept(open, {})).body).toMatchObject({ code: 'email_required', at: 'email' });
    expect(await accept(open, { email: 'OWNER@example.com' })).toMatchObject({
      status: 409,
      body: { code: 'email_taken' },
    });
    // The refused attempt used nothing up.
    expect((await accept(open, { email: 'free@example.com' })).status).toBe(201);
  });

  it('asks for a password of at least 12 characters', async () => {
    const token = await link({ role: 'marketer' });
    const short = await accept(token, { email: 'short@example.com', password: 'elevenchars' });
    expect(short).toMatchObject({ status: 422, body: { code: 'validation_failed', at: 'password' } });
  });

  it('cannot give more than whoever invites has', async () => {
    const team = (await owner('POST', '/api/people/teams', { name: 'North' })).body as { id: string };
    const head = await api.person('head', { teamId: team.id, visibility: 'team' });
    const by = (body: Record<string, unknown>) => head.send('POST', '/api/people/invitations', body);
    expect((await by({ role: 'owner', teamId: team.id, visibility: 'own' })).status).toBe(403);
    expect((await by({ role: 'manager', teamId: team.id, visibility: 'all' })).status).toBe(403);
    expect((await by({ role: 'manager', visibility: 'own' })).status).toBe(403);
    expect((await by({ role: 'manager', teamId: team.id, visibility: 'team' })).status).toBe(201);
    const manager = await api.person('manager');
    expect((await manager.send('POST', '/api/people/invitations', { role: 'manager' })).status).toBe(403);
    const unknown = await owner('POST', '/api/people/invitations', {
      role: 'manager',
      teamId: '019a0000-0000-7000-8000-000000000000',
    });
    expect(unknown).toMatchObject({ status: 422, body: { code: 'team_not_found', at: 'teamId' } });
  });
});

describe('a recovery link', () => {
  it('gives a person a new password once, ends their sessions and takes the second factor away', async () => {
    const { id, email, password, send } = await api.person('manager');
    await api.ctx.db.execute(sql`update app_user set two_factor_enabled = true where id = ${id}`);
    const made = await owner('POST', `/api/people/${id}/recovery-link`);
    expect(made).toMatchObject({ status: 201, body: { expiresAt: new Date(now + DAY_MS).toISOString() } });
    const { url } = made.body as { url: string };
    const token = url.slice(url.lastIndexOf('/') + 1);
    expect((await api.send('GET', `/api/people/invitations/${token}`)).body).toMatchObject({
      email,
      recovery: true,
    });
    expect((await accept(token, { email: 'other@example.com' })).body).toMatchObject({
      code: 'email_differs',
    });
    const set = await accept(token, { password: 'a brand new password' });
    expect(set).toMatchObject({ status: 201, body: { id, email, role: 'manager' } });
    expect((await send('GET', '/api/me')).status).toBe(401);
    await expect(api.signIn(email, password)).rejects.toThrow('invalid_email_or_password');
    const again = await api.signIn(email, 'a brand new password');
    expect((await again('GET', '/api/me')).body).toMatchObject({
      user: { id, name: 'A manager', twoFactorEnabled: false },
    });
    expect((await accept(token, { password: 'and another one here' })).status).toBe(410);
  });

  it('opens nothing any more once the person has another role', async () => {
    const { id } = await api.person('manager');
    const made = (await owner('POST', `/api/people/${id}/recovery-link`)).body as { url: string };
    await owner('PATCH', `/api/people/${id}`, { role: 'owner' });
    const set = await accept(made.url.slice(made.url.lastIndexOf('/') + 1), {
      password: 'a brand new password',
    });
    expect(set).toMatchObject({ status: 410, body: { code: 'invitation_revoked' } });
  });

  it('is made only by whoever may manage the person, and only for the active', async () => {
    const head = await api.person('head');
    const { id: ownerId } = ((await owner('GET', '/api/me')).body as { user: { id: string } }).user;
    expect((await head.send('POST', `/api/people/${ownerId}/recovery-link`)).status).toBe(403);
    const manager = await api.person('manager');
    expect((await manager.send('POST', `/api/people/${manager.id}/recovery-link`)).status).toBe(403);
    expect((await head.send('POST', `/api/people/${manager.id}/recovery-link`)).status).toBe(201);
    await owner('POST', `/api/people/${manager.id}/deactivate`);
    const gone = await owner('POST', `/api/people/${manager.id}/recovery-link`);
    expect(gone).toMatchObject({ status: 409, body: { code: 'person_deactivated' } });
  });
});
