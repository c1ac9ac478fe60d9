import type { Edge, JourneyDefinition, JourneyNode, Place, Position } from './definition.ts';
import { ENTRY, exitsAt, exitsOf, mayBeCome, nodeOf, targetOf } from './definition.ts';
import { layout, RANK_HEIGHT } from './layout.ts';

/** What is done to a journey on the canvas. Each answers the journey afterwards and leaves the one before as it was. */

const positionOf = (definition: JourneyDefinition, id: string): Position | undefined =>
  id === ENTRY ? definition.entry.position : nodeOf(definition, id)?.position;

function withPositions(definition: JourneyDefinition, at: ReadonlyMap<string, Position>): JourneyDefinition {
  return {
    ...definition,
    entry: { ...definition.entry, position: at.get(ENTRY) ?? definition.entry.position },
    nodes: definition.nodes.map((node) => ({ ...node, position: at.get(node.id) ?? node.position })),
  };
}

export const tidied = (definition: JourneyDefinition): JourneyDefinition =>
  withPositions(definition, layout(definition));

/** Whether nobody has moved a card by hand. */
export function isTidy(definition: JourneyDefinition): boolean {
  const at = layout(definition);
  return [ENTRY, ...definition.nodes.map(({ id }) => id)].every((id) => {
    const own = positionOf(definition, id);
    const tidy = at.get(id);
    return own !== undefined && tidy !== undefined && own.x === tidy.x && own.y === tidy.y;
  });
}

/** Keeps a tidy journey tidy; who has placed cards by hand finds them where they were. */
const keptTidy = (before: JourneyDefinition, after: JourneyDefinition): JourneyDefinition =>
  isTidy(before) ? tidied(after) : after;

const withoutLine = (edges: readonly Edge[], { from, exit }: Place): Edge[] =>
  edges.filter((edge) => edge.from !== from || edge.exit !== exit);

/** The line from an exit drawn to a node, or taken away. */
export function connected(
  definition: JourneyDefinition,
  place: Place,
  to: string | undefined,
): JourneyDefinition {
  const rest = withoutLine(definition.edges, place);
  const edges = to === undefined ? rest : [...rest, { from: place.from, exit: place.exit, to }];
  return keptTidy(definition, { ...definition, edges });
}

/** Whether a line may be drawn: from an exit there is, to a node people can come to. */
export function mayConnect(definition: JourneyDefinition, { from, exit }: Place, to: string): boolean {
  const target = nodeOf(definition, to);
  return from !== to && target !== undefined && mayBeCome(target) && exitsAt(definition, from).includes(exit);
}

/** A node set into a line, or at the end of an exit that led nowhere. All its ways go on to where the line went. */
export function inserted(definition: JourneyDefinition, place: Place, node: JourneyNode): JourneyDefinition {
  const to = targetOf(definition, place);
  const at = spotAfter(definition, place);
  const moved = to === undefined ? definition : shifted(definition, to, at.y);
  const edges = [
    ...withoutLine(moved.edges, place),
    { ...place, to: node.id },
    ...(to === undefined ? [] : exitsOf(node).map((exit) => ({ from: node.id, exit, to }))),
  ];
  return keptTidy(definition, { ...moved, nodes: [...moved.nodes, { ...node, position: at }], edges });
}

/** Where a node at this exit would stand: where the next one stands now, or under it. */
function spotAfter(definition: JourneyDefinition, place: Place): Position {
  const to = targetOf(definition, place);
  const next = to === undefined ? undefined : positionOf(definition, to);
  const from = positionOf(definition, place.from) ?? { x: 0, y: 0 };
  if (next !== undefined && next.y > from.y) return next;
  const exits = exitsAt(definition, place.from);
  const aside = exits.length < 2 ? 0 : (exits.indexOf(place.exit) - (exits.length - 1) / 2) * 280;
  return { x: from.x + aside, y: from.y + RANK_HEIGHT };
}

