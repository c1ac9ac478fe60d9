import { audit } from '../../core/audit.ts';
import { authorise } from '../../core/ctx.ts';
import type { Ctx } from '../../core/ctx.ts';
import { inTxUndisturbed } from '../../core/deadlock.ts';
import { conflict, notFound } from '../../core/errors.ts';
import { cursorId, cursorInstant, cursorNumber, decodeCursor, toPage } from '../../core/paging.ts';
import type { Page } from '../../core/paging.ts';
import { visibleOrNotFound } from '../actions.card.ts';
import { mergeContacts } from '../actions.merge.ts';
import { loadStates } from '../store.states.ts';
import type { ContactState } from '../state.ts';
import { keepApart } from './actions.unmerge.ts';
import type { IdentityView, ReviewDecision, ReviewView } from './contract.ts';
import { nodesOf } from './store.component.ts';
import type { NodeRow } from './store.component.ts';
import { edgesOf } from './store.edges.ts';
import type { EdgeRow } from './store.edges.ts';
import { birthsOf } from './store.refold.ts';
import { decideReview, findReview, openReviews } from './store.reviews.ts';
import type { ReviewRow } from './store.reviews.ts';
import { mergesOf, pointsOfNodes } from './store.merges.ts';
import { compare } from './compare.ts';
import { asCounted, isSeparable, sharedNodes } from './shared.ts';

/** Merges `from` into the contact for a person who may see both. Throws contact_not_found, merge_with_itself. */
export async function mergeByHand(
  ctx: Ctx,
  contactId: string,
  input: { from: string; reason: string },
): Promise<string> {
  authorise(ctx, 'contacts:write');
  const to = await visibleOrNotFound(ctx, contactId);
  const from = await visibleOrNotFound(ctx, input.from);
  return inTxUndisturbed(ctx, (tx) => mergeContacts(tx, { from, to, reason: input.reason }));
}

/** The reason of a pair that proofs do not speak for. */
const UNPROVEN = 'unproven';

type Known = { nodes: NodeRow[]; edges: EdgeRow[] };

async function knownOf(ctx: Ctx, contactIds: readonly string[]): Promise<Map<string, Known>> {
  const births = await birthsOf(ctx, contactIds);
  const nodeIds = [...births.values()].flat().map(({ nodeId }) => nodeId);
  const nodes = Map.groupBy(await nodesOf(ctx, nodeIds), ({ contactId }) => contactId);
  const edges = await edgesOf(ctx, nodeIds);
  return new Map(
    contactIds.map((id) => {
      const own = nodes.get(id) ?? [];
      const ids = new Set(own.map(({ nodeId }) => nodeId));
      return [id, { nodes: own, edges: edges.filter(({ nodeId }) => ids.has(nodeId)) }];
    }),
  );
}

/** Of what a contact is made, with everything that was said of it and every merge it went through. */
export async function identityOf(ctx: Ctx, contactId: string): Promise<IdentityView> {
  authorise(ctx, 'contacts:read');
  const id = await visibleOrNotFound(ctx, contactId);
  const { nodes, edges } = (await knownOf(ctx, [id])).get(id) ?? { nodes: [], edges: [] };
  const shared = sharedNodes(edges);
  const separable = new Set(
    asCounted(edges)
      .filter(isSeparable)
      .map(({ edgeId }) => edgeId),
  );
  const points = Map.groupBy(await pointsOfNodes(ctx, id), ({ nodeId }) => nodeId);
  const merges = await mergesOf(
    ctx,
    nodes.map(({ nodeId }) => nodeId),
  );
  return {
    contactId: id,
    nodes: nodes.map(({ nodeId, known, bornAt, own }) => ({
      node: nodeId,
      present: nodeId === id,
      known,
      shared: shared.has(nodeId),
      since: bornAt.toISOString(),
      ids: own,
      points: (points.get(nodeId) ?? []).map(({ kind, value }) => ({ kind, value })),
    })),
    edges: edges.map(({ nodeId, edgeId, kind, value, strength, source, occurredAt, ...rest }) => ({
      edgeId,
      node: nodeId,
      kind,
      value,
      strength,
      source,
      occurredAt: occurredAt.toISOString(),
      separable: separable.has(edgeId),
      removed:
        rest.removedAt === null
          ? null
          : { at: rest.removedAt.toISOString(), by: rest.removedBy ?? '', reason: rest.removedReason ?? '' },
    })),
    merges: merges.map(({ madeAt, ...merge }) => ({ ...merge, at: madeAt.toISOString() })),
  };
}

