import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { catalogueFields } from '../../src/segments/catalogue.ts';
import { ruleSchema } from '../../src/segments/contract.rule.ts';
import { CHANNELS } from '../../src/tracking/behaviour/channel.ts';
import {
  canChange,
  hasWindow,
  withDays,
  withMeasure,
  withOp,
  withTrend,
} from '../../web/src/pages/segments/rule/behaviour.ts';
import { freshLeaf } from '../../web/src/pages/segments/rule/fresh.ts';
import { CHANNELS as OFFERED, DEVICES } from '../../web/src/pages/segments/rule/known.ts';
import type { LeafDraft } from '../../web/src/pages/segments/rule/model.ts';
import { newLeaf, putWhere, unfinished } from '../../web/src/pages/segments/rule/model.ts';
import {
  addTest,
  mayAddTest,
  TEST_OPS,
  testsOf,
  withTestOp,
  withTests,
} from '../../web/src/pages/segments/rule/properties.ts';

const fields = catalogueFields().map((field) => ({ ...field, ops: [...field.ops] }));
const measures = fields.filter(({ leaf }) => leaf === 'behaviour');

/** A finished condition must be one the API takes; an unfinished one is not asked about. */
function expectAskable(leaf: LeafDraft): void {
  if (unfinished(newLeaf(leaf)).length > 0) return;
  const { error } = ruleSchema.safeParse(leaf);
  expect(error === undefined ? [] : [JSON.stringify(leaf), ...error.issues]).toEqual([]);
}

const dates = ['2026-01-01', '2026-01-31'] as const;

/** Fills in what the fields at hand would: the value's kind follows the measure. */
function filled(leaf: LeafDraft): LeafDraft {
  const date = measures.find(({ field }) => field === leaf['measure'])?.kind === 'date';
  const [from, to] = date ? dates : [1, 5];
  return leaf['op'] === 'between' ? { ...leaf, from, to } : { ...leaf, value: from };
}

describe('a condition on behaviour', () => {
  const steps = fc.oneof(
    fc.constantFrom(...measures).map((to) => (leaf: LeafDraft) => withMeasure(leaf, to)),
    fc.nat().map((at) => (leaf: LeafDraft) => {
      const ops = measures.find(({ field }) => field === leaf['measure'])?.ops ?? [];
      return withOp(leaf, ops[at % ops.length] ?? 'gte');
    }),
    fc
      .boolean()
      .map((change) => (leaf: LeafDraft) => (canChange(leaf['measure']) ? withTrend(leaf, change) : leaf)),
    fc
      .boolean()
      .map((last) => (leaf: LeafDraft) => (hasWindow(leaf['measure']) ? withDays(leaf, last) : leaf)),
    fc.constant(filled),
    fc
      .constantFrom(
        ['channels', ['Email']],
        ['devices', [...DEVICES]],
        ['converted', false],
        ['channels', undefined],
      )
      .map(
        ([key, value]) =>
          (leaf: LeafDraft) =>
            putWhere(leaf, key, value),
      ),
  );

  test('stays one the API takes, whichever of its fields are changed in whichever order', () => {
    fc.assert(
      fc.property(fc.array(steps, { maxLength: 12 }), (changes) => {
        let leaf = freshLeaf('behaviour', fields);
        expectAskable(leaf);
        for (const change of changes) {
          leaf = change(leaf);
          expectAskable(leaf);
          expectAskable(filled(leaf));
        }
      }),
    );
  });

  test('offers every channel there is', () => {
    expect([...OFFERED].toSorted()).toEqual([...CHANNELS].toSorted());
  });
});

describe('a condition on an event', () => {
  test('is asked about once it has a name, a count and whole conditions on its properties', () => {
    const fresh = freshLeaf('event', fields);
    expect(unfinished(newLeaf(fresh))).toHaveLength(1);
    const named = { ...fresh, name: 'Product Viewed' };
    expect(unfinished(newLeaf(named))).toEqual([]);
    expectAskable(named);
    const begun = addTest(named);
    expect(unfinished(newLeaf(begun))).toHaveLength(1);
    const [one = {}] = testsOf(begun);
    expect(unfinished(newLeaf(withTests(begun, [{ ...one, property: 'category' }])))).toHaveLength(1);
    const whole = withTests(begun, [{ ...one, property: 'category', value: 'tea' }]);
    expect(unfinished(newLeaf(whole))).toEqual([]);
    expectAskable(whole);
    expect(withTests(whole, [])).toEqual(named);
  });

  test('takes as many properties as the API does', () => {
    let leaf: LeafDraft = { type: 'event', name: 'x', op: 'gte', value: 1 };
    while (mayAddTest(leaf)) leaf = addTest(leaf);
    const tests = testsOf(leaf).map((one) => ({ ...one, property: 'p', value: 'v' }));
    expectAskable(withTests(leaf, tests));
    expect(ruleSchema.safeParse(withTests(leaf, [...tests, ...tests.slice(0, 1)])).success).toBe(false);
  });

  test('keeps a value over another operation only where that operation takes it', () => {
    const values = fc.constantFrom<unknown>(undefined, 'tea', 5, true, ['a', 'b']);
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.constantFrom(...TEST_OPS), values)), (changes) => {
        let one: Record<string, unknown> = { property: 'p', op: 'is', value: 'tea' };
        for (const [op, value] of changes) {
          one = withTestOp(one, op);
          expectAskable({ type: 'event', name: 'x', op: 'gte', value: 1, where: [one] });
          const next = { ...one, value };
          const leaf = { type: 'event', name: 'x', op: 'gte', value: 1, where: [next] };
          if (value !== undefined && ruleSchema.safeParse(leaf).success) one = next;
        }
      }),
    );
  });
});
