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
  const known = new Set(definition.nodes.map(({ id }) => id));

  /** Whether all that lead there have been told since a line of the list. */
  const meets = (to: string, since: number): boolean => {
    const told = new Set(lines.slice(since).flatMap((line) => (line.type === 'step' ? [line.id] : [])));
    return (incoming.get(to) ?? []).every(({ from }) => told.has(from));
  };

  /** Tells the steps from a place on; answers where ways meet that is to be told further out. */
  const follow = (place: Place, depth: number, inside: boolean): string[] => {
    const to = targetOf(definition, place);
    if (to === undefined) {
      lines.push({ type: 'open', place, depth });
      return [];
    }
    const meeting = inside && (incoming.get(to)?.length ?? 0) > 1;
    if (!shown.has(to) && known.has(to) && !meeting) return step(to, depth, inside);
    lines.push({ type: 'goes', place, to, depth });
    return shown.has(to) || !known.has(to) ? [] : [to];
  };

  const step = (id: string, depth: number, inside: boolean): string[] => {
    const since = lines.length;
    shown.add(id);
    lines.push({ type: 'step', id, depth });
    const exits = exitsAt(definition, id);
    const [only] = exits;
    if (exits.length === 1 && only !== undefined) return follow({ from: id, exit: only }, depth, inside);
    const open: string[] = [];
    for (const exit of exits) {
      lines.push({ type: 'way', place: { from: id, exit }, depth: depth + 1 });
      open.push(...follow({ from: id, exit }, depth + 1, true));
    }
    const further: string[] = [];
    for (let next = open.shift(); next !== undefined; next = open.shift()) {
      if (shown.has(next)) continue;
      if (inside && !meets(next, since)) further.push(next);
      else open.push(...step(next, depth, inside));
    }
    return further;
  };

  lines.push({ type: 'step', id: ENTRY, depth: 0 });
  follow({ from: ENTRY, exit: 'next' }, 0, false);
  // What nobody comes to yet, and last the goals.
  for (const node of definition.nodes) if (mayBeCome(node) && !shown.has(node.id)) step(node.id, 0, false);
  for (const node of definition.nodes)
    if (!mayBeCome(node)) lines.push({ type: 'step', id: node.id, depth: 0 });
  return lines;
}
