import { propose } from './apply.ts';
import { chooseBest, type Competitor } from './best.ts';
import { amountMisses, excludeEachOther, fixedMisses } from './conditions.ts';
import type { Miss, OfferStage, OrderEffects, PercentBase, StageMode, TraceEntry } from './contract.ts';
import { effectOf, isEffect } from './effects.ts';
import { percentMilli, roundFine, share, WHOLE } from './exact.ts';
import { compareIds, matchLines, type PreparedOffers, type Ready } from './prepare.ts';
import { type Ask, type Outcome, settle } from './settle.ts';
import { type Line, miss, notApplied, type Run, setPrice } from './state.ts';
import { newEntry } from './trace.ts';

/** An offer of this stage that nothing stands against but, perhaps, others. */
type Candidate = {
  readonly ready: Ready;
  readonly inScope: readonly Line[];
  readonly entry: TraceEntry;
  /** What it would do if it stood alone. */
  alone: Outcome | null;
};
export type StageRun = {
  readonly run: Run;
  readonly stage: OfferStage;
  readonly mode: StageMode;
  readonly base: PercentBase;
  /** How much the stage may still take off. */
  allowance: number;
  readonly effects: OrderEffects;
  readonly uses: Use[];
  approximate: boolean;
};
export type Use = { ready: Ready; discountMinor: number };

/** Runs all offers of a stage; changes the lines, and tells of every offer. */
export function runStage(state: StageRun, offers: PreparedOffers): TraceEntry[] {
  const index = offers.stages.get(state.stage);
  if (index === undefined) return [];
  const lines = matchLines(index, state.run.lines, state.run.cart.currency);
  const entries: TraceEntry[] = [];
  const candidates: Candidate[] = [];
  for (const ready of index.all) {
    const entry = newEntry(ready);
    entries.push(entry);
    const candidate: Candidate = { ready, inScope: lines.get(ready) ?? [], entry, alone: null };
    if (stands(state, candidate)) candidates.push(candidate);
  }
  const before = new Map(targetsOf(state).map((line) => [line, line.minor]));
  MODES[state.mode](state, rank(candidates));
  for (const [line, minor] of before) if (line.minor < minor) line.lowered = true;
  return entries;
}

const MODES: Readonly<Record<StageMode, (state: StageRun, ranked: Candidate[]) => void>> = {
  best: runBest,
  stack: runStack,
  first: runFirst,
};

const isOrderStage = (stage: OfferStage): boolean => stage !== 'product' && stage !== 'personal';
const targetsOf = ({ run, stage }: StageRun): readonly Line[] =>
  stage === 'shipping' ? [run.shipping] : run.lines;

/** Everything that does not hang on the other offers of the stage. */
function stands(state: StageRun, candidate: Candidate): boolean {
  const { ready, inScope, entry } = candidate;
  const { run } = state;
  const misses: Miss[] = fixedMisses(run, ready);
  if (inScope.length === 0 && misses[0]?.reason !== 'code_missing') misses.unshift(miss('no_line_in_scope'));
  if (misses[0]?.reason === 'no_line_in_scope' || misses[0]?.reason === 'code_missing') {
    notApplied(entry, misses);
    return false;
  }
  misses.push(...amountMisses(run, ready, inScope));
  if (misses.length > 0) {
    notApplied(entry, misses);
    return false;
  }
  if (isEffect(ready)) return true;
  candidate.alone = evaluate(state, candidate);
  return candidate.alone !== null;
}

/** What the offer would do now; null (and told) when that is nothing. */
function evaluate(state: StageRun, { ready, inScope, entry }: Candidate): Outcome | null {
  const { run, stage } = state;
  const ask: Ask = {
    run,
    ready,
    inScope,
    targets: stage === 'shipping' ? [run.shipping] : inScope,
    whole: isOrderStage(stage),
    base: ready.offer.percentBase ?? state.base,
  };
  const proposal = propose(ask);
  if (proposal.kind === 'miss') {
    notApplied(entry, [proposal.miss]);
    return null;
  }
  const outcome = settle(ask, proposal, state.allowance);
  entry.desiredMinor = outcome.desired;
  if (outcome.actual > 0) return outcome;
  const reason = outcome.limitedBy === 'budget' ? 'budget_exhausted' : (outcome.limitedBy ?? 'zero_effect');
  notApplied(entry, [miss(outcome.desired > 0 ? reason : 'zero_effect')]);
  return null;
}

