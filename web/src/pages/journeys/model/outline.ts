import type { JourneyDefinition, Place } from './definition.ts';
import { ENTRY, exitsAt, mayBeCome, targetOf } from './definition.ts';

/**
 * The journey as a list to be read from above: each step under the one before, ways of a step set in. A step that several ways lead to
 * stands where all of them meet; at the ends of the ways stands where they go on.
 */
export type Line =
  | { type: 'step'; id: string; depth: number }
  | { type: 'way'; place: Place; depth: number }
  | { type: 'goes'; place: Place; to: string; depth: number }
  | { type: 'open'; place: Place; depth: number };

export function outline(definition: JourneyDefinition): Line[] {
  const lines: Line[] = [];
  const shown = new Set<string>();
  const incoming = Map.groupBy(definition.edges, ({ to }) => to);
  const met = (to: string): boolean =>
    (incoming.get(to) ?? []).every(({ from }) => from === ENTRY || shown.has(from));

  /** Tells where the ways that begin here go on together, if they do. */
  const follow = (place: Place, depth: number, inside: boolean): string | undefined => {
    const to = targetOf(definition, place);
    if (to === undefined) {
      lines.push({ type: 'open', place, depth });
      return undefined;
    }
    if (shown.has(to) || !definition.nodes.some(({ id }) => id === to)) {
      lines.push({ type: 'goes', place, to, depth });
      return undefined;
    }
    if (inside && (incoming.get(to)?.length ?? 0) > 1 && !met(to)) {
      lines.push({ type: 'goes', place, to, depth });
      return to;
    }
    return step(to, depth, inside);
  };
  const step = (id: string, depth: number, inside: boolean): string | undefined => {
    shown.add(id);
    lines.push({ type: 'step', id, depth });
    const exits = exitsAt(definition, id);
    const [only] = exits;
    if (exits.length === 1 && only !== undefined) return follow({ from: id, exit: only }, depth, inside);
    const later: string[] = [];
    for (const exit of exits) {
      lines.push({ type: 'way', place: { from: id, exit }, depth: depth + 1 });
      const next = follow({ from: id, exit }, depth + 1, true);
      if (next !== undefined) later.push(next);
    }
    for (const [index, next] of later.entries()) {
      if (shown.has(next)) continue;
      // Inside another way, a meeting that others lead to as well is told further out.
      if (inside && !met(next)) {
        if (index === later.length - 1) return next;
        continue;
      }
      const beyond = step(next, depth, inside);
      if (beyond !== undefined && index === later.length - 1) return beyond;
    }
    return undefined;
  };
  lines.push({ type: 'step', id: ENTRY, depth: 0 });
  follow({ from: ENTRY, exit: 'next' }, 0, false);
  // What nobody comes to yet, and last the goals.
  for (const node of definition.nodes) if (mayBeCome(node) && !shown.has(node.id)) step(node.id, 0, false);
  for (const node of definition.nodes)
    if (!mayBeCome(node)) lines.push({ type: 'step', id: node.id, depth: 0 });
  return lines;
}
