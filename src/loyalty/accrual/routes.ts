import type { Hono } from 'hono';
import { describe, idParam, jsonBody, paramsOf, queryOf } from '../../core/http.ts';
import type { AppEnv } from '../../core/http.ts';
import type { Rules } from '../../core/together.ts';
import { pageQuery } from '../../core/paging.ts';
import { backtestRoutes } from './routes.backtest.ts';
import { challengeRoutes } from './routes.challenges.ts';
import { earningExample } from './actions.example.ts';
import { accruals, previewCart } from './actions.preview.ts';
import { accrualRules, changeRule, createRule, getRule, moveRule, ruleHistory } from './actions.rules.ts';
import { earningExample as earningExampleAnswer, exampleInput } from './contract.example.ts';
import {
  accrualList,
  previewAnswer,
  previewInput,
  ruleAnswer,
  ruleInput,
  ruleList,
  ruleMove,
  rulePatch,
  rulesQuery,
  ruleVersions,
} from './contract.ts';
import type { AccrualDefinition } from './contract.ts';
import { problemsOf } from './definition.ts';

const tag = 'loyalty';

/** Told together with fields of a wrong shape. */
const rulesOf: Rules<{ definition: AccrualDefinition }> = ({ definition }, now) =>
  problemsOf(definition, now).map((one) => ({ ...one, path: `definition.${one.path}` }));

export function accrualRoutes(): Hono<AppEnv> {
  return challengeRoutes()
    .route('/', backtestRoutes())
    .get(
      '/api/loyalty/accrual-rules',
      describe({ tag, summary: 'Rules by which points are earned', answer: ruleList }),
      queryOf(rulesQuery),
      async (c) => c.json({ items: await accrualRules(c.var.ctx, c.req.valid('query').programId) }),
    )
    .post(
      '/api/loyalty/accrual-rules',
      describe({ tag, summary: 'Make an accrual rule, as a draft', status: 201, answer: ruleAnswer }),
      jsonBody(ruleInput, rulesOf),
      async (c) => c.json(await createRule(c.var.ctx, c.req.valid('json')), 201),
    )
    .post(
      '/api/loyalty/accrual-rules/preview',
      describe({ tag, summary: 'What a cart would earn now, by which rules', answer: previewAnswer }),
      jsonBody(previewInput),
      async (c) => c.json(await previewCart(c.var.ctx, c.req.valid('json'))),
    )
    .post(
      '/api/loyalty/accrual-rules/example',
      describe({
        tag,
        summary: 'What a rule would give for one order, and when',
        answer: earningExampleAnswer,
      }),
      jsonBody(exampleInput),
      async (c) => c.json(await earningExample(c.var.ctx, c.req.valid('json'))),
    )
    .get(
      '/api/loyalty/accrual-rules/:id',
      describe({ tag, summary: 'An accrual rule', answer: ruleAnswer }),
      paramsOf(idParam),
      async (c) => c.json(await getRule(c.var.ctx, c.req.valid('param').id)),
    )
    .patch(
      '/api/loyalty/accrual-rules/:id',
      describe({ tag, summary: 'Change a rule: a launched one by a new version', answer: ruleAnswer }),
      paramsOf(idParam),
      jsonBody(rulePatch, rulesOf),
      async (c) => c.json(await changeRule(c.var.ctx, c.req.valid('param').id, c.req.valid('json'))),
    )
    .post(
      '/api/loyalty/accrual-rules/:id/move',
      describe({ tag, summary: 'Launch, pause, resume or end a rule', answer: ruleAnswer }),
      paramsOf(idParam),
      jsonBody(ruleMove),
      async (c) => c.json(await moveRule(c.var.ctx, c.req.valid('param').id, c.req.valid('json'))),
    )
    .get(
      '/api/loyalty/accrual-rules/:id/versions',
      describe({ tag, summary: 'What a rule said when, newest first', answer: ruleVersions }),
      paramsOf(idParam),
      async (c) => c.json(await ruleHistory(c.var.ctx, c.req.valid('param').id)),
    )
    .get(
      '/api/contacts/:id/accruals',
      describe({
        tag,
        summary: 'What a contact has earned by which rules, newest first',
        answer: accrualList,
      }),
      paramsOf(idParam),
      queryOf(pageQuery),
      async (c) => c.json(await accruals(c.var.ctx, c.req.valid('param').id, c.req.valid('query'))),
    );
}
