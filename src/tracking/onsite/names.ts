/** What pages tell of messages. Also the condition of an index: a new name here is a new migration. */
export const ONSITE_EVENTS = [
  'On-site Message Shown',
  'On-site Message Clicked',
  'On-site Message Closed',
  'On-site Message Held Back',
] as const;
export type OnsiteEvent = (typeof ONSITE_EVENTS)[number];