/**
 * Pairs that wait for a decision, both of whose contacts the actor may see: those that proofs speak for, then those that only
 * share an address nobody proved; oldest first.
 */
export async function listReviews(
  ctx: Ctx,
  page: { cursor?: string | undefined; limit: number },
): Promise<Page<ReviewView>> {
  authorise(ctx, 'contacts:read');
  const [late, at, id] = page.cursor === undefined ? [] : decodeCursor(page.cursor, 3);
  const after =
    at === undefined
      ? null
      : { unproven: cursorNumber(late) === 1, createdAt: cursorInstant(at), reviewId: cursorId(id) };
  const found = await openReviews(ctx, { after, limit: page.limit + 1 });
  const shown = toPage(found, page.limit, (row) => [
    Number(row.reason === UNPROVEN),
    row.createdAt.toISOString(),
    row.reviewId,
  ]);
  return { items: await viewsOf(ctx, shown.items), nextCursor: shown.nextCursor };
}

async function viewsOf(ctx: Ctx, reviews: readonly ReviewRow[]): Promise<ReviewView[]> {
  const ids = [...new Set(reviews.flatMap(({ contactA, contactB }) => [contactA, contactB]))];
  const states = await loadStates(ctx, ids, false);
  const known = await knownOf(ctx, ids);
  return reviews.flatMap(({ reviewId, contactA, contactB, reason, createdAt }) => {
    const [a, b] = [states.get(contactA), states.get(contactB)];
    const [knownA, knownB] = [known.get(contactA), known.get(contactB)];
    if (a === undefined || b === undefined || knownA === undefined || knownB === undefined) return [];
    return [
      {
        id: reviewId,
        reason,
        createdAt: createdAt.toISOString(),
        a: sideOf(a),
        b: sideOf(b),
        ...compare({ points: a.points, ...counted(knownA) }, { points: b.points, ...counted(knownB) }),
      },
    ];
  });
}

const counted = ({ nodes, edges }: Known): Known => ({ nodes, edges: asCounted(edges) });

const sideOf = ({ contactId, name, email, phone, createdAt }: ContactState) => ({
  id: contactId,
  name,
  email,
  phone,
  createdAt: createdAt.toISOString(),
});

/**
 * Decides about a pair: the older contact goes on, or both are kept apart for good, whatever evidence comes. Throws
 * identity_review_not_found, review_decided (409). Returns the contact that goes on, or null.
 */
export async function decide(
  ctx: Ctx,
  reviewId: string,
  { decision, reason = 'reviewed' }: ReviewDecision,
): Promise<string | null> {
  authorise(ctx, 'contacts:write');
  return inTxUndisturbed(ctx, async (tx) => {
    const review = await findReview(tx, reviewId);
    if (review === null) throw notFound('identity_review', reviewId);
    if (!(await decideReview(tx, reviewId, decision === 'merge' ? 'merged' : 'apart')))
      throw conflict('review_decided', 'Somebody has decided about these two already.');
    const { contactA, contactB } = review;
    if (decision === 'merge') {
      const states = await loadStates(tx, [contactA, contactB], false);
      const [a, b] = [states.get(contactA), states.get(contactB)];
      const older = a !== undefined && b !== undefined && b.createdAt < a.createdAt ? contactB : contactA;
      const from = older === contactA ? contactB : contactA;
      return mergeContacts(tx, { from, to: older, reason });
    }
    const births = await birthsOf(tx, [contactA, contactB]);
    const nodesIn = (id: string) => (births.get(id) ?? []).map(({ nodeId }) => nodeId);
    await keepApart(tx, reviewId, nodesIn(contactA), nodesIn(contactB));
    await audit(tx, {
      action: 'contact.kept_apart',
      entity: 'contact',
      entityId: contactA,
      details: { other: contactB, reason },
    });
    return null;
  });
}
