import { addDays, dayOf, endOfDay } from '../programs/calendar.ts';
import type { LadderRules, Tier } from './contract.tiers.ts';
import { figureAt, stepsOf } from './figure.ts';
import type { Fact, Step } from './figure.ts';

/** A ladder's rules from an instant on, to that of the version after it. */
export type LadderVersion = { version: number; from: Date; rules: LadderRules };

/** A tier given by a person category for a time. */
export type Grant = { tierId: string; from: Date; until: Date | null };

/** Where a member stands; `tierId` is the higher of what was earned and what is granted. */
export type TierState = {
  version: number;
  tierId: string | null;
  since: Date;
  earnedId: string | null;
  /** The figure of the earned tier is lost; the tier goes then. */
  graceUntil: Date | null;
  /** All of this was true then. */
  at: Date;
};

export type Cause =
  | 'enrolment'
  | 'order'
  | 'return'
  | 'points'
  | 'points_back'
  | 'time'
  | 'category'
  | 'ladder'
  | 'merge'
  | 'left';

export type TierMove = { from: string | null; to: string | null; at: Date; cause: Cause; figure: bigint };

export type History = {
  zone: string;
  /** In the order they came into force; at least one. */
  versions: readonly LadderVersion[];
  /** What these rules measure. */
  facts(rules: LadderRules): readonly Fact[];
  grants: readonly Grant[];
};

export type Advanced = {
  state: TierState;
  moves: TierMove[];
  figure: bigint;
  steps: readonly Step[];
  rules: LadderRules;
  /** When to look again although nothing happens; null: never. */
  nextAt: Date | null;
};

/** A member's first moment under a ladder, before anything is looked at. */
export function beginning(versions: readonly LadderVersion[], enrolledAt: Date): TierState {
  const first = versions[0];
  const at = first !== undefined && first.from > enrolledAt ? first.from : enrolledAt;
  const version = inForce(versions, at)?.version ?? 1;
  return { version, tierId: null, since: at, earnedId: null, graceUntil: null, at };
}

const inForce = (versions: readonly LadderVersion[], at: Date): LadderVersion | undefined =>
  versions.findLast(({ from }) => from <= at) ?? versions[0];

/**
 * Moves a state on to an instant through everything that happened meanwhile, in order of time. Advancing in parts gives what
 * advancing at once from the beginning gives; an instant before the state's own changes nothing.
 */
export function advance(history: History, state: TierState, to: Date, cause: Cause = 'time'): Advanced {
  const until = to < state.at ? state.at : to;
  const walk: Walk = { history, state: { ...state }, moves: [], until, steps: [], figure: 0n };
  let first: Cause = cause;
  const start = history.versions.findIndex(({ version }) => version === state.version);
  for (let i = Math.max(start, 0); i < history.versions.length; i++) {
    const ladder = history.versions[i];
    if (ladder === undefined || (ladder.from > until && i > start)) break;
    if (ladder.version !== walk.state.version) {
      adopt(walk, history.versions[i - 1], ladder);
      first = 'ladder';
    }
    through(walk, ladder, history.versions[i + 1]?.from ?? null, first);
  }
  const rules = ladderOf(history, walk.state.version).rules;
  walk.state.at = until;
  return { ...walk, rules, nextAt: nextOf(walk) };
}

type Walk = {
  history: History;
  state: TierState;
  moves: TierMove[];
  until: Date;
  steps: readonly Step[];
  figure: bigint;
};

function ladderOf(history: History, version: number): LadderVersion {
  const found = history.versions.find((one) => one.version === version) ?? history.versions[0];
  if (found === undefined) throw new Error('a ladder without a version');
  return found;
}

/** A tier that is no more leaves its members on the highest of those kept that asked for no more than it. */
function adopt(walk: Walk, before: LadderVersion | undefined, ladder: LadderVersion): void {
  const { state } = walk;
  state.version = ladder.version;
  if (ladder.from > state.at) state.at = ladder.from;
  const { tiers } = ladder.rules;
  if (state.earnedId === null || tiers.some(({ id }) => id === state.earnedId)) return;
  const old = before?.rules.tiers.findIndex(({ id }) => id === state.earnedId) ?? -1;
  const below = before?.rules.tiers.slice(0, Math.max(old, 0)) ?? [];
  const kept = below.findLast((tier) => tiers.some(({ id }) => id === tier.id));
  state.earnedId = kept?.id ?? null;
  state.graceUntil = null;
}

