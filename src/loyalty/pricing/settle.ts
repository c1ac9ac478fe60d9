import type { Gain, Miss, PercentBase, TraceEntry } from './contract.ts';
import {
  type Exact,
  fineOfMinor,
  nanoOfQuick,
  percentMilli,
  roundExact,
  roundFine,
  share,
  toFine,
  WHOLE,
} from './exact.ts';
import type { Ready } from './prepare.ts';
import { spread } from './spread.ts';
import type { Line, Run } from './state.ts';

/** What an offer is asked to lower. */
export type Ask = {
  readonly run: Run;
  readonly ready: Ready;
  /** Lines in the offer's scope. */
  readonly inScope: readonly Line[];
  /** What it lowers: the lines in scope, or the shipping. */
  readonly targets: readonly Line[];
  /** True in stages that lower the order as a whole: a sum, spread over lines. */
  readonly whole: boolean;
  readonly base: PercentBase;
};

export type Priced = { line: Line; to: Exact };
export type Next = { miss: Miss; gives: Gain } | null;

/**
 * What an offer would do, before floors, budgets and caps. `lines`: an exact price for each line; `sum`: whole minor units off
 * a group of lines, spread by the weights. `divisible`: what it does to a line is independent of the other lines.
 */
export type Proposal =
  | { kind: 'lines'; after: readonly Priced[]; divisible: boolean; next?: Next }
  | { kind: 'sum'; amountMinor: number; lines: readonly Line[]; weights: readonly number[]; next?: Next }
  | { kind: 'miss'; miss: Miss };

/** `to` null: the whole minor units themselves. */
export type Change = {
  readonly line: Line;
  readonly to: Exact | null;
  readonly minor: number;
  readonly cut: number;
};

/** What an offer does, to the unit. */
export type Outcome = {
  readonly changes: readonly Change[];
  readonly desired: number;
  readonly actual: number;
  readonly limitedBy: TraceEntry['limitedBy'];
  readonly divisible: boolean;
  readonly next: Next;
};

/** Rounds, stops at floors and takes the least of the limits. */
export function settle(ask: Ask, proposal: Exclude<Proposal, { kind: 'miss' }>, allowance: number): Outcome {
  const floored = proposal.kind === 'lines' ? settleLines(ask, proposal) : settleSum(ask, proposal);
  const { limit, by } = limitOf(ask, allowance);
  const limitedBy = floored.actual < floored.desired ? 'floor' : null;
  const next = proposal.next ?? null;
  if (floored.actual <= limit) return { ...floored, limitedBy, next };
  const cuts = floored.changes.map((change) => change.cut);
  const changes = spread(limit, cuts, cuts).map((cut, i) => whole(floored.changes[i]?.line, cut));
  return {
    changes: changes.filter((change) => change !== null),
    desired: floored.desired,
    actual: limit,
    limitedBy: by,
    divisible: false,
    next,
  };
}

type Floored = Pick<Outcome, 'changes' | 'desired' | 'actual' | 'divisible'>;

function settleLines(ask: Ask, { after, divisible }: Extract<Proposal, { kind: 'lines' }>): Floored {
  const mode = ask.run.settings.rounding;
  const changes: Change[] = [];
  let desired = 0;
  let actual = 0;
  for (const { line, to } of after) {
    const wanted = roundExact(to, mode);
    desired += line.minor - wanted;
    const floor = floorOf(ask, line);
    const held = wanted < floor;
    const minor = held ? floor : wanted;
    actual += line.minor - minor;
    // In the stages of the order prices are whole; in those of lines the exact one goes on, rounded only where it is told.
    const exact = held || ask.whole ? null : to;
    const cut = line.minor - minor;
    if (cut > 0 || (exact !== null && goesDown(line, exact))) changes.push({ line, to: exact, minor, cut });
  }
  return { changes, desired, actual, divisible: divisible && !ask.whole };
}

/** What is too little to be seen now may be seen together with what later offers take off. */
function goesDown(line: Line, to: Exact): boolean {
  if (typeof to === 'number' && line.quick >= 0) return to < nanoOfQuick(line.quick);
  return toFine(to) < line.now;
}

function settleSum(ask: Ask, { amountMinor, lines, weights }: Extract<Proposal, { kind: 'sum' }>): Floored {
  const caps = lines.map((line) => line.minor - floorOf(ask, line));
  const cuts = spread(amountMinor, weights, caps);
  const changes = lines.map((line, i) => whole(line, cuts[i] ?? 0)).filter((change) => change !== null);
  const actual = cuts.reduce((sum, cut) => sum + cut, 0);
  return { changes, desired: amountMinor, actual, divisible: false };
}

function whole(line: Line | undefined, cut: number): Change | null {
  if (line === undefined || cut === 0) return null;
  const minor = line.minor - cut;
  return { line, to: null, minor, cut };
}

/** The least a line may come to under this offer: never more than it costs already. */
function floorOf({ ready }: Ask, line: Line): number {
  const { percentOfList, overCostPercent } = ready.offer.floor;
  if (percentOfList === undefined && overCostPercent === undefined)
    return Math.min(line.floorMinor, line.minor);
  const own = floorFrom(line, percentOfList, overCostPercent);
  return Math.min(Math.max(own, line.floorMinor), line.minor);
}

/** A share of the list amount and a mark-up over cost, the higher of both; rounded up, so that the floor is kept. */
export function floorFrom(
  line: Pick<Line, 'initial' | 'costMinor'>,
  percentOfList: string | undefined,
  overCostPercent: string | undefined,
): number {
  const ofList =
    percentOfList === undefined
      ? 0
      : roundFine(share(line.initial, percentMilli(percentOfList), WHOLE), 'up');
  if (overCostPercent === undefined || line.costMinor === null) return ofList;
  const markedUp = share(fineOfMinor(line.costMinor), WHOLE + percentMilli(overCostPercent), WHOLE);
  return Math.max(ofList, roundFine(markedUp, 'up'));
}

type Limit = { limit: number; by: TraceEntry['limitedBy'] };

function limitOf({ ready, run }: Ask, allowance: number): Limit {
  const { effect, id } = ready.offer;
  const cap =
    effect.type === 'percent'
      ? effect.maxDiscountMinor
      : effect.type === 'free_shipping'
        ? effect.maxMinor
        : undefined;
  const capped = Math.min(cap ?? Number.POSITIVE_INFINITY, allowance);
  const budget = run.remaining[id]?.budgetMinor ?? Number.POSITIVE_INFINITY;
  return budget < capped ? { limit: budget, by: 'budget' } : { limit: capped, by: 'cap' };
}
