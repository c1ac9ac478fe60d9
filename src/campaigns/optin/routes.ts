import type { Hono } from 'hono';
import { describe, idParam, jsonBody, newRouter, paramsOf } from '../../core/http.ts';
import type { AppEnv } from '../../core/http.ts';
import { askOptIn } from './actions.ts';
import { optInAnswer, optInInput } from './contract.ts';

export function optInRoutes(): Hono<AppEnv> {
  return newRouter().post(
    '/api/contacts/:id/opt-ins',
    describe({
      tag: 'contacts',
      summary: 'Ask the holder of the address to confirm a consent by a link in a mail',
      status: 202,
      answer: optInAnswer,
    }),
    paramsOf(idParam),
    jsonBody(optInInput),
    async (c) => c.json(await askOptIn(c.var.ctx, c.req.valid('param').id, c.req.valid('json')), 202),
  );
}
