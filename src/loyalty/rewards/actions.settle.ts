import { holdContacts } from '../../contacts/index.ts';
import { audit } from '../../core/audit.ts';
import { authorise } from '../../core/ctx.ts';
import type { Ctx } from '../../core/ctx.ts';
import { inTxUndisturbed } from '../../core/deadlock.ts';
import { conflict, notFound } from '../../core/errors.ts';
import { settleCoupons } from '../coupons/actions.issue.ts';
import { post } from '../ledger/actions.post.ts';
import { authoriseSell } from '../programs/actions.members.ts';
import { tellRedemption } from './actions.redeem.ts';
import type { RedemptionView } from './contract.ts';
import { backKey, couponKey, spendKey } from './keys.ts';
import { ownerOfRedemption, redemptionOf, settleRedemption } from './store.redemptions.ts';
import type { RedemptionRow } from './store.redemptions.ts';
import { giveOneBack } from './store.ts';
import { redemptionView } from './view.ts';

/** What becomes of redemptions. Saying the same again changes nothing. */

/** A gift is in the member's hands, a custom reward done. 404 redemption_not_found; 409 redemption_cancelled. */
export async function handOver(ctx: Ctx, id: string): Promise<RedemptionView> {
  authoriseSell(ctx);
  return settle(ctx, id, async (tx, row) => {
    if (row.state === 'cancelled') throw conflict('redemption_cancelled', 'This redemption was cancelled.');
    if (row.state === 'given') return row;
    const next: RedemptionRow = { ...row, state: 'given', ...settledNow(tx) };
    await settleRedemption(tx, next);
    await audit(tx, { action: 'reward.handed_over', entity: 'contact', ...said(next) });
    return next;
  });
}

/**
 * Takes a redemption back: its points go to the lots they came from, one of the stock is there again, a coupon is void. 404
 * redemption_not_found; 409 reward_coupon_used (used, over, or held by an order).
 */
export async function cancelRedemption(ctx: Ctx, id: string, reason: string): Promise<RedemptionView> {
  authorise(ctx, 'loyalty:write');
  return settle(ctx, id, async (tx, row) => {
    if (row.state === 'cancelled') return row;
    const { contactId, redemptionId, programId, points } = row;
    if (row.kind === 'coupon') {
      const voided = await settleCoupons(tx, 'void', [{ contactId, sendKey: couponKey(redemptionId) }]);
      if (voided === 0)
        throw conflict('reward_coupon_used', 'The coupon is used, over or part of an order: it stays.');
    }
    await post(tx, [
      {
        kind: 'return',
        contactId: row.originId,
        programId,
        spend: spendKey(redemptionId),
        points,
        key: backKey(redemptionId),
        ref: redemptionId,
        reason,
      },
    ]);
    const next: RedemptionRow = { ...row, state: 'cancelled', ...settledNow(tx), reason };
    await settleRedemption(tx, next);
    await tellRedemption(tx, 'reward.cancelled', next);
    await audit(tx, { action: 'reward.cancelled', entity: 'contact', ...said(next) });
    await giveOneBack(tx, row.rewardId);
    return next;
  });
}

async function settle(
  ctx: Ctx,
  id: string,
  what: (tx: Ctx, row: RedemptionRow) => Promise<RedemptionRow>,
): Promise<RedemptionView> {
  return inTxUndisturbed(ctx, async (tx) => {
    const owner = await ownerOfRedemption(tx, id);
    const contactId = owner === undefined ? undefined : (await holdContacts(tx, [owner], 'alone')).get(owner);
    // A merge that came in between has taken it along.
    const row = contactId === undefined ? undefined : await redemptionOf(tx, contactId, id);
    if (row === undefined) throw notFound('redemption', id);
    return redemptionView(await what(tx, row));
  });
}

const settledNow = (ctx: Ctx): { settledAt: Date; settledBy: string } => ({
  settledAt: ctx.clock.now(),
  settledBy: ctx.actor.name,
});

const said = ({ contactId, rewardId, redemptionId, reason }: RedemptionRow) => ({
  entityId: contactId,
  details: { rewardId, redemptionId, ...(reason === null ? {} : { reason }) },
});
