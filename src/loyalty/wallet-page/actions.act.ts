import type { Ctx } from '../../core/ctx.ts';
import { DomainError, notFound } from '../../core/errors.ts';
import { idFrom } from '../../core/ids.ts';
import { referralCodeOf } from '../accrual/actions.referral.ts';
import type { ReferralTerms } from '../accrual/contract.referral.ts';
import { foldCode } from '../coupons/code.ts';
import { contactWallets } from '../ledger/actions.views.ts';
import { getProgram } from '../programs/actions.ts';
import type { ProgramView } from '../programs/contract.ts';
import { contactRewards, rewardsFor, spendableOf } from '../rewards/actions.read.ts';
import { redeemReward } from '../rewards/actions.redeem.ts';
import type { ContactRewards, RedemptionView } from '../rewards/contract.ts';
import { lastRedemptionOf } from '../rewards/store.redemptions.ts';
import { forMember, openWallet } from './actions.link.ts';
import type { Holder } from './actions.link.ts';
import { referralTermsOf } from './actions.page.ts';
import { programOfCode } from './store.ts';

/** What members do on their page, and the pages that ask before or tell after. */

export type Asked = {
  holder: Holder;
  program: ProgramView;
  one: ContactRewards['rewards'][number];
  spendable: number;
  /** Of the question: to answer it twice, from two tabs too, is to answer it once. It is another one when the member has taken one. */
  key: string;
};

/** What a member is asked before points are spent. 404 reward_not_found, and those of `openWallet`. */
export async function askedReward(ctx: Ctx, token: string, rewardId: string): Promise<Asked> {
  const holder = await openWallet(ctx, token);
  const reader = forMember(ctx);
  const program = await getProgram(reader, holder.programId);
  const all = program.state === 'active' ? await rewardsFor(reader, holder.contactId, holder.programId) : [];
  const one = all.find(({ reward }) => reward.id === rewardId);
  if (one === undefined) throw notFound('reward', rewardId);
  const spendable = spendableOf(await contactWallets(reader, holder.contactId, holder.programId));
  const last = await lastRedemptionOf(reader, holder.contactId, rewardId);
  const key = idFrom(`wallet page ${holder.contactId} ${rewardId} ${last ?? 'the first'}`);
  return { holder, program, one, spendable, key };
}

/** The member has said yes to the question of this `key`. */
export async function takeReward(
  ctx: Ctx,
  token: string,
  input: { rewardId: string; key: string; points: number },
): Promise<RedemptionView> {
  const { contactId, programId } = await openWallet(ctx, token);
  const member = forMember(ctx);
  // Of this program alone, whatever id was sent.
  const known = (await rewardsFor(member, contactId, programId)).some(
    ({ reward }) => reward.id === input.rewardId,
  );
  const mine = await findMine(member, contactId, programId, (one) => one.rewardId === input.rewardId);
  if (!known && mine === undefined) throw notFound('reward', input.rewardId);
  return redeemReward(member, { contactId, ...input });
}

/** What a member has redeemed. 404 redemption_not_found. */
export async function takenReward(
  ctx: Ctx,
  token: string,
  redemptionId: string,
): Promise<{ holder: Holder; program: ProgramView; redemption: RedemptionView }> {
  const holder = await openWallet(ctx, token);
  const reader = forMember(ctx);
  const redemption = await findMine(
    reader,
    holder.contactId,
    holder.programId,
    ({ id }) => id === redemptionId,
  );
  if (redemption === undefined) throw notFound('redemption', redemptionId);
  return { holder, program: await getProgram(reader, holder.programId), redemption };
}

const findMine = async (
  ctx: Ctx,
  contactId: string,
  programId: string,
  which: (one: RedemptionView) => boolean,
): Promise<RedemptionView | undefined> =>
  (await contactRewards(ctx, contactId, programId)).redemptions.find(which);

/** A member's code to recommend with, made when there is none. 409 referral_off. */
export async function makeReferralCode(ctx: Ctx, token: string): Promise<void> {
  const { contactId, programId } = await openWallet(ctx, token);
  const member = forMember(ctx);
  if ((await referralTermsOf(member, programId)) === null)
    throw new DomainError({
      code: 'referral_off',
      status: 409,
      detail: 'This program rewards no recommendations.',
    });
  await referralCodeOf(member, contactId, programId);
}

/** What a friend is told who follows a recommendation: nothing of whoever sent it. 404 link_forged for an unknown code. */
export async function invitation(
  ctx: Ctx,
  code: string,
): Promise<{ program: ProgramView; terms: ReferralTerms; code: string }> {
  const folded = foldCode(code);
  const programId = await programOfCode(ctx, folded);
  const reader = forMember(ctx);
  const terms = programId === undefined ? null : await referralTermsOf(reader, programId);
  if (programId === undefined || terms === null)
    throw new DomainError({ code: 'link_forged', status: 404, detail: 'Nobody has this code.' });
  return { program: await getProgram(reader, programId), terms, code: folded };
}
