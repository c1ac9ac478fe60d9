import type { NormalEvent, Trust } from './fact.ts';

/**
 * Who an event belongs to, and which visitor it proves to be whom. Pure. The trust rule decides: only a server's word names a
 * known contact; what a page claims about a user id is kept with the event and believed by nobody.
 */
export type Claim =
  | { by: 'user'; userId: string; joins: string | null }
  | { by: 'visitor'; anonymousId: string };

/** A public sender that names a user only is a visitor of its own: nothing is lost, and no contact is touched. */
const CLAIMED_PREFIX = 'user:';

export function claimOf(event: Pick<NormalEvent, 'anonymousId' | 'userId'>, trust: Trust): Claim {
  const { anonymousId, userId } = event;
  if (trust === 'server' && userId !== null) return { by: 'user', userId, joins: anonymousId };
  return { by: 'visitor', anonymousId: anonymousId ?? `${CLAIMED_PREFIX}${userId}` };
}
