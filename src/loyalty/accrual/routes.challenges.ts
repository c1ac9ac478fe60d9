import type { Hono } from 'hono';
import { describe, idParam, jsonBody, paramsOf, queryOf } from '../../core/http.ts';
import type { AppEnv } from '../../core/http.ts';
import { challengeProgress, challenges, createChallenge, endChallenge } from './actions.challenges.ts';
import { referralRoutes } from './routes.referral.ts';
import {
  challengeAnswer,
  challengeInput,
  challengeList,
  challengesQuery,
  progressList,
} from './contract.challenges.ts';

const tag = 'loyalty';

export function challengeRoutes(): Hono<AppEnv> {
  return referralRoutes()
    .get(
      '/api/loyalty/challenges',
      describe({ tag, summary: 'Challenges: so many actions in a window', answer: challengeList }),
      queryOf(challengesQuery),
      async (c) => c.json({ items: await challenges(c.var.ctx, c.req.valid('query').programId) }),
    )
    .post(
      '/api/loyalty/challenges',
      describe({ tag, summary: 'Make a challenge', status: 201, answer: challengeAnswer }),
      jsonBody(challengeInput),
      async (c) => c.json(await createChallenge(c.var.ctx, c.req.valid('json')), 201),
    )
    .post(
      '/api/loyalty/challenges/:id/end',
      describe({ tag, summary: 'End a challenge; rewards stay', answer: challengeAnswer }),
      paramsOf(idParam),
      async (c) => c.json(await endChallenge(c.var.ctx, c.req.valid('param').id)),
    )
    .get(
      '/api/contacts/:id/challenges',
      describe({ tag, summary: 'How far a contact is in challenges', answer: progressList }),
      paramsOf(idParam),
      async (c) => c.json(await challengeProgress(c.var.ctx, c.req.valid('param').id)),
    );
}
