import { audit } from '../core/audit.ts';
import { inTx } from '../core/ctx.ts';
import type { Ctx } from '../core/ctx.ts';
import { conflict, invalid, notFound } from '../core/errors.ts';
import { newId } from '../core/ids.ts';
import { foldWords } from './identity/fold.ts';
import { regroup } from './identity/actions.regroup.ts';
import { APART, MANUAL } from './identity/resolve.ts';
import { edgesOf, insertDecision, removeEdges } from './identity/store.edges.ts';
import { lockPresent } from './identity/store.component.ts';
import { birthsOf, insertSettlements, wordsOf } from './identity/store.refold.ts';
import { mergedState } from './merge.ts';
import { keysOf, sameValue, valueOf } from './state.ts';
import type { ContactState } from './state.ts';
import { presentId } from './store.merge.ts';
import { loadStates } from './store.states.ts';

/**
 * Joins contact `from` into `to` by a person's word, whatever else is known: everything that happened with `from` is `to`'s
 * afterwards, in every registered module, `from` stays as a redirect, and what `to` was stands. One transaction; an un-merge undoes
 * it. Ids merged before stand for their survivors; two ids of one contact are already merged and nothing happens. Returns the
 * survivor. Throws contact_not_found, merge_with_itself. For modules, who have authorised their caller.
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
    await forgetApart(tx, from.contactId, to.contactId);
    const mergeId = newId();
    await insertDecision(tx, MANUAL, mergeId, [from.contactId, to.contactId]);
    await regroup(tx, [from.contactId, to.contactId], {
      reason: input.reason,
      preferred: to.contactId,
      settle: (inner) => settle(inner, from, to, mergeId),
    });
    if ((await presentId(tx, from.contactId)) !== to.contactId)
      throw conflict('too_many_nodes', 'One of these contacts is connected with too many others.');
    await audit(tx, {
      action: 'contact.merged',
      entity: 'contact',
      entityId: to.contactId,
      details: { from: from.contactId, reason: input.reason },
    });
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
    await lockPresent(ctx, [from, to]);
    const states = await loadStates(ctx, [from, to], false);
    const [a, b] = [states.get(from), states.get(to)];
    if (a?.mergedInto === null && b?.mergedInto === null) return [a, b];
  }
}

/** A later word of a person takes back the earlier one that kept these two apart. */
async function forgetApart(ctx: Ctx, from: string, to: string): Promise<void> {
  const births = await birthsOf(ctx, [from, to]);
  const decisionsOf = async (contactId: string) => {
    const nodeIds = (births.get(contactId) ?? []).map(({ nodeId }) => nodeId);
    const edges = await edgesOf(ctx, nodeIds);
    return edges.filter(({ kind, removedAt }) => kind.startsWith(APART) && removedAt === null);
  };
  const [ours, theirs] = [await decisionsOf(from), await decisionsOf(to)];
  const shared = new Set(
    ours.map(({ kind }) => kind).filter((kind) => theirs.some((edge) => edge.kind === kind)),
  );
  await removeEdges(
    ctx,
    [...ours, ...theirs].filter(({ kind }) => shared.has(kind)),
    { by: ctx.actor.name, reason: 'merged by hand' },
  );
}

/** What the survivor was stands, gaps are filled from the other: words that say so, as of the merge. */
async function settle(ctx: Ctx, from: ContactState, to: ContactState, mergeId: string): Promise<void> {
  const merged = mergedState(from, to);
  const births = (await birthsOf(ctx, [to.contactId])).get(to.contactId) ?? [];
  const words = (await wordsOf(ctx, [to.contactId])).get(to.contactId) ?? [];
  const folded = foldWords(to, births, words);
  const keys = new Set([...keysOf(from), ...keysOf(to), ...keysOf(merged)]);
  const at = ctx.clock.now();
  await insertSettlements(
    ctx,
    [...keys]
      .filter((key) => key !== 'tags' && !sameValue(valueOf(folded, key), valueOf(merged, key)))
      .map((key) => ({ contactId: to.contactId, key, value: valueOf(merged, key), at })),
    mergeId,
  );
}
