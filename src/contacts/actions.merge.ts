import { audit } from '../core/audit.ts';
import { inTx } from '../core/ctx.ts';
import type { Ctx } from '../core/ctx.ts';
import { invalid, notFound } from '../core/errors.ts';
import { emit } from '../core/outbox.ts';
import { keysOf, valueOf } from './state.ts';
import type { ContactState } from './state.ts';
import { defaultOf } from './apply.ts';
import { mergedState } from './merge.ts';
import { mergeMovers } from './movers.ts';
import { markMerged, moveOwnRows, presentId, settleHistory } from './store.merge.ts';
import { loadStates } from './store.states.ts';
import { saveMerged } from './store.write.ts';

/**
 * Joins contact `from` into `to`: everything that happened with `from` is `to`'s afterwards, in every registered module, and
 * `from` stays as a redirect. One transaction. Ids merged before stand for their survivors; two ids of one contact are
 * already merged and nothing happens. Returns the survivor. Throws contact_not_found, merge_with_itself. For modules, who
 * have authorised their caller.
 */
export async function mergeContacts(
  ctx: Ctx,
  input: { from: string; to: string; reason: string },
): Promise<string> {
  if (input.from === input.to)
    throw invalid('merge_with_itself', 'A contact cannot be merged with itself.', 'to');
  return inTx(ctx, async (tx) => {
    const [from, to] = await lockPair(tx, input.from, input.to);
    if (from.contactId === to.contactId) return to.contactId;
    await markMerged(tx, from, to.contactId);
    await moveOwnRows(tx, from.contactId, to.contactId);
    for (const mover of mergeMovers()) await mover.move(tx, from.contactId, to.contactId);
    await saveSurvivor(tx, from, to);
    await audit(tx, {
      action: 'contact.merged',
      entity: 'contact',
      entityId: to.contactId,
      details: { from: from.contactId, reason: input.reason },
    });
    await emit(tx, 'contact.merged', [{ from: from.contactId, to: to.contactId }]);
    return to.contactId;
  });
}

/** Locks both contacts, in the order of their ids like everybody else; follows merges that happened before or meanwhile. */
async function lockPair(ctx: Ctx, fromId: string, toId: string): Promise<[ContactState, ContactState]> {
  for (;;) {
    const from = await presentId(ctx, fromId);
    const to = await presentId(ctx, toId);
    if (from === null) throw notFound('contact', fromId);
    if (to === null) throw notFound('contact', toId);
    const states = await loadStates(ctx, [from, to], true);
    const [a, b] = [states.get(from), states.get(to)];
    if (a?.mergedInto === null && b?.mergedInto === null) return [a, b];
  }
}

async function saveSurvivor(ctx: Ctx, from: ContactState, to: ContactState): Promise<void> {
  const moved = await loadStates(ctx, [to.contactId], false);
  const survivor = mergedState(from, { ...to, points: moved.get(to.contactId)?.points ?? to.points });
  survivor.externalIds = moved.get(to.contactId)?.externalIds ?? to.externalIds;
  await saveMerged(ctx, { from, to, survivor });
  const keys = new Set([...keysOf(from), ...keysOf(to), ...keysOf(survivor)]);
  const words = [...keys].map((key) => ({ key, value: valueOf(survivor, key), initial: defaultOf(key) }));
  await settleHistory(ctx, to.contactId, words);
}
