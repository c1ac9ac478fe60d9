import { z } from 'zod';
import type { Ctx } from '../../core/ctx.ts';
import type { Job, OutboxEvent, Subscription } from '../../core/jobs.ts';
import { emit } from '../../core/outbox.ts';
import { SECOND_MS } from '../../core/time.ts';
import { recordedEvents } from '../recorded.ts';
import { refreshTraits } from './actions.traits.ts';
import { takeVisits } from './actions.visits.ts';
import { markDue } from './store.traits.ts';
import { lockContacts, markConverted } from './store.visits.ts';

/** Long enough that the facts of one visit are one computation, short enough for whoever looks at the card meanwhile. */
const TRAITS_EVERY_MS = 10 * SECOND_MS;

export const behaviourJobs: Job[] = [
  {
    name: 'tracking.traits',
    everyMs: TRAITS_EVERY_MS,
    run: async (ctx, _data, signal) => {
      while (!signal.aborted && (await refreshTraits(ctx)) > 0);
    },
  },
];

/** What a payload holds. */
const MAX_TOLD = 300;

const one = z.object({ contactId: z.uuid() });
const many = z.object({ contactIds: z.array(z.uuid()) });
const changed = z.object({ contactId: z.uuid(), keys: z.array(z.string()) });

const on = (topic: string, handle: Subscription['handle']): Subscription => ({
  name: `behaviour on ${topic}`,
  topic,
  handle,
});

const onEvents = async (ctx: Ctx, events: readonly OutboxEvent[]): Promise<void> => {
  const recorded = recordedEvents(events).filter(({ bot }) => !bot);
  const visitors = await takeVisits(ctx, recorded);
  const told = new Set(recorded.map(({ contactId }) => contactId));
  await markDue(ctx, [...visitors, ...told]);
  // People were parted or merged while these events were on their way: nobody else learns whose visits changed.
  const others = visitors.filter((id) => !told.has(id));
  for (let from = 0; from < others.length; from += MAX_TOLD)
    await emit(ctx, 'visits.changed', [{ contactIds: others.slice(from, from + MAX_TOLD) }]);
};

/** Orders decide which visits led somewhere. */
async function onOrders(ctx: Ctx, contactIds: readonly string[]): Promise<void> {
  await lockContacts(ctx, contactIds);
  await markConverted(ctx, contactIds);
  await markDue(ctx, contactIds);
}

/** Before whoever reads visits: subscribers of one topic run in the order they are listed. */
export const behaviourSubscriptions: Subscription[] = [
  on('event.recorded', onEvents),
  ...['order.placed', 'order.returned', 'order.adjusted'].map((topic) =>
    on(topic, (ctx, events) =>
      onOrders(ctx, [...new Set(events.map(({ payload }) => one.parse(payload).contactId))]),
    ),
  ),
  on('orders.imported', (ctx, events) =>
    onOrders(ctx, [...new Set(events.flatMap(({ payload }) => many.parse(payload).contactIds))]),
  ),
  on('contact.changed', (ctx, events) =>
    markDue(
      ctx,
      events.flatMap(({ payload }) => {
        const { contactId, keys } = changed.parse(payload);
        return keys.includes('timeZone') ? [contactId] : [];
      }),
    ),
  ),
];