/** By priority, then by what it takes off alone, then by id. */
function rank(candidates: Candidate[]): Candidate[] {
  return candidates.toSorted(
    (a, b) =>
      b.ready.offer.priority - a.ready.offer.priority ||
      (b.alone?.actual ?? 0) - (a.alone?.actual ?? 0) ||
      compareIds(a.ready.offer.id, b.ready.offer.id),
  );
}

/** Offers that stand already and do not go together with this one. */
const inItsWay = (run: Run, ready: Ready): string[] =>
  run.applied.filter((other) => excludeEachOther(ready, other)).map((other) => other.offer.id);

function free(state: StageRun, { ready, entry }: Candidate): boolean {
  const by = inItsWay(state.run, ready);
  if (by.length > 0) notApplied(entry, [miss('excluded', 'names', null, by)], by);
  return by.length === 0;
}

/** One after the other, each on what is left. */
function runStack(state: StageRun, ranked: Candidate[]): void {
  for (const candidate of ranked) {
    if (!free(state, candidate)) continue;
    if (isEffect(candidate.ready)) {
      giveEffect(state, candidate);
      continue;
    }
    const misses = amountMisses(state.run, candidate.ready, candidate.inScope);
    if (misses.length > 0) {
      notApplied(candidate.entry, misses);
      continue;
    }
    const outcome = evaluate(state, candidate);
    if (outcome !== null) apply(state, candidate, outcome);
  }
}

/** Each line to the first offer that lowers it; an offer that acts on several lines at once needs them all. */
function runFirst(state: StageRun, ranked: Candidate[]): void {
  const takers = new Map<Line, string>();
  for (const candidate of ranked) {
    if (!free(state, candidate)) continue;
    if (isEffect(candidate.ready)) {
      giveEffect(state, candidate);
      continue;
    }
    const alone = candidate.alone;
    if (alone === null) continue;
    const changes = alone.changes.filter(({ line }) => !takers.has(line));
    const by = alone.changes.flatMap(({ line }) => takers.get(line) ?? []);
    const cut = changes.reduce((sum, change) => sum + change.cut, 0);
    if (cut === 0 || (!alone.divisible && by.length > 0)) {
      notApplied(candidate.entry, [miss('lines_taken')], [...new Set(by)]);
      continue;
    }
    apply(
      state,
      candidate,
      part(alone, (line) => !takers.has(line)),
    );
    for (const { line } of changes) takers.set(line, candidate.ready.offer.id);
  }
}

/** No line lowered twice, and the lowest total. Gifts and points compete with nobody; they stand where nothing excludes them. */
function runBest(state: StageRun, ranked: Candidate[]): void {
  const priced = ranked.filter((c) => c.alone !== null && free(state, c));
  const { takers, approximate } = chooseBest(competitorsOf(priced), targetsOf(state).length);
  state.approximate = approximate;
  const standing = new Set(takers);
  for (const [i, candidate] of priced.entries()) {
    const { alone } = candidate;
    if (alone === null) continue;
    if (standing.has(i))
      apply(
        state,
        candidate,
        part(alone, (line) => takers[line.place] === i),
      );
    else tellBeaten(candidate, alone, { priced, takers, standing });
  }
  for (const candidate of ranked)
    if (isEffect(candidate.ready) && free(state, candidate)) giveEffect(state, candidate);
}

const NOBODY: ReadonlySet<number> = new Set();

function competitorsOf(priced: readonly Candidate[]): Competitor[] {
  const foes = foesOf(priced);
  return priced.map(({ alone }, i) => {
    const places: number[] = [];
    const cuts: number[] = [];
    for (const { line, cut } of alone?.changes ?? []) {
      if (cut === 0) continue;
      places.push(line.place);
      cuts.push(cut);
    }
    return { places, cuts, divisible: alone?.divisible ?? false, excludes: foes.get(i) ?? NOBODY };
  });
}

/** Who excludes whom. Most offers exclude nobody and have no tag: those are never looked at. */
function foesOf(priced: readonly Candidate[]): Map<number, Set<number>> {
  const foes = new Map<number, Set<number>>();
  const tagged = new Map<string, number[]>();
  for (const [i, { ready }] of priced.entries())
    for (const tag of ready.tags) {
      const list = tagged.get(tag);
      if (list === undefined) tagged.set(tag, [i]);
      else list.push(i);
    }
  const everybody = priced.map((_, i) => i);
  const note = (a: number, b: number): void => {
    foes.set(a, (foes.get(a) ?? new Set()).add(b));
  };
  for (const [i, { ready }] of priced.entries()) {
    for (const tag of ready.excludes) {
      for (const other of tag === '*' ? everybody : (tagged.get(tag) ?? [])) {
        if (other === i) continue;
        note(i, other);
        note(other, i);
      }
    }
  }
  return foes;
}

