import { expect, test } from 'vitest';
import { z } from 'zod';
import { furtherIssues } from '../../src/core/together.ts';

const schema = z
  .object({
    name: z.string().min(1),
    points: z.number().int().min(1),
    from: z.string().optional(),
    until: z.string().optional(),
    note: z.string().max(5).optional(),
    scope: z.object({ least: z.number().optional(), most: z.number().optional() }).default({}),
    codes: z.array(z.string().max(3)).default([]),
  })
  .refine(({ from, until }) => from === undefined || until === undefined || from < until, {
    error: 'ends before it begins',
    path: ['until'],
  });

const told = (body: object): string[] => {
  const parsed = schema.safeParse(body);
  const wrong = parsed.success ? [] : parsed.error.issues;
  const more = furtherIssues(
    schema,
    body,
    wrong,
    ({ scope: { least = 0, most = 9 } }) =>
      least > most ? [{ path: 'scope.most', code: 'less', message: 'below the least' }] : [],
    (issues) =>
      issues.map(({ path, code, message }) => ({ path: path.map(String).join('.'), code, message })),
  );
  return [...wrong.map(({ path }) => path.join('.')), ...more.map(({ path }) => path)];
};

test('rules speak together with fields of a wrong shape, where the fields they look at are right', () => {
  const good = { name: 'Tea', points: 1 };
  expect(told({ ...good, note: 'too long', scope: { least: 2, most: 1 } })).toEqual(['note', 'scope.most']);
  expect(told({ ...good, name: '', from: '2', until: '1' })).toEqual(['name', 'until']);
  expect(told({ name: 'Tea', scope: { least: 2, most: 1 } })).toEqual(['points', 'scope.most']);
  expect(told({ ...good, points: 'many', from: '2', until: '1' })).toEqual(['points', 'until']);
});

test('nothing is said of what cannot be known', () => {
  const good = { name: 'Tea', points: 1 };
  expect(told({ ...good, from: '2', until: 1 })).toEqual(['until']);
  expect(told({ ...good, scope: { least: 'a', most: -1 } })).toEqual(['scope.least']);
  expect(told({ ...good, codes: [1], scope: { least: 2, most: 1 } })).toEqual(['codes.0']);
  expect(told(good)).toEqual([]);
});
