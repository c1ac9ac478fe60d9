import { inTx } from '../../core/ctx.ts';
import type { Ctx } from '../../core/ctx.ts';
import { regroup } from './actions.regroup.ts';
import { isStrong, isUsable } from './evidence.ts';
import type { Evidence } from './evidence.ts';
import { holdersOfPoints, lockValues, provenOf } from './store.component.ts';
import { insertEdges } from './store.edges.ts';
import { HAS } from './resolve.ts';

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
    await noteHolders(tx, news);
    await regroup(
      tx,
      news.map(({ nodeId }) => nodeId),
      { reason: reasonOf(news) },
    );
  });
}

/** New addresses of contacts, by a trusted word: who proved one of them before may be that contact. */
export async function meetPoints(
  ctx: Ctx,
  points: ReadonlyArray<{ kind: string; value: string }>,
): Promise<void> {
  const proven = await provenOf(ctx, points);
  if (proven.length === 0) return;
  await lockValues(ctx, proven);
  await noteHolders(ctx, proven);
  await regroup(
    ctx,
    proven.map(({ nodeId }) => nodeId),
    { reason: 'proven to have an address this contact is known by' },
  );
}

/** Keeps who has a proven address, so that it counts for good, also once the address is another's. */
async function noteHolders(ctx: Ctx, values: ReadonlyArray<{ kind: string; value: string }>): Promise<void> {
  const addresses = values.filter(({ kind }) => kind === 'email' || kind === 'phone');
  if (addresses.length === 0) return;
  const holders = await holdersOfPoints(ctx, addresses);
  const occurredAt = ctx.clock.now();
  await insertEdges(
    ctx,
    holders.map(({ nodeId, kind, value }) => ({
      contactId: nodeId,
      kind: HAS + kind,
      value,
      strength: 'strong' as const,
      source: 'contact point',
      occurredAt,
    })),
  );
}

function reasonOf(news: ReadonlyArray<{ kind: string }>): string {
  return `proven by ${[...new Set(news.map(({ kind }) => kind))].toSorted().join(', ')}`;
}
