import type { Ctx } from '../core/ctx.ts';
import { newId } from '../core/ids.ts';
import { emit } from '../core/outbox.ts';
import { planBatchOf } from './store.batch.ts';
import type { BatchEntry } from './store.batch.ts';
import { channelsOf, insertRun, updateRun } from './store.campaigns.ts';
import type { CampaignRow } from './store.campaigns.ts';

/** Of a campaign that what happens starts, and of a transactional one: the run of one batch of messages. */
export async function openBatch(
  ctx: Ctx,
  campaignId: string,
  templateVersion: number,
  templateId: string | null = null,
): Promise<{ runId: string; campaignId: string; plannedAt: Date }> {
  const now = ctx.clock.now();
  const run = { runId: newId(), campaignId, plannedAt: now };
  await insertRun(ctx, {
    ...run,
    occurrence: run.runId,
    sendKey: `batch ${run.runId}`,
    wakeAt: now,
    state: 'sending',
    templateId,
    templateVersion,
    audience: 0,
    createdAt: now,
    finishedAt: null,
  });
  return run;
}

/** Closes the run of a batch in which nothing was new, and has the others sent. */
export async function closeBatch(
  ctx: Ctx,
  runId: string,
  planned: number,
  by: 'campaigns.send' | 'campaigns.send-asked' = 'campaigns.send',
): Promise<void> {
  if (planned === 0) return updateRun(ctx, runId, { state: 'done', finishedAt: ctx.clock.now() });
  await updateRun(ctx, runId, { audience: planned });
  await emit(ctx, `job.${by}`, [{ lane: 0 }]);
}

/**
 * Puts messages of one campaign into the ledger, for each contact and send key one, planned or skipped with the reason; those that are
 * there stay as they are. In the caller's transaction; the contacts are held by it. Returns how many rows are new.
 */
export async function planBatch(
  ctx: Ctx,
  row: Pick<CampaignRow, 'campaignId' | 'purpose' | 'channel' | 'fallback'> & { templateId?: string },
  templateVersion: number,
  entries: readonly BatchEntry[],
): Promise<number> {
  if (entries.length === 0) return 0;
  const run = await openBatch(ctx, row.campaignId, templateVersion, row.templateId);
  const planned = await planBatchOf(ctx, run, { purpose: row.purpose, channels: channelsOf(row) }, entries);
  await closeBatch(ctx, run.runId, planned);
  return planned;
}
