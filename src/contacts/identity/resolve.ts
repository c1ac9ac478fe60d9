/**
 * Which nodes are one contact, from everything said of them. Pure, and the same whatever order the edges come in: they are
 * applied by the time they were said, and what ties then is ordered by content.
 */

/** A strong edge that stands, or a person's decision. `at` in milliseconds. */
export type ResolvableEdge = { nodeId: string; kind: string; value: string; at: number };

/** `own`: ids that name the node for good, whatever is said later. */
export type ResolvableNode = { nodeId: string; own: ReadonlyArray<{ kind: string; value: string }> };

/** Two groups an edge would have joined, each named by one of its nodes, and why it did not. */
export type Conflict = {
  nodes: [string, string];
  kind: string;
  value: string;
  /**
   * other_value: both have an id of one kind, and not the same; too_many: the contact would grow beyond bounds; shared: several
   * have the address; apart: decided.
   */
  reason: 'other_value' | 'too_many' | 'shared' | 'apart';
};

export type Resolution = { groups: string[][]; conflicts: Conflict[] };

/**
 * Before a kind: the node has this address by a trusted word, which proves nothing by itself. Whoever proves the address is that
 * contact, when only one has it: families share phones.
 */
export const HAS = 'has:';
/** People's word: joins whatever else is known. */
export const MANUAL = 'manual';
/** People's word: nodes of two values of this kind are never one contact. Followed by the decision's id. */
export const APART = 'apart:';

/** Merges of one contact. A shared kiosk or a test login would otherwise swallow everybody. */
const MAX_MERGES = 100;

type Held = Map<string, Set<string>>;
type Group = { nodes: string[]; held: Held };

const order = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

function inOrder(a: ResolvableEdge, b: ResolvableEdge): number {
  return a.at - b.at || order(a.kind, b.kind) || order(a.value, b.value) || order(a.nodeId, b.nodeId);
}

export function resolve(
  nodes: readonly ResolvableNode[],
  edges: readonly ResolvableEdge[],
  maxMerges = MAX_MERGES,
): Resolution {
  const board = openBoard(nodes);
  const sorted = edges.toSorted(inOrder);
  for (const edge of sorted)
    if (edge.kind.startsWith(APART)) hold(board.of(edge.nodeId), edge.kind, edge.value);
  const joins = sorted.filter(({ kind }) => kind === MANUAL);
  for (const edge of joins) board.link(edge, () => null);
  const conflicts: Conflict[] = [];
  const rest = sorted.filter(
    ({ kind }) => kind !== MANUAL && !kind.startsWith(APART) && !kind.startsWith(HAS),
  );
  // What names a node for good was true before anything that was said of others.
  for (const { nodeId, own } of nodes.toSorted((a, b) => order(a.nodeId, b.nodeId)))
    for (const { kind, value } of own) hold(board.of(nodeId), kind, value);
  for (const edge of rest) {
    const conflict = board.link(edge, (group, other) => obstacle(group, other, edge, maxMerges));
    if (conflict !== null) conflicts.push(conflict);
  }
  const having = Map.groupBy(
    sorted.filter(({ kind }) => kind.startsWith(HAS)),
    ({ kind, value }) => `${kind}\n${value}`,
  );
  for (const key of [...having.keys()].toSorted(order)) {
    conflicts.push(...meet(board, having.get(key) ?? [], maxMerges));
  }
  return { groups: board.groups(), conflicts: distinct(conflicts) };
}

/** Brings who proved an address together with the one contact that has it. */
function meet(board: Board, having: readonly ResolvableEdge[], maxMerges: number): Conflict[] {
  const [first] = having;
  if (first === undefined) return [];
  const edge = { ...first, kind: first.kind.slice(HAS.length) };
  const proven = board.holder(edge);
  if (proven === undefined) return [];
  const others = [...new Set(having.map(({ nodeId }) => board.of(nodeId)))].filter(
    (group) => group !== proven,
  );
  const [only] = others;
  if (only === undefined) return [];
  const reasons = others.map((other) =>
    others.length > 1 ? 'shared' : obstacle(proven, other, edge, maxMerges),
  );
  if (reasons[0] === null) {
    board.join(proven, only);
    return [];
  }
  return others.flatMap((other, i) => conflictOf(proven, other, edge, reasons[i] ?? 'shared') ?? []);
}

