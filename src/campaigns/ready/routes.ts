import type { Hono } from 'hono';
import { describe, jsonBody, newRouter, paramsOf, queryOf } from '../../core/http.ts';
import type { AppEnv } from '../../core/http.ts';
import { previewAnswer } from '../contract.ts';
import { makeReady, previewReady, readyCampaigns } from './actions.ts';
import { readyInput, readyList, readyMade, readyParam, readyQuery } from './contract.ts';

const tag = 'campaigns';

export function readyRoutes(): Hono<AppEnv> {
  return newRouter()
    .get(
      '/api/ready-campaigns',
      describe({ tag, summary: 'Ready-made campaigns', answer: readyList }),
      async (c) => c.json(await readyCampaigns(c.var.ctx)),
    )
    .get(
      '/api/ready-campaigns/:key/preview',
      describe({ tag, summary: 'How a ready-made campaign looks', answer: previewAnswer }),
      paramsOf(readyParam),
      queryOf(readyQuery),
      async (c) =>
        c.json(await previewReady(c.var.ctx, c.req.valid('param').key, c.req.valid('query').locale)),
    )
    .post(
      '/api/ready-campaigns',
      describe({ tag, summary: 'Make a draft of a ready-made campaign', status: 201, answer: readyMade }),
      jsonBody(readyInput),
      async (c) => c.json(await makeReady(c.var.ctx, c.req.valid('json')), 201),
    );
}
