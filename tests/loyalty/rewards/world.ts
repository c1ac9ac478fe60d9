import type { Ctx } from '../../../src/core/ctx.ts';
import { newId } from '../../../src/core/ids.ts';
import { enrol } from '../../../src/loyalty/programs/actions.members.ts';
import { enrolInput } from '../../../src/loyalty/programs/contract.ts';
import { redeemReward } from '../../../src/loyalty/rewards/actions.redeem.ts';
import { createReward, moveReward } from '../../../src/loyalty/rewards/actions.rewards.ts';
import { rewardInput } from '../../../src/loyalty/rewards/contract.ts';
import type { RewardView } from '../../../src/loyalty/rewards/contract.ts';
import { one, people } from '../ledger/world.ts';

/** What tests of rewards share: members with points, and rewards that are live. */

export async function member(ctx: Ctx, programId: string, points = 0): Promise<string> {
  const [contactId = ''] = await people(ctx, 1);
  await join(ctx, programId, contactId, points);
  return contactId;
}

export async function join(ctx: Ctx, programId: string, contactId: string, points = 0): Promise<void> {
  await enrol(ctx, enrolInput.parse({ programId, contactId, termsVersion: '1' }));
  if (points > 0)
    await one(ctx, { kind: 'accrue', contactId, programId, points: BigInt(points), key: newId() });
}

export async function draft(ctx: Ctx, programId: string, change: object = {}): Promise<RewardView> {
  const definition = {
    name: { en: 'Tea mug', ru: 'Кружка' },
    points: 100,
    gives: { kind: 'gift' },
    ...change,
  };
  return createReward(ctx, rewardInput.parse({ programId, definition }));
}

export async function live(ctx: Ctx, programId: string, change: object = {}): Promise<RewardView> {
  return moveReward(ctx, (await draft(ctx, programId, change)).id, 'live');
}

export const redeem = (ctx: Ctx, contactId: string, rewardId: string, key = newId()) =>
  redeemReward(ctx, { contactId, rewardId, key });
