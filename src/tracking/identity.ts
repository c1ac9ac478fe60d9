import type { NormalEvent, Trust } from './normalise.ts';

/**
 * Who an event belongs to, and which visitor it proves to be whom. Pure. The trust rule decides: only a server's word names a
 * known contact; what a page claims about a user id is kept with the event and believed by nobody.
 */
export type Claim =
  | { by: 'user'; userId: string; joins: string | null }
  | { by: 'visitor'; anonymousId: string }
  | { by: 'nobody'; reason: string };

export function claimOf(event: Pick<NormalEvent, 'anonymousId' | 'userId'>, trust: Trust): Claim {
  if (trust === 'server' && event.userId !== null)
    return { by: 'user', userId: event.userId, joins: event.anonymousId };
  if (event.anonymousId !== null) return { by: 'visitor', anonymousId: event.anonymousId };
  return { by: 'nobody', reason: 'anonymousId: a public source needs one; its userId alone proves nothing' };
}

/** What a server's identify call says of a contact; only fields of the right type are taken. */
export function fieldsFromTraits(traits: Readonly<Record<string, unknown>>): {
  name?: string;
  givenName?: string;
  familyName?: string;
  email?: string;
  phone?: string;
  country?: string;
  city?: string;
} {
  const address = isObject(traits['address']) ? traits['address'] : {};
  const fields = {
    name: textOf(traits['name']),
    givenName: textOf(traits['firstName']),
    familyName: textOf(traits['lastName']),
    email: textOf(traits['email']),
    phone: textOf(traits['phone']),
    country: textOf(traits['country']) ?? textOf(address['country']),
    city: textOf(traits['city']) ?? textOf(address['city']),
  };
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined));
}

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' && value.trim() !== '' ? value.trim() : undefined;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
