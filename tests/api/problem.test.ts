import { sql } from 'drizzle-orm';
import { HTTPException } from 'hono/http-exception';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { conflict } from '../../src/core/errors.ts';
import {
  describe as describeRoute,
  jsonBody,
  newRouter,
  problemSchema,
  queryOf,
} from '../../src/core/http.ts';
import { databaseProblem } from '../../src/api/problem.postgres.ts';
import { startApi } from '../support/api.ts';
import type { Answer, Send, TestApi } from '../support/api.ts';

const node: z.ZodType = z.lazy(() => z.object({ child: node.optional() }));

const described = (summary: string) => describeRoute({ tag: 'Test', summary });

/** Routes that fail in every way a route can. */
function failingRoutes() {
  const statement = z.object({ sql: z.string() });
  return newRouter()
    .post('/api/test/echo', described('echo'), jsonBody(z.object({ n: z.number() })), (c) =>
      c.json(c.req.valid('json')),
    )
    .post('/api/test/tree', described('tree'), jsonBody(node), (c) => c.json({}))
    .get('/api/test/tree', described('tree'), queryOf(z.object({ tree: z.string() })), (c) => {
      node.parse(JSON.parse(c.req.valid('query').tree));
      return c.json({});
    })
    .post('/api/test/text', described('text'), jsonBody(z.object({ text: z.string() })), async (c) => {
      await c.var.ctx.db.execute(sql`select ${c.req.valid('json').text}::text`);
      return c.json({});
    })
    .post('/api/test/sql', described('sql'), jsonBody(statement), async (c) => {
      await c.var.ctx.db.execute(sql.raw(c.req.valid('json').sql));
      return c.json({});
    })
    .post('/api/test/conflict', described('conflict'), () => {
      throw conflict('taken', 'It is taken.', 'name');
    })
    .post('/api/test/http', described('http'), () => {
      throw new HTTPException(403, { message: 'No' });
    })
    .post('/api/test/bug', described('bug'), () => {
      throw new Error('the password of the database is hunter2');
    });
}

let api: TestApi;
let send: Send;
beforeAll(async () => {
  api = await startApi({ routes: () => [failingRoutes()] });
  send = await api.owner();
});
afterAll(() => api.close());

function expectProblem(answer: Answer, status: number, code: string): void {
  expect([answer.status, answer.text.slice(0, 300)]).toEqual([status, expect.any(String)]);
  expect(answer.headers.get('content-type')).toBe('application/problem+json');
  expect(problemSchema.parse(answer.body)).toMatchObject({
    status,
    code,
    type: `urn:otklik:problem:${code}`,
  });
  expect(answer.headers.get('x-request-id')).toBe((answer.body as { requestId: string }).requestId);
}

const nested = (depth: number): string => '{"child":'.repeat(depth) + '{}' + '}'.repeat(depth);

describe('every refusal is a problem+json that names the place', () => {
  it('for JSON that is cut or not JSON at all', async () => {
    for (const text of ['{"n": 1', 'n=1', '{', 'null,']) {
      expectProblem(await send('POST', '/api/test/echo', text), 400, 'malformed_request');
    }
  });

  it('for wrong and missing fields, with their paths', async () => {
    const answer = await send('POST', '/api/test/echo', { n: 'one' });
    expectProblem(answer, 422, 'validation_failed');
    expect(answer.body).toMatchObject({ at: 'n', errors: [{ path: 'n', code: 'invalid_type' }] });
    for (const body of [{}, null, [], 7])
      expectProblem(await send('POST', '/api/test/echo', body), 422, 'validation_failed');
  });

  it('for another media type', async () => {
    for (const type of ['text/plain', 'multipart/form-data; boundary=x', 'application/jsonp']) {
      const answer = await send('POST', '/api/test/echo', '{"n":1}', { 'content-type': type });
      expectProblem(answer, 415, 'unsupported_media_type');
    }
    expect(
      (await send('POST', '/api/test/echo', '{"n":1}', { 'content-type': 'application/json; charset=utf-8' }))
        .status,
    ).toBe(200);
  });

  it('for a body that is too large, whether its length is stated or not', async () => {
    const huge = JSON.stringify({ n: 1, fill: 'x'.repeat(1024 * 1024) });
    expectProblem(await send('POST', '/api/test/echo', huge), 413, 'body_too_large');
    const chunked = await fetch(new URL('/api/test/echo', api.url), {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: new Blob([huge]).stream(),
      duplex: 'half',
    });
    expect(chunked.status).toBe(413);
    expect((await send('POST', '/api/test/echo', { n: 1 })).status).toBe(200);
  });

  it('for a body or query nested thousands of levels deep', async () => {
    expectProblem(await send('POST', '/api/test/tree', nested(3_000)), 422, 'nested_too_deep');
    expectProblem(await send('POST', '/api/test/tree', '['.repeat(500_000)), 422, 'nested_too_deep');
    expect((await send('POST', '/api/test/tree', nested(60))).status).toBe(200);
    const braces = JSON.stringify({ child: {}, text: '{[\\"{['.repeat(200) });
    expect((await send('POST', '/api/test/tree', braces)).status).toBe(200);
  });

  it('for a text with a NUL, which no column can hold', async () => {
    expectProblem(await send('POST', '/api/test/text', { text: 'a\u0000b' }), 422, 'bad_text');
    expect((await send('POST', '/api/test/text', { text: 'a\u{1F600}b' })).status).toBe(200);
  });

  it('for what a verb or a helper refuses', async () => {
    const taken = await send('POST', '/api/test/conflict');
    expectProblem(taken, 409, 'taken');
    expect(taken.body).toMatchObject({ at: 'name', detail: 'It is taken.', title: 'Conflict' });
    expectProblem(await send('POST', '/api/test/http'), 403, 'forbidden');
  });

  it('for a method that a path does not have, with those it has in Allow', async () => {
    const answer = await send('PUT', '/api/keys', {});
    expectProblem(answer, 405, 'method_not_allowed');
    expect(answer.headers.get('allow')).toBe('GET, POST, HEAD');
    expectProblem(
      await send('DELETE', '/api/people/00000000-0000-7000-8000-000000000001'),
      405,
      'method_not_allowed',
    );
    expect((await api.send('GET', '/api/auth/sign-out')).headers.get('allow')).toBe('POST');
  });

  it('for a field, in words a person understands, with what a translation needs', async () => {
    const answer = await send('POST', '/api/people/teams', { name: 'x'.repeat(300) });
    expectProblem(answer, 422, 'validation_failed');
    expect(answer.body).toMatchObject({
      errors: [
        { path: 'name', code: 'too_big', message: 'Write at most 200 characters.', params: { maximum: 200 } },
      ],
    });
    expect((await send('POST', '/api/people/teams', {})).body).toMatchObject({
      errors: [{ path: 'name', code: 'required', message: 'Fill this in.' }],
    });
    expect((await send('POST', '/api/people/invitations', { role: 'king', email: 'no' })).body).toMatchObject(
      {
        errors: [
          { path: 'email', code: 'invalid_format', message: 'Not an email address.' },
          {
            path: 'role',
            code: 'invalid_value',
            message: expect.stringContaining('Choose one of: owner, marketer'),
          },
        ],
      },
    );
  });

  it('for paths that are not there, whoever asks', async () => {
    for (const path of ['/api/nothing', '/api/people/nobody/anything', '/v1/nothing', '/t/nothing']) {
      expectProblem(await send('GET', path), 404, 'route_not_found');
      expectProblem(await api.send('GET', path), 404, 'route_not_found');
    }
  });
});

