import type { Subscription } from '../../core/jobs.ts';
import { recordedEvents } from '../recorded.ts';
import { captureTraits } from './actions.ts';

/** A row tells of up to a hundred events: what one transaction holds stays bounded. */
const ROWS = 20;

export const captureSubscriptions: Subscription[] = [
  {
    name: 'capture on event.recorded',
    topic: 'event.recorded',
    rows: ROWS,
    handle: (ctx, events) => captureTraits(ctx, recordedEvents(events)),
  },
];
