import type { OutboxEvent } from '../core/jobs.ts';
import { eventsRecorded } from './contract.ts';
import type { EventRecorded } from './contract.ts';

/** The stored events that outbox events of the topic `event.recorded` tell of, in their order. */
export function recordedEvents(events: readonly OutboxEvent[]): EventRecorded[] {
  return events.flatMap(({ payload }) => eventsRecorded.parse(payload).events);
}
