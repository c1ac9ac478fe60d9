import type { AccrualDefinition } from '../../../api/earning.ts';
import { newKey } from '../../../api/client.ts';

/** Conditions on what is told with an event, as fields. */

type Test = Extract<AccrualDefinition['earns'], { type: 'event' }>['where'][number];
export const OPS = ['is', 'is_not', 'gte', 'lte', 'present', 'absent'] as const;
export type TestFields = { key: string; property: string; op: (typeof OPS)[number]; values: string[] };

export const freshTest = (): TestFields => ({ key: newKey(), property: '', op: 'is', values: [] });

/** `in` and `is` mean the same: one of the values. */
export const testFields = (tests: readonly Test[]): TestFields[] =>
  tests.map((test) => ({
    key: newKey(),
    property: test.property,
    op: test.op === 'in' ? 'is' : test.op,
    values: 'values' in test ? test.values.map(String) : 'value' in test ? [String(test.value)] : [],
  }));

export const testsOf = (fields: readonly TestFields[]) =>
  fields.map(({ property, op, values }) => {
    if (op === 'present' || op === 'absent') return { property, op };
    if (op === 'gte' || op === 'lte') return { property, op, value: Number(values[0] ?? 0) };
    return { property, op, values };
  });
