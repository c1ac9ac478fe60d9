import { inTx } from '../../core/ctx.ts';
import type { Ctx } from '../../core/ctx.ts';
import { emit } from '../../core/outbox.ts';
import { computeTraits, takeDue } from './store.traits.ts';

/** Contacts of one statement: some tens of milliseconds. */
const BATCH = 200;

/**
 * Computes the traits of contacts that wait for it and tells which changed (`traits.changed`). Gives how many contacts there
 * were; 0 when nobody waits.
 */
export async function refreshTraits(ctx: Ctx): Promise<number> {
  return inTx(ctx, async (tx) => {
    const contactIds = await takeDue(tx, BATCH);
    if (contactIds.length === 0) return 0;
    const changed = await computeTraits(tx, contactIds);
    if (changed.length > 0) {
      const keys = [...new Set(changed.map(({ key }) => key))].toSorted();
      await emit(tx, 'traits.changed', [
        { contactIds: [...new Set(changed.map(({ contactId }) => contactId))], keys },
      ]);
    }
    return contactIds.length;
  });
}
