import { audit } from '../../core/audit.ts';
import { authorise, inTx } from '../../core/ctx.ts';
import type { Ctx } from '../../core/ctx.ts';
import { conflict, notFound } from '../../core/errors.ts';
import {
  countsOf,
  freshRow,
  limitsOf,
  mustBeSound,
  periodNow,
  takeGenericCode,
} from './actions.campaigns.ts';
import type { CouponCampaignView, CouponDraftInput } from './contract.ts';
import { limited } from './meter.ts';
import type { Meter } from './meter.ts';
import { insertVersion, lockCouponCampaign, updateCouponCampaign } from './store.campaigns.ts';
import type { CouponCampaignRow } from './store.campaigns.ts';
import { writeMeters } from './store.meter.ts';
import { campaignView } from './view.ts';
import { withCategoryIds } from '../offers/actions.scope.ts';

/**
 * Drafts of coupon campaigns: nothing of them is out in the world, so everything may change, and their code for all is taken only
 * when they are launched.
 */

/** Writes a draft anew. 409 `coupon_campaign_state` for what is no draft, `coupon_campaign_changed` for another version. */
export async function rewriteDraft(
  ctx: Ctx,
  id: string,
  input: CouponDraftInput,
): Promise<CouponCampaignView> {
  authorise(ctx, 'loyalty:write');
  return inTx(ctx, async (tx) => {
    const row = await heldDraft(tx, id);
    if (row.version !== input.version)
      throw conflict('coupon_campaign_changed', 'Somebody has changed this since you opened it.', 'version');
    const { couponCampaignId, createdBy, createdAt } = row;
    const next: CouponCampaignRow = {
      ...freshRow(tx, await withCategoryIds(tx, input.campaign)),
      couponCampaignId,
      createdBy,
      createdAt,
      state: 'draft',
      version: row.version + 1,
    };
    mustBeSound(next, next.updatedAt);
    await updateCouponCampaign(tx, next);
    await insertVersion(tx, next);
    const meters = await freshMeters(tx, next);
    await audit(tx, {
      action: 'coupon_campaign.changed',
      entity: 'coupon_campaign',
      entityId: id,
      details: { version: next.version, draft: true },
    });
    return campaignView(next, await countsOf(tx, [id]), meters);
  });
}

/** From now on codes are made and work. 409 `coupon_code_taken` when its code for all stands for something by now. */
export async function launchDraft(ctx: Ctx, id: string): Promise<CouponCampaignView> {
  authorise(ctx, 'loyalty:write');
  return inTx(ctx, async (tx) => {
    const row = await heldDraft(tx, id);
    const now = tx.clock.now();
    mustBeSound(row, now);
    const next = { ...row, state: 'active', updatedAt: now };
    await takeGenericCode(tx, next);
    await updateCouponCampaign(tx, next);
    // Its first period is the one in which it begins.
    const meters = await freshMeters(tx, next);
    await audit(tx, { action: 'coupon_campaign.launched', entity: 'coupon_campaign', entityId: id });
    return campaignView(next, await countsOf(tx, [id]), meters);
  });
}

async function heldDraft(tx: Ctx, id: string): Promise<CouponCampaignRow> {
  const row = await lockCouponCampaign(tx, id);
  if (row === undefined) throw notFound('coupon_campaign', id);
  if (row.state !== 'draft')
    throw conflict('coupon_campaign_state', `The coupon campaign is ${row.state}, no draft.`);
  return row;
}

async function freshMeters(tx: Ctx, row: CouponCampaignRow): Promise<Meter[]> {
  const meters = limited([], limitsOf(row), periodNow(row, tx.clock.now()));
  await writeMeters(tx, row.couponCampaignId, meters);
  return meters;
}