/** Room for one more: what can be come to from here and stands no higher moves down. */
function shifted(definition: JourneyDefinition, from: string, y: number): JourneyDefinition {
  const reached = reachedFrom(definition, from);
  const down = (id: string, at: Position): Position =>
    reached.has(id) && at.y >= y ? { ...at, y: at.y + RANK_HEIGHT } : at;
  return {
    ...definition,
    nodes: definition.nodes.map((node) => ({ ...node, position: down(node.id, node.position) })),
  };
}

/** All that can be come to from a node, itself among it. */
export function reachedFrom({ edges }: JourneyDefinition, start: string): ReadonlySet<string> {
  const after = Map.groupBy(edges, ({ from }) => from);
  const reached = new Set<string>();
  const open = [start];
  for (let id = open.pop(); id !== undefined; id = open.pop()) {
    if (reached.has(id)) continue;
    reached.add(id);
    open.push(...(after.get(id) ?? []).map(({ to }) => to));
  }
  return reached;
}

/** A node without lines: a goal, or one that is connected later. */
export function added(definition: JourneyDefinition, node: JourneyNode, at?: Position): JourneyDefinition {
  const lowest = Math.max(definition.entry.position.y, ...definition.nodes.map(({ position }) => position.y));
  const position = at ?? { x: definition.entry.position.x, y: lowest + RANK_HEIGHT };
  const after = { ...definition, nodes: [...definition.nodes, { ...node, position }] };
  return at === undefined ? keptTidy(definition, after) : after;
}

/** Without a node: what led to it leads on by its first exit that goes anywhere. */
export function removed(definition: JourneyDefinition, id: string): JourneyDefinition {
  const on = exitsAt(definition, id)
    .map((exit) => targetOf(definition, { from: id, exit }))
    .find((to) => to !== undefined && to !== id);
  const edges = definition.edges.flatMap((edge) => {
    if (edge.from === id) return [];
    if (edge.to !== id) return [edge];
    return on === undefined || on === edge.from ? [] : [{ ...edge, to: on }];
  });
  const nodes = definition.nodes.filter((node) => node.id !== id);
  return keptTidy(definition, { ...definition, nodes, edges });
}

/** A node with other contents. Lines of exits that are gone go; a new exit leads where the ones before it did. */
export function replaced(definition: JourneyDefinition, node: JourneyNode): JourneyDefinition {
  const before = exitsAt(definition, node.id);
  const exits = exitsOf(node);
  const nodes = definition.nodes.map((one) => (one.id === node.id ? node : one));
  if (before.length === exits.length && before.every((exit) => exits.includes(exit)))
    return before.every((exit, index) => exit === exits[index])
      ? { ...definition, nodes }
      : keptTidy(definition, { ...definition, nodes });
  const leads = (exit: string): string | undefined => targetOf(definition, { from: node.id, exit });
  const gone = before.filter((exit) => !exits.includes(exit));
  const kept = before.filter((exit) => exits.includes(exit));
  const fallback = [...gone, ...kept.toReversed()].map(leads).find((to) => to !== undefined);
  const fresh = exits.filter((exit) => !before.includes(exit));
  const edges = [
    ...definition.edges.filter(({ from, exit }) => from !== node.id || exits.includes(exit)),
    ...(fallback === undefined ? [] : fresh.map((exit) => ({ from: node.id, exit, to: fallback }))),
  ];
  return keptTidy(definition, { ...definition, nodes, edges });
}

/** A card moved by hand. */
export function moved(
  definition: JourneyDefinition,
  places: ReadonlyMap<string, Position>,
): JourneyDefinition {
  return withPositions(definition, places);
}

/** The first exit, read from the entry on, that leads nowhere yet. */
export function firstOpen(definition: JourneyDefinition, from: string): Place | undefined {
  return [...reachedFrom(definition, from)]
    .flatMap((id) => exitsAt(definition, id).map((exit) => ({ from: id, exit })))
    .find((place) => targetOf(definition, place) === undefined);
}
