import type { Hono } from 'hono';
import { z } from 'zod';
import { describe, idParam, jsonBody, newRouter, paramsOf, queryOf } from '../../core/http.ts';
import type { AppEnv } from '../../core/http.ts';
import { pageQuery } from '../../core/paging.ts';
import { changeForm, createForm, formSources, getForm, listForms, previewForm } from './actions.ts';
import { approve, exportSubmissions, listSubmissions, reject } from './actions.review.ts';
import {
  formCreate,
  formListed,
  formPatch,
  formPreview,
  formSourceView,
  formView,
  submissionQuery,
  submissionView,
} from './contract.ts';
import { publicFormRoutes } from './routes.public.ts';

const tag = 'forms';
const submissionParam = z.object({ id: z.uuid(), submissionId: z.uuid() });

export function formRoutes(): Hono<AppEnv> {
  return newRouter()
    .route('/', definitionRoutes())
    .route('/', submissionRoutes())
    .route('/', publicFormRoutes());
}

function definitionRoutes() {
  return newRouter()
    .get(
      '/api/forms',
      describe({
        tag,
        summary: 'Forms by name, with what came in',
        answer: z.object({ items: z.array(formListed), nextCursor: z.string().nullable() }),
      }),
      queryOf(pageQuery),
      async (c) => c.json(await listForms(c.var.ctx, c.req.valid('query'))),
    )
    .post(
      '/api/forms',
      describe({ tag, summary: 'Make a form', status: 201, answer: formView }),
      jsonBody(formCreate),
      async (c) => c.json(await createForm(c.var.ctx, c.req.valid('json')), 201),
    )
    .get(
      '/api/forms/sources',
      describe({
        tag,
        summary: 'Sources a form may belong to',
        answer: z.object({ items: z.array(formSourceView) }),
      }),
      async (c) => c.json({ items: await formSources(c.var.ctx) }),
    )
    .post(
      '/api/forms/preview',
      describe({
        tag,
        summary: 'The page of a form that need not be saved; changes nothing',
        answer: z.object({ html: z.string() }),
      }),
      jsonBody(formPreview),
      (c) => c.json(previewForm(c.var.ctx, c.req.valid('json'))),
    )
    .get(
      '/api/forms/:id',
      describe({ tag, summary: 'A form, its counts and the code to embed it', answer: formView }),
      paramsOf(idParam),
      async (c) => c.json(await getForm(c.var.ctx, c.req.valid('param').id)),
    )
    .patch(
      '/api/forms/:id',
      describe({
        tag,
        summary: 'Change a form; another definition becomes its next version',
        answer: formView,
      }),
      paramsOf(idParam),
      jsonBody(formPatch),
      async (c) => c.json(await changeForm(c.var.ctx, c.req.valid('param').id, c.req.valid('json'))),
    );
}

function submissionRoutes() {
  return newRouter()
    .get(
      '/api/forms/:id/submissions',
      describe({
        tag,
        summary: 'What was sent, newest first',
        answer: z.object({ items: z.array(submissionView), nextCursor: z.string().nullable() }),
      }),
      paramsOf(idParam),
      queryOf(submissionQuery.extend(pageQuery.shape)),
      async (c) => c.json(await listSubmissions(c.var.ctx, c.req.valid('param').id, c.req.valid('query'))),
    )
    .get(
      '/api/forms/:id/submissions.csv',
      describe({ tag, summary: 'All of it as CSV', media: 'text/csv', answer: z.string() }),
      paramsOf(idParam),
      async (c) =>
        c.body(await exportSubmissions(c.var.ctx, c.req.valid('param').id), 200, {
          'Content-Type': 'text/csv; charset=utf-8',
          'Content-Disposition': 'attachment; filename="submissions.csv"',
        }),
    )
    .post(
      '/api/forms/:id/submissions/:submissionId/approve',
      describe({ tag, summary: 'Take what was kept as spam', status: 204 }),
      paramsOf(submissionParam),
      async (c) => {
        const { id, submissionId } = c.req.valid('param');
        await approve(c.var.ctx, id, submissionId);
        return c.body(null, 204);
      },
    )
    .post(
      '/api/forms/:id/submissions/:submissionId/reject',
      describe({ tag, summary: 'Say that it is spam', status: 204 }),
      paramsOf(submissionParam),
      async (c) => {
        const { id, submissionId } = c.req.valid('param');
        await reject(c.var.ctx, id, submissionId);
        return c.body(null, 204);
      },
    );
}
