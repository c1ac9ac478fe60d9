import { createHmac } from 'node:crypto';
import { eq, sql } from 'drizzle-orm';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { rows } from '../../src/core/db.ts';
import { userAccount, userSession } from '../../src/people/schema.ts';
import { ensureOwner } from '../../src/people/index.ts';
import { OWNER, startApi } from '../support/api.ts';
import type { Answer, TestApi } from '../support/api.ts';

let api: TestApi;
beforeAll(async () => {
  api = await startApi();
});
afterAll(() => api.close());

const idOf = (answer: Answer): string => (answer.body as { user: { id: string } }).user.id;

describe('signing in', () => {
  it('gives a session in an HttpOnly SameSite=Lax cookie, with which the console learns who it is', async () => {
    const send = await api.owner();
    const me = await send('GET', '/api/me');
    expect(me.status).toBe(200);
    expect(me.body).toMatchObject({
      user: { email: OWNER.email, role: 'owner', visibility: 'all', teamId: null },
      apiKey: null,
      settings: { baseCurrency: 'GBP', timeZone: 'UTC', locale: 'en-GB' },
    });
    const answer = await api.send('POST', '/api/auth/sign-in/email', OWNER);
    const [cookie = ''] = answer.headers.getSetCookie();
    expect(cookie).toMatch(/^otklik\.session_token=.*HttpOnly/i);
    expect(cookie).toMatch(/SameSite=Lax/i);
  });

  it('tells when it was last used, to the minute, and writes no more often', async () => {
    const send = await api.owner();
    const seen = async (): Promise<string> => {
      const { items } = (await send('GET', '/api/me/sessions')).body as {
        items: Array<{ current: boolean; lastSeenAt: string }>;
      };
      return items.find(({ current }) => current)?.lastSeenAt ?? '';
    };
    const set = (ago: string) =>
      rows<{ at: string }>(
        api.ctx.db,
        sql`update user_session set updated_at = date_trunc('second', now() - ${ago}::interval)
          returning to_char(updated_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS".000Z"') as at`,
      );
    const [old] = await set('2 hours');
    expect(Date.parse(await seen()) - Date.parse(old?.at ?? '')).toBeGreaterThanOrEqual(7_200_000);
    const [young] = await set('20 seconds');
    expect(await seen()).toBe(young?.at);
  });

  it('is refused with the same words for a wrong password and an unknown address', async () => {
    const wrong = await api.send('POST', '/api/auth/sign-in/email', {
      ...OWNER,
      password: 'not the password',
    });
    const unknown = await api.send('POST', '/api/auth/sign-in/email', {
      ...OWNER,
      email: 'nobody@example.com',
    });
    for (const { status, body } of [wrong, unknown]) {
      expect(status).toBe(401);
      expect(body).toMatchObject({
        code: 'invalid_email_or_password',
        status: 401,
        requestId: expect.any(String),
      });
    }
  });

  it('works from localhost, 127.0.0.1 and the public address, and not for another site’s page', async () => {
    const { port } = new URL(api.url);
    const from = (host: string, origin: string) =>
      fetch(`http://${host}:${port}/api/auth/sign-in/email`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', origin },
        body: JSON.stringify(OWNER),
      });
    expect((await from('localhost', `http://localhost:${port}`)).status).toBe(200);
    expect((await from('127.0.0.1', `http://127.0.0.1:${port}`)).status).toBe(200);
    expect((await from('127.0.0.1', api.ctx.config.publicUrl)).status).toBe(200);
    for (const origin of ['https://evil.example', `http://localhost.evil.example:${port}`, 'null']) {
      const refused = await from('localhost', origin);
      expect(refused.status).toBe(403);
      expect(await refused.json()).toMatchObject({ code: 'origin_not_allowed' });
    }
  });

  it('does not let the public sign up, nor reach other endpoints of the library', async () => {
    const stranger = { name: 'X', email: 'x@example.com', password: 'a long enough password' };
    for (const path of [
      '/sign-up/email',
      '/request-password-reset',
      '/delete-user',
      '/list-sessions',
      '/ok',
    ]) {
      const answer = await api.send('POST', `/api/auth${path}`, stranger);
      expect([path, answer.status, (answer.body as { code: string }).code]).toEqual([
        path,
        404,
        'route_not_found',
      ]);
    }
  });

  it('keeps passwords as salted scrypt hashes and never writes them to the log', async () => {
    await api.owner();
    const accounts = await api.ctx.db.select({ hash: userAccount.password }).from(userAccount);
    for (const { hash } of accounts) expect(hash).toMatch(/^[0-9a-f]{32}:[0-9a-f]{128}$/);
    expect(JSON.stringify(api.logs)).not.toContain(OWNER.password);
  });

  it('writes signing in and out and changes of the password to the audit log under the person’s name', async () => {
    const { id, email, password, send } = await api.person('marketer');
    const changed = await send('POST', '/api/auth/change-password', {
      currentPassword: password,
      newPassword: 'quite another password',
    });
    expect(changed.status).toBe(200);
    expect((await send('POST', '/api/auth/sign-out', {})).status).toBe(200);
    expect((await send('GET', '/api/me')).status).toBe(401);
    await expect(api.signIn(email, password)).rejects.toThrow('invalid_email_or_password');
    await api.signIn(email, 'quite another password');
    const found = await rows<{ action: string; kind: string }>(
      api.ctx.db,
      sql`select action, actor_kind as kind from audit_log where actor_id = ${id} order by at, id`,
    );
    expect(found.map((row) => row.action)).toEqual([
      'invitation.accepted',
      'session.started',
      'password.changed',
      'session.ended',
      'session.started',
    ]);
    expect(new Set(found.map((row) => row.kind))).toEqual(new Set(['user']));
  });

  it('asks for a new password of at least 12 characters', async () => {
    const { password, send } = await api.person('marketer');
    const short = await send('POST', '/api/auth/change-password', {
      currentPassword: password,
      newPassword: 'short',
    });
    expect(short).toMatchObject({ status: 422, body: { code: 'validation_failed', at: 'newPassword' } });
  });
});

