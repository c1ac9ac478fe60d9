import { inTx } from '../../core/ctx.ts';
import type { Ctx } from '../../core/ctx.ts';
import { regroup } from './actions.regroup.ts';
import { isStrong, isUsable } from './evidence.ts';
import type { Evidence } from './evidence.ts';
import { edgesNaming, holdersOfPoints, lockValues } from './store.component.ts';
import { insertEdges } from './store.edges.ts';
import { queueReviews } from './store.reviews.ts';

/**
 * Records what was said of who contacts are, and joins those it proves to be one. Junk is left out; weak evidence is kept and
 * joins nobody; what is known already costs one statement for the whole batch. Two contacts that strong evidence cannot join go
 * to the review queue. Tells `contact.merged` and `contact.unmerged`. In the caller's transaction when there is one. For modules,
 * who have authorised their caller.
 */
export async function addEvidence(ctx: Ctx, evidence: readonly Evidence[]): Promise<void> {
  const usable = evidence
    .filter(isUsable)
    .map((one) => (isStrong(one) ? one : { ...one, strength: 'weak' as const }));
  if (usable.length === 0) return;
  await inTx(ctx, async (tx) => {
    const news = await insertEdges(tx, usable);
    if (news.length === 0) return;
    // Who says the same of somebody else at this moment waits here, and then sees what we have said.
    await lockValues(tx, news);
    await adopt(tx, news);
    await regroup(
      tx,
      news.map(({ nodeId }) => nodeId),
      { reason: reasonOf(news) },
    );
  });
}

/** Strong evidence about an address meets the contact that has it by somebody's trusted word: from then on it is proven. */
export async function meetPoints(
  ctx: Ctx,
  points: ReadonlyArray<{ kind: string; value: string }>,
): Promise<void> {
  const edges = await edgesNaming(ctx, points);
  if (edges.length === 0) return;
  await lockValues(ctx, edges);
  const adopted = await adopt(ctx, edges);
  await regroup(ctx, adopted, { reason: 'a proven address is known of another contact' });
}

/** Gives nodes that hold a point the edge it proves, when only one contact besides those proven holds it; returns those nodes. */
async function adopt(ctx: Ctx, values: ReadonlyArray<{ kind: string; value: string }>): Promise<string[]> {
  const addresses = values.filter(({ kind }) => kind === 'email' || kind === 'phone');
  if (addresses.length === 0) return [];
  const edges = Map.groupBy(await edgesNaming(ctx, addresses), keyOf);
  const holders = Map.groupBy(await holdersOfPoints(ctx, addresses), keyOf);
  const adopted: Evidence[] = [];
  for (const [key, named] of edges) {
    const proven = new Set(named.map(({ contactId }) => contactId));
    const others = (holders.get(key) ?? []).filter(({ contactId }) => !proven.has(contactId));
    const [first] = named;
    const [other] = others;
    if (first === undefined || other === undefined) continue;
    const { kind, value, occurredAt } = first;
    if (others.length === 1)
      adopted.push({
        contactId: other.nodeId,
        kind,
        value,
        strength: 'strong',
        source: 'contact point',
        occurredAt,
      });
    else
      await queueReviews(
        ctx,
        others.map(({ nodeId }) => ({
          nodes: [first.nodeId, nodeId],
          kind,
          value,
          reason: 'other_value' as const,
        })),
      );
  }
  await insertEdges(ctx, adopted);
  return adopted.map(({ contactId }) => contactId);
}

const keyOf = ({ kind, value }: { kind: string; value: string }): string => `${kind}\n${value}`;

function reasonOf(news: ReadonlyArray<{ kind: string }>): string {
  return `proven by ${[...new Set(news.map(({ kind }) => kind))].toSorted().join(', ')}`;
}
