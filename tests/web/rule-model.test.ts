import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  fromRule,
  isGroup,
  locate,
  replaceNode,
  toRule,
  unfinished,
} from '../../web/src/pages/segments/rule/model.ts';
import type { RuleNode } from '../../web/src/pages/segments/rule/model.ts';

type Rule =
  | { type: 'all'; children: Rule[] }
  | { type: 'any'; children: Rule[] }
  | { type: 'not'; child: Rule }
  | { type: 'attribute'; field: string; op: string; value: string };

const FIELDS = ['a', 'b', 'c', 'd'];

const { rule: rules } = fc.letrec<{ rule: Rule; leaf: Rule }>((tie) => ({
  leaf: fc
    .constantFrom(...FIELDS)
    .map((field) => ({ type: 'attribute' as const, field, op: 'is', value: 'x' })),
  rule: fc.oneof(
    { maxDepth: 4, withCrossShrink: true },
    tie('leaf'),
    fc.record({
      type: fc.constantFrom('all' as const, 'any' as const),
      children: fc.array(tie('rule'), { minLength: 1, maxLength: 4 }),
    }),
    fc.record({ type: fc.constant('not' as const), child: tie('rule') }),
  ),
}));

/** What a rule says of a contact of which `truths` hold. */
function holds(rule: Rule, truths: ReadonlySet<string>): boolean {
  if (rule.type === 'all') return rule.children.every((child) => holds(child, truths));
  if (rule.type === 'any') return rule.children.some((child) => holds(child, truths));
  if (rule.type === 'not') return !holds(rule.child, truths);
  return truths.has(rule.field);
}

const at = (value: unknown, path: string): unknown =>
  path
    .split('.')
    .filter((key) => key !== '')
    .reduce<unknown>((inner, key) => (inner as Record<string, unknown>)[key], value);

const idsOf = (node: RuleNode): string[] => [node.id, ...(isGroup(node) ? node.children.flatMap(idsOf) : [])];

describe('the rule builder', () => {
  test('writes a rule back that holds for exactly the same contacts', () => {
    fc.assert(
      fc.property(rules, fc.subarray(FIELDS), (rule, subset) => {
        const truths = new Set(subset);
        expect(holds(toRule(fromRule(rule)).rule as Rule, truths)).toBe(holds(rule, truths));
      }),
    );
  });

  test('knows every node of the written rule by its path, and finds the node a problem inside it means', () => {
    fc.assert(
      fc.property(rules, (rule) => {
        const root = fromRule(rule);
        const written = toRule(root);
        expect(new Set(written.ids.values())).toEqual(new Set(idsOf(root)));
        for (const [path, id] of written.ids) {
          expect(at(written.rule, path)).toHaveProperty('type');
          const inside = path === '' ? 'value' : `${path}.value`;
          expect(locate(written.ids, inside)).toEqual({ id, rest: 'value' });
        }
      }),
    );
  });

  test('removes one node and leaves the others as they were', () => {
    const root = fromRule({
      type: 'any',
      children: [leaf('a'), { type: 'all', children: [leaf('b'), leaf('c')] }],
    });
    const [, inner] = root.children;
    if (inner === undefined || !isGroup(inner)) throw new Error('no group');
    const gone = inner.children[0]?.id ?? '';
    const left = replaceNode(root, gone, undefined);
    expect(idsOf(left)).toEqual(idsOf(root).filter((id) => id !== gone));
  });

  test('calls a rule unfinished as long as a condition lacks its value or a group its conditions', () => {
    const complete = fromRule(leaf('a'));
    expect(unfinished(complete)).toEqual([]);
    expect(unfinished(fromRule({ ...leaf('a'), value: '' }))).toHaveLength(1);
    expect(unfinished(fromRule({ type: 'attribute', field: 'a', op: 'exists' }))).toEqual([]);
    expect(unfinished({ ...complete, children: [] })).toEqual([complete.id]);
  });
});

function leaf(field: string): Rule {
  return { type: 'attribute', field, op: 'is', value: 'x' };
}
