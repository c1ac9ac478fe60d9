/**
 * The rule as the builder holds it: groups with a mode and leaves, each with an id of its own, so that a field keeps its
 * focus while the tree changes. `none` is the builder's word for `not` over `any`.
 */
export type Mode = 'all' | 'any' | 'none';
export type LeafDraft = { type: string } & Record<string, unknown>;
export type LeafNode = { id: string; leaf: LeafDraft };
export type GroupNode = { id: string; mode: Mode; children: RuleNode[] };
export type RuleNode = LeafNode | GroupNode;

export const isGroup = (node: RuleNode): node is GroupNode => 'mode' in node;

let made = 0;
const newNodeId = (): string => `n${(made += 1)}`;

export const newGroup = (children: RuleNode[] = [], mode: Mode = 'all'): GroupNode => ({
  id: newNodeId(),
  mode,
  children,
});
export const newLeaf = (leaf: LeafDraft): LeafNode => ({ id: newNodeId(), leaf });

export const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null;

function nodeOf(rule: unknown): RuleNode {
  if (!isRecord(rule)) return newGroup();
  if ((rule['type'] === 'all' || rule['type'] === 'any') && Array.isArray(rule['children']))
    return newGroup(rule['children'].map(nodeOf), rule['type']);
  if (rule['type'] === 'not') {
    const inner = nodeOf(rule['child']);
    return newGroup(isGroup(inner) && inner.mode === 'any' ? inner.children : [inner], 'none');
  }
  return newLeaf({ ...rule, type: String(rule['type']) });
}

/** A stored rule as a tree to edit; its root is always a group. */
export function fromRule(rule: unknown): GroupNode {
  const node = nodeOf(rule);
  return isGroup(node) ? node : newGroup([node]);
}

export type Written = {
  rule: unknown;
  /** JSON path of a node in `rule` ("children.0.child") → the builder's node. */
  ids: ReadonlyMap<string, string>;
};

const join = (path: string, key: string): string => (path === '' ? key : `${path}.${key}`);

/** The tree as the API takes it, and where each node stands in it. */
export function toRule(root: GroupNode): Written {
  const ids = new Map<string, string>();
  const write = (node: RuleNode, path: string): unknown => {
    ids.set(path, node.id);
    if (!isGroup(node)) return node.leaf;
    const many = (at: string) =>
      node.children.map((child, index) => write(child, join(at, `children.${index}`)));
    if (node.mode !== 'none') return { type: node.mode, children: many(path) };
    const inside = join(path, 'child');
    const [only] = node.children;
    if (node.children.length === 1 && only !== undefined) return { type: 'not', child: write(only, inside) };
    return { type: 'not', child: { type: 'any', children: many(inside) } };
  };
  return { rule: write(root, ''), ids };
}

/** Which node a problem's path means, and the rest of the path inside that node. */
export function locate(ids: Written['ids'], path: string): { id: string; rest: string } | undefined {
  const parts = path === '' ? [] : path.split('.');
  for (let length = parts.length; length >= 0; length -= 1) {
    const id = ids.get(parts.slice(0, length).join('.'));
    if (id !== undefined) return { id, rest: parts.slice(length).join('.') };
  }
  return undefined;
}

/** The tree with one node replaced; `undefined` removes it. */
export function replaceNode(root: GroupNode, id: string, next: RuleNode | undefined): GroupNode {
  return {
    ...root,
    children: root.children.flatMap((child) => {
      if (child.id === id) return next === undefined ? [] : [next];
      return [isGroup(child) ? replaceNode(child, id, next) : child];
    }),
  };
}

const blank = (value: unknown): boolean =>
  value === undefined || value === null || value === '' || (Array.isArray(value) && value.length === 0);

/** Whether a condition still lacks what it compares with: nothing is asked of the server until then. */
function isIncomplete(leaf: LeafDraft): boolean {
  if (leaf.type === 'segment') return blank(leaf['segmentId']);
  if (leaf.type === 'event' && (blank(leaf['name']) || testsIncomplete(leaf['where']))) return true;
  if ('property' in leaf && blank(leaf['property'])) return true;
  if ('days' in leaf && blank(leaf['days'])) return true;
  if (windowIncomplete(leaf['window'])) return true;
  return lacksValue(leaf);
}

function windowIncomplete(window: unknown): boolean {
  if (!isRecord(window)) return false;
  if (window['type'] === 'last') return blank(window['amount']);
  if (window['type'] === 'calendar') return blank(window['days']);
  return window['type'] === 'between' && (blank(window['from']) || blank(window['to']));
}

const testsIncomplete = (tests: unknown): boolean =>
  Array.isArray(tests) &&
  tests.some((test) => isRecord(test) && (blank(test['property']) || lacksValue(test)));

/** Of attributes and properties, and of consents. */
const WITHOUT_VALUE: ReadonlySet<string> = new Set(['exists', 'lacks', 'has']);

function lacksValue(leaf: Record<string, unknown>): boolean {
  const op = leaf['op'];
  if (typeof op !== 'string' || WITHOUT_VALUE.has(op)) return false;
  if (op === 'between') return blank(leaf['from']) || blank(leaf['to']);
  if (op === 'within') return blank(leaf['amount']);
  if (op === 'anniversary') return blank(leaf['days']);
  return blank(leaf['value']);
}

/** A leaf with one part of its filter replaced; a filter that says nothing goes. */
export function putWhere(leaf: LeafDraft, key: string, value: unknown): LeafDraft {
  const { where, ...rest } = leaf;
  const { [key]: _old, ...others } = isRecord(where) ? where : {};
  const next = value === undefined ? others : { ...others, [key]: value };
  return Object.keys(next).length === 0 ? rest : { ...rest, where: next };
}

/** Leaves without a value, and groups without a child. */
export function unfinished(node: RuleNode): string[] {
  if (!isGroup(node)) return isIncomplete(node.leaf) ? [node.id] : [];
  return node.children.length === 0 ? [node.id] : node.children.flatMap(unfinished);
}
