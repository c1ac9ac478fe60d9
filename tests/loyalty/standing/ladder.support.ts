import { dayOf } from '../../../src/loyalty/programs/calendar.ts';
import { ladderRules } from '../../../src/loyalty/standing/contract.ts';
import type { LadderRules } from '../../../src/loyalty/standing/contract.ts';
import type { Fact } from '../../../src/loyalty/standing/figure.ts';
import { advance, beginning } from '../../../src/loyalty/standing/tier.ts';
import type { Grant, History, LadderVersion, TierMove } from '../../../src/loyalty/standing/tier.ts';

export const ZONE = 'Europe/Moscow';
export const DAY = 86_400_000;
export const START = Date.parse('2026-01-10T09:00:00Z');
export const at = (days: number): Date => new Date(START + Math.round(days * DAY));
export const TIERS = ['silver', 'gold', 'platinum'].map((name, i) => ({
  id: `00000000-0000-4000-8000-00000000000${i}`,
  name,
  threshold: (i + 1) * 100,
}));
export const rulesOf = (change: object = {}): LadderRules =>
  ladderRules.parse({
    measure: 'spend',
    window: { kind: 'rolling', unit: 'days', count: 30 },
    tiers: TIERS,
    ...change,
  });
export const fact = (day: number, value: number, stands = day): Fact => ({
  at: at(day),
  day: dayOf(at(stands), ZONE),
  value: BigInt(value),
  kind: value < 0 ? 'return' : 'order',
});
export const history = (
  facts: readonly Fact[],
  versions: readonly LadderVersion[],
  grants: readonly Grant[] = [],
): History => ({ zone: ZONE, versions, facts: () => facts, grants });
export const one = (rules: LadderRules): LadderVersion[] => [{ version: 1, from: at(-1), rules }];
const nameOf = (id: string | null): string => TIERS.find((tier) => tier.id === id)?.name ?? 'none';
export const run = (
  facts: readonly Fact[],
  rules: LadderRules,
  to: number,
  grants: readonly Grant[] = [],
) => {
  const versions = one(rules);
  return advance(history(facts, versions, grants), beginning(versions, at(0)), at(to), 'enrolment');
};
export const told = (moves: readonly TierMove[]): string[] =>
  moves.map((move) => `${dayOf(move.at, ZONE)} ${nameOf(move.to)} ${move.cause}`);
