import { holdContacts } from '../../contacts/index.ts';
import { audit } from '../../core/audit.ts';
import type { Ctx } from '../../core/ctx.ts';
import { inTxUndisturbed } from '../../core/deadlock.ts';
import { conflict } from '../../core/errors.ts';
import type { DomainError } from '../../core/errors.ts';
import { newId } from '../../core/ids.ts';
import { minorToWire } from '../../core/money.ts';
import { emit } from '../../core/outbox.ts';
import { issueCoupons } from '../coupons/actions.issue.ts';
import { couponWords } from '../coupons/refusal.ts';
import { post } from '../ledger/actions.post.ts';
import { mustSee } from '../ledger/actions.views.ts';
import { openProgram } from '../programs/actions.ts';
import { authoriseSell } from '../programs/actions.members.ts';
import { mustBePresent } from '../programs/actions.presence.ts';
import { standingFor } from './actions.read.ts';
import { mustFindReward } from './actions.rewards.ts';
import type { RedeemInput, RedemptionView, RewardMiss } from './contract.ts';
import { missOf } from './eligible.ts';
import { couponKey, spendKey } from './keys.ts';
import { insertRedemption, redemptionByKey } from './store.redemptions.ts';
import type { RedemptionRow } from './store.redemptions.ts';
import { findReward, takeOne } from './store.ts';
import type { RewardRow } from './store.ts';
import { redemptionView } from './view.ts';

/**
 * Points become a reward, in one transaction: points, coupon, redemption, and last the counter that everybody waits for. The same key
 * gives the same redemption again. 404 contact_not_found, reward_not_found; 409 key_reused, reward_changed, reward_<miss>,
 * insufficient_points, wallet_closed, program_archived, and those of issuing coupons; 403 proof_needed of a till.
 */
export async function redeemReward(ctx: Ctx, input: RedeemInput): Promise<RedemptionView> {
  authoriseSell(ctx);
  return inTxUndisturbed(ctx, async (tx) => {
    const seen = await mustSee(tx, input.contactId);
    const contactId = (await holdContacts(tx, [seen], 'alone')).get(seen) ?? seen;
    const before = await redemptionByKey(tx, contactId, input.key);
    if (before !== undefined) {
      if (before.rewardId !== input.rewardId)
        throw conflict('key_reused', 'This key was used for another reward.', 'key');
      return redemptionView(before);
    }
    const reward = await mustFindReward(tx, input.rewardId);
    await openProgram(tx, reward.programId);
    await mustBePresent(tx, { contactId, programId: reward.programId }, input.shown);
    if (input.points !== undefined && input.points !== reward.definition.points) throw changed();
    const standing = await standingFor(tx, contactId, reward.programId, [reward]);
    const miss = missOf(reward, { ...standing(reward.rewardId), spendable: null }, tx.clock.now());
    if (miss !== null) throw refused(miss);
    return redemptionView(await give(tx, contactId, reward, input.key));
  });
}

async function give(ctx: Ctx, contactId: string, reward: RewardRow, key: string): Promise<RedemptionRow> {
  const { rewardId, programId, definition, version } = reward;
  const { gives } = definition;
  const redemptionId = newId();
  const points = BigInt(definition.points);
  await post(ctx, [
    {
      kind: 'redeem',
      contactId,
      programId,
      points,
      key: spendKey(redemptionId),
      ref: redemptionId,
      reason: definition.name.en,
    },
  ]);
  const now = ctx.clock.now();
  const row: RedemptionRow = {
    contactId,
    redemptionId,
    rewardId,
    programId,
    key,
    rewardVersion: version,
    name: definition.name,
    kind: gives.kind,
    points,
    code:
      gives.kind === 'coupon'
        ? await codeFor(ctx, { contactId, couponCampaignId: gives.couponCampaignId, rewardId, redemptionId })
        : null,
    productId: gives.kind === 'gift' ? gives.productId : null,
    state: gives.kind === 'coupon' ? 'given' : 'open',
    redeemedAt: now,
    settledAt: gives.kind === 'coupon' ? now : null,
    settledBy: null,
    reason: null,
    originId: contactId,
  };
  await insertRedemption(ctx, row);
  await tellRedemption(ctx, 'reward.redeemed', row);
  await audit(ctx, {
    action: 'reward.redeemed',
    entity: 'contact',
    entityId: contactId,
    details: { rewardId, redemptionId, points: definition.points },
  });
  if (!(await takeOne(ctx, reward))) throw await whyNot(ctx, reward);
  return row;
}

/** A code of the member's own: who redeems may have no right to issue coupons by themselves. */
async function codeFor(
  ctx: Ctx,
  of: { contactId: string; couponCampaignId: string; rewardId: string; redemptionId: string },
): Promise<string> {
  const { contactId, couponCampaignId, rewardId, redemptionId } = of;
  const system: Ctx = { ...ctx, actor: { kind: 'system', id: ctx.actor.id, name: ctx.actor.name } };
  const [coupon] = await issueCoupons(system, {
    couponCampaignId,
    sourceId: rewardId,
    items: [{ contactId, sendKey: couponKey(redemptionId) }],
  });
  if (coupon === undefined) throw conflict('coupon_tier_needed', couponWords('tier_needed'), 'rewardId');
  return coupon.code;
}

/** Somebody was faster: with the last one, or with a change of the reward. */
async function whyNot(ctx: Ctx, { rewardId, version, stock }: RewardRow): Promise<DomainError> {
  const now = await findReward(ctx, rewardId);
  if (now === undefined || now.version !== version || now.stock !== stock) return changed();
  return refused(now.state === 'live' ? 'out_of_stock' : 'not_live');
}

const changed = (): DomainError =>
  conflict('reward_changed', 'This reward has just been changed: look at it again.', 'points');

const DETAILS: Readonly<Record<RewardMiss, string>> = {
  not_live: 'This reward cannot be had now.',
  not_started: 'This reward cannot be had yet.',
  over: 'The time of this reward is over.',
  not_a_member: 'Only members of the program have its rewards.',
  tier: 'This reward is for members of other tiers.',
  segment: 'This reward is for others.',
  limit: 'The member has had this reward as often as one may.',
  out_of_stock: 'There are none left.',
  points: 'There are not enough points.',
};
const refused = (miss: RewardMiss): DomainError => conflict(`reward_${miss}`, DETAILS[miss], 'rewardId');

export async function tellRedemption(
  ctx: Ctx,
  topic: 'reward.redeemed' | 'reward.cancelled',
  { contactId, programId, rewardId, redemptionId, kind, points }: RedemptionRow,
): Promise<void> {
  const occurredAt = ctx.clock.now().toISOString();
  await emit(ctx, topic, [
    { contactId, programId, rewardId, redemptionId, kind, points: minorToWire(points), occurredAt },
  ]);
}
