import { sha256 } from '../../core/ids.ts';
import type { NodeOf } from './contract.definition.ts';

/** The hash's first 13 hex digits: as many as a number holds exactly. */
const DIGITS = 13;

/** Where a person stands at a node, in [0, 100): always the same, and at other nodes and in other journeys independent of it. */
export function shareOf(journeyId: string, nodeId: string, contactId: string): number {
  const hash = sha256(`${journeyId} ${nodeId} ${contactId}`).slice(0, DIGITS);
  return (Number.parseInt(hash, 16) / 16 ** DIGITS) * 100;
}

/** The arm a person comes to, by the percentages in their order. */
export function armOf(
  node: NodeOf<'split'>,
  person: { journeyId: string; contactId: string },
): { arm: string; share: number } {
  const share = shareOf(person.journeyId, node.id, person.contactId);
  let upTo = 0;
  for (const { id, percent } of node.arms) {
    upTo += percent;
    if (share < upTo) return { arm: id, share };
  }
  // Percentages that do not quite add up to 100, by rounding.
  return { arm: node.arms.findLast(({ percent }) => percent > 0)?.id ?? '', share };
}
