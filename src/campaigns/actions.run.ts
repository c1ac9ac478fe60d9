import { authorise, inTx } from '../core/ctx.ts';
import type { Ctx } from '../core/ctx.ts';
import { DomainError, messageOf } from '../core/errors.ts';
import { newId } from '../core/ids.ts';
import { emit } from '../core/outbox.ts';
import { audience } from '../segments/index.ts';
import { pauseWith } from './actions.pause.ts';
import { schedule as scheduleShape } from './contract.ts';
import type { Purpose } from './contract.ts';
import { outgrown } from './guard/actions.ts';
import { nextOccurrence } from './schedule.ts';
import { planAudience } from './store.audience.ts';
import {
  channelsOf,
  findCampaign,
  insertRun,
  isBroadcast,
  lockDueCampaigns,
  lockRunToPlan,
  updateCampaign,
  updateRun,
} from './store.campaigns.ts';
import type { CampaignRow } from './store.campaigns.ts';
import { currentTemplate } from './actions.templates.ts';

/** Campaigns started in one transaction; the rest follow in the next. */
const START_AT_ONCE = 20;
/** Sending is asked for so many times at once: as many worker processes may take part. */
const SEND_LANES = 4;

/** Starts a run for every campaign whose moment has come. An occurrence gets one run, however often this happens. */
export async function startDueRuns(ctx: Ctx): Promise<number> {
  authorise(ctx, 'campaigns:send');
  for (let started = 0; ;) {
    const part = await inTx(ctx, async (tx) => {
      const due = await lockDueCampaigns(tx, tx.clock.now(), START_AT_ONCE);
      for (const row of due) await startRun(tx, row);
      if (due.length > 0) await emit(tx, 'job.campaigns.plan', [{}]);
      return due.length;
    });
    started += part;
    if (part < START_AT_ONCE) return started;
  }
}

async function startRun(ctx: Ctx, row: CampaignRow): Promise<void> {
  const now = ctx.clock.now();
  const occurrence = (row.nextRunAt ?? now).toISOString();
  try {
    const { template } = await currentTemplate(ctx, row.templateId);
    await insertRun(ctx, {
      runId: newId(),
      campaignId: row.campaignId,
      occurrence,
      sendKey: `${row.campaignId}@${occurrence}`,
      plannedAt: now,
      wakeAt: now,
      state: 'planning',
      templateId: row.templateId,
      templateVersion: template.version,
      audience: 0,
      createdAt: now,
      finishedAt: null,
    });
  } catch (error) {
    if (!(error instanceof DomainError)) throw error;
    return pauseWith(ctx, row.campaignId, error.detail);
  }
  // Moments that passed while nothing ran are not made up for: the next one is in the future.
  const nextRunAt = nextOccurrence(scheduleShape.parse(row.schedule), now);
  await updateCampaign(ctx, row.campaignId, { state: 'running', nextRunAt });
}

/** Writes the audiences of all runs that wait for one, each in a transaction of its own. */
export async function planRuns(ctx: Ctx, signal: AbortSignal): Promise<number> {
  authorise(ctx, 'campaigns:send');
  let planned = 0;
  while (!signal.aborted && (await planOne(ctx))) planned += 1;
  return planned;
}

async function planOne(ctx: Ctx): Promise<boolean> {
  let campaignId: string | undefined;
  try {
    return await inTx(ctx, async (tx) => {
      const run = await lockRunToPlan(tx);
      if (run === undefined) return false;
      campaignId = run.campaignId;
      const row = await findCampaign(tx, run.campaignId);
      if (row === undefined) throw new Error(`run ${run.runId} has no campaign`);
      if (!isBroadcast(row)) throw new Error(`run ${run.runId} has no segment`);
      const members = await audience(tx, row.segmentId);
      const count = await planAudience(tx, members, {
        ...run,
        purpose: row.purpose as Purpose,
        channels: channelsOf(row),
      });
      await updateRun(tx, run.runId, { state: 'sending', audience: count });
      const wait = await outgrown(tx, row, run);
      if (wait === null) await emit(tx, 'job.campaigns.send', lanes());
      else await pauseWith(tx, row.campaignId, wait);
      return true;
    });
  } catch (error) {
    // Not the caller's transaction any more: it is rolled back, and the campaign waits for a person.
    if (!(error instanceof DomainError) || campaignId === undefined) throw error;
    const id = campaignId;
    ctx.log.warn({ campaignId: id, reason: messageOf(error) }, 'campaign paused: no audience');
    await inTx(ctx, (tx) => pauseWith(tx, id, error.detail));
    return true;
  }
}

/** One wish per lane: each becomes a job of its own, and several workers may take them. */
export function lanes(): Array<{ lane: number }> {
  return Array.from({ length: SEND_LANES }, (_, lane) => ({ lane }));
}
