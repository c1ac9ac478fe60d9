import { z } from 'zod';
import type { Ctx } from '../../core/ctx.ts';
import type { Job, OutboxEvent, Subscription } from '../../core/jobs.ts';
import { MINUTE_MS, SECOND_MS } from '../../core/time.ts';
import { evaluateHappenings } from '../../segments/index.ts';
import { loyaltyFact } from '../leaf/field.ts';
import type { NightHook } from '../ledger/hooks.ts';
import { buildOnce } from './actions.build.ts';
import { reviewContacts, reviewDue } from './actions.review.ts';
import type { Cause } from './tier.ts';

/** Facts and time change tiers; tiers and categories change segments. */

const sweep: Job = {
  name: 'loyalty.tiers.sweep',
  everyMs: 5 * SECOND_MS,
  run: async (ctx, _data, signal) => {
    while (!signal.aborted && (await reviewDue(ctx)));
  },
};

const build: Job = {
  name: 'loyalty.tiers.build',
  everyMs: MINUTE_MS,
  run: async (ctx, _data, signal) => {
    while (!signal.aborted && (await buildOnce(ctx)));
  },
};

export const standingJobs: Job[] = [sweep, build];

/** Before and after points expire at night: what is due by then is applied in that order too. */
export const reviewAtNight: NightHook = async (ctx, _night, signal) => {
  while (!signal.aborted && (await reviewDue(ctx)));
};

const one = z.object({ contactId: z.uuid() });
const group = z.object({ events: z.array(one) });
const many = z.object({ contactIds: z.array(z.uuid()) });
const both = z.object({ from: z.uuid(), to: z.uuid() });

/** An event tells of one contact, of several, or of several things. */
function contactsOf({ payload }: OutboxEvent): string[] {
  const listed = many.safeParse(payload);
  if (listed.success) return listed.data.contactIds;
  const grouped = group.safeParse(payload);
  return grouped.success
    ? grouped.data.events.map(({ contactId }) => contactId)
    : [one.parse(payload).contactId];
}

const on = (topic: string, cause: Cause): Subscription => ({
  name: `tiers on ${topic}`,
  topic,
  handle: (ctx, events) => reviewContacts(ctx, events.flatMap(contactsOf), cause),
});
const onBoth = (topic: string): Subscription => ({
  name: `tiers on ${topic}`,
  topic,
  handle: (ctx, events) =>
    reviewContacts(
      ctx,
      events.flatMap(({ payload }) => Object.values(both.parse(payload))),
      'merge',
    ),
});

const changed = z.object({
  keys: z.array(z.enum(['tier', 'category'])),
  contactIds: z.array(z.uuid()),
});
const standingChanges: Subscription = {
  name: 'segments by standing on standing.changed',
  topic: 'standing.changed',
  handle: (ctx: Ctx, events) =>
    evaluateHappenings(
      ctx,
      events.flatMap(({ id, payload }) => {
        const { keys, contactIds } = changed.parse(payload);
        return contactIds.map((contactId) => ({ contactId, facts: keys.map(loyaltyFact), causeId: id }));
      }),
    ),
};

export const standingSubscriptions: Subscription[] = [
  on('order.placed', 'order'),
  on('order.returned', 'return'),
  on('orders.imported', 'order'),
  on('points.earned', 'points'),
  on('points.reversed', 'points_back'),
  on('member.enrolled', 'enrolment'),
  on('member.left', 'left'),
  on('receipt.claimed', 'order'),
  onBoth('contact.merged'),
  onBoth('contact.unmerged'),
  standingChanges,
];
