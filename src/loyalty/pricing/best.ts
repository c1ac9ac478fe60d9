/**
 * The best choice among competing offers of a stage: the set that takes most off, no line lowered twice, no two that exclude
 * each other. Offers that lower each line by itself are shared out line by line; others act on all their lines or not at all.
 * Exact by branch and bound for up to twelve competitors that hang together; above, greedy with swaps, and said so.
 */

/** `cuts`: what it takes off each line, by place. Competitors come in order of rank: ties go to the earlier. */
export type Competitor = {
  readonly cuts: ReadonlyMap<number, number>;
  readonly divisible: boolean;
  /** Places in the list of competitors that it may not stand with. */
  readonly excludes: ReadonlySet<number>;
};
/** Which competitor lowers which line, and whether the choice is proved. */
export type Choice = { readonly takers: ReadonlyMap<number, number>; readonly approximate: boolean };

export const MAX_EXACT = 12;
const MAX_SWAP_ROUNDS = 100;

type Base = ReadonlyMap<number, { cut: number; by: number }>;
type Gain = { gain: number; rank: number };
type Problem = { competitors: readonly Competitor[]; base: Base };

export function chooseBest(competitors: readonly Competitor[]): Choice {
  const searched = competitors.flatMap((c, i) => (c.divisible && c.excludes.size === 0 ? [] : [i]));
  const inSearch = new Set(searched);
  const base = lineByLine(competitors, (i) => !inSearch.has(i));
  const problem: Problem = { competitors, base };
  const chosen: number[] = [];
  let approximate = false;
  for (const group of groupsOf(searched, competitors)) {
    if (group.length <= MAX_EXACT) chosen.push(...searchExactly(problem, group));
    else if (allCollide(problem, group)) chosen.push(...bestSingle(problem, group));
    else {
      approximate = true;
      chosen.push(...searchGreedily(problem, group));
    }
  }
  return { takers: takersOf(problem, chosen), approximate };
}

/** The best of the divisible offers for each line; of equals the first. */
function lineByLine(competitors: readonly Competitor[], counts: (i: number) => boolean): Base {
  const best = new Map<number, { cut: number; by: number }>();
  for (const [by, { cuts }] of competitors.entries()) {
    if (!counts(by)) continue;
    for (const [line, cut] of cuts) if (cut > (best.get(line)?.cut ?? 0)) best.set(line, { cut, by });
  }
  return best;
}

/** Offers that share a line or exclude each other hang together; the rest is chosen apart. */
function groupsOf(searched: readonly number[], competitors: readonly Competitor[]): number[][] {
  const parent = new Map(searched.map((i) => [i, i]));
  const root = (i: number): number => {
    let at = i;
    for (let up = parent.get(at); up !== undefined && up !== at; up = parent.get(at)) at = up;
    parent.set(i, at);
    return at;
  };
  const join = (a: number, b: number): void => {
    parent.set(Math.max(root(a), root(b)), Math.min(root(a), root(b)));
  };
  const owner = new Map<number, number>();
  for (const i of searched) {
    for (const line of competitors[i]?.cuts.keys() ?? []) {
      const other = owner.get(line);
      if (other === undefined) owner.set(line, i);
      else join(i, other);
    }
    for (const other of competitors[i]?.excludes ?? []) if (parent.has(other)) join(i, other);
  }
  return [...Map.groupBy(searched, root).values()];
}

const collide = ({ competitors }: Problem, a: number, b: number): boolean => {
  const [left, right] = [competitors[a], competitors[b]];
  if (left === undefined || right === undefined) return false;
  if (left.excludes.has(b)) return true;
  if (left.divisible || right.divisible) return false;
  const [few, many] = left.cuts.size <= right.cuts.size ? [left, right] : [right, left];
  for (const line of few.cuts.keys()) if (many.cuts.has(line)) return true;
  return false;
};

