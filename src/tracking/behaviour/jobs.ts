import { z } from 'zod';
import { holdContacts } from '../../contacts/index.ts';
import type { Ctx } from '../../core/ctx.ts';
import type { Job, OutboxEvent, Subscription } from '../../core/jobs.ts';
import { emit } from '../../core/outbox.ts';
import { HOUR_MS, SECOND_MS } from '../../core/time.ts';
import { recordedEvents } from '../recorded.ts';
import { expireTraits, refreshTraitsGently } from './actions.traits.ts';
import { takeVisits } from './actions.visits.ts';
import { markDue, markOfZone } from './store.due.ts';
import { lockContacts, markConverted } from './store.visits.ts';
import { ALL_PARTS, ORDER_PARTS, PARTS, VIEWS, ZONE_PARTS } from './traits.ts';

/** Long enough that the facts of one visit are one computation, short enough for whoever looks at the card meanwhile. */
const TRAITS_EVERY_MS = 10 * SECOND_MS;

export const behaviourJobs: Job[] = [
  {
    name: 'tracking.traits',
    everyMs: TRAITS_EVERY_MS,
    run: async (ctx, _data, signal) => refreshTraitsGently(ctx, signal),
  },
  {
    name: 'tracking.traits.expire',
    everyMs: HOUR_MS,
    run: async (ctx, _data, signal) => expireTraits(ctx, signal),
  },
];

/** What a payload holds. */
const MAX_TOLD = 300;

const one = z.object({ contactId: z.uuid() });
const many = z.object({ contactIds: z.array(z.uuid()) });
const changed = z.object({ contactId: z.uuid(), keys: z.array(z.string()) });
const merged = z.object({ to: z.uuid() });

const on = (topic: string, handle: Subscription['handle']): Subscription => ({
  name: `behaviour on ${topic}`,
  topic,
  handle,
});

const onEvents = async (ctx: Ctx, events: readonly OutboxEvent[]): Promise<void> => {
  const recorded = recordedEvents(events).filter(({ bot }) => !bot);
  const { visitors, changed } = await takeVisits(ctx, recorded);
  const told = new Set(recorded.map(({ contactId }) => contactId));
  const viewed = recorded.filter(({ name }) => VIEWS.includes(name)).map(({ contactId }) => contactId);
  // People were parted or merged while these events were on their way: nobody else learns whose visits changed.
  const others = visitors.filter((id) => !told.has(id));
  await markDue(ctx, [
    { contactIds: changed, parts: PARTS.visits },
    { contactIds: viewed, parts: PARTS.category },
    { contactIds: others, parts: ALL_PARTS },
  ]);
  for (let from = 0; from < others.length; from += MAX_TOLD)
    await emit(ctx, 'visits.changed', [{ contactIds: others.slice(from, from + MAX_TOLD) }]);
};

/** Orders decide which visits led somewhere; no trait tells of that. */
async function onOrders(ctx: Ctx, contactIds: readonly string[]): Promise<void> {
  await lockContacts(ctx, contactIds);
  await markConverted(ctx, contactIds);
  await markDue(ctx, [{ contactIds, parts: ORDER_PARTS }]);
}

/** Contacts before wishes, like everybody; and all of them, of whom other subscribers may hold some. */
async function onChanged(ctx: Ctx, events: readonly OutboxEvent[]): Promise<void> {
  const told = events.map(({ payload }) => changed.parse(payload));
  const ofZone = told.filter(({ keys }) => keys.includes('timeZone'));
  if (ofZone.length === 0) return;
  const present = await holdContacts(
    ctx,
    told.map(({ contactId }) => contactId),
    'alone',
  );
  const contactIds = ofZone.map(({ contactId }) => present.get(contactId) ?? contactId);
  await markDue(ctx, [{ contactIds, parts: ZONE_PARTS }]);
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
  on('contact.changed', onChanged),
  // Of somebody who did nothing the other may have got the zone alone.
  on('contact.merged', (ctx, events) =>
    markOfZone(ctx, {
      contactIds: [...new Set(events.map(({ payload }) => merged.parse(payload).to))],
      parts: ZONE_PARTS,
    }),
  ),
  // An import does not say what it changed.
  on('contacts.imported', (ctx, events) =>
    markOfZone(ctx, {
      contactIds: [...new Set(events.flatMap(({ payload }) => many.parse(payload).contactIds))],
      parts: ZONE_PARTS,
    }),
  ),
];