/** All that happens under one version: facts, ends of windows, of grace, of grants. */
function through(walk: Walk, ladder: LadderVersion, end: Date | null, first: Cause): void {
  const { history, state } = walk;
  const begin = state.at;
  walk.steps = stepsOf(history.facts(ladder.rules), ladder.rules.window, history.zone);
  walk.figure = figureAt(walk.steps, begin);
  settle(walk, ladder.rules, begin, first);
  let i = walk.steps.findIndex(({ at }) => at > begin);
  if (i < 0) i = walk.steps.length;
  let sum = walk.steps.slice(0, i).reduce((total, step) => total + step.delta, 0n);
  for (;;) {
    const at = earliest([walk.steps[i]?.at ?? null, state.graceUntil, boundary(history.grants, state.at)]);
    if (at === null || at > walk.until || (end !== null && at >= end)) return;
    let cause: Cause = grantEdge(history.grants, at) ? 'category' : 'time';
    for (; (walk.steps[i]?.at ?? walk.until) <= at && i < walk.steps.length; i++) {
      const step = walk.steps[i];
      if (step === undefined) break;
      sum += step.delta;
      if (step.cause !== 'time') cause = step.cause;
    }
    walk.figure = sum > 0n ? sum : 0n;
    settle(walk, ladder.rules, at, cause);
  }
}

/** Applies the ladder at an instant. Doing it twice is doing it once. */
function settle(walk: Walk, rules: LadderRules, at: Date, cause: Cause): void {
  const { state, history } = walk;
  settleEarned(state, rules, walk.figure, at, history.zone);
  state.at = at;
  const tierId = higher(rules.tiers, state.earnedId, grantedAt(history.grants, rules.tiers, at));
  if (tierId === state.tierId) return;
  walk.moves.push({ from: state.tierId, to: tierId, at, cause, figure: walk.figure });
  state.tierId = tierId;
  state.since = at;
}

function settleEarned(state: TierState, rules: LadderRules, figure: bigint, at: Date, zone: string): void {
  const { tiers } = rules;
  const held = tiers.findIndex(({ id }) => id === state.earnedId);
  const match = tiers.findLastIndex(({ threshold }) => figure >= BigInt(threshold));
  if (match >= held) {
    state.earnedId = tiers[match]?.id ?? null;
    state.graceUntil = null;
    return;
  }
  const kept = tiers.findLastIndex(({ neverDowngrade }, i) => neverDowngrade && i <= held);
  const floor = Math.max(match, kept);
  if (rules.downgrade === 'never' || floor >= held) {
    state.graceUntil = null;
    return;
  }
  state.graceUntil ??= daysOn(at, rules.graceDays, zone);
  if (state.graceUntil > at) return;
  const next = rules.downgrade === 'one_step' ? held - 1 : floor;
  state.earnedId = tiers[next]?.id ?? null;
  state.graceUntil = next > floor ? daysOn(at, rules.stepDays, zone) : null;
}

/** So many calendar days after the last one on which what ends at `at` still held; no days: at once. */
export const daysOn = (at: Date, days: number, zone: string): Date =>
  days === 0 ? at : endOfDay(addDays(dayOf(new Date(at.getTime() - 1), zone), days), zone);

function higher(tiers: readonly Tier[], a: string | null, b: string | null): string | null {
  const rank = (id: string | null): number => tiers.findIndex((tier) => tier.id === id);
  return rank(b) > rank(a) ? b : a;
}

function grantedAt(grants: readonly Grant[], tiers: readonly Tier[], at: Date): string | null {
  return grants
    .filter(({ from, until }) => from <= at && (until === null || until > at))
    .reduce<string | null>((best, { tierId }) => higher(tiers, best, tierId), null);
}

/** The next instant after `at` at which a grant begins or ends. */
function boundary(grants: readonly Grant[], at: Date): Date | null {
  return earliest(
    grants.flatMap(({ from, until }) => [from, until]).filter((edge) => edge !== null && edge > at),
  );
}

const grantEdge = (grants: readonly Grant[], at: Date): boolean =>
  grants.some(({ from, until }) => from.getTime() === at.getTime() || until?.getTime() === at.getTime());

function earliest(instants: readonly (Date | null)[]): Date | null {
  return instants.reduce((best, one) => (one !== null && (best === null || one < best) ? one : best), null);
}

function nextOf({ history, state, steps, until }: Walk): Date | null {
  const step = steps.find(({ at }) => at > until)?.at ?? null;
  const version = history.versions.find(({ from }) => from > until)?.from ?? null;
  return earliest([step, state.graceUntil, boundary(history.grants, until), version]);
}

/** What is missing to the next tier; null on the highest. */
export function missingToNext(tiers: readonly Tier[], tierId: string | null, figure: bigint): bigint | null {
  const next = tiers[tiers.findIndex(({ id }) => id === tierId) + 1];
  if (next === undefined) return null;
  const missing = BigInt(next.threshold) - figure;
  return missing > 0n ? missing : 0n;
}
