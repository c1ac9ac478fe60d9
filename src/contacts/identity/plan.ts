import type { Move } from '../movers.ts';

/** From who is one contact to what has to be moved. Pure. */

export type Placed = {
  nodeId: string;
  /** The contact it lives in now. */
  contactId: string;
  known: boolean;
  bornAt: Date;
  own: ReadonlyArray<{ kind: string }>;
};

export type Plan = {
  moves: Move[];
  /** The contact each of these nodes lives in afterwards; only those that change. */
  places: Map<string, string>;
};

/**
 * Moves that bring nodes into the groups wanted. A group goes on under a contact it has already: `preferred`, or somebody known
 * before a visitor, with a login before without, the older before the younger.
 */
export function planMoves(
  nodes: readonly Placed[],
  groups: readonly string[][],
  preferred: string | null = null,
): Plan {
  const byId = new Map(nodes.map((node) => [node.nodeId, node]));
  const plan: Plan = { moves: [], places: new Map() };
  const wanted = new Map<string, string>();
  for (const group of groups) {
    const members = group.flatMap((id) => byId.get(id) ?? []);
    const target = survivorOf(members, preferred);
    for (const { nodeId, contactId } of members) {
      wanted.set(nodeId, target);
      if (contactId !== target) plan.places.set(nodeId, target);
    }
  }
  for (const [from, living] of Map.groupBy(nodes, (node) => node.contactId)) {
    const leaving = Map.groupBy(living, (node) => wanted.get(node.nodeId) ?? from);
    const whole = leaving.size === 1;
    for (const [to, gone] of leaving) {
      if (to === from) continue;
      plan.moves.push({ from, to, origins: whole ? null : gone.map((node) => node.nodeId).toSorted() });
    }
  }
  return plan;
}

/**
 * The moves in turns: within one, each contact takes part in one move alone, so that all of them may be made at once; those that
 * meet come in the order planned.
 */
export function inTurns(moves: readonly Move[]): Move[][] {
  const turns: Move[][] = [];
  const lastOf = new Map<string, number>();
  for (const move of moves) {
    const turn = Math.max(lastOf.get(move.from) ?? -1, lastOf.get(move.to) ?? -1) + 1;
    const others = turns[turn];
    if (others === undefined) turns.push([move]);
    else others.push(move);
    lastOf.set(move.from, turn);
    lastOf.set(move.to, turn);
  }
  return turns;
}

function survivorOf(members: readonly Placed[], preferred: string | null): string {
  // A contact of its own now keeps its id; only a part that is cut off from its survivor needs another.
  const present = members.filter((node) => node.nodeId === node.contactId);
  const choice = (present.length > 0 ? present : members).toSorted(byRank);
  const best = choice.find((node) => node.nodeId === preferred) ?? choice[0];
  if (best === undefined) throw new Error('a group without nodes');
  return best.nodeId;
}

function byRank(a: Placed, b: Placed): number {
  const login = (node: Placed): boolean => node.own.some(({ kind }) => kind === 'user');
  return (
    Number(b.known) - Number(a.known) ||
    Number(login(b)) - Number(login(a)) ||
    a.bornAt.getTime() - b.bornAt.getTime() ||
    (a.nodeId < b.nodeId ? -1 : 1)
  );
}
