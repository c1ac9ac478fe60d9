import { inTx } from '../core/ctx.ts';
import type { Ctx } from '../core/ctx.ts';
import { newId } from '../core/ids.ts';
import { emit } from '../core/outbox.ts';
import { emailPoint, phonePoint } from './points.ts';
import { insertConsents, insertSuppressions, liftUnsubscribes } from './store.consents.ts';

/** One word of consent: given or withdrawn, for one purpose on one channel, with what proves it. */
export type ConsentWord = {
  contactId: string;
  purpose: string;
  channel: string;
  granted: boolean;
  source: string;
  proof?: Record<string, unknown>;
  /** Default now; the latest word counts. */
  occurredAt?: Date;
  /** When it was said is not known: it does not bring back an address that has unsubscribed. */
  undated?: boolean;
};

/**
 * Appends words of consent in bulk; a contact merged meanwhile gets them under its present id, unknown ones are left out.
 * A consent with proof, said after the contact's address unsubscribed from the channel, lifts that suppression; no other
 * reason is ever lifted. Returns how many were stored. Tells `contact.changed` with keys "consent.<channel>.<purpose>". For modules, who have
 * authorised their caller.
 */
export async function recordConsents(ctx: Ctx, words: readonly ConsentWord[]): Promise<number> {
  if (words.length === 0) return 0;
  const now = ctx.clock.now();
  return inTx(ctx, async (tx) => {
    const facts = words.map((word) => ({
      proof: {},
      ...word,
      id: newId(),
      occurredAt: word.occurredAt === undefined || word.occurredAt > now ? now : word.occurredAt,
    }));
    const stored = await insertConsents(tx, facts);
    const proven = facts.filter(
      ({ granted, proof, undated }) => granted && undated !== true && Object.keys(proof).length > 0,
    );
    await liftUnsubscribes(
      tx,
      proven.flatMap(({ id, channel, occurredAt }) => {
        const contactId = stored.get(id);
        return contactId === undefined ? [] : [{ contactId, channel, occurredAt }];
      }),
    );
    const keys = Map.groupBy(
      facts.filter((fact) => stored.has(fact.id)),
      (fact) => stored.get(fact.id) ?? '',
    );
    const events = [...keys].map(([contactId, own]) => ({
      contactId,
      keys: [...new Set(own.map((fact) => `consent.${fact.channel}.${fact.purpose}`))],
    }));
    await emit(tx, 'contact.changed', events);
    return stored.size;
  });
}

/** Why an address gets nothing any more. */
export type SuppressReason = 'hard_bounce' | 'complaint' | 'unsubscribe' | 'erased' | 'manual';

/**
 * Stops everything to these addresses on these channels, whoever holds them. The first reason stays, but any other takes
 * the place of "unsubscribe", which a later consent may lift. Addresses are brought
 * to the normal form of points (channel "email": lower case; "sms" and "phone": E.164).
 */
export async function suppress(
  ctx: Ctx,
  entries: ReadonlyArray<{ channel: string; address: string; reason: SuppressReason }>,
): Promise<void> {
  if (entries.length === 0) return;
  await insertSuppressions(
    ctx,
    entries.map((entry) => ({ ...entry, address: normalAddress(ctx, entry) })),
  );
}

function normalAddress(ctx: Ctx, entry: { channel: string; address: string }): string {
  if (entry.channel === 'email') return emailPoint(entry.address).value;
  if (entry.channel === 'sms' || entry.channel === 'phone') {
    return phonePoint(entry.address, ctx.config.defaultCountry).value;
  }
  return entry.address.trim();
}
