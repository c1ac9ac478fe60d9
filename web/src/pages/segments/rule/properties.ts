import type { LeafDraft } from './model.ts';
import { isRecord } from './model.ts';

/** What an event's properties must say. */

export const TEST_OPS = [
  'is',
  'isNot',
  'in',
  'notIn',
  'contains',
  'gt',
  'gte',
  'lt',
  'lte',
  'exists',
  'lacks',
] as const;
const NUMERIC: ReadonlySet<unknown> = new Set(['gt', 'gte', 'lt', 'lte']);
const MAX_TESTS = 10;

export type Test = Record<string, unknown>;

export const testsOf = ({ where }: LeafDraft): Test[] => (Array.isArray(where) ? where.filter(isRecord) : []);

/** Without tests there is no `where`. */
export function withTests(leaf: LeafDraft, tests: readonly Test[]): LeafDraft {
  const { where: _where, ...rest } = leaf;
  return tests.length === 0 ? rest : { ...rest, where: tests };
}

export const mayAddTest = (leaf: LeafDraft): boolean => testsOf(leaf).length < MAX_TESTS;

export const addTest = (leaf: LeafDraft): LeafDraft =>
  withTests(leaf, [...testsOf(leaf), { property: '', op: 'is' }]);

/** A text is compared with whatever was sent; order is of numbers; a value that came as a number or a yes stays one. */
export function kindOfTest({ op, value }: Test): 'number' | 'boolean' | 'text' {
  if (NUMERIC.has(op) || typeof value === 'number') return 'number';
  return typeof value === 'boolean' ? 'boolean' : 'text';
}

/** The value stays where the operation takes one of its kind. */
export function withTestOp({ property, op, value }: Test, next: string): Test {
  const kept = NUMERIC.has(next)
    ? typeof value === 'number'
    : next === 'in' || next === 'notIn'
      ? Array.isArray(value)
      : next === 'is' || next === 'isNot'
        ? typeof value === 'string' || ((op === 'is' || op === 'isNot') && !Array.isArray(value))
        : next === 'contains' && typeof value === 'string';
  return { property, op: next, ...(kept && value !== undefined ? { value } : {}) };
}
