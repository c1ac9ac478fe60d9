import { authorise, may } from '../../core/ctx.ts';
import type { Ctx } from '../../core/ctx.ts';
import { notFound } from '../../core/errors.ts';
import { explain } from '../../segments/index.ts';
import type { ChannelName } from '../contract.channel.ts';
import { findCampaign } from '../store.campaigns.ts';
import type { CampaignRow } from '../store.campaigns.ts';
import type { Why } from './contract.why.ts';
import { decisionsAbout, messagesTo, namesOf, presentOf, responsesTo, sharerOf } from './store.why.ts';
import type { DecisionFound, Named, Present } from './store.why.ts';

/**
 * Why a contact got a campaign's message or did not, also when there is none: everything that was decided and what holds now. 404
 * contact_not_found, campaign_not_found.
 */
export async function whyOf(ctx: Ctx, contactId: string, campaignId: string): Promise<Why> {
  authorise(ctx, 'campaigns:read');
  authorise(ctx, 'contacts:read');
  const campaign = await findCampaign(ctx, campaignId);
  if (campaign === undefined) throw notFound('campaign', campaignId);
  const channel = campaign.channel as ChannelName;
  const present = await presentOf(ctx, contactId, campaign.purpose, channel);
  if (present === undefined) throw notFound('contact', contactId);
  const found = await messagesTo(ctx, contactId, campaignId);
  const latest = found[0];
  const segment = await segmentOf(ctx, campaign, contactId);
  const { name, ...rest } = present;
  return {
    contact: { id: contactId, name },
    campaign: {
      id: campaignId,
      name: campaign.name,
      kind: campaign.kind,
      state: campaign.state,
      nextRunAt: campaign.nextRunAt?.toISOString() ?? null,
    },
    verdict: latest?.state ?? 'none',
    reason: latest === undefined ? absence(campaign, segment, present) : latest.reason,
    messages: await withStory(ctx, contactId, campaignId, found),
    segment,
    present: rest,
    sharedWith: latest?.reason === 'duplicate_address' ? await sharerOf(ctx, latest.runId, contactId) : null,
  };
}

async function segmentOf(ctx: Ctx, { segmentId }: CampaignRow, contactId: string): Promise<Why['segment']> {
  if (segmentId === null || !may(ctx, 'segments:read')) return null;
  return { id: segmentId, explanation: await explain(ctx, segmentId, { contactId }) };
}

/** Why there is no message at all. */
function absence(campaign: CampaignRow, segment: Why['segment'], { refusal }: Present): string {
  if (campaign.launchedAt === null) return 'not_launched';
  if (segment !== null && !segment.explanation.value) return 'not_in_segment';
  if (campaign.kind !== 'broadcast') return 'not_started';
  if (refusal !== null) return refusal;
  return campaign.nextRunAt === null ? 'joined_later' : 'not_yet';
}

/** Each message with what came back and what was decided about it. */
async function withStory(
  ctx: Ctx,
  contactId: string,
  campaignId: string,
  found: Awaited<ReturnType<typeof messagesTo>>,
): Promise<Why['messages']> {
  if (found.length === 0) return [];
  const responses = await responsesTo(ctx, contactId, campaignId);
  const decisions = await decisionsAbout(ctx, contactId, campaignId);
  const named = await namesOf(ctx, contactId, [...new Set(decisions.flatMap(others))]);
  return found.map((message) => ({
    ...message,
    responses: responses
      .filter(({ messageId }) => messageId === message.id)
      .map(({ kind, human, reason, at }) => ({ kind, human, reason, at })),
    decisions: decisions
      .filter(({ messageId }) => messageId === message.id)
      .map(({ messageId: _of, ...decision }) => ({ ...decision, because: because(decision, named) })),
  }));
}

/** The messages a decision's facts name. */
const others = ({ facts }: Pick<DecisionFound, 'facts'>): string[] =>
  [facts?.['filledBy'], facts?.['before']].flatMap((ids) =>
    Array.isArray(ids) ? ids.filter((id) => typeof id === 'string') : [],
  );

function because(decision: Pick<DecisionFound, 'facts'>, named: readonly Named[]): Named[] {
  const ids = new Set(others(decision));
  return named.filter(({ messageId }) => ids.has(messageId));
}
