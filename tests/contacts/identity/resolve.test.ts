import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { isUsable } from '../../../src/contacts/identity/evidence.ts';
import { planMoves } from '../../../src/contacts/identity/plan.ts';
import { APART, MANUAL, resolve } from '../../../src/contacts/identity/resolve.ts';
import type { ResolvableEdge, ResolvableNode } from '../../../src/contacts/identity/resolve.ts';

const node = (nodeId: string, user?: string): ResolvableNode => ({
  nodeId,
  own: user === undefined ? [] : [{ kind: 'user', value: user }],
});
const edge = (nodeId: string, kind: string, value: string, at = 0): ResolvableEdge => ({
  nodeId,
  kind,
  value,
  at,
});
const groups = (nodes: ResolvableNode[], edges: ResolvableEdge[], max?: number): string[] =>
  resolve(nodes, edges, max)
    .groups.map((group) => group.join('+'))
    .toSorted();

describe('who is one contact', () => {
  test('a visitor a login was proven of is that user, and the second user of a browser is somebody else', () => {
    const nodes = [node('a', 'ann'), node('b', 'bob'), node('v')];
    const edges = [edge('v', 'user', 'bob', 2), edge('v', 'user', 'ann', 1)];
    expect(groups(nodes, edges)).toEqual(['a+v', 'b']);
    expect(resolve(nodes, edges).conflicts).toEqual([
      { nodes: ['a', 'b'], kind: 'user', value: 'bob', reason: 'other_value' },
    ]);
  });

  test('two logins that share a proven address stay two and are a conflict', () => {
    const nodes = [node('a', 'ann'), node('b', 'bob')];
    const edges = [edge('a', 'email', 'x@y.org', 1), edge('b', 'email', 'x@y.org', 2)];
    expect(groups(nodes, edges)).toEqual(['a', 'b']);
    expect(resolve(nodes, edges).conflicts).toHaveLength(1);
  });

  test('an address nobody else is proven to have is no conflict', () => {
    const edges = [edge('a', 'email', 'one@y.org', 1), edge('a', 'email', 'two@y.org', 2)];
    expect(resolve([node('a', 'ann')], edges).conflicts).toEqual([]);
  });

  test("a person's word joins whatever else is known, and keeps apart whatever else is proven", () => {
    const nodes = [node('a', 'ann'), node('b', 'bob'), node('v'), node('w')];
    expect(groups(nodes, [edge('a', MANUAL, 'm1'), edge('b', MANUAL, 'm1')])).toEqual(['a+b', 'v', 'w']);
    const apart = [edge('v', `${APART}d`, 'a'), edge('w', `${APART}d`, 'b')];
    const proof = [edge('v', 'email', 'x@y.org'), edge('w', 'email', 'x@y.org')];
    expect(groups(nodes, [...apart, ...proof])).toEqual(['a', 'b', 'v', 'w']);
    expect(resolve(nodes, [...apart, ...proof]).conflicts.map((c) => c.reason)).toEqual(['apart']);
  });

  test('no contact swallows more than its bound', () => {
    const visitors = Array.from({ length: 6 }, (_, i) => node(`v${i}`));
    const edges = visitors.map((v, i) => edge(v.nodeId, 'user', 'kiosk', i));
    const { groups: found, conflicts } = resolve([node('k', 'kiosk'), ...visitors], edges, 3);
    expect(found.map((g) => g.length).toSorted((a, b) => a - b)).toEqual([1, 1, 1, 4]);
    expect(conflicts.every((c) => c.reason === 'too_many')).toBe(true);
  });
});

const ids = ['a', 'b', 'c', 'd', 'e', 'f'];
const someEdge = fc.record({
  nodeId: fc.constantFrom(...ids),
  kind: fc.constantFrom('user', 'email', 'phone'),
  value: fc.constantFrom('1', '2', '3'),
  at: fc.integer({ min: 0, max: 4 }),
});
const someNodes = ids.map((id, i) => node(id, i < 2 ? String(i + 1) : undefined));

test('any order of the same edges gives the same groups and the same conflicts', () => {
  fc.assert(
    fc.property(
      fc
        .array(someEdge, { maxLength: 14 })
        .chain((edges) =>
          fc.tuple(
            fc.constant(edges),
            fc.shuffledSubarray(edges, { minLength: edges.length }),
            fc.shuffledSubarray(someNodes, { minLength: someNodes.length }),
          ),
        ),
      ([edges, shuffled, nodes]) => {
        const one = resolve(someNodes, edges, 3);
        const other = resolve(nodes, shuffled, 3);
        expect(other.groups.map(String).toSorted()).toEqual(one.groups.map(String).toSorted());
        expect(other.conflicts.map((c) => JSON.stringify(c)).toSorted()).toEqual(
          one.conflicts.map((c) => JSON.stringify(c)).toSorted(),
        );
      },
    ),
    { numRuns: 2_000 },
  );
});

test('a group never holds two logins, and every node is in exactly one group', () => {
  fc.assert(
    fc.property(fc.array(someEdge, { maxLength: 14 }), (edges) => {
      const { groups: found } = resolve(someNodes, edges);
      expect(found.flat().toSorted()).toEqual(ids);
      for (const group of found) expect(group.includes('a') && group.includes('b')).toBe(false);
    }),
    { numRuns: 1_000 },
  );
});

test('the moves of a plan bring every node to its group, and a group goes on under one of its own', () => {
  const placed = fc.array(fc.constantFrom('a', 'b', 'c'), { minLength: 6, maxLength: 6 });
  fc.assert(
    fc.property(placed, fc.array(someEdge, { maxLength: 10 }), (where, edges) => {
      // Contacts are nodes of their own, as in the table.
      const living = ids.map((nodeId, i) => ({
        nodeId,
        contactId: 'abc'.includes(nodeId) ? nodeId : (where[i] ?? 'a'),
        known: i < 2,
        bornAt: new Date(i),
        own: [],
      }));
      const { groups: wanted } = resolve(someNodes, edges);
      const plan = planMoves(living, wanted);
      const places = new Map(
        living.map(({ nodeId, contactId }) => [nodeId, plan.places.get(nodeId) ?? contactId]),
      );
      for (const group of wanted) {
        const targets = new Set(group.map((id) => places.get(id)));
        expect(targets.size).toBe(1);
        expect(group).toContain([...targets][0]);
      }
      const moved = new Map(living.map(({ nodeId, contactId }) => [nodeId, contactId]));
      for (const { from, to, origins } of plan.moves) {
        for (const { nodeId, contactId } of living) {
          if (contactId === from && (origins === null || origins.includes(nodeId))) moved.set(nodeId, to);
        }
      }
      expect(moved).toEqual(places);
    }),
    { numRuns: 1_000 },
  );
});

test.each([
  ['user', 'null'],
  ['user', ' Undefined '],
  ['user', '00000000-0000-0000-0000-000000000000'],
  ['user', 'guest'],
  ['user', 'N/A'],
  ['user', 'x'.repeat(300)],
  ['email', 'test@test.com'],
  ['email', 'noreply@shop.example.com'],
  ['email', 'no at sign'],
  ['phone', '+10000000000'],
  ['phone', '123'],
])('%s %j names nobody', (kind, value) => {
  expect(isUsable({ kind, value })).toBe(false);
});

test.each([
  ['user', '42'],
  ['user', 'ann@example.com'],
  ['email', 'ann@example.com'],
  ['phone', '+447700900001'],
])('%s %j may name somebody', (kind, value) => {
  expect(isUsable({ kind, value })).toBe(true);
});
