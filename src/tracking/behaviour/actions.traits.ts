import { inTx } from '../../core/ctx.ts';
import type { Ctx } from '../../core/ctx.ts';
import { emit } from '../../core/outbox.ts';
import { isPoison } from '../poison.ts';
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
    const changed = await computeAll(tx, contactIds);
    if (changed.length > 0) {
      const keys = [...new Set(changed.map(({ key }) => key))].toSorted();
      await emit(tx, 'traits.changed', [
        { contactIds: [...new Set(changed.map(({ contactId }) => contactId))], keys },
      ]);
    }
    return contactIds.length;
  });
}

type Changed = Awaited<ReturnType<typeof computeTraits>>;

/** All at once; where the database refuses what some contact holds, each alone, so that one never stops others. */
async function computeAll(tx: Ctx, contactIds: readonly string[]): Promise<Changed> {
  try {
    return await inSavepoint(tx, contactIds);
  } catch (error) {
    if (!isPoison(error)) throw error;
    if (contactIds.length > 1) {
      const changed: Changed = [];
      for (const contactId of contactIds) changed.push(...(await computeAll(tx, [contactId])));
      return changed;
    }
    // It waits no more: its next fact has it tried again.
    tx.log.error({ contactId: contactIds[0], err: error }, 'traits not computed');
    return [];
  }
}

function inSavepoint(tx: Ctx, contactIds: readonly string[]): Promise<Changed> {
  return tx.db.transaction((db) => computeTraits({ ...tx, db }, contactIds));
}
