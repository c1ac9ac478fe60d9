import { sql } from 'drizzle-orm';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { row, rows } from '../../src/core/db.ts';
import { conflict } from '../../src/core/errors.ts';
import { describe as describeRoute, jsonBody, newRouter } from '../../src/core/http.ts';
import { newId } from '../../src/core/ids.ts';
import { forgetOldKeys } from '../../src/core/idempotency.ts';
import { DAY_MS } from '../../src/core/time.ts';
import { startApi } from '../support/api.ts';
import type { Answer, Send, TestApi } from '../support/api.ts';
import { until } from '../support/until.ts';

const input = z.object({ name: z.string(), fail: z.enum(['throw', 'answer']).optional() });

/** Makes a team as its effect, and fails when asked to, after the effect. */
function effectRoutes() {
  return newRouter().post(
    '/api/test/effect',
    describeRoute({ tag: 'Test', summary: 'effect' }),
    jsonBody(input),
    async (c) => {
      const { name, fail } = c.req.valid('json');
      const id = newId();
      await c.var.ctx.db.execute(
        sql`insert into team (id, name, created_at, updated_at) values (${id}, ${name}, now(), now())`,
      );
      if (fail === 'throw') throw conflict('refused', 'Refused.');
      if (fail === 'answer') return c.json({ refused: true }, 422);
      await c.var.ctx.db.execute(sql`select pg_sleep(0.05)`);
      return c.json({ id, name }, 201);
    },
  );
}

/** Somebody who holds a row and then wants another, while a request does the same the other way round. */
let collide: (() => Promise<void>) | null = null;
let attempts = 0;
const [FIRST, SECOND] = [newId(), newId()];
const rename = (id: string, name: string) => sql`update team set name = ${`${name} ${id}`} where id = ${id}`;

function lockRoutes() {
  return newRouter().post(
    '/api/test/lock',
    describeRoute({ tag: 'Test', summary: 'lock' }),
    jsonBody(input),
    async (c) => {
      const { name } = c.req.valid('json');
      attempts += 1;
      const { db } = c.var.ctx;
      await db.execute(rename(FIRST, name));
      await collide?.();
      await db.execute(rename(SECOND, name));
      return c.json({ name, attempts }, 201);
    },
  );
}

let api: TestApi;
let send: Send;
let now = Date.parse('2026-11-21T12:00:00Z');
beforeAll(async () => {
  api = await startApi({ routes: () => [effectRoutes(), lockRoutes()], clock: { now: () => new Date(now) } });
  send = await api.owner();
});
afterAll(() => api.close());

const withKey = (key: string) => ({ 'idempotency-key': key });
const effects = async (name: string): Promise<number> =>
  (await row<{ n: number }>(api.ctx.db, sql`select count(*)::int as n from team where name = ${name}`)).n;

const waitingForLocks = async (): Promise<number> =>
  (
    await row<{ n: number }>(
      api.ctx.db,
      sql`select count(*)::int as n from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`,
    )
  ).n;

