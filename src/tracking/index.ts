import { registerEraser, registerMergeMover, registerTimelineSource } from '../contacts/index.ts';
import { moveBehaviour } from './behaviour/actions.move.ts';
import { moveCommerce } from './commerce/store.merge.ts';
import { trackingEraser } from './retention/store.erase.ts';
import { factsOf, moveFacts } from './store.ts';

export { recordedEvents } from './recorded.ts';
export { allowedOrigin } from './actions.senders.ts';
export { installServerSource } from './actions.sources.ts';
export { captureSubscriptions } from './capture/jobs.ts';
export { behaviourJobs, behaviourSubscriptions } from './behaviour/jobs.ts';
export { behaviourRoutes } from './behaviour/routes.ts';
export { contactTrait, session } from './behaviour/schema.ts';
export { eventsOfDeed, LIST_VIEWED } from './commerce/interest.ts';
export { form } from './forms/schema.ts';
export { registerOnsiteAudience } from './onsite/audience.ts';
export type { OnsiteAudience } from './onsite/audience.ts';
export { onsiteMessage } from './onsite/schema.ts';
export { event, source } from './schema.ts';
export { eventsByKey } from './store.events.ts';
export type { EventRead } from './store.events.ts';
export { ingestJobs } from './jobs.ts';
export { formJobs } from './forms/jobs.ts';
export { vapidKeys } from './push/vapid.ts';
export { trackingRoutes } from './routes.ts';
export { prepareSnippet } from './snippet/actions.ts';

export function registerTracking(): void {
  registerMergeMover({ name: 'tracking', move: moveFacts });
  registerMergeMover({ name: 'tracking.commerce', move: moveCommerce });
  registerMergeMover(moveBehaviour);
  registerEraser(trackingEraser);
  registerTimelineSource({
    kind: 'event',
    load: async (ctx, contactId, { before, limit }) => {
      const facts = await factsOf(ctx, contactId, before, limit);
      return facts.map(({ id, occurredAt, type, name, trust, properties, refused }) => ({
        id,
        kind: 'event',
        occurredAt,
        data: { type, name, trust, properties, ...(refused === null ? {} : { refused }) },
      }));
    },
  });
}
