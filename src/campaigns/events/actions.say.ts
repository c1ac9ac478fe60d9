import { recordConsents } from '../../contacts/index.ts';
import type { Ctx } from '../../core/ctx.ts';
import { PURPOSES } from '../contract.ts';
import { takenBackBy } from './store.say.ts';

/** What people say on a channel themselves: that they want nothing more there, or something again. */

type Said = {
  contactIds: readonly string[];
  /** As consents name it. */
  channel: string;
  /** Of the word that ends it, and of the one that begins it. */
  sources: { stop: string; start: string };
  /** The time, and what else shows that it was said. */
  proof: Record<string, unknown>;
};

/** Nothing more on this channel, for whatever purpose. */
export async function sayStop(ctx: Ctx, { contactIds, channel, sources, proof }: Said): Promise<void> {
  const word = { channel, granted: false, source: sources.stop, proof, occurredAt: ctx.clock.now() };
  await recordConsents(
    ctx,
    contactIds.flatMap((contactId) =>
      [...PURPOSES, 'marketing'].map((purpose) => ({ ...word, contactId, purpose })),
    ),
  );
}

/** Marketing again; and every purpose that nothing but such a stop had ended. A "no" said elsewhere stands. */
export async function sayStart(ctx: Ctx, { contactIds, channel, sources, proof }: Said): Promise<void> {
  const word = { channel, granted: true, source: sources.start, proof, occurredAt: ctx.clock.now() };
  const again = await takenBackBy(ctx, contactIds, channel, sources.stop);
  await recordConsents(
    ctx,
    contactIds.flatMap((contactId) =>
      [...new Set([...(again.get(contactId) ?? []), 'marketing'])].map((purpose) => ({
        ...word,
        contactId,
        purpose,
      })),
    ),
  );
}
