import type { Ctx } from '../../core/ctx.ts';
import { emit } from '../../core/outbox.ts';
import { mergeMovers } from '../movers.ts';
import type { Move } from '../movers.ts';
import type { ContactState } from '../state.ts';
import { loadStates } from '../store.states.ts';
import { saveRefolded } from '../store.write.ts';
import type { EdgeRow } from './store.edges.ts';
import { foldWords, unsettled } from './fold.ts';
import { inTurns, planMoves } from './plan.ts';
import type { Plan } from './plan.ts';
import { HAS, resolve } from './resolve.ts';
import type { Conflict } from './resolve.ts';
import { lockPresent, nodesOf, reach } from './store.component.ts';
import type { NodeRow } from './store.component.ts';
import { edgesOf } from './store.edges.ts';
import {
  BY_ITSELF,
  birthsOf,
  insertMerges,
  insertSettlements,
  moveOwnRows,
  placeNodes,
  removeSettlements,
  restorePoints,
  wordsOf,
} from './store.refold.ts';
import { asCounted, isDecision, sharedNodes } from './shared.ts';
import { queueReviews, withdrawReviews } from './store.reviews.ts';
import { tablesHolding, unpark } from './store.rows.ts';

/** Nodes looked at for one piece of evidence. Beyond it the evidence names half the base and joins nobody. */
const MAX_COMPONENT = 500;
/** Pieces of evidence looked at together. */
const MAX_STARTS = 150;

export type Reason = {
  reason: string;
  /** The contact that goes on in a merge a person asked for. */
  preferred?: string;
  /** Runs between the moves and what the contacts are from then on. */
  settle?: (ctx: Ctx) => Promise<void>;
};

export type Change = {
  moves: Move[];
  conflicts: Conflict[];
  /** Of whose surroundings too many nodes are part: nothing was done about them. */
  beyond: string[];
};

/**
 * Brings the contacts around these nodes to what the edges say: resolves, moves rows of every module, folds what each contact is
 * anew, and tells of it. In the caller's transaction.
 */
export async function regroup(ctx: Ctx, nodeIds: readonly string[], why: Reason): Promise<Change> {
  const starts = [...new Set(nodeIds)].toSorted();
  const change: Change = { moves: [], conflicts: [], beyond: [] };
  for (let at = 0; at < starts.length; at += MAX_STARTS)
    await regroupHalving(ctx, starts.slice(at, at + MAX_STARTS), why, change);
  return change;
}

/** Evidence about somebody with countless nodes must not keep the rest of its batch from counting: halves find it. */
async function regroupHalving(
  ctx: Ctx,
  starts: readonly string[],
  why: Reason,
  change: Change,
): Promise<void> {
  const done = await regroupPart(ctx, starts, why);
  if (done !== null) {
    change.moves.push(...done.moves);
    change.conflicts.push(...done.conflicts);
    return;
  }
  const [only = ''] = starts;
  if (starts.length === 1) {
    ctx.log.warn(
      { node: only, most: MAX_COMPONENT },
      'too many nodes are connected: nobody is joined or separated',
    );
    change.beyond.push(only);
    return;
  }
  const middle = starts.length >> 1;
  await regroupHalving(ctx, starts.slice(0, middle), why, change);
  await regroupHalving(ctx, starts.slice(middle), why, change);
}

async function regroupPart(ctx: Ctx, starts: readonly string[], why: Reason): Promise<Change | null> {
  const nodes = await holdComponent(ctx, starts);
  if (nodes === null) return null;
  const edges = await edgesOf(
    ctx,
    nodes.map(({ nodeId }) => nodeId),
  );
  const { groups, conflicts } = resolve(nodes, standing(edges));
  const plan = planMoves(nodes, groups, why.preferred);
  if (plan.moves.length > 0) await carryOut(ctx, plan, why);
  await reviewShared(ctx, edges);
  await queueReviews(ctx, conflicts);
  return { moves: plan.moves, conflicts, beyond: [] };
}

/** Pairs only a shared node speaks for are nothing to decide about; those something else speaks for wait on. */
async function reviewShared(ctx: Ctx, edges: readonly EdgeRow[]): Promise<void> {
  const shared = sharedNodes(edges);
  const spoke = edges.filter(({ nodeId, kind }) => shared.has(nodeId) && !isDecision(kind));
  if (spoke.length === 0) return;
  const pairs = spoke.map(({ kind, value }) => ({
    kind: kind.startsWith(HAS) ? kind.slice(HAS.length) : kind,
    value,
  }));
  for (const contactId of await withdrawReviews(ctx, [...shared], pairs)) {
    const nodeIds = await reach(ctx, [contactId], MAX_COMPONENT);
    if (nodeIds.length > MAX_COMPONENT) continue;
    const { conflicts } = resolve(await nodesOf(ctx, nodeIds), standing(await edgesOf(ctx, nodeIds)));
    await queueReviews(ctx, conflicts);
  }
}

