import { audit } from '../../core/audit.ts';
import { authorise } from '../../core/ctx.ts';
import type { Ctx } from '../../core/ctx.ts';
import { inTxUndisturbed } from '../../core/deadlock.ts';
import { conflict, notFound } from '../../core/errors.ts';
import { newId } from '../../core/ids.ts';
import { visibleOrNotFound } from '../actions.card.ts';
import { regroup } from './actions.regroup.ts';
import type { Unmerged, UnmergeInput } from './contract.ts';
import { APART, MANUAL } from './resolve.ts';
import { asCounted, isSeparable, sharedNodes } from './shared.ts';
import { lockPresent } from './store.component.ts';
import { edgesOf, insertDecision, removeEdges } from './store.edges.ts';
import type { EdgeRow } from './store.edges.ts';
import { birthsOf, removeSettlements } from './store.refold.ts';

/**
 * Takes a merge back: by the evidence that made it, or by naming the node that is to be a contact of its own. Everything that was
 * said of the separated nodes goes with them, also what came after the merge; both contacts are folded anew from their own words.
 * Throws contact_not_found, identity_edge_not_found, identity_node_not_found, not_merged (409), evidence_joins_nobody (409: a
 * hint, or said of a shared node), too_many_nodes (409). After an error nothing was changed.
 */
export async function unmergeContact(ctx: Ctx, contactId: string, input: UnmergeInput): Promise<Unmerged> {
  authorise(ctx, 'contacts:write');
  return inTxUndisturbed(ctx, async (tx) => {
    const id = await visibleOrNotFound(tx, contactId);
    await lockPresent(tx, [id]);
    const nodeIds = ((await birthsOf(tx, [id])).get(id) ?? []).map(({ nodeId }) => nodeId);
    const said = await edgesOf(tx, nodeIds);
    const edges = asCounted(said).filter(({ removedAt }) => removedAt === null);
    const gone =
      'edgeId' in input ? byEdge(edges, input.edgeId, sharedNodes(said)) : byNode(edges, nodeIds, input.node);
    await removeEdges(tx, gone, { by: tx.actor.name, reason: input.reason });
    if ('node' in input && gone.length === 0)
      await keepApart(tx, newId(), [input.node], without(nodeIds, input.node));
    const merges = [...new Set(gone.filter(({ kind }) => kind === MANUAL).map(({ value }) => value))];
    const { moves, beyond } = await regroup(tx, nodeIds, {
      reason: input.reason,
      settle: (inner) => removeSettlements(inner, nodeIds, merges),
    });
    if (beyond.length > 0)
      throw conflict('too_many_nodes', 'This contact is connected with too many others.');
    const separated = [...new Set(moves.map(({ to }) => to))].filter((to) => to !== id);
    await audit(tx, {
      action: 'contact.unmerged',
      entity: 'contact',
      entityId: id,
      details: { separated, reason: input.reason },
    });
    return { contactId: id, separated };
  });
}

/** A merge by hand is one decision, whichever of its ends is named. */
function byEdge(edges: readonly EdgeRow[], edgeId: string, shared: ReadonlySet<string>): EdgeRow[] {
  const edge = edges.find((one) => one.edgeId === edgeId);
  if (edge === undefined) throw notFound('identity_edge', edgeId);
  if (!isSeparable(edge)) throw conflict('evidence_joins_nobody', whyNot(edge, shared.has(edge.nodeId)));
  if (edge.kind !== MANUAL) return [edge];
  return edges.filter(({ kind, value }) => kind === MANUAL && value === edge.value);
}

function whyNot({ kind }: EdgeRow, shared: boolean): string {
  if (kind.startsWith(APART)) return 'This is a decision that keeps contacts apart: it joins nobody.';
  return shared
    ? 'More people than one were proven to use this node: what was said of it joins nobody, so that there is nothing to take back.'
    : 'This only hints at who somebody is and joins nobody: there is nothing to take back.';
}

/** What was joined by hand is taken back as it was joined; otherwise nothing is removed, and a decision keeps the node apart. */
function byNode(edges: readonly EdgeRow[], nodeIds: readonly string[], node: string): EdgeRow[] {
  if (!nodeIds.includes(node)) throw notFound('identity_node', node);
  if (nodeIds.length === 1) throw conflict('not_merged', 'This contact was not merged with another.');
  const decided = new Set(
    edges.filter(({ kind, nodeId }) => kind === MANUAL && nodeId === node).map(({ value }) => value),
  );
  return edges.filter(({ kind, value }) => kind === MANUAL && decided.has(value));
}

const without = (nodeIds: readonly string[], node: string): string[] => nodeIds.filter((id) => id !== node);

/** A person's word that these nodes are never one contact with those. */
export async function keepApart(
  ctx: Ctx,
  decisionId: string,
  some: readonly string[],
  others: readonly string[],
): Promise<void> {
  await insertDecision(ctx, `${APART}${decisionId}`, 'a', some);
  await insertDecision(ctx, `${APART}${decisionId}`, 'b', others);
}