describe('an Idempotency-Key', () => {
  it('makes a repeated request answer the same without a second effect', async () => {
    const first = await send('POST', '/api/test/effect', { name: 'once' }, withKey('k1'));
    const second = await send('POST', '/api/test/effect', { name: 'once' }, withKey('k1'));
    expect(first.status).toBe(201);
    expect(first.headers.get('idempotency-replayed')).toBeNull();
    expect(second).toMatchObject({ status: 201, body: first.body });
    expect(second.headers.get('idempotency-replayed')).toBe('true');
    expect(second.headers.get('content-type')).toContain('application/json');
    expect(await effects('once')).toBe(1);
  });

  it('of many at the same moment carries one out, and all get its answer', async () => {
    const answers = await Promise.all(
      Array.from({ length: 8 }, () => send('POST', '/api/test/effect', { name: 'race' }, withKey('k2'))),
    );
    const ids = new Set(answers.map((answer: Answer) => (answer.body as { id: string }).id));
    expect(answers.map((answer) => answer.status)).toEqual(Array.from({ length: 8 }, () => 201));
    expect(ids.size).toBe(1);
    expect(await effects('race')).toBe(1);
  });

  it('of a request that a deadlock undid has it carried out again, whole and once', async () => {
    for (const id of [FIRST, SECOND])
      await api.ctx.db.execute(
        sql`insert into team (id, name, created_at, updated_at) values (${id}, ${id}, now(), now())`,
      );
    let other: Promise<unknown> = Promise.resolve();
    collide = async () => {
      collide = null;
      const holds = Promise.withResolvers<void>();
      other = api.ctx.db.transaction(async (tx) => {
        // Only the request looks for a deadlock, so that it is the one to give way.
        await tx.execute(sql`set local deadlock_timeout = '10min'`);
        await tx.execute(rename(SECOND, 'other'));
        holds.resolve();
        await tx.execute(rename(FIRST, 'other'));
      });
      await holds.promise;
      await until('the other waits', async () => (await waitingForLocks()) > 0);
    };
    const answer = await send('POST', '/api/test/lock', { name: 'mine' }, withKey('k-deadlock'));
    await other;
    expect(answer).toMatchObject({ status: 201, body: { name: 'mine', attempts: 2 } });
    expect([await effects(`mine ${FIRST}`), await effects(`mine ${SECOND}`)]).toEqual([1, 1]);
    const again = await send('POST', '/api/test/lock', { name: 'mine' }, withKey('k-deadlock'));
    expect(again).toMatchObject({ status: 201, body: { name: 'mine', attempts: 2 } });
    expect(attempts).toBe(2);
  });

  it('used with another input, path or method is a 409', async () => {
    await send('POST', '/api/test/effect', { name: 'a' }, withKey('k3'));
    const other = await send('POST', '/api/test/effect', { name: 'b' }, withKey('k3'));
    expect(other).toMatchObject({
      status: 409,
      body: { code: 'idempotency_key_reused', at: 'Idempotency-Key' },
    });
    const path = await send('POST', '/api/people/teams', { name: 'a' }, withKey('k3'));
    expect(path).toMatchObject({ status: 409, body: { code: 'idempotency_key_reused' } });
    expect(await effects('b')).toBe(0);
  });

  it('belongs to one credential', async () => {
    const { send: key } = await api.key({ scopes: ['people:read'] });
    const mine = await send('POST', '/api/test/effect', { name: 'mine' }, withKey('k4'));
    const theirs = await key('POST', '/api/test/effect', { name: 'theirs' }, withKey('k4'));
    expect([mine.status, theirs.status]).toEqual([201, 201]);
  });

  it('of a request that was refused leaves no effect and nothing behind, however it was refused', async () => {
    for (const fail of ['throw', 'answer']) {
      const name = `refused by ${fail}`;
      const refused = await send('POST', '/api/test/effect', { name, fail }, withKey(`k5${fail}`));
      expect(refused.status).toBeGreaterThanOrEqual(400);
      expect(await effects(name)).toBe(0);
      expect((await send('POST', '/api/test/effect', { name }, withKey(`k5${fail}`))).status).toBe(201);
    }
  });

  it('keeps an answer that is shown only once encrypted, and repeats it to its owner', async () => {
    const body = { name: 'k', scopes: ['people:read'] };
    const first = await send('POST', '/api/keys', body, withKey('k6'));
    const second = await send('POST', '/api/keys', body, withKey('k6'));
    const { key } = first.body as { key: string };
    expect(second.body).toEqual(first.body);
    const stored = await rows(api.ctx.db, sql`select to_jsonb(k)::text as row from idempotency_key k`);
    expect(JSON.stringify(stored)).not.toContain(key);
    expect(await rows(api.ctx.db, sql`select 1 from api_key where name = 'k'`)).toHaveLength(1);
  });

  it('repeats an answer without a body as it was', async () => {
    const made = await send('POST', '/api/people/teams', { name: 'to delete' });
    const { id } = made.body as { id: string };
    for (let i = 0; i < 2; i++) {
      const gone = await send('DELETE', `/api/people/teams/${id}`, undefined, withKey('k7'));
      expect([gone.status, gone.text]).toEqual([204, '']);
    }
  });

  it('works without a credential where the path holds a secret', async () => {
    const { url } = (await send('POST', '/api/people/invitations', { role: 'manager' })).body as {
      url: string;
    };
    const path = `/api/people/invitations/${url.slice(url.lastIndexOf('/') + 1)}/accept`;
    const person = { name: 'N', email: 'n@example.com', password: 'a long enough password' };
    const first = await api.send('POST', path, person, withKey('k8'));
    const second = await api.send('POST', path, person, withKey('k8'));
    expect([first.status, second.status]).toEqual([201, 201]);
    expect(second.body).toEqual(first.body);
  });

  it('must be 1 to 200 characters', async () => {
    const long = await send('POST', '/api/test/effect', { name: 'long' }, withKey('x'.repeat(201)));
    expect(long).toMatchObject({ status: 422, body: { code: 'bad_idempotency_key' } });
  });

  it('is forgotten after 72 hours', async () => {
    await send('POST', '/api/test/effect', { name: 'old' }, withKey('k9'));
    now += 3 * DAY_MS + 1;
    await forgetOldKeys(api.ctx);
    const left = await rows(api.ctx.db, sql`select 1 from idempotency_key`);
    expect(left).toHaveLength(0);
  });
});