const MAX_TOLD = 5;

type Choice = { priced: readonly Candidate[]; takers: Int32Array; standing: ReadonlySet<number> };

/** Names those that stand instead: they have its lines, or exclude it. */
function tellBeaten({ ready, entry }: Candidate, alone: Outcome, { priced, takers, standing }: Choice): void {
  const winners = new Set<number>();
  for (const { line } of alone.changes) winners.add(takers[line.place] ?? -1);
  winners.delete(-1);
  const shy = ready.tags.size > 0 || ready.excludes.size > 0 || winners.size === 0;
  const foes = shy ? standing : winners;
  const by: string[] = [];
  for (const i of foes) {
    const other = priced[i]?.ready;
    if (other !== undefined && (winners.has(i) || excludeEachOther(ready, other))) by.push(other.offer.id);
  }
  const told = by.toSorted(compareIds).slice(0, MAX_TOLD);
  notApplied(entry, [miss(winners.size > 0 ? 'beaten' : 'excluded', 'names', null, told)], told);
}

/** The same outcome on some of its lines; of an offer that acts line by line. */
function part(outcome: Outcome, on: (line: Line) => boolean): Outcome {
  if (!outcome.divisible) return outcome;
  const changes = outcome.changes.filter(({ line }) => on(line));
  if (changes.length === outcome.changes.length) return outcome;
  const actual = changes.reduce((sum, change) => sum + change.cut, 0);
  return { ...outcome, changes, actual, desired: actual, limitedBy: null };
}

function apply(state: StageRun, { ready, entry, inScope }: Candidate, wanted: Outcome): void {
  const outcome = withinAllowance(state, wanted);
  const { id, version, stage } = ready.offer;
  if (outcome.actual === 0) {
    notApplied(entry, [miss('cap')]);
    return;
  }
  for (const { line, to, minor, cut } of outcome.changes) {
    setPrice(line, to, minor);
    if (cut > 0) line.parts.push({ id, version, stage, amountMinor: cut });
  }
  if (stage !== 'shipping') {
    state.allowance -= outcome.actual;
    state.run.allowance -= outcome.actual;
  }
  state.run.applied.push(ready);
  state.uses.push({ ready, discountMinor: outcome.actual });
  entry.outcome = outcome.actual < outcome.desired ? 'partial' : 'applied';
  entry.desiredMinor = outcome.desired;
  entry.actualMinor = outcome.actual;
  entry.limitedBy = outcome.limitedBy;
  entry.next = outcome.next;
  if (stage === 'shipping' && inScope.length > 0 && state.run.shipping.minor === 0)
    state.effects.freeShipping = true;
}

/** Offers chosen together may come to more than the stage allows: the last ones give way. */
function withinAllowance(state: StageRun, outcome: Outcome): Outcome {
  if (state.stage === 'shipping' || outcome.actual <= state.allowance) return outcome;
  let left = state.allowance;
  const changes = outcome.changes.flatMap((change) => {
    const cut = Math.min(change.cut, left);
    left -= cut;
    if (cut === change.cut) return cut === 0 ? [] : [change];
    const minor = change.line.minor - cut;
    return cut === 0 ? [] : [{ ...change, cut, minor, to: null }];
  });
  return { ...outcome, changes, actual: state.allowance, limitedBy: 'cap', divisible: false };
}

function giveEffect(state: StageRun, { ready, inScope, entry }: Candidate): void {
  const found = effectOf(state.run, ready, inScope);
  if (found.kind === 'miss') {
    notApplied(entry, [found.miss]);
    return;
  }
  if (found.kind === 'gift') state.effects.gifts.push(found.gift);
  else state.effects.bonusPoints.push(found.bonus);
  const short = found.kind === 'points' && found.bonus.points < found.bonus.desired;
  entry.outcome = short ? 'partial' : 'applied';
  entry.limitedBy = short ? 'budget' : null;
  state.run.applied.push(ready);
  state.uses.push({ ready, discountMinor: 0 });
}

/** How much a stage may take off: its share of the price after price lists, and what all discounts together have left. */
export function stageAllowance(run: Run, maxPercent: string | undefined): number {
  if (maxPercent === undefined) return run.allowance;
  const initial = run.lines.reduce((sum, line) => sum + line.initial, 0n);
  const most = roundFine(share(initial, percentMilli(maxPercent), WHOLE), 'down');
  return Math.min(most, run.allowance);
}
