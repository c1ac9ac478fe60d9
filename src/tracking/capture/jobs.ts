import type { Subscription } from '../../core/jobs.ts';
import { recordedEvents } from '../recorded.ts';
import { captureTraits } from './actions.ts';

export const captureSubscriptions: Subscription[] = [
  {
    name: 'capture on event.recorded',
    topic: 'event.recorded',
    handle: (ctx, events) => captureTraits(ctx, recordedEvents(events)),
  },
];
