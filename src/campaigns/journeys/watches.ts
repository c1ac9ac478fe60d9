import { waitedFor } from './advance.ts';
import type { JourneyDefinition } from './contract.definition.ts';

/** What has people looked at: names of what those who tell of facts tell. */

/** Every fact: a rule may turn true by any. */
export const ANY = 'any';

/** What may fulfil a goal, wherever somebody is. */
export function watchesOf({ nodes }: JourneyDefinition): string[] {
  const found = nodes.flatMap((node) => {
    if (node.type !== 'goal') return [];
    return [node.when.type === 'rule' ? ANY : waitedFor(node.when.event)];
  });
  return [...new Set(found)];
}

/** All that may move somebody on: that, and what is waited for. */
export function wakesOf(definition: JourneyDefinition): string[] {
  const waits = definition.nodes.flatMap((node) => {
    if (node.type === 'wait-event') return [waitedFor(node.event)];
    return node.type === 'message' && node.waitFor === 'outcome' ? ['message'] : [];
  });
  return [...new Set([...watchesOf(definition), ...waits])];
}
