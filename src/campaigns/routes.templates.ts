import type { Hono } from 'hono';
import { describe, idParam, jsonBody, newRouter, paramsOf } from '../core/http.ts';
import type { AppEnv } from '../core/http.ts';
import { getSender, previewTemplate, setSender } from './actions.preview.ts';
import {
  createTemplate,
  getTemplate,
  templates,
  templateVariables,
  updateTemplateTexts,
} from './actions.templates.ts';
import { sendTry } from './actions.try.ts';
import { previewAnswer, senderInput } from './contract.ts';
import {
  templateAnswer,
  templateInput,
  templateList,
  templatePatch,
  templatePreviewInput,
  trySendInput,
  trySentAnswer,
  variableList,
} from './contract.template.ts';

const tag = 'templates';

export function templateRoutes(): Hono<AppEnv> {
  return newRouter()
    .get('/api/templates', describe({ tag, summary: 'Templates', answer: templateList }), async (c) =>
      c.json({ items: await templates(c.var.ctx) }),
    )
    .post(
      '/api/templates',
      describe({ tag, summary: 'Save a new template', status: 201, answer: templateAnswer }),
      jsonBody(templateInput),
      async (c) => c.json(await createTemplate(c.var.ctx, c.req.valid('json')), 201),
    )
    .post(
      '/api/templates/preview',
      describe({ tag, summary: 'Render a template that need not be saved', answer: previewAnswer }),
      jsonBody(templatePreviewInput),
      async (c) => c.json(await previewTemplate(c.var.ctx, c.req.valid('json'))),
    )
    .post(
      '/api/templates/try',
      describe({
        tag,
        summary: 'Send a template to oneself or a colleague; nothing is used up',
        answer: trySentAnswer,
      }),
      jsonBody(trySendInput),
      async (c) => c.json(await sendTry(c.var.ctx, c.req.valid('json'))),
    )
    .get(
      '/api/templates/variables',
      describe({ tag, summary: 'What templates may name', answer: variableList }),
      (c) => c.json(templateVariables(c.var.ctx)),
    )
    .get(
      '/api/templates/:id',
      describe({ tag, summary: 'A template in all its languages', answer: templateAnswer }),
      paramsOf(idParam),
      async (c) => c.json(await getTemplate(c.var.ctx, c.req.valid('param').id)),
    )
    .patch(
      '/api/templates/:id',
      describe({ tag, summary: 'Rename, or save texts as a new version', answer: templateAnswer }),
      paramsOf(idParam),
      jsonBody(templatePatch),
      async (c) => c.json(await updateTemplateTexts(c.var.ctx, c.req.valid('param').id, c.req.valid('json'))),
    )
    .get('/api/sender', describe({ tag, summary: 'Who mails are from', answer: senderInput }), async (c) =>
      c.json(await getSender(c.var.ctx)),
    )
    .put(
      '/api/sender',
      describe({ tag, summary: 'Set who mails are from', answer: senderInput }),
      jsonBody(senderInput),
      async (c) => c.json(await setSender(c.var.ctx, c.req.valid('json'))),
    );
}
