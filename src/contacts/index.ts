export { consent, contact, contactExternalId, contactHistory, contactPoint, suppression } from './schema.ts';
export { registerMergeMover } from './movers.ts';
export type { MergeMover } from './movers.ts';
export { registerTimelineSource } from './timeline.ts';
export type { TimelineCursor, TimelineEntry, TimelineSource } from './timeline.ts';
export { visibleContacts } from './store.visible.ts';
