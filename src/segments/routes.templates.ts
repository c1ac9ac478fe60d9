import type { Hono } from 'hono';
import { describe, jsonBody, newRouter, paramsOf } from '../core/http.ts';
import type { AppEnv } from '../core/http.ts';
import { listTemplates, previewTemplate, useTemplate } from './actions.templates.ts';
import {
  templateList,
  templateParam,
  templatePreview,
  templatePreviewInput,
  templateUse,
  templateUsed,
} from './contract.templates.ts';

const tag = 'segments';

export function templateRoutes(): Hono<AppEnv> {
  return newRouter()
    .get(
      '/api/segments/templates',
      describe({ tag, summary: 'Ready-made segments with their parameters', answer: templateList }),
      (c) => c.json(listTemplates(c.var.ctx)),
    )
    .post(
      '/api/segments/templates/:id/preview',
      describe({ tag, summary: 'Whom a ready-made segment would hold now', answer: templatePreview }),
      paramsOf(templateParam),
      jsonBody(templatePreviewInput),
      async (c) => c.json(await previewTemplate(c.var.ctx, c.req.valid('param').id, c.req.valid('json'))),
    )
    .post(
      '/api/segments/templates/:id',
      describe({ tag, summary: 'Save a ready-made segment', status: 201, answer: templateUsed }),
      paramsOf(templateParam),
      jsonBody(templateUse),
      async (c) => c.json(await useTemplate(c.var.ctx, c.req.valid('param').id, c.req.valid('json')), 201),
    );
}
