import type { Edge, JourneyDefinition, JourneyNode, Position } from './definition.ts';
import { ENTRY, exitsOf, mayBeCome } from './definition.ts';

/**
 * Where everything stands when it is tidied: rank under rank, each way under the exit it leaves by, long lines with room of their own.
 * Goals stand apart at the left. The x of a position is the left edge of a card.
 */

const CARD_WIDTH = 248;
/** Each exit of several has a place of its own under the card. */
const EXIT_WIDTH = 96;
export const RANK_HEIGHT = 172;
const GAP = 40;
const LANE = 60;
const SWEEPS = 12;

export function widthOf(node: JourneyNode | undefined): number {
  return Math.max(CARD_WIDTH, (node === undefined ? 1 : exitsOf(node).length) * EXIT_WIDTH);
}

type Box = { id: string; width: number; rank: number; order: number };
type Graph = { boxes: Map<string, Box>; lines: { from: string; to: string; at: number }[] };

export type Arranged = {
  positions: Map<string, Position>;
  /** Of a line that passes ranks ("from exit"): where it passes them, from above. */
  lanes: Map<string, Position[]>;
};

export const layout = (definition: JourneyDefinition): Map<string, Position> =>
  arranged(definition).positions;

export function arranged(definition: JourneyDefinition): Arranged {
  const graph = ranked(definition);
  const rows = ordered(graph);
  const x = placed(graph, rows);
  const lanes = new Map<string, Position[]>();
  const found = new Map<string, Position>();
  const middle = x.get(ENTRY) ?? 0;
  const known = new Set([ENTRY, ...definition.nodes.map(({ id }) => id)]);
  for (const { id, width, rank } of graph.boxes.values())
    if (!known.has(id)) {
      const key = id.slice(0, id.lastIndexOf(' '));
      const lane = { x: Math.round((x.get(id) ?? 0) - middle), y: rank * RANK_HEIGHT };
      lanes.set(key, [...(lanes.get(key) ?? []), lane]);
    } else
      found.set(id, {
        x: Math.round((x.get(id) ?? 0) - middle - width / 2),
        y: rank * RANK_HEIGHT,
      });
  const left = Math.min(...[...found.values()].map((one) => one.x));
  const goals = definition.nodes.filter((node) => !mayBeCome(node));
  for (const [index, goal] of goals.entries())
    found.set(goal.id, { x: left - widthOf(goal) - 2 * GAP, y: index * RANK_HEIGHT });
  return { positions: found, lanes };
}

/** Lines that lead back are left out: they say nothing of the order. */
function forward(ids: readonly string[], edges: readonly Edge[]): Edge[] {
  const after = Map.groupBy(edges, ({ from }) => from);
  const back = new Set<Edge>();
  const state = new Map<string, 'open' | 'done'>();
  const visit = (id: string): void => {
    state.set(id, 'open');
    for (const edge of after.get(id) ?? []) {
      const seen = state.get(edge.to);
      if (seen === 'open') back.add(edge);
      else if (seen === undefined) visit(edge.to);
    }
    state.set(id, 'done');
  };
  for (const id of ids) if (!state.has(id)) visit(id);
  return edges.filter((edge) => !back.has(edge));
}

/** Every node with its rank (the longest way to it), and lines cut into pieces from rank to rank. */
function ranked({ nodes, edges }: JourneyDefinition): Graph {
  const shown = nodes.filter(mayBeCome);
  const byId = new Map(shown.map((node) => [node.id, node]));
  const exitsAt = (id: string): string[] => {
    const node = byId.get(id);
    return node === undefined ? ['next'] : exitsOf(node);
  };
  const valid = edges
    .filter(
      ({ from, exit, to }) =>
        (from === ENTRY || byId.has(from)) && byId.has(to) && exitsAt(from).includes(exit) && from !== to,
    )
    .toSorted((a, b) => exitsAt(a.from).indexOf(a.exit) - exitsAt(b.from).indexOf(b.exit));
  const ids = [ENTRY, ...byId.keys()];
  const ways = forward(ids, valid);
  const ranks = longest(ids, ways);
  const boxes = new Map<string, Box>();
  for (const id of ids)
    boxes.set(id, { id, width: widthOf(byId.get(id)), rank: ranks.get(id) ?? 0, order: 0 });
  const lines: Graph['lines'] = [];
  for (const { from, exit, to } of ways) {
    const exits = exitsAt(from);
    const width = widthOf(byId.get(from));
    const at = ((exits.indexOf(exit) + 0.5) / exits.length - 0.5) * width;
    let last = from;
    for (let rank = (ranks.get(from) ?? 0) + 1; rank < (ranks.get(to) ?? 0); rank += 1) {
      const id = `${from} ${exit} ${rank}`;
      boxes.set(id, { id, width: LANE, rank, order: 0 });
      lines.push({ from: last, to: id, at: last === from ? at : 0 });
      last = id;
    }
    lines.push({ from: last, to, at: last === from ? at : 0 });
  }
  return { boxes, lines };
}

