import { quantityMiss } from './conditions.ts';
import type { EffectOf } from './contract.ts';
import { percentMilli, UNIT } from './exact.ts';
import { linesIn } from './prepare.ts';
import type { Ask, Next, Proposal } from './settle.ts';
import type { Line } from './state.ts';
import { countOf, dearestFirst, offUnits, take, type Units, unitsOf } from './units.ts';

/** Of every group of so many units the cheapest are free (or at a percentage off). */
export function cheapestFree(ask: Ask, effect: EffectOf<'cheapest_free'>): Proposal {
  const units = dearestFirst(ask.targets);
  const all = countOf(units);
  const sets = Math.min(Math.floor(all / effect.groupOf), effect.maxTimes);
  const more = quantityMiss(BigInt((sets + 1) * effect.groupOf) * UNIT, BigInt(all) * UNIT);
  if (sets === 0) return { kind: 'miss', miss: more };
  const free = Math.min(effect.free, effect.groupOf);
  const taken = new Map<Line, number>();
  if (effect.grouping === 'overall') take(units.toReversed(), sets * free, taken);
  else takeLastOfSets(units, { sets, size: effect.groupOf, free }, taken);
  const next: Next = sets < effect.maxTimes ? { miss: more, gives: ask.ready.gives } : null;
  return { ...offUnits(taken, percentMilli(effect.percent)), next };
}

type Sets = { sets: number; size: number; free: number };

/** Units in order of price, cut into sets: the last ones of each. */
function takeLastOfSets(units: readonly Units[], sets: Sets, taken: Map<Line, number>): void {
  let at = 0;
  for (const { line, count } of units) {
    const found = freeBefore(at + count, sets) - freeBefore(at, sets);
    if (found > 0) taken.set(line, found);
    at += count;
  }
}

/** Free units among the first `n`. */
function freeBefore(n: number, { sets, size, free }: Sets): number {
  const inside = Math.min(n, sets * size);
  return Math.floor(inside / size) * free + Math.max(0, (inside % size) - (size - free));
}

/** Buy so many, get so many free (or at a percentage off): the cheapest that may be given. */
export function buyXGetY(ask: Ask, effect: EffectOf<'buy_x_get_y'>): Proposal {
  const { run, ready, inScope } = ask;
  const given = ready.getScope === null ? inScope : linesIn(ready.getScope, run.lines, run.cart.currency);
  const groups = effect.sameProduct ? byProduct(inScope, given) : [{ buy: inScope, get: given }];
  const taken = new Map<Line, number>();
  let rounds = effect.maxTimes;
  let more: bigint | null = null;
  for (const group of groups) {
    const counts = countsOf(group);
    const deal = dealOf(counts, effect, rounds);
    if (deal.free > 0) {
      takeGiven(group, counts, { ...deal, bought: deal.rounds * effect.buy }, taken);
      rounds -= deal.rounds;
    }
    const missing = missingFor(counts, effect, deal.free, rounds);
    if (missing !== null && (more === null || missing < more)) more = missing;
  }
  const had = BigInt(unitsOf(inScope));
  const wanted = more === null ? null : quantityMiss((had + more) * UNIT, had * UNIT);
  if (taken.size === 0)
    return { kind: 'miss', miss: wanted ?? quantityMiss(BigInt(effect.buy + effect.get) * UNIT, had * UNIT) };
  const next: Next = wanted === null ? null : { miss: wanted, gives: ready.gives };
  return { ...offUnits(taken, percentMilli(effect.percent)), next };
}

type Group = { buy: readonly Line[]; get: readonly Line[] };
type Counts = { buyOnly: number; getOnly: number; both: number };
type Deal = { rounds: number; free: number };

function byProduct(buy: readonly Line[], get: readonly Line[]): Group[] {
  const key = (line: Line): string => line.source.productId ?? line.source.externalId;
  const given = Map.groupBy(get, key);
  // Dearest products first: they use up the rounds when these are limited.
  const order = dearestFirst(buy).map((units) => key(units.line));
  const bought = Map.groupBy(buy, key);
  return [...new Set(order)].map((k) => ({ buy: bought.get(k) ?? [], get: given.get(k) ?? [] }));
}

function countsOf({ buy, get }: Group): Counts {
  if (buy === get) return { buyOnly: 0, getOnly: 0, both: unitsOf(buy) };
  const [bought, given] = [new Set(buy), new Set(get)];
  return {
    buyOnly: unitsOf(buy.filter((line) => !given.has(line))),
    getOnly: unitsOf(get.filter((line) => !bought.has(line))),
    both: unitsOf(buy.filter((line) => given.has(line))),
  };
}

/**
 * The rounds that give most: what is given grows with the rounds until the units run out that are bought and given. The last
 * round may give fewer than it could.
 */
function dealOf(counts: Counts, { buy, get }: EffectOf<'buy_x_get_y'>, maxRounds: number): Deal {
  const { buyOnly, getOnly, both } = counts;
  const all = buyOnly + getOnly + both;
  const most = Math.min(Math.floor((buyOnly + both) / buy), maxRounds);
  const even = Math.min(Math.floor(all / (buy + get)), most);
  let best: Deal = { rounds: 0, free: 0 };
  for (const rounds of [even, Math.min(even + 1, most)]) {
    const free = Math.max(0, Math.min(rounds * get, getOnly + both, all - rounds * buy));
    if (free > best.free) best = { rounds: Math.ceil(free / get), free };
  }
  return best;
}

/** The cheapest, as long as enough stays bought. */
function takeGiven(
  group: Group,
  { buyOnly, both }: Counts,
  deal: Deal & { bought: number },
  taken: Map<Line, number>,
): void {
  const bought = new Set(group.buy);
  let shared = buyOnly + both - deal.bought;
  let left = deal.free;
  for (const { line, count } of dearestFirst(group.get).toReversed()) {
    const free = Math.min(count, left, bought.has(line) ? Math.max(0, shared) : count);
    if (free <= 0) continue;
    if (bought.has(line)) shared -= free;
    taken.set(line, (taken.get(line) ?? 0) + free);
    left -= free;
  }
}

/** How many units more, of those that can be bought or (where these lack) given, would give one more. Null: none would. */
function missingFor(
  counts: Counts,
  effect: EffectOf<'buy_x_get_y'>,
  free: number,
  rounds: number,
): bigint | null {
  if (rounds <= 0) return null;
  const same = counts.both > 0 || (counts.buyOnly === 0 && counts.getOnly === 0);
  const grown = (more: number): Counts[] =>
    same
      ? [{ ...counts, both: counts.both + more }]
      : [
          { ...counts, buyOnly: counts.buyOnly + more },
          { ...counts, getOnly: counts.getOnly + more },
        ];
  const enough = (more: number): boolean =>
    grown(more).some((c) => dealOf(c, effect, effect.maxTimes).free > free);
  let [low, high] = [1, effect.buy + effect.get];
  if (!enough(high)) return null;
  while (low < high) {
    const middle = Math.floor((low + high) / 2);
    if (enough(middle)) high = middle;
    else low = middle + 1;
  }
  return BigInt(low);
}
