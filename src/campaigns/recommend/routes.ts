import type { Hono } from 'hono';
import { describe, idParam, newRouter, paramsOf } from '../../core/http.ts';
import type { AppEnv } from '../../core/http.ts';
import { recommendationsOf } from './actions.ts';
import { recommendationsAnswer } from './contract.ts';

export function recommendRoutes(): Hono<AppEnv> {
  return newRouter().get(
    '/api/contacts/:id/recommendations',
    describe({
      tag: 'contacts',
      summary: 'What a message would suggest to this contact now, and why',
      answer: recommendationsAnswer,
    }),
    paramsOf(idParam),
    async (c) => c.json(await recommendationsOf(c.var.ctx, c.req.valid('param').id)),
  );
}
