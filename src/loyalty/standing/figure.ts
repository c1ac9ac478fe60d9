import type { Window } from './contract.values.ts';
import { leavesAt } from './window.ts';

/** What is measured of a member over time: a sum of facts that come, and leave their window by themselves. */

export type FactKind = 'order' | 'return' | 'points' | 'points_back';

export type Fact = {
  /** From when it counts: when it became known, or when it happened if that is later. */
  at: Date;
  /** The day (of the ladder's zone) by which it stands in the window: of a return the day of its order, so that both leave together. */
  day: string;
  value: bigint;
  kind: FactKind;
};

/** The figure changes by `delta` at an instant: a fact came, or its time was over. */
export type Step = { at: Date; delta: bigint; cause: FactKind | 'time' };

/** All changes of the figure, in order of time; facts that never count are left out. */
export function stepsOf(facts: readonly Fact[], window: Window, zone: string): Step[] {
  const steps: Step[] = [];
  const ends = new Map<string, Date | null>();
  for (const { at, day, value, kind } of facts) {
    if (!ends.has(day)) ends.set(day, leavesAt(day, window, zone));
    const end = ends.get(day) ?? null;
    if (end !== null && end <= at) continue;
    steps.push({ at, delta: value, cause: kind });
    if (end !== null) steps.push({ at: end, delta: -value, cause: 'time' });
  }
  return steps.toSorted((a, b) => a.at.getTime() - b.at.getTime());
}

/** The figure at an instant; never below zero, whatever came back. */
export function figureAt(steps: readonly Step[], at: Date): bigint {
  let sum = 0n;
  for (const step of steps) {
    if (step.at > at) break;
    sum += step.delta;
  }
  return sum > 0n ? sum : 0n;
}

/** When the figure falls next by itself; null: as things are, never. */
export function fallsAt(steps: readonly Step[], after: Date): Date | null {
  let i = 0;
  while (i < steps.length && (steps[i]?.at ?? after) <= after) i++;
  while (i < steps.length) {
    const at = steps[i]?.at ?? after;
    let delta = 0n;
    for (; i < steps.length && steps[i]?.at.getTime() === at.getTime(); i++) delta += steps[i]?.delta ?? 0n;
    if (delta < 0n) return at;
  }
  return null;
}
