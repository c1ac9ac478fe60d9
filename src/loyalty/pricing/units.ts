import { type Exact, type Fine, nanoOfPart, nanoOfQuick, share, UNIT, WHOLE } from './exact.ts';
import type { Proposal } from './settle.ts';
import type { Line } from './state.ts';

/** Units of one line: they cost the same, so that they are counted, never listed (a line may hold billions). */
export type Units = { readonly line: Line; readonly count: number; readonly price: Fine };

/** Whole units of lines, dearest first; of the same price, in canonical order. */
export function dearestFirst(lines: readonly Line[]): Units[] {
  return lines
    .map((line) => ({ line, count: line.units, price: priceOfUnit(line) }))
    .filter((units) => units.count > 0)
    .toSorted(byPrice);
}

/** Numbers first: they tell nearly all prices apart, and quickly. */
function byPrice(a: Units, b: Units): number {
  const rough = b.line.unitRough - a.line.unitRough;
  if (rough !== 0) return rough;
  return a.price === b.price ? a.line.place - b.line.place : a.price > b.price ? -1 : 1;
}

function priceOfUnit(line: Line): Fine {
  if (line.unitNow === null) {
    line.unitNow = share(line.now, UNIT, line.quantity);
    line.unitRough = Number(line.unitNow);
  }
  return line.unitNow;
}

export const unitsOf = (lines: readonly Line[]): number => lines.reduce((sum, line) => sum + line.units, 0);
export const countOf = (units: readonly Units[]): number => units.reduce((sum, { count }) => sum + count, 0);

/** How many units of each line, as a discount of so many thousandths of a percent off them. */
export function offUnits(taken: ReadonlyMap<Line, number>, percent: bigint): Proposal & { kind: 'lines' } {
  const after = [...taken]
    .filter(([, count]) => count > 0)
    .map(([line, count]) => ({ line, to: lessUnits(line, count, percent) }));
  return { kind: 'lines', after, divisible: false };
}

function lessUnits(line: Line, count: number, percent: bigint): Exact {
  const part = line.quick >= 0 ? nanoOfPart(line.quick, count, line.quantity, percent) : -1;
  return part >= 0 ? nanoOfQuick(line.quick) - part : line.now - partOf(line, count, percent);
}

/** What so many units of a line cost, or a percentage of it. */
export const partOf = (line: Line, count: number, percent: bigint = WHOLE): Fine =>
  share(line.now, BigInt(count) * UNIT * percent, line.quantity * WHOLE);

/** Takes up to `wanted` units in the order given, on top of what is taken already. */
export function take(
  units: readonly Units[],
  wanted: number,
  taken: Map<Line, number>,
  blocked?: ReadonlyMap<Line, number>,
): number {
  let left = wanted;
  for (const { line, count } of units) {
    if (left === 0) break;
    const free = count - (taken.get(line) ?? 0) - (blocked?.get(line) ?? 0);
    const now = Math.min(free, left);
    if (now <= 0) continue;
    taken.set(line, (taken.get(line) ?? 0) + now);
    left -= now;
  }
  return wanted - left;
}
