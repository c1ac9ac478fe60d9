import { registerOwnTimeline } from './actions.timeline.ts';
import { registerContactsKind } from './import/kind.contacts.ts';

/** What this module adds to registries at start: its own timeline and the import of contacts. */
export function registerContacts(): void {
  registerOwnTimeline();
  registerContactsKind();
}