function longest(ids: readonly string[], ways: readonly Edge[]): Map<string, number> {
  const before = Map.groupBy(ways, ({ to }) => to);
  const ranks = new Map<string, number>();
  const rankOf = (id: string): number => {
    const known = ranks.get(id);
    if (known !== undefined) return known;
    const own = before.get(id) ?? [];
    // What nobody comes to stands under the entry, not beside it.
    const rank =
      own.length === 0 ? (id === ENTRY ? 0 : 1) : Math.max(...own.map(({ from }) => rankOf(from) + 1));
    ranks.set(id, rank);
    return rank;
  };
  for (const id of ids) rankOf(id);
  return ranks;
}

/** Rows from the top, each ordered by where its lines come from and go to, so that few lines cross. */
function ordered({ boxes, lines }: Graph): Box[][] {
  const rows: Box[][] = [];
  for (const box of boxes.values()) (rows[box.rank] ??= []).push(box);
  const after = Map.groupBy(lines, ({ from }) => from);
  // First as one would read it: way by way from the entry.
  let next = 0;
  const read = new Set<string>();
  const visit = (id: string): void => {
    const box = boxes.get(id);
    if (box === undefined || read.has(id)) return;
    read.add(id);
    box.order = next++;
    for (const line of after.get(id) ?? []) visit(line.to);
  };
  for (const id of boxes.keys()) visit(id);
  const dense = rows.filter((row) => row !== undefined);
  for (const row of dense) sortRow(row, (box) => box.order);
  const before = Map.groupBy(lines, ({ to }) => to);
  for (let sweep = 0; sweep < 4; sweep += 1)
    for (const row of sweep % 2 === 0 ? dense : dense.toReversed()) {
      const own = sweep % 2 === 0 ? before : after;
      const centre = (box: Box): number => {
        const places = (own.get(box.id) ?? []).map((line) =>
          sweep % 2 === 0
            ? (boxes.get(line.from)?.order ?? 0) + line.at / 10_000
            : (boxes.get(line.to)?.order ?? 0),
        );
        return places.length === 0 ? box.order : places.reduce((sum, one) => sum + one, 0) / places.length;
      };
      sortRow(row, centre);
    }
  return dense;
}

function sortRow(row: Box[], by: (box: Box) => number): void {
  const keys = new Map(row.map((box) => [box.id, by(box)]));
  row.sort((a, b) => (keys.get(a.id) ?? 0) - (keys.get(b.id) ?? 0) || a.order - b.order);
  for (const [index, box] of row.entries()) box.order = index;
}

/** Middles of all boxes: each near the mean of what it hangs on and what hangs on it, none over its neighbour. */
function placed({ lines }: Graph, rows: readonly Box[][]): Map<string, number> {
  const x = new Map<string, number>();
  for (const row of rows) {
    let at = 0;
    for (const box of row) {
      x.set(box.id, at + box.width / 2);
      at += box.width + GAP;
    }
  }
  const before = Map.groupBy(lines, ({ to }) => to);
  const after = Map.groupBy(lines, ({ from }) => from);
  const mean = (values: readonly number[], or: number): number =>
    values.length === 0 ? or : values.reduce((sum, one) => sum + one, 0) / values.length;
  const above = (box: Box): number =>
    mean(
      (before.get(box.id) ?? []).map(({ from, at }) => (x.get(from) ?? 0) + at),
      x.get(box.id) ?? 0,
    );
  const below = (box: Box): number =>
    mean(
      (after.get(box.id) ?? []).map(({ to, at }) => (x.get(to) ?? 0) - at),
      x.get(box.id) ?? 0,
    );
  for (let sweep = 0; sweep < SWEEPS; sweep += 1) {
    const up = sweep % 2 === 1;
    for (const row of up ? rows.toReversed() : rows) spread(row, up ? below : above, x);
  }
  return x;
}

/** The least moved from where they want to be so that none overlaps (pool adjacent violators). */
function spread(row: readonly Box[], wanted: (box: Box) => number, x: Map<string, number>): void {
  const offsets: number[] = [];
  for (const [index, box] of row.entries()) {
    const last = row[index - 1];
    offsets.push(last === undefined ? 0 : (offsets[index - 1] ?? 0) + (last.width + box.width) / 2 + GAP);
  }
  const blocks: { sum: number; count: number }[] = [];
  for (const [index, box] of row.entries()) {
    blocks.push({ sum: wanted(box) - (offsets[index] ?? 0), count: 1 });
    for (;;) {
      const last = blocks.at(-1);
      const prior = blocks.at(-2);
      if (last === undefined || prior === undefined) break;
      if (prior.sum / prior.count <= last.sum / last.count) break;
      blocks.splice(-2, 2, { sum: prior.sum + last.sum, count: prior.count + last.count });
    }
  }
  const starts = blocks.flatMap(({ sum, count }) => Array.from({ length: count }, () => sum / count));
  for (const [index, box] of row.entries()) x.set(box.id, (starts[index] ?? 0) + (offsets[index] ?? 0));
}
