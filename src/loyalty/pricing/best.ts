/**
 * The best choice among competing offers of a stage: the set that takes most off, no line lowered twice, no two that exclude
 * each other. Offers that lower each line by itself are shared out line by line; others act on all their lines or not at all.
 * Exact by branch and bound for up to twelve competitors that hang together; above, greedy with swaps, and said so.
 */

/** `cuts[k]` is taken off the line at `places[k]`, above zero. Competitors come in order of rank: ties go to the earlier. */
export type Competitor = {
  readonly places: readonly number[];
  readonly cuts: readonly number[];
  readonly divisible: boolean;
  /** Competitors that it may not stand with; symmetric. */
  readonly excludes: ReadonlySet<number>;
};
/** For each line which competitor lowers it (−1: none), and whether the choice is proved. */
export type Choice = { readonly takers: Int32Array; readonly approximate: boolean };

const MAX_EXACT = 12;
const MAX_SWAP_ROUNDS = 100;
const NONE = -1;
const WORD_BITS = 5;

/** The best of some divisible offers for each line. */
type Ground = { readonly cut: Float64Array; readonly by: Int32Array };
/** Of equal gains the one that wins more lines from lower ranks counts. */
type Gain = { readonly gain: number; readonly rank: number };
const NOTHING: Gain = { gain: 0, rank: 0 };

type Problem = {
  readonly competitors: readonly Competitor[];
  readonly base: Ground;
  /** What each adds when it takes all its lines; the line-by-line offers lose them. */
  readonly nets: readonly Gain[];
  /** The lines of each as bits. */
  readonly masks: readonly Int32Array[];
};

/** `lines`: places run from 0 up to it. */
export function chooseBest(competitors: readonly Competitor[], lines: number): Choice {
  const apart: number[] = [];
  const searched: number[] = [];
  for (const [i, c] of competitors.entries())
    (c.divisible && c.excludes.size === 0 ? apart : searched).push(i);
  const base = lineByLine(competitors, apart, lines);
  if (searched.length === 0) return { takers: base.by, approximate: false };
  const problem: Problem = {
    competitors,
    base,
    nets: competitors.map((competitor, i) => netOf(competitor, i, base)),
    masks: competitors.map((competitor) => maskOf(competitor, lines)),
  };
  const chosen: number[] = [];
  let approximate = false;
  for (const group of groupsOf(searched, competitors, lines)) {
    if (group.length <= MAX_EXACT) chosen.push(...searchExactly(problem, group));
    else if (allCollide(problem, group)) chosen.push(...bestSingle(problem, group));
    else {
      approximate = true;
      chosen.push(...searchGreedily(problem, group));
    }
  }
  return { takers: takersOf(problem, chosen, lines), approximate };
}

/** `those` come in order of rank: of equals the first. */
function lineByLine(competitors: readonly Competitor[], those: readonly number[], lines: number): Ground {
  const cut = new Float64Array(lines);
  const by = new Int32Array(lines).fill(NONE);
  for (const i of those) {
    const competitor = competitors[i];
    if (competitor === undefined) continue;
    const { places, cuts } = competitor;
    for (let k = 0; k < places.length; k += 1) {
      const [place, value] = [places[k] ?? 0, cuts[k] ?? 0];
      if (value <= (cut[place] ?? 0)) continue;
      cut[place] = value;
      by[place] = i;
    }
  }
  return { cut, by };
}

function netOf({ places, cuts }: Competitor, i: number, base: Ground): Gain {
  let gain = 0;
  let rank = 0;
  for (let k = 0; k < places.length; k += 1) {
    const place = places[k] ?? 0;
    const holder = base.by[place] ?? NONE;
    gain += (cuts[k] ?? 0) - (base.cut[place] ?? 0);
    if (holder !== NONE) rank += i < holder ? 1 : -1;
  }
  return { gain, rank };
}

function maskOf({ places }: Competitor, lines: number): Int32Array {
  const mask = new Int32Array((lines >>> WORD_BITS) + 1);
  for (const place of places) {
    const word = place >>> WORD_BITS;
    mask[word] = (mask[word] ?? 0) | (1 << place);
  }
  return mask;
}

/** Offers that share a line or exclude each other hang together; the rest is chosen apart. */
function groupsOf(
  searched: readonly number[],
  competitors: readonly Competitor[],
  lines: number,
): number[][] {
  const parent = competitors.map((_, i) => i);
  const root = (i: number): number => {
    let at = i;
    for (let up = parent[at]; up !== undefined && up !== at; up = parent[at]) at = up;
    parent[i] = at;
    return at;
  };
  const join = (a: number, b: number): void => {
    const [left, right] = [root(a), root(b)];
    parent[Math.max(left, right)] = Math.min(left, right);
  };
  const owner = new Int32Array(lines).fill(NONE);
  for (const i of searched) {
    for (const place of competitors[i]?.places ?? []) {
      const other = owner[place] ?? NONE;
      if (other === NONE) owner[place] = i;
      else join(i, other);
    }
    for (const other of competitors[i]?.excludes ?? []) join(i, other);
  }
  return [...Map.groupBy(searched, root).values()];
}

function collide({ competitors, masks }: Problem, a: number, b: number): boolean {
  const [left, right] = [competitors[a], competitors[b]];
  if (left === undefined || right === undefined) return false;
  if (left.excludes.has(b)) return true;
  if (left.divisible || right.divisible) return false;
  const [first, second] = [masks[a], masks[b]];
  if (first === undefined || second === undefined) return false;
  for (let word = 0; word < first.length; word += 1)
    if (((first[word] ?? 0) & (second[word] ?? 0)) !== 0) return true;
  return false;
}

