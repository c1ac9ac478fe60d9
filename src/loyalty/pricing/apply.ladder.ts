import { lineLess } from './apply.percent.ts';
import { quantityMiss } from './conditions.ts';
import type { EffectOf } from './contract.ts';
import {
  atLeastZero,
  type Exact,
  type Fine,
  fineOfMinor,
  fineOfPrice,
  lessPercent,
  minFine,
  percentMilli,
  quantityMilli,
  share,
  UNIT,
} from './exact.ts';
import { gainOfStep } from './gain.ts';
import type { Ask, Next, Priced, Proposal } from './settle.ts';
import type { Line } from './state.ts';
import { quantityOf } from './state.ts';

type Ladder = EffectOf<'volume_ladder'>;
type Step = Ladder['steps'][number] & { from: bigint };

/** The more units, the less each costs: by the step reached, for all units or for those from the step on. */
export function volumeLadder(ask: Ask, effect: Ladder): Proposal {
  const steps = effect.steps
    .map((step) => ({ ...step, from: quantityMilli(step.fromQuantity) }))
    .toSorted((a, b) => (a.from < b.from ? -1 : 1));
  const after: Priced[] = [];
  let next: Next = null;
  for (const lines of groupsOf(ask.targets, effect)) {
    const quantity = quantityOf(lines);
    if (effect.applies === 'all') {
      const step = steps.findLast((s) => s.from <= quantity);
      if (step !== undefined) for (const line of lines) after.push({ line, to: pricedLine(ask, line, step) });
    } else after.push(...graduated(ask, lines, steps));
    next ??= nextStep(steps, quantity);
  }
  if (after.length === 0) return { kind: 'miss', miss: next?.miss ?? quantityMiss(UNIT, 0n) };
  // The units from a step on are shared out over the lines of a group: what one line gets hangs on the others.
  const divisible = effect.applies === 'all' || effect.count === 'line';
  return { kind: 'lines', after, divisible, next };
}

function groupsOf(lines: readonly Line[], { count }: Ladder): Line[][] {
  if (count === 'scope') return [[...lines]];
  if (count === 'line') return lines.map((line) => [line]);
  return [...Map.groupBy(lines, (line) => line.source.productId ?? line.source.externalId).values()];
}

function nextStep(steps: readonly Step[], quantity: bigint): Next {
  const step = steps.find((s) => s.from > quantity);
  return step === undefined ? null : { miss: quantityMiss(step.from, quantity), gives: gainOfStep(step) };
}

function pricedLine(ask: Ask, line: Line, step: Step): Exact {
  if (step.percent !== undefined && ask.base === 'reduced') return lineLess(line, percentMilli(step.percent));
  return priced(ask, line, line.now, line.quantity, step);
}

/** What `quantity` of a line that cost `now` costs at a step; never more than before. */
function priced({ run, base }: Ask, line: Line, now: Fine, quantity: bigint, step: Step): Fine {
  if (step.percent !== undefined) {
    const percent = percentMilli(step.percent);
    if (base === 'reduced') return lessPercent(now, percent);
    return atLeastZero(now - share(line.initial, quantity * percent, line.quantity * 100_000n));
  }
  if (step.amountMinor !== undefined)
    return atLeastZero(now - share(fineOfMinor(step.amountMinor), quantity, UNIT));
  return minFine(now, fineOfPrice(step.unitPrice ?? '0', quantity, run.digits));
}

/** Units in order of price, dearest first; the unit that reaches a step has that step's price. */
function graduated(ask: Ask, lines: readonly Line[], steps: readonly Step[]): { line: Line; to: Fine }[] {
  const ordered = lines.toSorted((a, b) => {
    const [left, right] = [a.now * b.quantity, b.now * a.quantity];
    return left === right ? a.place - b.place : left > right ? -1 : 1;
  });
  const found: { line: Line; to: Fine }[] = [];
  let start = 0n;
  for (const line of ordered) {
    const end = start + line.quantity;
    let to = line.now;
    for (const [i, step] of steps.entries()) {
      const inside = overlap(start, end, edge(step), edge(steps[i + 1]));
      if (inside === 0n) continue;
      const now = share(line.now, inside, line.quantity);
      to -= now - priced(ask, line, now, inside, step);
    }
    if (to < line.now) found.push({ line, to: atLeastZero(to) });
    start = end;
  }
  return found;
}

/** Where a step begins on the scale of units: a step from 3 holds for the third, which begins at 2. */
function edge(step: Step | undefined): bigint | null {
  if (step === undefined) return null;
  return step.from >= UNIT ? step.from - UNIT : step.from;
}

function overlap(start: bigint, end: bigint, from: bigint | null, to: bigint | null): bigint {
  if (from === null) return 0n;
  const low = start > from ? start : from;
  const high = to === null || end < to ? end : to;
  return high > low ? high - low : 0n;
}