describe('what the database refuses', () => {
  const cases: [string, number, string][] = [
    ['select 2147483648::int4', 422, 'value_out_of_range'],
    ["select 'x'::uuid", 422, 'bad_value'],
    ["select '2026-13-01'::timestamptz", 422, 'value_out_of_range'],
    [String.raw`select '{"a":"\u0000"}'::jsonb`, 422, 'bad_text'],
    [
      "insert into team (id, name, created_at, updated_at) values ('1', 'x', now(), now()), ('1', 'y', now(), now())",
      409,
      'already_exists',
    ],
    [
      "insert into team (id, name, parent_id, created_at, updated_at) values ('2', 'z', 'none', now(), now())",
      409,
      'reference_broken',
    ],
    ["do $$ begin raise exception using errcode = '40001'; end $$", 503, 'busy'],
    ["do $$ begin raise exception using errcode = '40P01'; end $$", 503, 'busy'],
    ["do $$ begin raise exception using errcode = '55P03'; end $$", 503, 'busy'],
    ["do $$ begin raise exception using errcode = '53100'; end $$", 507, 'storage_full'],
    ["do $$ begin raise exception using errcode = '53300'; end $$", 503, 'database_overloaded'],
    ["do $$ begin raise exception using errcode = '57014'; end $$", 503, 'took_too_long'],
    ['select nothing from nowhere', 500, 'internal'],
  ];
  it.each(cases)('%s → %i %s', async (statement, status, code) => {
    const answer = await send('POST', '/api/test/sql', { sql: statement });
    expectProblem(answer, status, code);
    if (status === 503) expect(answer.headers.get('retry-after')).toMatch(/^\d+$/);
    expect(answer.text).not.toContain('nowhere');
  });

  it('a connection that cannot be made is a 503 to be tried again, also deep inside other errors', () => {
    const refused = Object.assign(new Error('connect'), { code: 'ECONNREFUSED' });
    const wrapped = new Error('query failed', { cause: new Error('again', { cause: refused }) });
    expect(databaseProblem(wrapped)).toMatchObject({
      code: 'database_unavailable',
      status: 503,
      retryAfterS: 2,
    });
    expect(databaseProblem(new Error('something else'))).toBeUndefined();
  });

  it('of a connection that was lost on the way nobody says that nothing was changed', () => {
    for (const code of ['CONNECTION_CLOSED', 'ECONNRESET', '57P01', '08006']) {
      const told = databaseProblem(Object.assign(new Error('lost'), { code }));
      expect(told).toMatchObject({ code: 'database_unavailable', status: 503, retryAfterS: 2 });
      expect(told?.detail).toContain('may have been carried out');
      expect(told?.detail).not.toContain('Nothing was changed');
    }
    const refused = databaseProblem(Object.assign(new Error('connect'), { code: 'ECONNREFUSED' }));
    expect(refused?.detail).toContain('Nothing was changed');
  });
});

describe('a mistake of ours', () => {
  it('is a 500 that leaks nothing, and stands in the log with its cause under the same request id', async () => {
    const answer = await send('POST', '/api/test/bug');
    expectProblem(answer, 500, 'internal');
    expect(answer.text).not.toContain('hunter2');
    const { requestId } = answer.body as { requestId: string };
    const line = api.logs.find((entry) => entry['requestId'] === requestId && entry['level'] === 50);
    expect(JSON.stringify(line)).toContain('hunter2');
  });
});
