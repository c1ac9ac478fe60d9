import type { Subscription } from '../../core/jobs.ts';
import { recordedEvents } from '../recorded.ts';
import { captureTraits } from './actions.ts';

/** What one transaction holds stays bounded. */
const EVENTS = 2_000;

export const captureSubscriptions: Subscription[] = [
  {
    name: 'capture on event.recorded',
    topic: 'event.recorded',
    things: EVENTS,
    handle: (ctx, events) => captureTraits(ctx, recordedEvents(events)),
  },
];