function hold(group: Group, kind: string, value: string): void {
  const held = group.held.get(kind);
  if (held === undefined) group.held.set(kind, new Set([value]));
  else held.add(value);
}

type Board = {
  of(nodeId: string): Group;
  /** The group this value was proven of. */
  holder(edge: ResolvableEdge): Group | undefined;
  join(group: Group, other: Group): void;
  groups(): string[][];
  /** Applies an edge to its node's group and joins whoever holds the same; null when nothing hindered. */
  link(
    edge: ResolvableEdge,
    hindered: (group: Group, other: Group | null) => Conflict['reason'] | null,
  ): Conflict | null;
};

function openBoard(nodes: readonly ResolvableNode[]): Board {
  const groupOf = new Map<string, Group>();
  for (const { nodeId } of nodes) groupOf.set(nodeId, { nodes: [nodeId], held: new Map() });
  const of = (nodeId: string): Group => {
    const found = groupOf.get(nodeId);
    if (found === undefined) throw new Error(`edge of an unknown node ${nodeId}`);
    return found;
  };
  const all = (): Group[] => [...new Set(groupOf.values())];
  const join = (group: Group, other: Group): void => {
    for (const nodeId of other.nodes) groupOf.set(nodeId, group);
    group.nodes.push(...other.nodes);
    for (const [kind, values] of other.held) for (const value of values) hold(group, kind, value);
  };
  return {
    of,
    join,
    holder: ({ kind, value }) => all().find((group) => group.held.get(kind)?.has(value) === true),
    groups: () => all().map((group) => group.nodes.toSorted(order)),
    link: (edge, hindered) => {
      const group = of(edge.nodeId);
      const others = all().filter((g) => g !== group && g.held.get(edge.kind)?.has(edge.value) === true);
      const refused = hindered(group, null);
      if (refused !== null) return conflictOf(group, others[0], edge, refused);
      for (const other of others) {
        const reason = hindered(group, other);
        if (reason !== null) return conflictOf(group, other, edge, reason);
        join(group, other);
      }
      hold(group, edge.kind, edge.value);
      return null;
    },
  };
}

/** Why an edge may not be applied: to its own group, or to join the other one with it. */
function obstacle(
  group: Group,
  other: Group | null,
  edge: ResolvableEdge,
  maxMerges: number,
): Conflict['reason'] | null {
  const own = group.held.get(edge.kind);
  if (other === null) return own === undefined || own.has(edge.value) ? null : 'other_value';
  for (const [kind, values] of group.held) {
    const theirs = other.held.get(kind);
    if (kind === MANUAL || theirs === undefined || [...theirs].some((value) => values.has(value))) continue;
    return kind.startsWith(APART) ? 'apart' : 'other_value';
  }
  return group.nodes.length + other.nodes.length - 1 > maxMerges ? 'too_many' : null;
}

/** An edge nobody else answers to is no conflict of two contacts. */
function conflictOf(
  group: Group,
  other: Group | undefined,
  edge: ResolvableEdge,
  reason: Conflict['reason'],
): Conflict | null {
  if (other === undefined) return null;
  const [a, b] = [least(group), least(other)];
  return { nodes: a < b ? [a, b] : [b, a], kind: edge.kind, value: edge.value, reason };
}

const least = ({ nodes }: Group): string => nodes.toSorted(order)[0] ?? '';

function distinct(conflicts: readonly Conflict[]): Conflict[] {
  return [...new Map(conflicts.map((conflict) => [conflict.nodes.join(' '), conflict])).values()];
}
