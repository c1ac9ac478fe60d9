import type { PropertyTest } from './contract.ts';

/** Whether an event is one a rule means. Pure. */

const LEVEL = { public: 0, verified: 1, server: 2 } as const;
export type Trust = keyof typeof LEVEL;

export const trusted = (trust: Trust, needed: Trust): boolean => LEVEL[trust] >= LEVEL[needed];

export const passes = (
  tests: readonly PropertyTest[],
  properties: Readonly<Record<string, unknown>>,
): boolean =>
  tests.every((test) =>
    holds(test, Object.hasOwn(properties, test.property) ? properties[test.property] : undefined),
  );

function holds(test: PropertyTest, value: unknown): boolean {
  const absent = value === undefined || value === null;
  if (test.op === 'present') return !absent;
  if (test.op === 'absent') return absent;
  if ('value' in test)
    return test.op === 'gte' ? numberOf(value) >= test.value : numberOf(value) <= test.value;
  if (!('values' in test)) return false;
  const named = test.values.some((one) => same(one, value));
  return test.op === 'is_not' ? !absent && !named : named;
}

const same = (a: string | number | boolean, b: unknown): boolean =>
  a === b || (typeof a !== 'boolean' && String(a) === wordOf(b));

const numberOf = (value: unknown): number => {
  if (typeof value === 'number') return value;
  return typeof value === 'string' && value.trim() !== '' ? Number(value) : Number.NaN;
};

/** Longer values are cut: what earns once is named by it. */
const MAX_ITEM = 200;

/** A property as a word: texts and numbers alone name something. */
export function wordOf(value: unknown): string | null {
  if (typeof value === 'string') return value === '' ? null : value.slice(0, MAX_ITEM);
  return typeof value === 'number' && Number.isFinite(value) ? String(value) : null;
}
