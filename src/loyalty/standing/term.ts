import type { ASSIGNMENT_STATES } from './contract.categories.ts';

/** Decisions with a term: assignments of person categories and personal discounts. */

export type Decided = {
  /** requested | approved | rejected | revoked */
  state: string;
  validFrom: Date;
  validUntil: Date | null;
  /** Of a revoked one: when it ended. */
  decidedAt: Date | null;
};

/** What it is at `now`: of what was approved, time decides the rest. */
export function stateAt(one: Decided, now: Date): (typeof ASSIGNMENT_STATES)[number] {
  if (one.state === 'requested' || one.state === 'rejected' || one.state === 'revoked') return one.state;
  if (one.validFrom > now) return 'waiting';
  return one.validUntil !== null && one.validUntil <= now ? 'expired' : 'approved';
}

/** The end of a term: the nearer of what was asked for and what is allowed. */
export function endOfTerm(
  from: Date,
  until: Date | null,
  maxDays: number | null,
  dayMs: number,
): Date | null {
  if (maxDays === null) return until;
  const last = new Date(from.getTime() + maxDays * dayMs);
  return until === null || until > last ? last : until;
}
