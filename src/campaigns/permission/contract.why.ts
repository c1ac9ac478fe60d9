import { z } from 'zod';
import { explainAnswer } from '../../segments/contract.ts';
import { MESSAGE_STATES } from '../contract.ts';

const id = z.uuid();
const instant = z.iso.datetime();

export const whyParams = z.object({ id, campaignId: id });

const decision = z.object({
  at: instant,
  decision: z.enum(['go', 'defer', 'skip']),
  reason: z.string().nullable(),
  /** Of a deferral: not before this moment. */
  until: instant.nullable(),
  /** By which cap, quiet hours, or best hour. */
  facts: z.record(z.string(), z.unknown()).nullable(),
  /** The messages that filled the cap, or that go first. */
  because: z.array(
    z.object({ messageId: id, campaignId: id, campaignName: z.string(), at: instant.nullable() }),
  ),
});

const message = z.object({
  id,
  state: z.enum(MESSAGE_STATES),
  reason: z.string().nullable(),
  /** The provider's own words. */
  detail: z.string().nullable(),
  channel: z.string(),
  address: z.string().nullable(),
  attempt: z.number().int(),
  plannedAt: instant,
  dueAt: instant,
  handedAt: instant.nullable(),
  deliveredAt: instant.nullable(),
  responses: z.array(
    z.object({ kind: z.string(), human: z.boolean(), reason: z.string().nullable(), at: instant }),
  ),
  decisions: z.array(decision),
});

/** GET /api/contacts/:id/campaigns/:campaignId/why. */
export const whyAnswer = z
  .object({
    contact: z.object({ id, name: z.string() }),
    campaign: z.object({
      id,
      name: z.string(),
      kind: z.string(),
      state: z.string(),
      nextRunAt: instant.nullable(),
    }),
    /** The state of the newest message, or `none`. */
    verdict: z.enum([...MESSAGE_STATES, 'none']),
    /**
     * Why it is so: of a message its reason; of nobody's message not_launched, not_in_segment, not_started (nothing has happened that
     * starts it), joined_later (the audience was made before), not_yet, or why it would be refused.
     */
    reason: z.string().nullable(),
    /** Newest first, at most twenty. */
    messages: z.array(message),
    /** In the campaign's segment now; null when it has none or the asker may not see it. */
    segment: z.object({ id, explanation: explainAnswer }).nullable(),
    /** Of the contact at present, on the campaign's channel and purpose. */
    present: z.object({
      channel: z.string(),
      /** Why a message would be refused; null: it would not. */
      refusal: z.string().nullable(),
      address: z.string().nullable(),
      /** The word that counts. */
      consent: z
        .object({ purpose: z.string(), granted: z.boolean(), at: instant, source: z.string() })
        .nullable(),
      suppression: z.object({ reason: z.string(), at: instant }).nullable(),
    }),
    /** Who got it at the address they share. */
    sharedWith: z.object({ contactId: id, name: z.string() }).nullable(),
  })
  .meta({ id: 'Why' });
export type Why = z.output<typeof whyAnswer>;
