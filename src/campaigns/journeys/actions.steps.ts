import type { Ctx } from '../../core/ctx.ts';
import { currentTemplate } from '../actions.templates.ts';
import { findCampaign, insertCampaign, updateCampaign } from '../store.campaigns.ts';
import type { CampaignRow } from '../store.campaigns.ts';
import type { JourneyDefinition, NodeOf } from './contract.definition.ts';
import { stepCampaignId, stepMessages } from './steps.ts';
import type { StepMessages } from './steps.ts';
import { listVersions } from './store.ts';

/** Messages of journeys go before broadcasts: somebody has just done what they answer. */
const STEP_PRIORITY = 50;
const CONVERSION_DAYS = 7;

/** What links, reports, coupons and the ledger need to hang the messages of a node on. In no list. */
export function stepCampaign(
  ctx: Ctx,
  named: { campaignId: string; name: string },
  node: NodeOf<'message'>,
): CampaignRow {
  const now = ctx.clock.now();
  return {
    ...named,
    kind: 'journey-step',
    purpose: node.purpose,
    channel: node.channel,
    state: 'running',
    stateReason: null,
    segmentId: null,
    trigger: null,
    templateId: node.templateId ?? '',
    fallback: [],
    couponCampaignId: node.couponCampaignId,
    content: node.content,
    schedule: { type: 'now' },
    nextRunAt: null,
    priority: STEP_PRIORITY,
    conversionDays: CONVERSION_DAYS,
    sendTime: 'planned',
    offerUntil: null,
    version: 1,
    createdBy: ctx.actor.id,
    createdAt: now,
    updatedAt: now,
    launchedAt: now,
    finishedAt: null,
  };
}

/** Makes the campaigns of a new version, with the templates as they stand now. */
export async function makeSteps(
  ctx: Ctx,
  journey: { journeyId: string; name: string; version: number; paused: boolean },
  definition: JourneyDefinition,
): Promise<StepMessages> {
  const messages: StepMessages = {};
  for (const node of definition.nodes) {
    if (node.type !== 'message' || node.templateId === null) continue;
    const campaignId = stepCampaignId(journey.journeyId, journey.version, node.id);
    const { template } = await currentTemplate(ctx, node.templateId);
    const name = [journey.name, node.name === '' ? template.name : node.name].join(' · ');
    const row = stepCampaign(ctx, { campaignId, name }, node);
    await insertCampaign(ctx, journey.paused ? { ...row, state: 'paused' } : row);
    messages[node.id] = {
      campaignId,
      purpose: node.purpose,
      channel: node.channel,
      templateVersion: template.version,
    };
  }
  return messages;
}

/** Messages of the journey, in all versions, follow it; those the program itself has paused stay so. */
export async function turnSteps(
  ctx: Ctx,
  journeyId: string,
  to: 'paused' | 'running' | 'cancelled',
): Promise<void> {
  for (const { messages } of await listVersions(ctx, [journeyId]))
    for (const { campaignId } of Object.values(stepMessages.parse(messages))) {
      const row = await findCampaign(ctx, campaignId, true);
      if (row === undefined || row.state === to || row.state === 'cancelled') continue;
      const finishedAt = to === 'cancelled' ? ctx.clock.now() : null;
      await updateCampaign(ctx, campaignId, { state: to, stateReason: null, finishedAt });
    }
}
