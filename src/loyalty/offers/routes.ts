import type { Hono } from 'hono';
import { z } from 'zod';
import { describe, idParam, jsonBody, newRouter, paramsOf, queryOf } from '../../core/http.ts';
import type { AppEnv } from '../../core/http.ts';
import { pageQuery } from '../../core/paging.ts';
import { backtestParams } from '../backtests/contract.ts';
import { backtests, cancelBacktest, getBacktest, startBacktest } from './actions.backtest.ts';
import { checkPromotion, launchChecks } from './actions.check.ts';
import { definitionProblems } from './definition.ts';
import { interferenceOf } from './actions.interference.ts';
import {
  changePromotion,
  copyPromotion,
  createPromotion,
  getPromotion,
  movePromotion,
  promotions,
  promotionVersion,
  promotionVersions,
} from './actions.promotions.ts';
import {
  backtestInput,
  backtestList,
  backtestView,
  checkAnswer,
  checkInput,
  interference,
  promotionChange,
  promotionDefinition,
  promotionDetail,
  promotionList,
  promotionMove,
  promotionState,
  promotionVersionList,
  promotionVersionView,
  versionParams,
} from './contract.ts';
import { offerStage } from '../pricing/contract.ts';

const tag = 'Promotions';

export function promotionRoutes(): Hono<AppEnv> {
  const app = newRouter();
  listRoutes(app);
  checkRoutes(app);
  oneRoutes(app);
  moveRoutes(app);
  backtestRoutes(app);
  return app;
}

function listRoutes(app: Hono<AppEnv>): void {
  app.get(
    '/api/promotions',
    describe({ tag, summary: 'Promotions, newest first', answer: promotionList }),
    queryOf(
      pageQuery.extend({
        search: z.string().trim().min(1).max(100).optional(),
        state: promotionState.optional(),
        stage: offerStage.optional(),
      }),
    ),
    async (c) => c.json(await promotions(c.var.ctx, c.req.valid('query'))),
  );
  app.post(
    '/api/promotions',
    describe({ tag, summary: 'Write a promotion, as a draft', status: 201, answer: promotionDetail }),
    jsonBody(promotionDefinition, definitionProblems),
    async (c) => c.json(await createPromotion(c.var.ctx, c.req.valid('json')), 201),
  );
}

function checkRoutes(app: Hono<AppEnv>): void {
  app.post(
    '/api/promotions/check',
    describe({
      tag,
      summary: 'What should be known before a launch',
      description:
        'Of a definition as it stands, saved or not. Items have stable codes; those of level "block" forbid the launch.',
      answer: checkAnswer,
    }),
    jsonBody(checkInput),
    async (c) => c.json(await checkPromotion(c.var.ctx, c.req.valid('json'))),
  );
  app.get(
    '/api/promotions/interference',
    describe({ tag, summary: 'Which live offers meet, and how deep they go together', answer: interference }),
    queryOf(z.object({ programId: z.uuid().optional() })),
    async (c) => c.json(await interferenceOf(c.var.ctx, c.req.valid('query').programId)),
  );
  app.get(
    '/api/promotions/:id/checks',
    describe({ tag, summary: 'The same checks of a promotion as it is saved', answer: checkAnswer }),
    paramsOf(idParam),
    async (c) => c.json(await launchChecks(c.var.ctx, c.req.valid('param').id)),
  );
}

function oneRoutes(app: Hono<AppEnv>): void {
  app.get(
    '/api/promotions/:id',
    describe({ tag, summary: 'A promotion, what it says and how much it was used', answer: promotionDetail }),
    paramsOf(idParam),
    async (c) => c.json(await getPromotion(c.var.ctx, c.req.valid('param').id)),
  );
  app.patch(
    '/api/promotions/:id',
    describe({
      tag,
      summary: 'Say something else',
      description:
        'A draft is written anew; of a promotion that was launched this makes another version, in service at once.',
      answer: promotionDetail,
    }),
    paramsOf(idParam),
    jsonBody(promotionChange, ({ definition }, now) =>
      definitionProblems(definition, now).map((one) => ({ ...one, path: `definition.${one.path}` })),
    ),
    async (c) => c.json(await changePromotion(c.var.ctx, c.req.valid('param').id, c.req.valid('json'))),
  );
  app.get(
    '/api/promotions/:id/versions',
    describe({ tag, summary: 'Versions, latest first', answer: promotionVersionList }),
    paramsOf(idParam),
    queryOf(pageQuery),
    async (c) => c.json(await promotionVersions(c.var.ctx, c.req.valid('param').id, c.req.valid('query'))),
  );
  app.get(
    '/api/promotions/:id/versions/:version',
    describe({
      tag,
      summary: 'One version: what an order that names it was priced by',
      answer: promotionVersionView,
    }),
    paramsOf(versionParams),
    async (c) => {
      const { id, version } = c.req.valid('param');
      return c.json(await promotionVersion(c.var.ctx, id, version));
    },
  );
  app.post(
    '/api/promotions/:id/copy',
    describe({ tag, summary: 'A new draft that says the same', status: 201, answer: promotionDetail }),
    paramsOf(idParam),
    async (c) => c.json(await copyPromotion(c.var.ctx, c.req.valid('param').id), 201),
  );
}

const MOVES = [
  ['launch', 'launched', 'Put a draft in service'],
  ['pause', 'paused', 'Pause'],
  ['resume', 'resumed', 'Go on'],
  ['end', 'ended', 'End for good'],
  ['archive', 'archived', 'Put away'],
] as const;

function moveRoutes(app: Hono<AppEnv>): void {
  for (const [path, move, summary] of MOVES) {
    app.post(
      `/api/promotions/:id/${path}`,
      describe({ tag, summary, answer: promotionDetail }),
      paramsOf(idParam),
      jsonBody(promotionMove),
      async (c) =>
        c.json(await movePromotion(c.var.ctx, c.req.valid('param').id, move, c.req.valid('json').version)),
    );
  }
}

function backtestRoutes(app: Hono<AppEnv>): void {
  app.post(
    '/api/promotions/:id/backtests',
    describe({ tag, summary: 'Try it on past orders, in the background', status: 202, answer: backtestView }),
    paramsOf(idParam),
    jsonBody(backtestInput),
    async (c) => c.json(await startBacktest(c.var.ctx, c.req.valid('param').id, c.req.valid('json')), 202),
  );
  app.get(
    '/api/promotions/:id/backtests',
    describe({ tag, summary: 'Backtests, newest first', answer: backtestList }),
    paramsOf(idParam),
    queryOf(pageQuery),
    async (c) => c.json(await backtests(c.var.ctx, c.req.valid('param').id, c.req.valid('query'))),
  );
  app.get(
    '/api/promotions/:id/backtests/:backtestId',
    describe({ tag, summary: 'A backtest: how far it is, and what came out', answer: backtestView }),
    paramsOf(backtestParams),
    async (c) => {
      const { id, backtestId } = c.req.valid('param');
      return c.json(await getBacktest(c.var.ctx, id, backtestId));
    },
  );
  app.post(
    '/api/promotions/:id/backtests/:backtestId/cancel',
    describe({ tag, summary: 'Stop a backtest', answer: backtestView }),
    paramsOf(backtestParams),
    async (c) => {
      const { id, backtestId } = c.req.valid('param');
      return c.json(await cancelBacktest(c.var.ctx, id, backtestId));
    },
  );
}