describe('sessions', () => {
  it('are listed, ended one by one and all others at once, only the person’s own', async () => {
    const { email, password, send: first } = await api.person('manager');
    const second = await api.signIn(email, password);
    const third = await api.signIn(email, password);
    const listed = (await first('GET', '/api/me/sessions')).body as {
      items: { id: string; current: boolean }[];
    };
    expect(listed.items).toHaveLength(3);
    expect(listed.items.filter((session) => session.current)).toHaveLength(1);
    expect(JSON.stringify(listed)).not.toContain('token');
    const [ownId] = listed.items.filter((s) => s.current).map((s) => s.id);
    const others = listed.items.filter((s) => !s.current).map((s) => s.id);

    expect((await first('DELETE', `/api/me/sessions/${others[0]}`)).status).toBe(204);
    expect((await second('GET', '/api/me')).status).toBe(401);
    const stranger = await api.owner();
    expect((await stranger('DELETE', `/api/me/sessions/${ownId}`)).status).toBe(404);
    expect((await first('POST', '/api/me/sessions/end-others')).status).toBe(204);
    expect((await third('GET', '/api/me')).status).toBe(401);
    expect((await first('GET', '/api/me')).status).toBe(200);
  });

  it('end a week after their last use', async () => {
    const { id, send } = await api.person('manager');
    await api.ctx.db
      .update(userSession)
      .set({ expiresAt: new Date(0) })
      .where(eq(userSession.userId, id));
    expect((await send('GET', '/api/me')).status).toBe(401);
  });

  it('are renewed on the next day of use, in the table and in the browser', async () => {
    const { id, send } = await api.person('manager');
    const inFiveDays = new Date(api.ctx.clock.now().getTime() + 5 * 24 * 3_600_000);
    await api.ctx.db.update(userSession).set({ expiresAt: inFiveDays }).where(eq(userSession.userId, id));
    const me = await send('GET', '/api/me');
    expect(me.status).toBe(200);
    expect(me.headers.getSetCookie().join()).toContain('otklik.session_token=');
    const [session] = await api.ctx.db.select().from(userSession).where(eq(userSession.userId, id));
    expect(session?.expiresAt.getTime()).toBeGreaterThan(inFiveDays.getTime());
  });
});

