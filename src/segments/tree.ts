import { leafType } from './catalogue.ts';
import type { Group, Leaf, Rule } from './contract.rule.ts';
import type { Dependency } from './leaf.ts';

/** Walks over rules and the segments they refer to. Rules are measured before they come here, so that recursion is safe. */

/** Segments by id: the rule their membership follows, and the one last saved where it differs. Static ones have none. */
export type SegmentRules = ReadonlyMap<
  string,
  { name: string; rule: Rule | undefined; saved?: Rule | undefined }
>;

/** Nodes of a rule with all it refers to written out. */
const MAX_EXPANDED_NODES = 1_000;

export function isGroup(node: Rule): node is Group {
  return node.type === 'all' || node.type === 'any' || node.type === 'not';
}

/** Every leaf with its path, such as "children.1.child". */
export function leavesWithPaths(rule: Rule, path: readonly string[] = []): { leaf: Leaf; path: string[] }[] {
  if (!isGroup(rule)) return [{ leaf: rule, path: [...path] }];
  if (rule.type === 'not') return leavesWithPaths(rule.child, [...path, 'child']);
  return rule.children.flatMap((child, i) => leavesWithPaths(child, [...path, 'children', String(i)]));
}

/** Ids of the segments a rule names itself. */
export function referencesOf(rule: Rule): string[] {
  return leavesWithPaths(rule).flatMap(({ leaf }) => (leaf.type === 'segment' ? [leaf.segmentId] : []));
}

/** All leaves of a rule and of the segments it refers to; a reference to a rule stands before what it leads to. */
export function allLeaves(rule: Rule, segments: SegmentRules): Leaf[] {
  const seen = new Set<string>();
  const visit = (node: Rule): Leaf[] =>
    leavesWithPaths(node).flatMap(({ leaf }) => {
      if (leaf.type !== 'segment' || seen.has(leaf.segmentId)) return [leaf];
      seen.add(leaf.segmentId);
      const inner = segments.get(leaf.segmentId)?.rule;
      return inner === undefined ? [leaf] : [leaf, ...visit(inner)];
    });
  return visit(rule);
}

/** Facts the rule's value depends on, also through the segments it refers to. */
export function dependenciesOf(rule: Rule, segments: SegmentRules): Dependency[] {
  const all = allLeaves(rule, segments).flatMap((leaf) => leafType(leaf.type).dependencies(leaf));
  return [...new Map(all.map((one) => [`${one.kind} ${one.key}`, one])).values()];
}

/** What is wrong with the references of a rule: the path of the leaf and a sentence. */
export type ReferenceProblem = { path: string[]; code: string; message: string };

/**
 * Checks that all referred segments exist, that none leads back to `self`, and that the whole is not too large when
 * written out. `self` is the segment the rule belongs to, undefined for a draft.
 */
export function referenceProblem(
  rule: Rule,
  self: { segmentId: string; name: string } | undefined,
  segments: SegmentRules,
): ReferenceProblem | undefined {
  const sizes = new Map<string, number>();
  for (const { leaf, path } of leavesWithPaths(rule)) {
    if (leaf.type !== 'segment') continue;
    const at = [...path, 'segmentId'];
    const way = wayTo(leaf.segmentId, self?.segmentId, segments, [], new Set());
    if (way === 'missing')
      return { path: at, code: 'segment_not_found', message: `there is no segment ${leaf.segmentId}` };
    if (way !== undefined) {
      const names = [self?.name ?? '', ...way, self?.name ?? ''].map((name) => `“${name}”`);
      return {
        path: at,
        code: 'segment_cycle',
        message: `the segment would contain itself: ${names.join(' → ')}`,
      };
    }
  }
  if (sizeOf(rule, segments, sizes) > MAX_EXPANDED_NODES)
    return {
      path: [],
      code: 'rule_too_large',
      message: `with the segments it refers to, a rule has at most ${MAX_EXPANDED_NODES} nodes`,
    };
  return undefined;
}

/** Names of the segments on a way from `from` to `target`; saved rules themselves have no cycles. */
function wayTo(
  from: string,
  target: string | undefined,
  segments: SegmentRules,
  way: readonly string[],
  seen: Set<string>,
): readonly string[] | 'missing' | undefined {
  if (from === target) return way;
  if (seen.has(from)) return undefined;
  seen.add(from);
  const segment = segments.get(from);
  if (segment === undefined) return way.length === 0 ? 'missing' : undefined;
  // Either version may be in service while another segment is built, so that neither may lead back.
  const rules = [segment.rule, segment.saved].filter((rule) => rule !== undefined);
  for (const next of new Set(rules.flatMap(referencesOf))) {
    const found = wayTo(next, target, segments, [...way, segment.name], seen);
    if (found !== undefined && found !== 'missing') return found;
  }
  return undefined;
}

function sizeOf(rule: Rule, segments: SegmentRules, sizes: Map<string, number>): number {
  if (isGroup(rule)) {
    const children = rule.type === 'not' ? [rule.child] : rule.children;
    return children.reduce((sum, child) => sum + sizeOf(child, segments, sizes), 1);
  }
  if (rule.type !== 'segment') return 1;
  const known = sizes.get(rule.segmentId);
  if (known !== undefined) return known;
  const inner = segments.get(rule.segmentId)?.rule;
  const size = inner === undefined ? 1 : sizeOf(inner, segments, sizes);
  sizes.set(rule.segmentId, size);
  return size;
}
