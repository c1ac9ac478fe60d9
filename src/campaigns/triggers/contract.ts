import { z } from 'zod';
import { requiredText } from '../../core/text.ts';
import { propertyTest } from '../../segments/contract.ts';

/** What starts a triggered campaign's messages. */

/** Longer than a quarter, and what happened has nothing to do with the message any more. */
const MAX_DELAY_MINUTES = 90 * 24 * 60;
/** A year before or after a day is that day. */
const MAX_OFFSET_DAYS = 365;
const MAX_CANCELS = 5;
const MAX_TESTS = 10;

const id = z.uuid();
const wallTime = z.string().regex(/^([01]\d|2[0-3]):[0-5]\d$/, 'a time such as 10:00');
const daysBefore = z.number().int().min(0).max(MAX_OFFSET_DAYS);
const eventName = requiredText(200);

const TRUSTS = ['server', 'verified', 'public'] as const;

export const triggerStart = z
  .discriminatedUnion('type', [
    z.strictObject({ type: z.literal('segment'), segmentId: id, on: z.enum(['entered', 'left']) }),
    z.strictObject({
      type: z.literal('event'),
      name: eventName,
      /** All of them hold of the event's properties. */
      where: z.array(propertyTest).max(MAX_TESTS).default([]),
      /** Whose word is enough: of a server with an API key, of a browser whose user the site has proved, of any browser. */
      trust: z.enum(TRUSTS).default('server'),
    }),
    /** A trusted sale that has just been made. */
    z.strictObject({ type: z.literal('order'), minTotalMinor: z.number().int().min(0).default(0) }),
    z.strictObject({
      type: z.literal('date'),
      /** "birthday", or a custom attribute that holds dates: "attributes.renewal". */
      field: requiredText(80),
      /** Days after it; before it when negative. */
      offsetDays: z.number().int().min(-MAX_OFFSET_DAYS).max(MAX_OFFSET_DAYS).default(0),
      /** On the contact's clock, else on the installation's. */
      at: wallTime.default('10:00'),
      /** Every year, 29 February on the 28th in years without it; else once. */
      yearly: z.boolean().default(true),
    }),
    z.strictObject({
      type: z.literal('points_expiring'),
      programId: id,
      daysBefore: daysBefore.default(7),
      at: wallTime.default('10:00'),
    }),
    z.strictObject({
      type: z.literal('tier'),
      programId: id,
      /** reached, lost; losing: its figure is lost already, and so is the tier in `daysBefore` days. */
      on: z.enum(['reached', 'lost', 'losing']),
      /** That tier alone; any when absent. */
      tierId: id.optional(),
      daysBefore: daysBefore.default(7),
      at: wallTime.default('10:00'),
    }),
  ])
  .meta({ id: 'CampaignTriggerStart' });
export type TriggerStart = z.output<typeof triggerStart>;

const reentry = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('always') }),
  z.strictObject({ type: z.literal('once') }),
  z.strictObject({ type: z.literal('after'), days: z.number().int().min(1).max(3_650) }),
]);
export type Reentry = z.output<typeof reentry>;

const cancelOn = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('order') }),
  z.strictObject({ type: z.literal('event'), name: eventName }),
]);
export type CancelOn = z.output<typeof cancelOn>;

/** `campaign.trigger`. A contact enters, and gets the message `delayMinutes` later unless it has become pointless by then. */
export const trigger = z
  .strictObject({
    start: triggerStart,
    delayMinutes: z.number().int().min(0).max(MAX_DELAY_MINUTES).default(0),
    /** At hand-off: still in the segment that was entered (or out of the one left), and in the campaign's own segment. */
    stillIn: z.boolean().default(false),
    /** Not sent when one of these has happened since. */
    cancelOn: z.array(cancelOn).max(MAX_CANCELS).default([]),
    /** How often a contact may enter. */
    reentry: reentry.prefault({ type: 'always' }),
  })
  .meta({ id: 'CampaignTrigger' });
export type Trigger = z.output<typeof trigger>;

/** GET /api/campaigns/event-names */
export const eventNames = z.object({ items: z.array(z.string()) });
