import type { FactsOf } from './store.facts.ts';
import type { LadderRules } from './contract.tiers.ts';
import { orderFacts, spendFacts } from './facts.ts';
import type { SaleDocument } from './facts.ts';
import type { Fact } from './figure.ts';
import type { Ladder } from './store.ladders.ts';
import type { Standing } from './store.standing.ts';
import { advance, beginning, missingToNext } from './tier.ts';
import type { Advanced, Cause, Grant, TierMove, TierState } from './tier.ts';
import { windowStart } from './window.ts';

/** Where a member stands, from what is kept and the facts: pure. */

/** What may be measured of a member: one reading of facts each. */
export type Read = { measure: 'documents' | 'points'; counts: LadderRules['counts'] };
export type FactsRead = { documents: readonly SaleDocument[]; points: readonly Fact[] };

/** How a member is reckoned: on from what is kept, or from the beginning. */
export type Start = { state: TierState; anew: boolean; from: Date | null };

export function startOf(ladder: Ladder, enrolledAt: Date, { kept }: Standing): Start {
  const anew =
    kept === null ||
    kept.rebuild ||
    kept.ladderId !== ladder.ladderId ||
    ladder.versions.every(({ version }) => version !== kept.state.version);
  if (anew) return { state: beginning(ladder.versions, enrolledAt), anew, from: null };
  return { state: kept.state, anew, from: earliestStart(ladder, kept.state) };
}

/** Facts before this stand in no window that is looked at; null: any may. */
function earliestStart(ladder: Ladder, state: TierState): Date | null {
  const starts = rulesFrom(ladder, state.version).map(({ window }) =>
    windowStart(window, state.at, ladder.zone),
  );
  if (starts.includes(null)) return null;
  return starts.reduce(
    (first, start) => (start !== null && (first === null || start < first) ? start : first),
    null,
  );
}

const rulesFrom = (ladder: Ladder, version: number): LadderRules[] =>
  ladder.versions.filter((one) => one.version >= version).map(({ rules }) => rules);

/** The readings of facts that rules from a version on need. */
export function readsFrom(ladder: Ladder, version: number): Read[] {
  const reads = rulesFrom(ladder, version).map(readOf);
  return reads.filter((one, i) => reads.findIndex((other) => keyOf(other) === keyOf(one)) === i);
}

const readOf = ({ measure, counts }: LadderRules): Read => ({
  measure: measure === 'points' ? 'points' : 'documents',
  counts,
});
export const keyOf = ({ measure, counts }: Read): string => `${measure} ${counts}`;

export const factsOf = (ladder: Ladder): FactsOf => ({
  zone: ladder.zone,
  currency: ladder.currency,
  programId: ladder.programId,
});

function factsBy(rules: LadderRules, { documents, points }: FactsRead): readonly Fact[] {
  if (rules.measure === 'points') return points;
  return rules.measure === 'orders' ? orderFacts(documents) : spendFacts(documents);
}

export type Reckoned = Omit<Advanced, 'moves'> & { moves: TierMove[]; missing: bigint | null; anew: boolean };

/** `read` gives the facts of a reading. What is reckoned anew moves from what was kept at once, whatever it went through. */
export function reckon(
  ladder: Ladder,
  standing: Standing,
  start: Start,
  read: (what: Read) => FactsRead,
  grants: readonly Grant[],
  now: Date,
  cause: Cause,
): Reckoned {
  const facts = new Map<LadderRules, readonly Fact[]>();
  const history = {
    zone: ladder.zone,
    versions: ladder.versions,
    grants,
    facts: (rules: LadderRules) => {
      const known = facts.get(rules) ?? factsBy(rules, read(readOf(rules)));
      facts.set(rules, known);
      return known;
    },
  };
  const advanced = advance(
    history,
    start.state,
    now,
    start.anew && standing.kept === null ? 'enrolment' : cause,
  );
  const missing = missingToNext(advanced.rules.tiers, advanced.state.tierId, advanced.figure);
  const moves =
    start.anew && standing.kept !== null
      ? jump(standing.kept.state.tierId, advanced, now, cause)
      : advanced.moves;
  return { ...advanced, moves, missing, anew: start.anew };
}

function jump(from: string | null, { state, figure }: Advanced, now: Date, cause: Cause): TierMove[] {
  return from === state.tierId ? [] : [{ from, to: state.tierId, at: now, cause, figure }];
}

/** Whether a move leads up or down by these rules; `other` when one of the tiers is none of theirs. */
export function directionOf(
  rules: LadderRules,
  from: string | null,
  to: string | null,
): 'up' | 'down' | 'other' {
  const rank = (id: string | null): number => rules.tiers.findIndex((tier) => tier.id === id);
  const strange = (id: string | null): boolean => id !== null && rank(id) < 0;
  if (strange(from) || strange(to)) return 'other';
  return rank(to) > rank(from) ? 'up' : 'down';
}
