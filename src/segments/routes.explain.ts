import type { Hono } from 'hono';
import { describe, idParam, jsonBody, newRouter, paramsOf, queryOf } from '../core/http.ts';
import type { AppEnv } from '../core/http.ts';
import { explain, explainDraft } from './actions.explain.ts';
import { explainAnswer, explainInput, explainQuery } from './contract.explain.ts';

const tag = 'segments';

/** Why a contact is in a segment or not. */
export function explainRoutes(): Hono<AppEnv> {
  const router = newRouter();
  router
    .post(
      '/api/segments/explain',
      describe({ tag, summary: 'Why a contact would be in a draft or not', answer: explainAnswer }),
      jsonBody(explainInput),
      async (c) => c.json(await explainDraft(c.var.ctx, c.req.valid('json'))),
    )
    .get(
      '/api/segments/:id/explain',
      describe({
        tag,
        summary: 'Why a contact is in a segment or not',
        description:
          'The tree of the rule in service: of every node its value and when that changes by itself, of leaves the figure that was compared and the newest facts.',
        answer: explainAnswer,
      }),
      paramsOf(idParam),
      queryOf(explainQuery),
      async (c) => c.json(await explain(c.var.ctx, c.req.valid('param').id, c.req.valid('query'))),
    );
  return router;
}