const standing = (edges: readonly EdgeRow[]) =>
  asCounted(edges)
    .filter(({ strength, removedAt }) => strength === 'strong' && removedAt === null)
    .map(({ nodeId, kind, value, occurredAt }) => ({ nodeId, kind, value, at: occurredAt.getTime() }));

/** The nodes connected with these, their contacts locked; null when there are too many. */
async function holdComponent(ctx: Ctx, starts: readonly string[]): Promise<NodeRow[] | null> {
  let nodeIds = await reach(ctx, starts, MAX_COMPONENT);
  for (;;) {
    if (nodeIds.length > MAX_COMPONENT) return null;
    await lockPresent(ctx, nodeIds);
    // Somebody may have joined or separated some of them before we had the locks.
    const now = await reach(ctx, starts, MAX_COMPONENT);
    const known = new Set(nodeIds);
    if (now.every((id) => known.has(id))) return nodesOf(ctx, now);
    nodeIds = now;
  }
}

async function carryOut(ctx: Ctx, plan: Plan, why: Reason): Promise<void> {
  const touched = [...new Set(plan.moves.flatMap(({ from, to }) => [from, to]))].toSorted();
  const before = await loadStates(ctx, touched, false);
  await removeSettlements(ctx, touched, [BY_ITSELF]);
  const holding = await tablesHolding(ctx, [...new Set(plan.moves.map(({ from }) => from))]);
  const arrived = new Set<string>();
  for (const turn of inTurns(plan.moves)) {
    const moves = turn.map((move) => {
      // Somebody whom an earlier move of these brought rows has more than was looked for.
      const tables = arrived.has(move.from) ? undefined : holding.get(move.from);
      return tables === undefined ? move : { ...move, tables };
    });
    await moveOwnRows(ctx, moves);
    for (const mover of mergeMovers()) await mover.move(ctx, moves);
    for (const { to } of moves) arrived.add(to);
  }
  await placeNodes(ctx, plan.places);
  await why.settle?.(ctx);
  await refold(ctx, touched, before);
  await insertMerges(
    ctx,
    plan.moves.map(({ from, to, origins }) => ({
      kind: origins === null ? 'merge' : 'unmerge',
      fromId: from,
      toId: to,
      nodes: [...plan.places]
        .filter(([id, place]) => place === to && (origins?.includes(id) ?? true))
        .map(([id]) => id),
      reason: why.reason,
    })),
  );
  const told = (moves: readonly Move[]) => moves.map(({ from, to }) => ({ from, to }));
  await emit(ctx, 'contact.merged', told(plan.moves.filter(({ origins }) => origins === null)));
  await emit(ctx, 'contact.unmerged', told(plan.moves.filter(({ origins }) => origins !== null)));
}

/** Writes what contacts are, from the words of the nodes they have now. `before` finds the look-ups they were under. */
async function refold(
  ctx: Ctx,
  contactIds: readonly string[],
  before: ReadonlyMap<string, ContactState>,
): Promise<void> {
  const rowsNow = await loadStates(ctx, contactIds, false);
  const living = [...rowsNow.values()].filter(({ mergedInto }) => mergedInto === null);
  const ids = living.map(({ contactId }) => contactId);
  await unpark(ctx, ids);
  await restorePoints(ctx, contactIds);
  const states = await loadStates(ctx, ids, false);
  const births = await birthsOf(ctx, ids);
  const words = await wordsOf(ctx, ids);
  const folded = [...states.values()].map((state) => {
    const was = before.get(state.contactId);
    return {
      state: foldWords(state, births.get(state.contactId) ?? [], words.get(state.contactId) ?? []),
      before: was === undefined || was.mergedInto !== null ? null : was,
    };
  });
  const gone = [...rowsNow.keys()].flatMap((id) => {
    const was = before.get(id);
    return states.has(id) || was === undefined || was.mergedInto !== null ? [] : [was];
  });
  await saveRefolded(ctx, folded, gone);
  await insertSettlements(
    ctx,
    folded.flatMap(({ state }) =>
      unsettled(state, words.get(state.contactId) ?? []).map(({ key, value, at }) => ({
        contactId: state.contactId,
        key,
        value,
        at: new Date(at),
      })),
    ),
    BY_ITSELF,
  );
}
