import { percentOff } from './apply.percent.ts';
import type { EffectOf } from './contract.ts';
import { atLeastZero, type Exact, fineOfMinor, nanoOfQuick, nanoOfUnits, share, UNIT } from './exact.ts';
import { gainOfStep } from './gain.ts';
import type { Ask, Next, Proposal } from './settle.ts';
import { type Line, miss, totalOf } from './state.ts';

/** An amount off: once, spread over the lines; or off each line; or off each unit, of a fraction its part. */
export function fixedAmount(ask: Ask, effect: EffectOf<'fixed_amount'>): Proposal {
  if (effect.per === 'order') return amountOff(ask, effect.amountMinor);
  const after = ask.targets.map((line) => ({
    line,
    to: lessAmount(line, effect.amountMinor, effect.per === 'line' ? UNIT : line.quantity),
  }));
  return { kind: 'lines', after, divisible: true };
}

function lessAmount(line: Line, amountMinor: number, quantity: bigint): Exact {
  const off = nanoOfUnits(amountMinor, quantity);
  if (line.quick >= 0 && off >= 0) return Math.max(0, nanoOfQuick(line.quick) - off);
  return atLeastZero(line.now - share(fineOfMinor(amountMinor), quantity, UNIT));
}

/** Never more than the lines cost. */
function amountOff({ targets }: Ask, amountMinor: number, next: Next = null): Proposal {
  return {
    kind: 'sum',
    amountMinor: Math.min(amountMinor, totalOf(targets)),
    lines: targets,
    weights: targets.map((line) => line.minor),
    next,
  };
}

/** The highest step that the amount of the lines in scope has reached. */
export function spendLadder(ask: Ask, effect: EffectOf<'spend_ladder'>): Proposal {
  const had = totalOf(ask.inScope);
  const steps = effect.steps.toSorted((a, b) => a.fromMinor - b.fromMinor);
  const reached = steps.findLast((step) => step.fromMinor <= had);
  const ahead = steps.find((step) => step.fromMinor > had);
  const next: Next =
    ahead === undefined
      ? null
      : {
          miss: miss('min_amount', 'minor', ahead.fromMinor, had, ahead.fromMinor - had),
          gives: gainOfStep(ahead),
        };
  if (reached === undefined) return { kind: 'miss', miss: next?.miss ?? miss('min_amount') };
  return reached.amountMinor === undefined
    ? percentOff(ask, reached.percent ?? '0', next)
    : amountOff(ask, reached.amountMinor, next);
}
