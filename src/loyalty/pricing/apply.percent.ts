import type { EffectOf } from './contract.ts';
import {
  atLeastZero,
  type Exact,
  fineOfMinor,
  fineOfPrice,
  lessPercent,
  minFine,
  percentMilli,
  quickLessPercent,
  quickLessPercentOf,
  roundFine,
  share,
  WHOLE,
} from './exact.ts';
import type { Ask, Next, Proposal } from './settle.ts';
import { type Line, miss, totalOf } from './state.ts';

/** A percentage off: each line by itself, or (stages of the order) off the sum, spread over the lines. */
export function percentOff(ask: Ask, percentText: string, next: Next = null): Proposal {
  const percent = percentMilli(percentText);
  if (ask.whole) return percentOffSum(ask, percent, next);
  const after = ask.targets.map((line) => ({ line, to: percentOffLine(ask, line, percent) }));
  return { kind: 'lines', after, divisible: true, next };
}

function percentOffLine({ run, ready, base }: Ask, line: Line, percent: bigint): Exact {
  const overList = ready.offer.stage === 'personal' && run.settings.personalOverPriceList === 'max';
  // The better of both: the price list stands unless the personal discount on the shop's own price beats it.
  if (overList && line.priceList !== null) return minFine(line.now, lessPercent(line.retail, percent));
  if (base === 'reduced') return lineLess(line, percent);
  if (line.quick >= 0 && line.quickInitial >= 0)
    return quickLessPercentOf(line.quick, line.quickInitial, percent);
  return atLeastZero(line.now - share(line.initial, percent, WHOLE));
}

function percentOffSum({ run, targets, base }: Ask, percent: bigint, next: Next): Proposal {
  const sum = totalOf(targets);
  const from = base === 'reduced' ? sum : targets.reduce((total, line) => total + line.initialMinor, 0);
  const left = atLeastZero(fineOfMinor(sum) - share(fineOfMinor(from), percent, WHOLE));
  return {
    kind: 'sum',
    amountMinor: sum - roundFine(left, run.settings.rounding),
    lines: targets,
    weights: targets.map((line) => line.minor),
    next,
  };
}

export const lineLess = (line: Line, percent: bigint): Exact =>
  line.quick >= 0 ? quickLessPercent(line.quick, percent) : lessPercent(line.now, percent);

/** A price for each unit; a lower one stays. */
export function fixedPrice({ run, targets }: Ask, effect: EffectOf<'fixed_price'>): Proposal {
  const after = targets.map((line) => ({
    line,
    to: minFine(line.now, fineOfPrice(effect.unitPrice, line.quantity, run.digits)),
  }));
  return { kind: 'lines', after, divisible: true };
}

/** The percentage of the highest threshold that the buyer's past purchases have reached. */
export function accumulative(ask: Ask, effect: EffectOf<'accumulative'>): Proposal {
  const before = ask.run.buyer.accumulated[effect.account] ?? 0;
  const had = effect.countCurrentOrder ? before + totalOf(ask.inScope) : before;
  const steps = effect.thresholds.toSorted((a, b) => a.fromMinor - b.fromMinor);
  const reached = steps.findLast((step) => step.fromMinor <= had);
  const ahead = steps.find((step) => step.fromMinor > had);
  const next: Next =
    ahead === undefined
      ? null
      : {
          miss: miss('min_accumulated', 'minor', ahead.fromMinor, had, ahead.fromMinor - had),
          gives: { kind: 'percent', percent: ahead.percent },
        };
  if (reached === undefined)
    return { kind: 'miss', miss: next?.miss ?? miss('min_accumulated', 'minor', 0, had) };
  return percentOff(ask, reached.percent, next);
}
