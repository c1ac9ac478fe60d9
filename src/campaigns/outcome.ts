import type { Outcome } from './channels/contract.ts';
import type { CampaignState } from './contract.ts';

/**
 * What a hand-off's outcome makes of the message, as a pure rule. `counted` outcomes bring the message nearer to being
 * given up; an outage of the provider does not.
 */
export type Verdict = {
  state: 'sent' | 'retry' | 'planned' | 'failed' | 'unknown' | 'skipped' | 'cancelled';
  failures: number;
  reason: string | null;
  detail: string | null;
  dueAt: Date | null;
};

/** The last of these comes most of a day after the first. */
const MAX_FAILURES = 8;
const FIRST_WAIT_MS = 30_000;
const LONGEST_WAIT_MS = 6 * 3_600_000;
/** After an outage messages go again as soon as the provider does. */
const OUTAGE_WAIT_MS = 5_000;

/** Reasons that speak of the provider or the way to it, not of the message. */
const OUTAGES = new Set(['provider_unreachable', 'provider_busy', 'connection_lost']);

export function isOutage(outcome: Outcome): boolean {
  return outcome.kind === 'retryable' && (OUTAGES.has(outcome.reason) || outcome.pause === true);
}

/** `chance` in [0, 1) spreads retries by a fifth either way. */
export function verdictOf(
  outcome: Outcome,
  message: { failures: number; campaignState: CampaignState; now: Date; chance: number },
): Verdict {
  const { failures, now } = message;
  const same = { failures, reason: null, detail: null, dueAt: null };
  const waiting = message.campaignState === 'cancelled' ? 'cancelled' : 'planned';
  if (outcome.kind === 'accepted') return { ...same, state: 'sent' };
  if (outcome.kind === 'untried') return { ...same, state: waiting, reason: outcome.reason ?? null };
  if (outcome.kind === 'retryable') return laterOrNever(outcome, message);
  const { reason, detail } = outcome;
  return outcome.kind === 'final'
    ? { ...same, state: 'failed', reason, detail }
    : { ...same, state: 'unknown', reason, detail, dueAt: now };
}

function laterOrNever(
  outcome: Extract<Outcome, { kind: 'retryable' }>,
  { failures, now, chance }: { failures: number; now: Date; chance: number },
): Verdict {
  const { reason, detail } = outcome;
  const outage = isOutage(outcome);
  const counted = outage ? failures : failures + 1;
  if (counted >= MAX_FAILURES)
    return { state: 'failed', failures: counted, reason: 'gave_up', detail, dueAt: null };
  const waitMs = outage
    ? (outcome.afterMs ?? (outcome.pause === true ? 0 : OUTAGE_WAIT_MS))
    : Math.min(FIRST_WAIT_MS * 4 ** failures, LONGEST_WAIT_MS) * (0.8 + 0.4 * chance);
  return { state: 'retry', failures: counted, reason, detail, dueAt: new Date(now.getTime() + waitMs) };
}
