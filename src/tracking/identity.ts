import { createHmac, timingSafeEqual } from 'node:crypto';
import type { Evidence } from '../contacts/index.ts';
import type { Place, SentEvent } from './fact.ts';
import { fieldsFromTraits } from './traits.ts';

/**
 * Who an event belongs to, and what it says of who that is. Pure. The trust rule decides: a known contact is named by a server, or
 * by a page that carries the server's proof; what a page merely claims about a user id is kept as a hint and believed by nobody.
 */
export type Claim =
  | { by: 'user'; userId: string; joins: string | null; trust: 'server' | 'verified' }
  | { by: 'visitor'; anonymousId: string; trust: Place['trust'] };

/** A public sender that names a user only is a visitor of its own: nothing is lost, and no contact is touched. */
const CLAIMED_PREFIX = 'user:';

/** `secret` is the source's, when the event carries a proof to be checked with it. */
export function claimOf({ event, sender }: SentEvent, secret: string | undefined): Claim {
  const { anonymousId, userId } = event;
  if (userId !== null && (sender.trust === 'server' || isProven(event.context['userHash'], userId, secret)))
    return {
      by: 'user',
      userId,
      joins: anonymousId,
      trust: sender.trust === 'server' ? 'server' : 'verified',
    };
  return { by: 'visitor', anonymousId: anonymousId ?? `${CLAIMED_PREFIX}${userId}`, trust: sender.trust };
}

export const hasProof = ({ event, sender }: SentEvent): boolean =>
  sender.trust === 'public' && event.userId !== null && typeof event.context['userHash'] === 'string';

/** context.userHash = hex HMAC-SHA256(secret, userId): only the site's own server can have made it. */
function isProven(hash: unknown, userId: string, secret: string | undefined): boolean {
  if (secret === undefined || secret === '' || typeof hash !== 'string' || !/^[0-9a-f]{64}$/i.test(hash))
    return false;
  const expected = createHmac('sha256', secret).update(userId).digest();
  return timingSafeEqual(Buffer.from(hash, 'hex'), expected);
}

type Said = Omit<Evidence, 'contactId'>;

/** What an event says of its visitor, and of whom it belongs to. */
export function evidenceOf(sent: SentEvent, claim: Claim): { visitor: Said[]; own: Said[] } {
  const { event, sender } = sent;
  const base = { source: sender.sourceId, occurredAt: event.occurredAt };
  const own: Said[] = [];
  const email = claim.trust === 'server' ? orderEmail(sent) : null;
  if (email !== null) own.push({ ...base, kind: 'email', value: email, strength: 'strong' });
  if (event.previousId !== null)
    own.push({ ...base, kind: 'alias', value: event.previousId, strength: 'weak' });
  if (claim.by === 'user')
    return {
      visitor:
        claim.joins === null ? [] : [{ ...base, kind: 'user', value: claim.userId, strength: 'strong' }],
      own,
    };
  if (event.userId !== null) own.push({ ...base, kind: 'user', value: event.userId, strength: 'weak' });
  return { visitor: [], own };
}

const ORDERS: ReadonlySet<string> = new Set(['order completed', 'order paid', 'order placed']);

/** The address a shop's server says an order was placed with. */
export function orderEmail({ event }: SentEvent): string | null {
  if (event.type !== 'track' || !ORDERS.has(event.name.trim().toLowerCase())) return null;
  const traits = event.context['traits'];
  const nested = typeof traits === 'object' && traits !== null ? Reflect.get(traits, 'email') : undefined;
  const said = event.properties['email'] ?? nested;
  if (typeof said !== 'string') return null;
  const email = said.trim().toLowerCase();
  return /^[^\s@]+@[^\s@]+\.[^\s@]+$/.test(email) ? email : null;
}

/** What a proven page may say of its own contact: how to call it and in what language. Addresses and traits come from servers. */
const FROM_A_PAGE = ['name', 'givenName', 'familyName', 'locale', 'timeZone'] as const;

export function fieldsOf({ event }: SentEvent, claim: Claim): ReturnType<typeof fieldsFromTraits> {
  if (event.type !== 'identify' || claim.by !== 'user') return {};
  const fields = fieldsFromTraits(event.properties);
  if (claim.trust === 'server') return fields;
  return Object.fromEntries(FROM_A_PAGE.flatMap((key) => (key in fields ? [[key, fields[key]]] : [])));
}
