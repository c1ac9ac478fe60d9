import { conflict, DomainError, invalid } from '../../core/errors.ts';
import type { DecideInput } from './contract.categories.ts';

/** Decisions about requests: who may take them, and what they come to. Pure. */

type Actor = { id: string; name: string };
export type Request = {
  state: string;
  validFrom: Date;
  validUntil: Date | null;
  requestedBy: string;
};
export type Decision = {
  state: 'approved' | 'rejected' | 'revoked';
  validFrom: Date;
  validUntil: Date | null;
  decidedBy: string;
  decidedName: string;
  decidedAt: Date;
  reason: string;
};

/** 422 for a term that is over before it begins, or before now. */
export function checkTerm(from: Date, until: Date | null, now: Date): void {
  if (until !== null && (until <= from || until <= now))
    throw invalid('term_over', 'The term would be over before it begins.', 'validUntil');
}

/**
 * 409 `already_decided` for what waits for nobody, 403 `reviewer_is_requester` when another person has to approve; who asked may take it back.
 * Nothing is in force before it is approved: its term begins then at the earliest.
 */
export function decisionOf(
  request: Request,
  { decision, reason }: DecideInput,
  actor: Actor,
  otherPerson: boolean,
  now: Date,
): Decision {
  if (request.state !== 'requested') throw conflict('already_decided', 'Nothing waits for a decision here.');
  if (otherPerson && decision === 'approve' && request.requestedBy === actor.id)
    throw new DomainError({
      code: 'reviewer_is_requester',
      status: 403,
      detail: 'Somebody else must approve what you asked for.',
    });
  const approved = decision === 'approve';
  const validFrom = approved && request.validFrom < now ? now : request.validFrom;
  if (approved) checkTerm(validFrom, request.validUntil, now);
  return {
    state: approved ? 'approved' : 'rejected',
    validFrom,
    validUntil: request.validUntil,
    ...by(actor, reason, now),
  };
}

/** Ends what was approved, from now on; 409 `not_in_force` for anything else. */
export function revocationOf(request: Request, reason: string, actor: Actor, now: Date): Decision {
  const over = request.validUntil !== null && request.validUntil <= now;
  if (request.state !== 'approved' || over) throw conflict('not_in_force', 'There is nothing to revoke.');
  const end = request.validFrom > now ? request.validFrom : now;
  return { state: 'revoked', validFrom: request.validFrom, validUntil: end, ...by(actor, reason, now) };
}

const by = (actor: Actor, reason: string, now: Date) => ({
  decidedBy: actor.id,
  decidedName: actor.name,
  decidedAt: now,
  reason,
});
