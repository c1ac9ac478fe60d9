import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { catalogueFields } from '../../src/segments/catalogue.ts';
import { ruleSchema } from '../../src/segments/contract.rule.ts';
import { freshLeaf, offeredKinds } from '../../web/src/pages/segments/rule/fresh.ts';
import type { GroupNode, RuleNode } from '../../web/src/pages/segments/rule/model.ts';
import { isGroup, newGroup, newLeaf, unfinished } from '../../web/src/pages/segments/rule/model.ts';
import type { Move } from '../../web/src/pages/segments/rule/moves.ts';
import { duplicated, moved, neighbourOf } from '../../web/src/pages/segments/rule/moves.ts';

const { group: trees } = fc.letrec<{ node: RuleNode; group: GroupNode }>((tie) => ({
  node: fc.oneof(
    { maxDepth: 3, withCrossShrink: true },
    fc.constantFrom('a', 'b', 'c').map((field) => newLeaf({ type: 'attribute', field, op: 'exists' })),
    tie('group'),
  ),
  group: fc
    .tuple(fc.array(tie('node'), { minLength: 1, maxLength: 4 }), fc.constantFrom('all', 'any', 'none'))
    .map(([children, mode]) => newGroup(children, mode)),
}));

const idsOf = (node: RuleNode): string[] =>
  isGroup(node) ? [node.id, ...node.children.flatMap(idsOf)] : [node.id];
const leavesOf = (node: RuleNode): string[] => (isGroup(node) ? node.children.flatMap(leavesOf) : [node.id]);
const emptyGroups = (node: RuleNode): number =>
  isGroup(node)
    ? Number(node.children.length === 0) + node.children.reduce((sum, one) => sum + emptyGroups(one), 0)
    : 0;

const MOVES: readonly Move[] = ['up', 'down', 'in', 'out'];
const picked = fc.tuple(trees, fc.nat()).map(([root, at]) => {
  const ids = idsOf(root).slice(1);
  return { root, id: ids[at % ids.length] ?? '' };
});

describe('moving a condition', () => {
  test('loses none, doubles none and leaves no empty group, wherever it goes', () => {
    fc.assert(
      fc.property(picked, fc.constantFrom(...MOVES), ({ root, id }, move) => {
        const next = moved(root, id, move);
        if (next === undefined) return;
        expect(leavesOf(next).toSorted()).toEqual(leavesOf(root).toSorted());
        expect(idsOf(next)).toContain(id);
        expect(emptyGroups(next)).toBe(emptyGroups(root));
      }),
    );
  });

  test('down and up within a group is where it was', () => {
    const [a, b] = [newLeaf({ type: 'attribute' }), newLeaf({ type: 'attribute' })];
    const root = newGroup([a, b]);
    const down = moved(root, a.id, 'down');
    expect(down?.children.map(({ id }) => id)).toEqual([b.id, a.id]);
    expect(down === undefined ? undefined : moved(down, a.id, 'up')).toEqual(root);
    expect(moved(root, a.id, 'up')).toBeUndefined();
    expect(moved(root, a.id, 'out')).toBeUndefined();
  });

  test('a copy has ids of its own and says the same; whoever is removed has a neighbour for the focus', () => {
    fc.assert(
      fc.property(picked, ({ root, id }) => {
        const copy = duplicated(root, id);
        const ids = copy === undefined ? [] : idsOf(copy.root);
        expect(new Set(ids).size).toBe(ids.length);
        expect(ids).toContain(copy?.id);
        expect(idsOf(root)).toContain(neighbourOf(root, id));
        expect(neighbourOf(root, id)).not.toBe(id);
      }),
    );
  });
});

test('every kind of condition begins as one the API takes, or as one that says what it lacks', () => {
  const fields = catalogueFields().map((field) => ({ ...field, ops: [...field.ops] }));
  const kinds = offeredKinds(fields);
  expect(kinds).toEqual(
    expect.arrayContaining(['attribute', 'purchase', 'wanted', 'consent', 'rfm', 'segment']),
  );
  for (const kind of kinds) {
    const leaf = freshLeaf(kind, fields);
    const lacking = unfinished(newLeaf(leaf)).length > 0;
    expect([kind, leaf.type, lacking || ruleSchema.safeParse(leaf).success]).toEqual([kind, kind, true]);
  }
});
