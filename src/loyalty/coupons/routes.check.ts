import type { Hono } from 'hono';
import { inputIssues } from './input.ts';
import { describe, idParam, jsonBody, paramsOf, queryOf } from '../../core/http.ts';
import type { AppEnv } from '../../core/http.ts';
import { checkCode, couponDays, couponStory } from './actions.check.ts';
import { launchDraft, rewriteDraft } from './actions.drafts.ts';
import {
  codeCheck,
  codeCheckQuery,
  couponDaysQuery,
  couponDays as couponDaysAnswer,
  couponStory as couponStoryAnswer,
} from './contract.check.ts';
import { codeParam, couponCampaignAnswer, couponDraftInput } from './contract.ts';

const tag = 'loyalty';

export function draftRoutes(app: Hono<AppEnv>): void {
  app.put(
    '/api/coupon-campaigns/:id',
    describe({ tag, summary: 'Write a draft anew', answer: couponCampaignAnswer }),
    paramsOf(idParam),
    jsonBody(couponDraftInput, ({ campaign }, now) =>
      inputIssues(campaign, now).map((one) => ({ ...one, path: `campaign.${one.path}` })),
    ),
    async (c) => c.json(await rewriteDraft(c.var.ctx, c.req.valid('param').id, c.req.valid('json'))),
  );
  app.post(
    '/api/coupon-campaigns/:id/launch',
    describe({ tag, summary: 'Launch a draft: codes are made and work', answer: couponCampaignAnswer }),
    paramsOf(idParam),
    async (c) => c.json(await launchDraft(c.var.ctx, c.req.valid('param').id)),
  );
}

export function checkRoutes(app: Hono<AppEnv>): void {
  app.get(
    '/api/coupon-campaigns/:id/days',
    describe({ tag, summary: 'Uses of a coupon campaign by day', answer: couponDaysAnswer }),
    paramsOf(idParam),
    queryOf(couponDaysQuery),
    async (c) => c.json(await couponDays(c.var.ctx, c.req.valid('param').id, c.req.valid('query'))),
  );
  app.get(
    '/api/coupon-check',
    describe({ tag, summary: 'Whether a code could be used now, and why not', answer: codeCheck }),
    queryOf(codeCheckQuery),
    async (c) => c.json(await checkCode(c.var.ctx, c.req.valid('query'))),
  );
  app.get(
    '/api/coupons/:code/story',
    describe({ tag, summary: 'What a coupon went through', answer: couponStoryAnswer }),
    paramsOf(codeParam),
    async (c) => c.json(await couponStory(c.var.ctx, c.req.valid('param').code)),
  );
}