/** What a set without collisions adds to what the line-by-line offers give. */
function valueOf({ competitors, base, nets }: Problem, set: readonly number[]): Gain {
  let gain = 0;
  let rank = 0;
  const single: number[] = [];
  const claimed = new Set<number>();
  for (const i of set) {
    if (competitors[i]?.divisible) single.push(i);
    else {
      gain += nets[i]?.gain ?? 0;
      rank += nets[i]?.rank ?? 0;
    }
  }
  if (single.length === 0) return { gain, rank };
  if (set.length === 1) return { gain: overGround(competitors[single[0] ?? 0], base.cut), rank };
  for (const i of set)
    if (!competitors[i]?.divisible) for (const place of competitors[i]?.places ?? []) claimed.add(place);
  const inRank = single.toSorted((a, b) => a - b);
  const more = lineByLine(competitors, inRank, base.cut.length);
  for (const [place, by] of more.by.entries()) {
    if (by === NONE || claimed.has(place)) continue;
    const over = (more.cut[place] ?? 0) - (base.cut[place] ?? 0);
    if (over > 0) gain += over;
    else if (over === 0 && by < (base.by[place] ?? NONE)) rank += 1;
  }
  return { gain, rank };
}

const better = (a: Gain, b: Gain): boolean => a.gain > b.gain || (a.gain === b.gain && a.rank > b.rank);

/** What a divisible offer adds where it takes off more than what lines have already. */
function overGround(competitor: Competitor | undefined, ground: Float64Array): number {
  if (competitor === undefined) return 0;
  const { places, cuts } = competitor;
  let over = 0;
  for (let k = 0; k < places.length; k += 1)
    over += Math.max(0, (cuts[k] ?? 0) - (ground[places[k] ?? 0] ?? 0));
  return over;
}

/** The most that one competitor can add to any set. */
function potential({ competitors, base, nets }: Problem, i: number): number {
  const competitor = competitors[i];
  return competitor?.divisible ? overGround(competitor, base.cut) : Math.max(0, nets[i]?.gain ?? 0);
}

function searchExactly(problem: Problem, group: readonly number[]): readonly number[] {
  const hope = group.map((i) => potential(problem, i));
  const ahead = hope.map((_, at) => hope.slice(at).reduce((a, b) => a + b, 0));
  let best: readonly number[] = [];
  let bestGain = NOTHING;
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
  visit(0, [], NOTHING);
  return best;
}

/** When no two can stand together, the best one is the best choice, however many there are. */
function allCollide(problem: Problem, group: readonly number[]): boolean {
  for (const [at, a] of group.entries())
    for (let k = at + 1; k < group.length; k += 1) if (!collide(problem, a, group[k] ?? a)) return false;
  return true;
}

function bestSingle(problem: Problem, group: readonly number[]): number[] {
  let best: number[] = [];
  let bestGain = NOTHING;
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
  const least = leastWorth(problem, group);
  let set = bestSingle(problem, group);
  let value = valueOf(problem, set);
  let ground = groundOf(problem, set);
  for (let round = 0; round < MAX_SWAP_ROUNDS; round += 1) {
    let moved = false;
    for (const { i, hope } of order) {
      // Most tries end here: what would have to go is worth more than this could ever add.
      if (set.includes(i) || hope <= lossAtLeast(problem, least, set, i)) continue;
      const kept = set.filter((other) => !collide(problem, i, other));
      const competitor = problem.competitors[i];
      if (kept.length === set.length && competitor?.divisible && overGround(competitor, ground) <= 0)
        continue;
      const swapped = [...kept, i];
      const gained = valueOf(problem, swapped);
      if (gained.gain <= value.gain) continue;
      [set, value, ground] = [swapped, gained, groundOf(problem, swapped)];
      moved = true;
    }
    if (!moved) break;
  }
  return set;
}

/** What each line has under a set; of a line that an offer holds with others nothing more can be gained. */
function groundOf({ competitors, base }: Problem, set: readonly number[]): Float64Array {
  const ground = base.cut.slice();
  for (const i of set) {
    const { places = [], cuts = [], divisible = true } = competitors[i] ?? {};
    for (const [k, place] of places.entries())
      ground[place] = divisible ? Math.max(ground[place] ?? 0, cuts[k] ?? 0) : Number.POSITIVE_INFINITY;
  }
  return ground;
}

/** What each offer is worth to a set at least: its net gain, less all that line-by-line offers could put in its place. */
function leastWorth(
  { competitors, base, nets }: Problem,
  group: readonly number[],
): ReadonlyMap<number, number> {
  const single = group.filter((i) => competitors[i]?.divisible);
  const more = lineByLine(competitors, single, base.cut.length);
  const worth = new Map<number, number>();
  for (const i of group) {
    if (competitors[i]?.divisible) continue;
    let refill = 0;
    for (const place of competitors[i]?.places ?? [])
      refill += Math.max(0, (more.cut[place] ?? 0) - (base.cut[place] ?? 0));
    worth.set(i, (nets[i]?.gain ?? 0) - refill);
  }
  return worth;
}

function lossAtLeast(
  problem: Problem,
  least: ReadonlyMap<number, number>,
  set: readonly number[],
  i: number,
): number {
  let loss = 0;
  for (const other of set) if (collide(problem, i, other)) loss += least.get(other) ?? 0;
  return loss;
}

function takersOf({ competitors, base }: Problem, chosen: readonly number[], lines: number): Int32Array {
  const winners = new Set(base.by);
  winners.delete(NONE);
  for (const i of chosen) if (competitors[i]?.divisible) winners.add(i);
  const takers = lineByLine(
    competitors,
    [...winners].toSorted((a, b) => a - b),
    lines,
  ).by;
  for (const i of chosen)
    if (!competitors[i]?.divisible) for (const place of competitors[i]?.places ?? []) takers[place] = i;
  return takers;
}
