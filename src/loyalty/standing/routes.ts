import type { Hono } from 'hono';
import { z } from 'zod';
import { describe, idParam, jsonBody, newRouter, paramsOf, queryOf } from '../../core/http.ts';
import type { AppEnv } from '../../core/http.ts';
import {
  accumulatives,
  changeAccumulative,
  createAccumulative,
  getAccumulative,
} from './actions.accumulative.ts';
import { changeLadder, createLadder, getLadder, ladders, ladderVersionsOf } from './actions.ladders.ts';
import { previewLadder } from './actions.preview.ts';
import { contactStanding } from './actions.read.ts';
import { board, ladderMembers, movements, moves } from './actions.report.ts';
import {
  accumulativeAnswer,
  accumulativeInput,
  accumulativeList,
  accumulativePatch,
  ladderAnswer,
  ladderInput,
  ladderList,
  ladderPatch,
  ladderPreview,
  ladderPreviewInput,
  ladderVersions,
  membersQuery,
  memberStandingList,
  moveList,
  movementList,
  movementQuery,
  movesQuery,
  standingAnswer,
  tierBoard,
} from './contract.ts';
import { categoryRoutes } from './routes.categories.ts';

const tag = 'loyalty';
const ofProgram = z.object({ programId: z.uuid().optional() });

export function standingRoutes(): Hono<AppEnv> {
  return newRouter()
    .route('/', ladderRoutes())
    .route('/', boardRoutes())
    .route('/', accumulativeRoutes())
    .route('/', categoryRoutes());
}

function ladderRoutes(): Hono<AppEnv> {
  return newRouter()
    .get(
      '/api/tier-ladders',
      describe({ tag, summary: 'Tier ladders, of one program or all', answer: ladderList }),
      queryOf(ofProgram),
      async (c) => c.json({ items: await ladders(c.var.ctx, c.req.valid('query').programId ?? null) }),
    )
    .post(
      '/api/tier-ladders',
      describe({ tag, summary: 'Make the tier ladder of a program', status: 201, answer: ladderAnswer }),
      jsonBody(ladderInput),
      async (c) => c.json(await createLadder(c.var.ctx, c.req.valid('json')), 201),
    )
    .post(
      '/api/tier-ladders/preview',
      describe({
        tag,
        summary: 'How many members would stand where by rules that are not in force',
        answer: ladderPreview,
      }),
      jsonBody(ladderPreviewInput),
      async (c) => c.json(await previewLadder(c.var.ctx, c.req.valid('json'))),
    )
    .get(
      '/api/tier-ladders/:id',
      describe({ tag, summary: 'A tier ladder', answer: ladderAnswer }),
      paramsOf(idParam),
      async (c) => c.json(await getLadder(c.var.ctx, c.req.valid('param').id)),
    )
    .patch(
      '/api/tier-ladders/:id',
      describe({ tag, summary: 'Change a tier ladder, or put it out of force', answer: ladderAnswer }),
      paramsOf(idParam),
      jsonBody(ladderPatch),
      async (c) => c.json(await changeLadder(c.var.ctx, c.req.valid('param').id, c.req.valid('json'))),
    )
    .get(
      '/api/tier-ladders/:id/versions',
      describe({ tag, summary: 'What the ladder was, newest first', answer: ladderVersions }),
      paramsOf(idParam),
      async (c) => c.json({ items: await ladderVersionsOf(c.var.ctx, c.req.valid('param').id) }),
    );
}

function boardRoutes(): Hono<AppEnv> {
  return newRouter()
    .get(
      '/api/tier-ladders/:id/board',
      describe({ tag, summary: 'How many members stand on which tier', answer: tierBoard }),
      paramsOf(idParam),
      async (c) => c.json(await board(c.var.ctx, c.req.valid('param').id)),
    )
    .get(
      '/api/tier-ladders/:id/members',
      describe({ tag, summary: 'Members with their tier, of one tier or all', answer: memberStandingList }),
      paramsOf(idParam),
      queryOf(membersQuery),
      async (c) => c.json(await ladderMembers(c.var.ctx, c.req.valid('param').id, c.req.valid('query'))),
    )
    .get(
      '/api/tier-ladders/:id/movements',
      describe({ tag, summary: 'Moves between tiers, counted by month', answer: movementList }),
      paramsOf(idParam),
      queryOf(movementQuery),
      async (c) =>
        c.json({ items: await movements(c.var.ctx, c.req.valid('param').id, c.req.valid('query')) }),
    )
    .get(
      '/api/tier-ladders/:id/moves',
      describe({ tag, summary: 'Who moved between tiers, newest first', answer: moveList }),
      paramsOf(idParam),
      queryOf(movesQuery),
      async (c) => c.json(await moves(c.var.ctx, c.req.valid('param').id, c.req.valid('query'))),
    )
    .get(
      '/api/contacts/:id/standing',
      describe({
        tag,
        summary: 'Tiers with progress, accumulated discounts, person categories of a contact',
        answer: standingAnswer,
      }),
      paramsOf(idParam),
      async (c) => c.json(await contactStanding(c.var.ctx, c.req.valid('param').id)),
    );
}

function accumulativeRoutes(): Hono<AppEnv> {
  return newRouter()
    .get(
      '/api/accumulative-discounts',
      describe({ tag, summary: 'Accumulative discounts', answer: accumulativeList }),
      async (c) => c.json({ items: await accumulatives(c.var.ctx) }),
    )
    .post(
      '/api/accumulative-discounts',
      describe({ tag, summary: 'Make an accumulative discount', status: 201, answer: accumulativeAnswer }),
      jsonBody(accumulativeInput),
      async (c) => c.json(await createAccumulative(c.var.ctx, c.req.valid('json')), 201),
    )
    .get(
      '/api/accumulative-discounts/:id',
      describe({ tag, summary: 'An accumulative discount', answer: accumulativeAnswer }),
      paramsOf(idParam),
      async (c) => c.json(await getAccumulative(c.var.ctx, c.req.valid('param').id)),
    )
    .patch(
      '/api/accumulative-discounts/:id',
      describe({ tag, summary: 'Change an accumulative discount', answer: accumulativeAnswer }),
      paramsOf(idParam),
      jsonBody(accumulativePatch),
      async (c) => c.json(await changeAccumulative(c.var.ctx, c.req.valid('param').id, c.req.valid('json'))),
    );
}
