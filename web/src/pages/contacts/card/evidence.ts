import type { IdentityView } from '../../../api/identity.ts';

type Edge = IdentityView['edges'][number];

/** Decisions of people: their value is a number of our own that says nothing to anybody. */
export const isDecision = ({ kind }: Pick<Edge, 'kind'>): boolean =>
  kind === 'manual' || kind.startsWith('apart:');

/** What says who a contact is, a line each: a decision stands on either side of what it joins or keeps apart, and is one. */
export function evidenceOf(edges: readonly Edge[]): Edge[] {
  const told = new Set<string>();
  return edges.filter((edge) => {
    if (!isDecision(edge)) return true;
    const decision = edge.kind === 'manual' ? `manual ${edge.value}` : edge.kind;
    if (told.has(decision)) return false;
    told.add(decision);
    return true;
  });
}
