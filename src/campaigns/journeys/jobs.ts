import { z } from 'zod';
import type { Ctx } from '../../core/ctx.ts';
import type { Job, OutboxEvent, Subscription } from '../../core/jobs.ts';
import { emit } from '../../core/outbox.ts';
import { SECOND_MS } from '../../core/time.ts';
import { recordedEvents } from '../../tracking/index.ts';
import { enterByEvents, enterByOrders, enterBySegments, fillJourneys } from './actions.enter.ts';
import { moveDue } from './actions.run.ts';
import { clearStopped, wake, wakesInUse } from './store.people.ts';
import type { Wake } from './store.people.ts';
import { ANY } from './watches.ts';

/** A wait is over by this much late at most. */
const MOVE_MS = 2 * SECOND_MS;
/** People that leave a stopped journey in one transaction. */
const CLEAR = 2_000;

const move: Job = {
  name: 'campaigns.journeys',
  everyMs: MOVE_MS,
  run: async (ctx, _data, signal) => {
    await fillJourneys(ctx, signal);
    while (!signal.aborted && (await clearStopped(ctx, CLEAR)) > 0);
    await moveDue(ctx, signal);
  },
};

export const journeyJobs: Job[] = [move];

const one = z.object({ contactId: z.uuid() });
const many = z.object({ contactIds: z.array(z.uuid()) });
const moved = z.object({ moves: z.array(z.object({ contactIds: z.array(z.uuid()).nullable() })) });
const answered = z.object({ contactId: z.uuid(), human: z.boolean() });

/** Has those looked at who wait for one of these facts, or whose goals any fact may fulfil. */
async function wakeBy(ctx: Ctx, read: () => Wake[]): Promise<void> {
  const inUse = await wakesInUse(ctx);
  if (inUse.size === 0) return;
  const wakes = read().filter(({ key }) => inUse.has(ANY) || inUse.has(key));
  if ((await wake(ctx, wakes)) > 0) await emit(ctx, 'job.campaigns.journeys', [{}]);
}

const wakesBy = (topic: string, read: (payload: unknown) => Wake[]): Subscription => ({
  name: `journeys wake on ${topic}`,
  topic,
  handle: (ctx, events) => wakeBy(ctx, () => events.flatMap(({ payload }) => read(payload))),
});

const ofOne =
  (key: string) =>
  (payload: unknown): Wake[] => [{ contactId: one.parse(payload).contactId, key }];

const segmentMoves = (payload: unknown): Wake[] =>
  moved
    .parse(payload)
    .moves.flatMap(({ contactIds }) => (contactIds ?? []).map((contactId) => ({ contactId, key: ANY })));

const enters = (
  topic: string,
  handle: (ctx: Ctx, events: readonly OutboxEvent[]) => Promise<void>,
): Subscription => ({ name: `journeys begin on ${topic}`, topic, handle });

/** After the segments, which what they ask reads: those who wait are looked at once the facts are in. */
export const journeySubscriptions: Subscription[] = [
  enters('event.recorded', enterByEvents),
  enters('order.placed', enterByOrders),
  enters('segment.entered', (ctx, events) => enterBySegments(ctx, 'entered', events)),
  enters('segment.left', (ctx, events) => enterBySegments(ctx, 'left', events)),
  {
    name: 'journeys wake on event.recorded',
    topic: 'event.recorded',
    handle: (ctx, events) =>
      wakeBy(ctx, () =>
        recordedEvents(events)
          .filter(({ bot }) => !bot)
          .map(({ contactId, name }) => ({ contactId, key: `event:${name}` })),
      ),
  },
  wakesBy('order.placed', ofOne('order')),
  wakesBy('order.returned', ofOne(ANY)),
  wakesBy('contact.changed', ofOne(ANY)),
  wakesBy('response.recorded', (payload) => {
    const { contactId, human } = answered.parse(payload);
    return human ? [{ contactId, key: 'response' }] : [];
  }),
  wakesBy('messages.settled', (payload) =>
    many.parse(payload).contactIds.map((contactId) => ({ contactId, key: 'message' })),
  ),
  wakesBy('segment.entered', segmentMoves),
  wakesBy('segment.left', segmentMoves),
];
