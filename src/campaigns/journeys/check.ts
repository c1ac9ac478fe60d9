import { ENTRY, exitsOf, LOOP_WAIT_MINUTES, MAX_GOALS, MINUTES_OF } from './contract.definition.ts';
import type { Edge, JourneyDefinition, JourneyNode } from './contract.definition.ts';
import type { JourneyProblem } from './contract.ts';
import { fieldProblems, shareProblem } from './check.fields.ts';
import { error } from './problem.ts';

/** What a definition lacks by itself, with node and field named; what it refers to is looked up by the caller. */
export function problemsOf(definition: JourneyDefinition): JourneyProblem[] {
  const { nodes } = definition;
  return [
    ...edgeProblems(definition),
    ...(nodes.some(({ type }) => type === 'exit')
      ? []
      : [error(null, null, 'journey_no_exit', 'The journey has no exit.')]),
    ...(nodes.filter(({ type }) => type === 'goal').length > MAX_GOALS
      ? [error(null, null, 'journey_too_many_goals', `A journey has at most ${MAX_GOALS} goals.`)]
      : []),
    ...reachProblems(definition),
    ...loopProblems(definition),
    ...nodes.flatMap((node) => [...shareProblem(node), ...fieldProblems(node, definition)]),
  ];
}

/** Every exit has a line, and every line begins at an exit and leads to a node that can be come to. */
function edgeProblems({ nodes, edges }: JourneyDefinition): JourneyProblem[] {
  const byId = new Map(nodes.map((node) => [node.id, node]));
  const found: JourneyProblem[] = [];
  for (const { from, exit, to } of edges) {
    const begins = byId.get(from);
    const exits = from === ENTRY ? ['next'] : begins === undefined ? [] : exitsOf(begins);
    if (!exits.includes(exit))
      found.push(
        error(from, `exit.${exit}`, 'journey_edge_dangling', 'A line begins where there is no exit.'),
      );
    const target = byId.get(to);
    if (target === undefined || target.type === 'goal')
      found.push(
        error(from, `exit.${exit}`, 'journey_edge_dangling', 'A line leads to where nobody can come.'),
      );
  }
  const connected = new Set(edges.map(({ from, exit }) => `${from} ${exit}`));
  const all = [
    { id: ENTRY, exits: ['next'] },
    ...nodes.map((node) => ({ id: node.id, exits: exitsOf(node) })),
  ];
  for (const { id, exits } of all)
    for (const exit of exits)
      if (!connected.has(`${id} ${exit}`))
        found.push(
          error(id, `exit.${exit}`, 'journey_exit_open', 'This exit leads nowhere: draw a line from it.'),
        );
  return found;
}

function linesFrom(edges: readonly Edge[]): ReadonlyMap<string, string[]> {
  const lines = new Map<string, string[]>();
  for (const { from, to } of edges) lines.set(from, [...(lines.get(from) ?? []), to]);
  return lines;
}

/** All that can be come to from one of these. */
function reachedFrom(starts: readonly string[], edges: readonly Edge[]): ReadonlySet<string> {
  const lines = linesFrom(edges);
  const reached = new Set<string>();
  const open = [...starts];
  for (let id = open.pop(); id !== undefined; id = open.pop()) {
    if (reached.has(id)) continue;
    reached.add(id);
    open.push(...(lines.get(id) ?? []));
  }
  return reached;
}

/** Every node can be come to, and from every node an exit can be come to. */
function reachProblems({ nodes, edges }: JourneyDefinition): JourneyProblem[] {
  const reached = reachedFrom([ENTRY], edges);
  const exits = nodes.filter(({ type }) => type === 'exit').map(({ id }) => id);
  const back = edges.map(({ from, exit, to }) => ({ from: to, exit, to: from }));
  const leading = exits.length === 0 ? null : reachedFrom(exits, back);
  return nodes.flatMap(({ id, type }) => {
    if (type === 'goal') return [];
    if (!reached.has(id))
      return [error(id, null, 'journey_node_unreachable', 'Nobody can come here: draw a line to it.')];
    return leading === null || leading.has(id)
      ? []
      : [error(id, null, 'journey_no_way_out', 'From here nobody comes to an exit.')];
  });
}

/** A wait that always takes the time a way round has to take at least. */
function slows(node: JourneyNode | undefined): boolean {
  if (node?.type === 'wait-until') return true;
  return node?.type === 'wait' && node.for.amount * MINUTES_OF[node.for.unit] >= LOOP_WAIT_MINUTES;
}

/**
 * Ways round without such a wait: what is left of the graph once waits are taken out must have no circle. A wait for an event may be over
 * at once; a wait until a time of day takes hours at every visit but the first.
 */
function loopProblems(definition: JourneyDefinition): JourneyProblem[] {
  const byId = new Map(definition.nodes.map((node) => [node.id, node]));
  const fast = definition.edges.filter(({ from, to }) => !slows(byId.get(from)) && !slows(byId.get(to)));
  const after = linesFrom(fast);
  const done = new Set<string>();
  const found: JourneyProblem[] = [];
  for (const { id } of definition.nodes) {
    if (done.has(id)) continue;
    const path = new Set<string>();
    const visit = (at: string): void => {
      if (path.has(at)) {
        found.push(
          error(
            at,
            null,
            'journey_loop_fast',
            'A way leads round to here without a wait of an hour or more.',
          ),
        );
        return;
      }
      if (done.has(at)) return;
      done.add(at);
      path.add(at);
      for (const next of after.get(at) ?? []) visit(next);
      path.delete(at);
    };
    visit(id);
  }
  return found;
}
