import { audit } from '../core/audit.ts';
import { authorise, inTx } from '../core/ctx.ts';
import type { Ctx } from '../core/ctx.ts';
import { DomainError } from '../core/errors.ts';
import { newId } from '../core/ids.ts';
import { emit } from '../core/outbox.ts';
import { checkOwner } from './actions.card.ts';
import { scopeFor } from './actions.list.ts';
import type { BulkInput } from './contract.list.ts';
import { MAX_BULK_CONTACTS } from './contract.ts';
import { changeMany, idsOfScope, visibleOf } from './store.bulk.ts';

/** Contacts of one statement: its locks and rows stay small. */
const BATCH = 1_000;

/**
 * Tags or assigns many contacts: those named, or all who fit a search and filter, of those the actor may see. All or nothing.
 * Returns how many were meant and how many were really changed. Throws bulk_too_large (422) beyond MAX_BULK_CONTACTS.
 */
export async function bulkChange(ctx: Ctx, input: BulkInput): Promise<{ matched: number; changed: number }> {
  authorise(ctx, 'contacts:write');
  await checkOwner(ctx, input.ownerId);
  const { ids, search, filter, addTags = [], removeTags = [], ownerId } = input;
  return inTx(ctx, async (tx) => {
    const meant =
      ids === undefined
        ? await idsOfScope(tx, scopeFor(tx, { search, filter }), MAX_BULK_CONTACTS + 1)
        : await visibleOf(tx, ids);
    if (meant.length > MAX_BULK_CONTACTS) {
      throw new DomainError({
        code: 'bulk_too_large',
        status: 422,
        detail: `More than ${MAX_BULK_CONTACTS} contacts fit. Narrow the filter and do it in parts.`,
        at: 'filter',
      });
    }
    const sorted = meant.toSorted();
    let changed = 0;
    for (let from = 0; from < sorted.length; from += BATCH) {
      const done = await changeMany(tx, sorted.slice(from, from + BATCH), { addTags, removeTags, ownerId });
      await emit(tx, 'contact.changed', done);
      changed += done.length;
    }
    const details = {
      matched: sorted.length,
      changed,
      addTags,
      removeTags,
      ...(ownerId === undefined ? {} : { ownerId }),
    };
    await audit(tx, {
      action: 'contacts.bulk_changed',
      entity: 'contact',
      entityId: newId(),
      details: { ...details, search, filter },
    });
    return { matched: sorted.length, changed };
  });
}

/** Adds and takes away tags of contacts. For modules, who have authorised their caller; in their transaction. */
export async function tagContacts(
  ctx: Ctx,
  contactIds: readonly string[],
  change: { addTags: readonly string[]; removeTags: readonly string[] },
): Promise<void> {
  const done = await changeMany(ctx, contactIds.toSorted(), change);
  await emit(ctx, 'contact.changed', done);
}
