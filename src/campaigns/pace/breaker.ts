import type { Outcome } from '../channels/contract.ts';
import type { PaceSettings } from './contract.ts';

/** A circuit breaker as a pure rule: when a provider that is away is left alone, and when it is tried again. */

export type Breaker = {
  state: 'closed' | 'open' | 'half_open';
  streak: number;
  total: number;
  failed: number;
  windowAt: Date;
  until: Date | null;
  trips: number;
  reason: string | null;
};

/** What a slice of messages has shown. */
export type Tally = {
  answered: number;
  outages: number;
  /** Outages after the last answer. */
  tail: number;
  reason: string | null;
};

/** The provider is away or says nothing. "Too fast" is an answer; wrong credentials pause the campaign. */
const AWAY = new Set(['provider_unreachable', 'connection_lost', 'no_answer']);

function isAway(outcome: Outcome, provider: string): boolean {
  if (outcome.kind !== 'retryable' && outcome.kind !== 'unknown') return false;
  // Over SMTP "later" is about one recipient; over HTTP it is 5xx.
  return AWAY.has(outcome.reason) || (outcome.reason === 'provider_later' && provider !== 'smtp');
}

export function tallyOf(provider: string, outcomes: readonly Outcome[]): Tally {
  const tally: Tally = { answered: 0, outages: 0, tail: 0, reason: null };
  for (const outcome of outcomes) {
    if (outcome.kind === 'untried') continue;
    if (isAway(outcome, provider)) {
      tally.outages += 1;
      tally.tail += 1;
      tally.reason = 'reason' in outcome ? outcome.reason : null;
    } else {
      tally.answered += 1;
      tally.tail = 0;
    }
  }
  return tally;
}

const WINDOW_MS = 60_000;
/** A share of fewer says nothing. */
const LEAST_TOTAL = 20;
export const LONGEST_PAUSE_MS = 600_000;

export const isCalm = (b: Pick<Breaker, 'state' | 'streak' | 'failed'>): boolean =>
  b.state === 'closed' && b.streak === 0 && b.failed === 0;

type Rules = PaceSettings['breaker'];

/** What a slice makes of the breaker. `probing`: it was sent to find out; only its word counts while the breaker is not closed. */
export function stepOf(
  breaker: Breaker,
  tally: Tally,
  by: { now: Date; rules: Rules; probing: boolean },
): Breaker {
  const { now, rules, probing } = by;
  if (tally.answered + tally.outages === 0) return breaker;
  if (breaker.state !== 'closed') {
    if (!probing) return breaker;
    return tally.outages > 0 ? opened(breaker, tally, rules, now) : closed(now);
  }
  const fresh = now.getTime() - breaker.windowAt.getTime() >= WINDOW_MS || now < breaker.windowAt;
  const total = (fresh ? 0 : breaker.total) + tally.answered + tally.outages;
  const failed = (fresh ? 0 : breaker.failed) + tally.outages;
  const streak = tally.answered > 0 ? tally.tail : breaker.streak + tally.outages;
  const windowAt = fresh ? now : breaker.windowAt;
  const next = { ...breaker, total, failed, streak, windowAt, reason: tally.reason ?? breaker.reason };
  const tooMany = total >= LEAST_TOTAL && failed * 100 >= rules.sharePercent * total;
  return streak >= rules.consecutive || tooMany ? opened(next, tally, rules, now) : next;
}

export const closed = (now: Date): Breaker => ({
  state: 'closed',
  streak: 0,
  total: 0,
  failed: 0,
  windowAt: now,
  until: null,
  trips: 0,
  reason: null,
});

function opened(breaker: Breaker, tally: Tally, rules: Rules, now: Date): Breaker {
  const pauseMs = Math.min(LONGEST_PAUSE_MS, rules.pauseSeconds * 1_000 * 2 ** Math.min(breaker.trips, 10));
  return {
    ...breaker,
    state: 'open',
    until: new Date(now.getTime() + pauseMs),
    trips: breaker.trips + 1,
    reason: tally.reason ?? breaker.reason,
  };
}

/** Whether messages may go now: all, a few to find out, or none before so many milliseconds have passed. */
export function passOf(
  { state, until }: Pick<Breaker, 'state' | 'until'>,
  now: Date,
): { pass: 'all' | 'probe' } | { pass: 'none'; waitMs: number } {
  if (state === 'closed' || until === null) return { pass: 'all' };
  const waitMs = until.getTime() - now.getTime();
  // A pause longer than any there is was made by a clock that has been put back since.
  return waitMs <= 0 || waitMs > 2 * LONGEST_PAUSE_MS ? { pass: 'probe' } : { pass: 'none', waitMs };
}
