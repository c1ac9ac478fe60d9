import type { Hono } from 'hono';
import { describe, idParam, jsonBody, newRouter, paramsOf } from '../../core/http.ts';
import type { AppEnv } from '../../core/http.ts';
import { programAnswer } from '../programs/contract.ts';
import { launchProgram, programChecksOf } from './actions.ts';
import { launchInput, programChecks } from './contract.ts';

const tag = 'loyalty';

export function designRoutes(): Hono<AppEnv> {
  return newRouter()
    .get(
      '/api/loyalty/programs/:id/checks',
      describe({
        tag,
        summary: 'What should be known of a program before its launch',
        answer: programChecks,
      }),
      paramsOf(idParam),
      async (c) => c.json(await programChecksOf(c.var.ctx, c.req.valid('param').id)),
    )
    .post(
      '/api/loyalty/programs/:id/launch',
      describe({ tag, summary: 'Take a draft into force', answer: programAnswer }),
      paramsOf(idParam),
      jsonBody(launchInput),
      async (c) =>
        c.json(await launchProgram(c.var.ctx, c.req.valid('param').id, c.req.valid('json').version)),
    );
}
