import type { GroupNode, Mode, RuleNode } from './model.ts';
import { isGroup, newGroup, newLeaf } from './model.ts';

/** Where a node of the tree can go, so that the keyboard reaches every shape a mouse would. */

export type Move = 'up' | 'down' | 'in' | 'out';

type Place = { parent: GroupNode; index: number };

/** The group that holds a node, and where in it; undefined of the root and of what is not there. */
function placeOf(root: GroupNode, id: string): Place | undefined {
  const index = root.children.findIndex((child) => child.id === id);
  if (index !== -1) return { parent: root, index };
  for (const child of root.children) {
    const found = isGroup(child) ? placeOf(child, id) : undefined;
    if (found !== undefined) return found;
  }
  return undefined;
}

/** The tree with the children of one group replaced. */
export function withChildren(root: GroupNode, id: string, children: RuleNode[]): GroupNode {
  if (root.id === id) return { ...root, children };
  return {
    ...root,
    children: root.children.map((child) => (isGroup(child) ? withChildren(child, id, children) : child)),
  };
}

const without = (nodes: readonly RuleNode[], index: number): RuleNode[] => nodes.toSpliced(index, 1);

const swapped = ({ parent, index }: Place, other: number): RuleNode[] => {
  const next = [...parent.children];
  const [one, two] = [next[index], next[other]];
  if (one !== undefined && two !== undefined) [next[index], next[other]] = [two, one];
  return next;
};

/** Out of its group, before or after it; a group left empty goes. */
function outOf(root: GroupNode, { parent, index }: Place, after: boolean): GroupNode | undefined {
  const above = placeOf(root, parent.id);
  const node = parent.children[index];
  if (above === undefined || node === undefined) return undefined;
  const rest = without(parent.children, index);
  const kept = rest.length === 0 ? [] : [{ ...parent, children: rest }];
  const next = after ? [...kept, node] : [node, ...kept];
  return withChildren(root, above.parent.id, above.parent.children.toSpliced(above.index, 1, ...next));
}

const opposite = (mode: Mode): Mode => (mode === 'any' ? 'all' : 'any');

/** Into the group beside it, the one before first; where there is none, into a new one. */
function into(root: GroupNode, { parent, index }: Place): GroupNode | undefined {
  const { children } = parent;
  const [before, node, after] = [children[index - 1], children[index], children[index + 1]];
  if (node === undefined) return undefined;
  const wrapped = newGroup([node], opposite(parent.mode));
  const next =
    before !== undefined && isGroup(before)
      ? children.toSpliced(index - 1, 2, { ...before, children: [...before.children, node] })
      : after !== undefined && isGroup(after)
        ? children.toSpliced(index, 2, { ...after, children: [node, ...after.children] })
        : children.toSpliced(index, 1, wrapped);
  return withChildren(root, parent.id, next);
}

/** The tree with a node moved one step; undefined where it cannot go. */
export function moved(root: GroupNode, id: string, move: Move): GroupNode | undefined {
  const place = placeOf(root, id);
  if (place === undefined) return undefined;
  const { parent, index } = place;
  if (move === 'in') return into(root, place);
  if (move === 'out') return outOf(root, place, true);
  const other = move === 'up' ? index - 1 : index + 1;
  if (other < 0 || other >= parent.children.length) return outOf(root, place, move === 'down');
  return withChildren(root, parent.id, swapped(place, other));
}

/** The same conditions once more, with ids of their own. */
function copyOf(node: RuleNode): RuleNode {
  return isGroup(node)
    ? newGroup(node.children.map(copyOf), node.mode)
    : newLeaf({ ...structuredClone(node.leaf) });
}

/** The tree with a node twice, and the id of the second. */
export function duplicated(root: GroupNode, id: string): { root: GroupNode; id: string } | undefined {
  const place = placeOf(root, id);
  const node = place?.parent.children[place.index];
  if (place === undefined || node === undefined) return undefined;
  const copy = copyOf(node);
  const next = place.parent.children.toSpliced(place.index + 1, 0, copy);
  return { root: withChildren(root, place.parent.id, next), id: copy.id };
}

/** Which node has the focus once this one is gone: the next in its group, the one before, the group itself. */
export function neighbourOf(root: GroupNode, id: string): string {
  const place = placeOf(root, id);
  if (place === undefined) return root.id;
  const { parent, index } = place;
  return (parent.children[index + 1] ?? parent.children[index - 1] ?? parent).id;
}
