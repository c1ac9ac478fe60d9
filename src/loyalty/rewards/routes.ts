import type { Hono } from 'hono';
import { describe, idParam, jsonBody, newRouter, paramsOf, queryOf } from '../../core/http.ts';
import type { AppEnv } from '../../core/http.ts';
import { contactRewards, redemptions } from './actions.read.ts';
import { redeemReward } from './actions.redeem.ts';
import { changeReward, createReward, getReward, moveReward, rewards } from './actions.rewards.ts';
import { cancelRedemption, handOver } from './actions.settle.ts';
import { pageQuery } from '../../core/paging.ts';
import {
  cancelInput,
  contactRewards as contactRewardsAnswer,
  redeemInput,
  redemptionAnswer,
  redemptionList,
  redemptionsQuery,
  rewardAnswer,
  rewardInput,
  rewardList,
  rewardPatch,
  rewardsQuery,
} from './contract.ts';

const tag = 'loyalty';

export function rewardRoutes(): Hono<AppEnv> {
  return catalogueRoutes().route('/', redemptionRoutes());
}

function catalogueRoutes(): Hono<AppEnv> {
  const app = newRouter()
    .get(
      '/api/rewards',
      describe({ tag, summary: 'Rewards for points', answer: rewardList }),
      queryOf(rewardsQuery),
      async (c) => c.json({ items: await rewards(c.var.ctx, c.req.valid('query').programId) }),
    )
    .post(
      '/api/rewards',
      describe({ tag, summary: 'Make a reward, as a draft', status: 201, answer: rewardAnswer }),
      jsonBody(rewardInput),
      async (c) => c.json(await createReward(c.var.ctx, c.req.valid('json')), 201),
    )
    .get(
      '/api/rewards/:id',
      describe({ tag, summary: 'A reward', answer: rewardAnswer }),
      paramsOf(idParam),
      async (c) => c.json(await getReward(c.var.ctx, c.req.valid('param').id)),
    )
    .patch(
      '/api/rewards/:id',
      describe({
        tag,
        summary: 'Change a reward',
        description: 'What was redeemed stays as it was.',
        answer: rewardAnswer,
      }),
      paramsOf(idParam),
      jsonBody(rewardPatch),
      async (c) => c.json(await changeReward(c.var.ctx, c.req.valid('param').id, c.req.valid('json'))),
    );
  const moves = [
    { path: 'launch', to: 'live', summary: 'Members can have it from now on' },
    { path: 'pause', to: 'paused', summary: 'Nobody can have it for now' },
    { path: 'archive', to: 'ended', summary: 'Put a reward away for good; what was redeemed stays' },
  ] as const;
  for (const { path, to, summary } of moves)
    app.post(
      `/api/rewards/:id/${path}`,
      describe({ tag, summary, answer: rewardAnswer }),
      paramsOf(idParam),
      async (c) => c.json(await moveReward(c.var.ctx, c.req.valid('param').id, to)),
    );
  return app;
}

function redemptionRoutes(): Hono<AppEnv> {
  return newRouter()
    .get(
      '/api/contacts/:id/rewards',
      describe({
        tag,
        summary: 'What a member may have for points, and has had',
        answer: contactRewardsAnswer,
      }),
      paramsOf(idParam),
      queryOf(rewardsQuery),
      async (c) =>
        c.json(await contactRewards(c.var.ctx, c.req.valid('param').id, c.req.valid('query').programId)),
    )
    .post(
      '/api/contacts/:id/rewards',
      describe({ tag, summary: 'Redeem a reward for a member', status: 201, answer: redemptionAnswer }),
      paramsOf(idParam),
      jsonBody(redeemInput),
      async (c) => {
        const input = { ...c.req.valid('json'), contactId: c.req.valid('param').id };
        return c.json(await redeemReward(c.var.ctx, input), 201);
      },
    )
    .get(
      '/api/reward-redemptions',
      describe({
        tag,
        summary: 'What was redeemed; state=open is the queue to hand over, the longest wait first',
        answer: redemptionList,
      }),
      queryOf(redemptionsQuery.extend(pageQuery.shape)),
      async (c) => {
        const { limit, cursor, ...of } = c.req.valid('query');
        return c.json(await redemptions(c.var.ctx, of, { limit, cursor }));
      },
    )
    .post(
      '/api/reward-redemptions/:id/hand-over',
      describe({ tag, summary: 'A gift was handed over, a custom reward done', answer: redemptionAnswer }),
      paramsOf(idParam),
      async (c) => c.json(await handOver(c.var.ctx, c.req.valid('param').id)),
    )
    .post(
      '/api/reward-redemptions/:id/cancel',
      describe({ tag, summary: 'Take a redemption back; its points return', answer: redemptionAnswer }),
      paramsOf(idParam),
      jsonBody(cancelInput),
      async (c) =>
        c.json(await cancelRedemption(c.var.ctx, c.req.valid('param').id, c.req.valid('json').reason)),
    );
}
