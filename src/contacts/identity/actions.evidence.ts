import { inTx } from '../../core/ctx.ts';
import type { Ctx } from '../../core/ctx.ts';
import { isStrong, isUsable } from './evidence.ts';
import type { Evidence } from './evidence.ts';
import { insertEdges } from './store.edges.ts';

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
    await insertEdges(tx, usable);
  });
}
