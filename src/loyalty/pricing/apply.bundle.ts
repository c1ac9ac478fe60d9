import { quantityMiss } from './conditions.ts';
import type { EffectOf } from './contract.ts';
import { percentMilli, roundFine, UNIT } from './exact.ts';
import { linesIn } from './prepare.ts';
import type { Ask, Proposal } from './settle.ts';
import type { Line } from './state.ts';
import { countOf, dearestFirst, offUnits, partOf, take, type Units } from './units.ts';

type Item = { units: Units[]; quantity: number };
type Taken = Map<Line, number>;

/**
 * Sets of goods at a price of their own. Items with the fewest lines choose first, dearest units first, so that scopes within
 * each other never block a set that could be made; as many sets as lower the price.
 */
export function bundle(ask: Ask, effect: EffectOf<'bundle'>): Proposal {
  const { ready, run, inScope } = ask;
  const items = effect.items
    .map((item, i) => {
      const scope = ready.itemScopes[i];
      const lines = scope === undefined ? [] : linesIn(scope, inScope, run.cart.currency);
      return { units: dearestFirst(lines), quantity: item.quantity };
    })
    .toSorted((a, b) => a.units.length - b.units.length);
  const most = mostSets(items, effect.maxTimes);
  if (most === 0) return { kind: 'miss', miss: missingItem(items) };
  if (effect.percent !== undefined)
    return offUnits(takeSets(items, most) ?? new Map(), percentMilli(effect.percent));
  return setsAtPrice(ask, effect, items, most);
}

/** Units for so many sets, or null when there are not enough. */
function takeSets(items: readonly Item[], sets: number): Taken | null {
  const taken: Taken = new Map();
  for (const { units, quantity } of items) {
    const wanted = quantity * sets;
    if (take(units, wanted, taken) < wanted) return null;
  }
  return taken;
}

function mostSets(items: readonly Item[], maxTimes: number): number {
  const bound = Math.min(
    maxTimes,
    ...items.map(({ units, quantity }) => Math.floor(countOf(units) / quantity)),
  );
  return lastTrue(bound, (sets) => takeSets(items, sets) !== null);
}

/** The greatest n in 0..bound for which `holds`, which holds up to some point and not after it. */
function lastTrue(bound: number, holds: (n: number) => boolean): number {
  let [low, high] = [0, bound];
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    if (holds(middle)) low = middle;
    else high = middle - 1;
  }
  return low;
}

function setsAtPrice(ask: Ask, effect: EffectOf<'bundle'>, items: readonly Item[], most: number): Proposal {
  const gain = (sets: number): number => {
    const sum = [...values(ask, takeSets(items, sets) ?? new Map()).values()].reduce((a, b) => a + b, 0);
    return effect.amountMinor === undefined
      ? sum - (effect.priceMinor ?? 0) * sets
      : Math.min(sum, effect.amountMinor * sets);
  };
  // Each further set is worth less than the one before: stop where one would cost more than it saves.
  const sets = lastTrue(most, (n) => n === 0 || gain(n) > gain(n - 1));
  const taken = values(ask, takeSets(items, sets) ?? new Map());
  return {
    kind: 'sum',
    amountMinor: Math.max(0, sets === 0 ? 0 : gain(sets)),
    lines: [...taken.keys()],
    weights: [...taken.values()],
  };
}

/** What the units taken of each line cost now, in canonical order of the lines. */
function values({ run }: Ask, taken: Taken): Map<Line, number> {
  const lines = [...taken].toSorted(([a], [b]) => a.place - b.place);
  return new Map(
    lines.map(([line, count]) => {
      const all = BigInt(count) * UNIT === line.quantity;
      return [line, all ? line.minor : roundFine(partOf(line, count), run.settings.rounding)];
    }),
  );
}

/** The item that most is missing of. */
function missingItem(items: readonly Item[]) {
  const taken: Taken = new Map();
  for (const { units, quantity } of items) {
    const had = take(units, quantity, taken);
    if (had < quantity) return quantityMiss(BigInt(quantity) * UNIT, BigInt(had) * UNIT);
  }
  return quantityMiss(UNIT, 0n);
}
