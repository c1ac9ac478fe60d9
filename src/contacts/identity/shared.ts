import { STRONG_KINDS } from './evidence.ts';
import { APART, MANUAL } from './resolve.ts';

/**
 * Nodes that are nobody in particular: a kiosk, a browser of an office, a backend that sends one anonymousId for everybody. Pure,
 * and a matter of the set of what was said alone, not of its order.
 */

/** Different strong values of one kind a node may be given; with more of them it is shared. */
export const MAX_VALUES = 10;

type Said = { nodeId: string; kind: string; value: string; strength: string };

/**
 * Nodes that more values were proven of than one person has. What was taken back counts too: a node that served many people did
 * so, and what is kept of it is bounded.
 */
export function sharedNodes(edges: readonly Said[]): Set<string> {
  const strong = edges.filter(({ kind, strength }) => strength === 'strong' && STRONG_KINDS.includes(kind));
  const byKind = Map.groupBy(strong, ({ nodeId, kind }) => `${nodeId} ${kind}`);
  return new Set(
    [...byKind.values()].flatMap((said) => {
      const [first] = said;
      return first !== undefined && new Set(said.map(({ value }) => value)).size > MAX_VALUES
        ? [first.nodeId]
        : [];
    }),
  );
}

/** People's decisions hold of shared nodes as well. */
export const isDecision = (kind: string): boolean => kind === MANUAL || kind.startsWith(APART);

/** An edge, as it counts, that a person may take back: proof that stands; what keeps contacts apart is not evidence of one. */
export const isSeparable = (edge: { kind: string; strength: string; removedAt: Date | null }): boolean =>
  edge.removedAt === null && edge.strength === 'strong' && !edge.kind.startsWith(APART);

/** The edges as they count: whatever was said of a shared node is a hint. */
export function asCounted<E extends Said>(edges: readonly E[]): E[] {
  const shared = sharedNodes(edges);
  return edges.map((edge) =>
    shared.has(edge.nodeId) && !isDecision(edge.kind) ? { ...edge, strength: 'weak' } : edge,
  );
}
