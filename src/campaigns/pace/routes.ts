import type { Hono } from 'hono';
import { describe, jsonBody, newRouter } from '../../core/http.ts';
import type { AppEnv } from '../../core/http.ts';
import { getPace, setPace } from './actions.ts';
import { paceAnswer, paceSettings } from './contract.ts';

const tag = 'campaigns';

export function paceRoutes(): Hono<AppEnv> {
  return newRouter()
    .get(
      '/api/campaigns/pace',
      describe({
        tag,
        summary: 'Limits of providers and domains, and how providers stand',
        answer: paceAnswer,
      }),
      async (c) => c.json(await getPace(c.var.ctx)),
    )
    .put(
      '/api/campaigns/pace',
      describe({ tag, summary: 'Set limits of providers and domains', answer: paceSettings }),
      jsonBody(paceSettings),
      async (c) => c.json(await setPace(c.var.ctx, c.req.valid('json'))),
    );
}
