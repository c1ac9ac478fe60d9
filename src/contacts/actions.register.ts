import { registerOwnTimeline } from './actions.timeline.ts';
import { registerEraser } from './erasers.ts';
import { registerContactsKind } from './import/kind.contacts.ts';
import { contactEraser } from './store.erase.ts';

/** What this module adds to registries at start: its own timeline and the import of contacts. */
export function registerContacts(): void {
  registerOwnTimeline();
  registerContactsKind();
  registerEraser(contactEraser);
}
