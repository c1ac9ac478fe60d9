import { audit } from '../core/audit.ts';
import type { Ctx } from '../core/ctx.ts';
import { findCampaign, isPausable, updateCampaign } from './store.campaigns.ts';

/**
 * The program itself pauses a campaign that cannot go on and says why; only a running one. In the caller's transaction.
 * Transactional mails are never paused: they wait and are tried again.
 */
export async function pauseWith(ctx: Ctx, campaignId: string, reason: string): Promise<void> {
  const row = await findCampaign(ctx, campaignId, true);
  if (row === undefined || !isPausable(row) || (row.state !== 'running' && row.state !== 'scheduled')) return;
  await updateCampaign(ctx, campaignId, { state: 'paused', stateReason: reason.slice(0, 500) });
  await audit(ctx, {
    action: 'campaign.paused',
    entity: 'campaign',
    entityId: campaignId,
    details: { reason: reason.slice(0, 500) },
  });
}
