import type { Hono } from 'hono';
import { describe, idParam, jsonBody, newRouter, paramsOf } from '../../core/http.ts';
import type { AppEnv } from '../../core/http.ts';
import { getReferralTerms, refer, referralCodeOf, referrals, setReferralTerms } from './actions.referral.ts';
import {
  codeAsk,
  referralAnswer,
  referralInput,
  referralList,
  referralSummary,
  referralTerms,
} from './contract.referral.ts';

const tag = 'loyalty';

export function referralRoutes(): Hono<AppEnv> {
  return newRouter()
    .get(
      '/api/loyalty/programs/:id/referral',
      describe({ tag, summary: 'How a program rewards recommendations', answer: referralTerms }),
      paramsOf(idParam),
      async (c) => c.json(await getReferralTerms(c.var.ctx, c.req.valid('param').id)),
    )
    .put(
      '/api/loyalty/programs/:id/referral',
      describe({ tag, summary: 'Say how recommendations are rewarded', answer: referralTerms }),
      paramsOf(idParam),
      jsonBody(referralTerms),
      async (c) => c.json(await setReferralTerms(c.var.ctx, c.req.valid('param').id, c.req.valid('json'))),
    )
    .post(
      '/api/loyalty/referrals',
      describe({ tag, summary: "A friend shows a member's code", status: 201, answer: referralAnswer }),
      jsonBody(referralInput),
      async (c) => c.json(await refer(c.var.ctx, c.req.valid('json')), 201),
    )
    .get(
      '/api/contacts/:id/referral',
      describe({ tag, summary: "A member's codes and friends", answer: referralList }),
      paramsOf(idParam),
      async (c) => c.json({ items: await referrals(c.var.ctx, c.req.valid('param').id) }),
    )
    .post(
      '/api/contacts/:id/referral',
      describe({ tag, summary: "A member's code, made when there is none", answer: referralSummary }),
      paramsOf(idParam),
      jsonBody(codeAsk),
      async (c) =>
        c.json(await referralCodeOf(c.var.ctx, c.req.valid('param').id, c.req.valid('json').programId)),
    );
}
