import * as fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { newId } from '../../src/core/ids.ts';
import { routes } from '../../src/modules.ts';
import { startApi } from '../support/api.ts';
import type { Send, TestApi } from '../support/api.ts';

/** Requests of one run for each operation; GARBAGE_RUNS=50 digs deeper. */
const RUNS = Number(process.env['GARBAGE_RUNS'] ?? 6);
const TIMEOUT_MS = 600_000;
/** Ends the owner's own sessions, and the test with them. */
const SIGNS_OUT = /auth|sessions|people/;

type Operation = { method: string; path: string; query: string[] };

let api: TestApi;
let owner: Send;
let operations: Operation[];
beforeAll(async () => {
  api = await startApi({ routes });
  owner = await api.owner();
  const { body } = await api.send('GET', '/api/openapi.json');
  const { paths } = body as {
    paths: Record<string, Record<string, { parameters?: { name: string; in: string }[] }>>;
  };
  operations = Object.entries(paths).flatMap(([path, item]) =>
    Object.entries(item).map(([method, { parameters = [] }]) => ({
      method: method.toUpperCase(),
      path,
      query: parameters.filter((one) => one.in === 'query').map(({ name }) => name),
    })),
  );
});
afterAll(() => api.close());

const odd = fc.oneof(
  fc.constantFrom(
    null,
    true,
    0,
    -1,
    1e308,
    2 ** 53,
    '',
    ' ',
    '\u0000',
    '\uD800',
    "'; drop table contact; --",
    '%',
    '../..',
  ),
  fc.constantFrom(
    newId(),
    '2026-02-30',
    '0000-00-00T00:00:00Z',
    '[]',
    '{}',
    'ё'.repeat(3_000),
    'constructor',
  ),
  fc.string({ unit: 'binary', maxLength: 40 }),
);
const NAMES = [
  'name',
  'key',
  'email',
  'rule',
  'filter',
  'kind',
  'ids',
  'items',
  'reason',
  'raw',
  'at',
  '__proto__',
];
const body = fc.oneof(
  odd,
  fc.array(odd, { maxLength: 4 }),
  fc.dictionary(
    fc.constantFrom(...NAMES),
    fc.oneof(odd, fc.array(odd, { maxLength: 3 }), fc.dictionary(fc.string(), odd)),
  ),
);

test(
  'whatever comes to whichever route, the answer is never a mistake of ours',
  async () => {
    expect(operations.length).toBeGreaterThan(100);
    for (const { method, path, query } of operations) {
      if (SIGNS_OUT.test(path) && method !== 'GET') continue;
      await fc.assert(
        fc.asyncProperty(odd, fc.array(odd, { maxLength: query.length }), body, async (id, values, sent) => {
          const part = encodeURIComponent(String(id).toWellFormed() || 'x');
          const search = values.map(
            (value, i) => `${query[i]}=${encodeURIComponent(String(value).toWellFormed())}`,
          );
          const address = `${path.replaceAll(/\{[^}]+\}/g, part)}?${search.join('&')}`;
          const answer = await owner(method, address, method === 'GET' ? undefined : sent);
          expect(answer.status, `${method} ${address}: ${answer.text.slice(0, 300)}`).toBeLessThan(500);
        }),
        { numRuns: RUNS },
      );
    }
  },
  TIMEOUT_MS,
);
