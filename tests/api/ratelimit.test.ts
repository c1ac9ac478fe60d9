import * as fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createLimiter } from '../../src/api/ratelimit.ts';
import { DomainError } from '../../src/core/errors.ts';
import { newRouter } from '../../src/core/http.ts';
import { OWNER, startApi } from '../support/api.ts';
import type { TestApi } from '../support/api.ts';

function linkRoutes() {
  return newRouter().get('/t/o/:token', (c) => c.text('', c.req.param('token') === 'good' ? 200 : 404));
}

let api: TestApi;
let nowMs = 0;
beforeAll(async () => {
  api = await startApi({ limiter: createLimiter(() => nowMs), routes: () => [linkRoutes()] });
});
afterAll(() => api.close());

const minute = (): void => void (nowMs += 60_000);

describe('rate limits', () => {
  it('stop guessing a password with 429 and whole seconds to wait, and let through again after them', async () => {
    const guess = (email: string) =>
      api.send('POST', '/api/auth/sign-in/email', { email, password: 'a wrong password' });
    const statuses = [];
    for (let i = 0; i < 12; i++) statuses.push((await guess(OWNER.email)).status);
    expect(statuses.slice(0, 10)).toEqual(Array.from({ length: 10 }, () => 401));
    const stopped = await guess(OWNER.email);
    expect(stopped).toMatchObject({ status: 429, body: { code: 'rate_limited' } });
    const wait = stopped.headers.get('retry-after') ?? '';
    expect(wait).toMatch(/^[1-9]\d*$/);
    expect((await api.send('POST', '/api/auth/sign-in/email', OWNER)).status).toBe(429);
    nowMs += Number(wait) * 1_000;
    expect((await api.send('POST', '/api/auth/sign-in/email', OWNER)).status).toBe(200);
    minute();
  });

  it('stop guessing from one address over many accounts', async () => {
    const statuses = [];
    for (let i = 0; i < 25; i++) {
      const answer = await api.send('POST', '/api/auth/sign-in/email', {
        email: `u${i}@example.com`,
        password: 'wrong',
      });
      statuses.push(answer.status);
    }
    expect(statuses.filter((status) => status === 429)).toHaveLength(5);
    minute();
  });

  it('do not count those who sign in rightly: a whole office may, from one address', async () => {
    for (let i = 0; i < 30; i++) {
      expect((await api.send('POST', '/api/auth/sign-in/email', OWNER)).status).toBe(200);
    }
  });

  it('stop trying out API keys', async () => {
    const statuses = new Set<number>();
    for (let i = 0; i < 230; i++) {
      const headers = { authorization: `Bearer otk_${String(i).padStart(40, 'x')}` };
      statuses.add((await api.send('GET', '/api/people', undefined, headers)).status);
    }
    expect([...statuses].toSorted((a, b) => a - b)).toEqual([401, 429]);
    minute();
  });

  it('let links of mails be opened thousands of times, and made-up ones a few dozen times', async () => {
    for (let i = 0; i < 300; i++) expect((await api.send('GET', '/t/o/good')).status).toBe(200);
    const statuses = [];
    for (let i = 0; i < 60; i++) statuses.push((await api.send('GET', '/t/o/bad')).status);
    expect(statuses.slice(0, 40)).toEqual(Array.from({ length: 40 }, () => 404));
    expect(statuses.at(-1)).toBe(429);
    minute();
  });

  it('leave a server with a key alone', async () => {
    const { send } = await api.key({ scopes: ['people:read'] });
    const answers = await Promise.all(Array.from({ length: 500 }, () => send('GET', '/api/me')));
    expect(new Set(answers.map((answer) => answer.status))).toEqual(new Set([200]));
  });
});

describe('a bucket', () => {
  it('never lets more through than its burst plus what was refilled, whatever the order of requests', () => {
    const limit = { name: 'x', burst: 10, perSecond: 2 };
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 2_000 }), { maxLength: 200 }), (gapsMs) => {
        let now = 0;
        let passed = 0;
        const limiter = createLimiter(() => now);
        for (const gap of gapsMs) {
          now += gap;
          try {
            limiter.take(limit, 'a');
            passed += 1;
          } catch (error) {
            expect(error).toBeInstanceOf(DomainError);
          }
        }
        expect(passed).toBeLessThanOrEqual(limit.burst + (now / 1_000) * limit.perSecond);
      }),
    );
  });
});