/** What a set adds to what the line-by-line offers give, or null when two of it collide. Of equal sets the higher rank counts. */
function valueOf(problem: Problem, set: readonly number[]): Gain {
  const { competitors, base } = problem;
  const claimed = new Set<number>();
  let gain = 0;
  let rank = 0;
  for (const i of set) {
    const competitor = competitors[i];
    if (competitor === undefined || competitor.divisible) continue;
    for (const [line, cut] of competitor.cuts) {
      claimed.add(line);
      const ground = base.get(line);
      gain += cut - (ground?.cut ?? 0);
      if (ground !== undefined) rank += i < ground.by ? 1 : -1;
    }
  }
  const single = set.filter((i) => competitors[i]?.divisible);
  if (single.length === 0) return { gain, rank };
  const more = lineByLine(competitors, (i) => single.includes(i));
  for (const [line, { cut, by }] of more) {
    if (claimed.has(line)) continue;
    const ground = base.get(line);
    if (cut > (ground?.cut ?? 0)) gain += cut - (ground?.cut ?? 0);
    else if (cut === ground?.cut && by < ground.by) rank += 1;
  }
  return { gain, rank };
}

const better = (a: Gain, b: Gain): boolean => a.gain > b.gain || (a.gain === b.gain && a.rank > b.rank);

/** The most that one competitor can add to any set. */
function potential({ competitors, base }: Problem, i: number): number {
  const competitor = competitors[i];
  if (competitor === undefined) return 0;
  let whole = 0;
  let single = 0;
  for (const [line, cut] of competitor.cuts) {
    const over = cut - (base.get(line)?.cut ?? 0);
    whole += over;
    single += Math.max(0, over);
  }
  return Math.max(0, competitor.divisible ? single : whole);
}

function searchExactly(problem: Problem, group: readonly number[]): number[] {
  const hope = group.map((i) => potential(problem, i));
  const ahead = hope.map((_, at) => hope.slice(at).reduce((a, b) => a + b, 0));
  let best: readonly number[] = [];
  let bestGain: Gain = { gain: 0, rank: 0 };
  const visit = (at: number, set: readonly number[], value: Gain): void => {
    if (better(value, bestGain)) [best, bestGain] = [set, value];
    const next = group[at];
    if (next === undefined || value.gain + (ahead[at] ?? 0) < bestGain.gain) return;
    if (!set.some((i) => collide(problem, i, next))) {
      const more = [...set, next];
      visit(at + 1, more, valueOf(problem, more));
    }
    visit(at + 1, set, value);
  };
  visit(0, [], bestGain);
  return [...best];
}

/** When no two can stand together, the best one is the best choice, however many there are. */
function allCollide(problem: Problem, group: readonly number[]): boolean {
  return group.every((a, at) => group.slice(at + 1).every((b) => collide(problem, a, b)));
}

function bestSingle(problem: Problem, group: readonly number[]): number[] {
  let best: number[] = [];
  let bestGain: Gain = { gain: 0, rank: 0 };
  for (const i of group) {
    const value = valueOf(problem, [i]);
    if (better(value, bestGain)) [best, bestGain] = [[i], value];
  }
  return best;
}

/** From the best single one on: adds what fits, and swaps one in for those in its way while that gains. */
function searchGreedily(problem: Problem, group: readonly number[]): number[] {
  const order = group
    .map((i) => ({ i, hope: potential(problem, i) }))
    .filter(({ hope }) => hope > 0)
    .toSorted((a, b) => b.hope - a.hope || a.i - b.i);
  let set = bestSingle(problem, group);
  let value = valueOf(problem, set);
  for (let round = 0; round < MAX_SWAP_ROUNDS; round += 1) {
    let moved = false;
    for (const { i } of order) {
      if (set.includes(i)) continue;
      const swapped = [...set.filter((other) => !collide(problem, i, other)), i];
      const gained = valueOf(problem, swapped);
      if (gained.gain > value.gain) {
        [set, value] = [swapped, gained];
        moved = true;
      }
    }
    if (!moved) break;
  }
  return set;
}

function takersOf({ competitors, base }: Problem, chosen: readonly number[]): Map<number, number> {
  const takers = new Map<number, number>();
  const claimed = new Set<number>();
  for (const i of chosen) {
    if (competitors[i]?.divisible !== false) continue;
    for (const line of competitors[i]?.cuts.keys() ?? []) {
      takers.set(line, i);
      claimed.add(line);
    }
  }
  const standing = new Set(chosen);
  const single = lineByLine(competitors, (i) => {
    const competitor = competitors[i];
    return competitor?.divisible === true && (standing.has(i) || isBase(base, i, competitor));
  });
  for (const [line, { by }] of single) if (!claimed.has(line)) takers.set(line, by);
  return takers;
}

const isBase = (base: Base, i: number, { cuts }: Competitor): boolean =>
  [...cuts.keys()].some((line) => base.get(line)?.by === i);
