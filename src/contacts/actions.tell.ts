import type { Ctx } from '../core/ctx.ts';
import { emit } from '../core/outbox.ts';
import { isChanged } from './apply.ts';
import type { Draft } from './apply.ts';

/** Tells of what drafts brought: `contact.created`, or `contact.changed` with the keys that have another value now. */
export async function tellChanges(ctx: Ctx, drafts: readonly Draft[]): Promise<void> {
  const changed = drafts.filter(isChanged);
  const created = changed.filter((d) => d.isNew).map((d) => ({ contactId: d.state.contactId }));
  const others = changed
    .filter((d) => !d.isNew)
    .map((d) => ({ contactId: d.state.contactId, keys: keysOf(d) }));
  await emit(ctx, 'contact.created', created);
  await emit(ctx, 'contact.changed', others);
}

function keysOf(draft: Draft): string[] {
  const keys = new Set(draft.changes.map((change) => change.key));
  if (draft.newPoints.length + draft.removedPoints.length > 0) keys.add('points');
  if (draft.newIds.length > 0) keys.add('externalIds');
  return [...keys];
}