describe('a second factor', () => {
  it('is asked for at every sign-in once a code was verified, and a backup code works once', async () => {
    const { email, password, send } = await api.person('head');
    const enabled = await send('POST', '/api/auth/two-factor/enable', { password });
    expect(enabled.status).toBe(200);
    const { totpURI, backupCodes } = enabled.body as { totpURI: string; backupCodes: string[] };
    expect((await send('POST', '/api/auth/two-factor/verify-totp', { code: totp(totpURI) })).status).toBe(
      200,
    );

    const pending = await api.signIn(email, password);
    expect((await pending('GET', '/api/me')).status).toBe(401);
    const wrong = await pending('POST', '/api/auth/two-factor/verify-totp', { code: '000000' });
    expect(wrong).toMatchObject({ status: 401, body: { code: 'invalid_code' } });
    const done = await pending('POST', '/api/auth/two-factor/verify-totp', { code: totp(totpURI) });
    expect(done.status).toBe(200);
    expect(idOf(await pending('GET', '/api/me'))).toBeTruthy();

    const [code = ''] = backupCodes;
    const first = await api.signIn(email, password);
    expect((await first('POST', '/api/auth/two-factor/verify-backup-code', { code })).status).toBe(200);
    expect((await first('GET', '/api/me')).body).toMatchObject({ user: { twoFactorEnabled: true } });
    const second = await api.signIn(email, password);
    expect((await second('POST', '/api/auth/two-factor/verify-backup-code', { code })).status).toBe(401);
  });
});

describe('the first start', () => {
  it('makes one owner, however many processes start at once, and none when there are people', async () => {
    const fresh = await startApi({ env: { OWNER_EMAIL: 'First@Example.com' } });
    try {
      expect(await ensureOwner(fresh.ctx)).toBeNull();
      await fresh.ctx.db.execute(sql`truncate app_user cascade`);
      const config = { ...fresh.ctx.config, ownerPassword: undefined };
      const made = await Promise.all([1, 2, 3].map(() => ensureOwner({ ...fresh.ctx, config })));
      const [owner, ...more] = made.filter((one) => one !== null);
      expect(more).toEqual([]);
      expect(owner?.email).toBe('first@example.com');
      expect(owner?.password).toHaveLength(16);
      await fresh.signIn('first@example.com', owner?.password ?? '');
      expect(JSON.stringify(fresh.logs)).not.toContain(owner?.password);
    } finally {
      await fresh.close();
    }
  });
});

/** RFC 6238, as an authenticator app does it from the URI it scanned. */
function totp(uri: string): string {
  const secret = base32(new URL(uri).searchParams.get('secret') ?? '');
  const counter = Buffer.alloc(8);
  counter.writeBigUInt64BE(BigInt(Math.floor(Date.now() / 30_000)));
  const mac = createHmac('sha1', secret).update(counter).digest();
  const offset = (mac.at(-1) ?? 0) & 0xf;
  return String((mac.readUInt32BE(offset) & 0x7fffffff) % 1_000_000).padStart(6, '0');
}

function base32(text: string): Buffer {
  const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';
  const bits = Array.from(text.replaceAll('=', ''))
    .map((c) => alphabet.indexOf(c).toString(2).padStart(5, '0'))
    .join('');
  return Buffer.from((bits.match(/.{8}/g) ?? []).map((byte) => Number.parseInt(byte, 2)));
}
