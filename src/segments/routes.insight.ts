import type { Hono } from 'hono';
import { describe, idParam, jsonBody, newRouter, paramsOf, queryOf } from '../core/http.ts';
import type { AppEnv } from '../core/http.ts';
import { pageQuery } from '../core/paging.ts';
import { contactHistory, growth, overlap, transitions, versions } from './actions.insight.ts';
import { simulate } from './actions.simulate.ts';
import {
  growthAnswer,
  growthQuery,
  membershipHistory,
  overlapAnswer,
  overlapQuery,
  simulateAnswer,
  simulateInput,
  transitionList,
  transitionsQuery,
  versionList,
} from './contract.insight.ts';

const tag = 'segments';

/** What is told of memberships as they are kept. */
export function insightRoutes(): Hono<AppEnv> {
  const router = newRouter();
  router
    .get(
      '/api/segments/:id/overlap',
      describe({ tag, summary: 'How two segments meet', answer: overlapAnswer }),
      paramsOf(idParam),
      queryOf(overlapQuery),
      async (c) => c.json(await overlap(c.var.ctx, c.req.valid('param').id, c.req.valid('query').with)),
    )
    .get(
      '/api/segments/:id/growth',
      describe({ tag, summary: 'Entries, leavings and members, day by day', answer: growthAnswer }),
      paramsOf(idParam),
      queryOf(growthQuery),
      async (c) => c.json(await growth(c.var.ctx, c.req.valid('param').id, c.req.valid('query'))),
    )
    .get(
      '/api/segments/:id/transitions',
      describe({ tag, summary: 'Who came and went, newest first', answer: transitionList }),
      paramsOf(idParam),
      queryOf(pageQuery.extend(transitionsQuery.shape)),
      async (c) => c.json(await transitions(c.var.ctx, c.req.valid('param').id, c.req.valid('query'))),
    )
    .get(
      '/api/segments/:id/versions',
      describe({ tag, summary: 'Every rule the segment had, newest first', answer: versionList }),
      paramsOf(idParam),
      queryOf(pageQuery),
      async (c) => c.json(await versions(c.var.ctx, c.req.valid('param').id, c.req.valid('query'))),
    )
    .post(
      '/api/segments/simulate',
      describe({
        tag,
        summary: 'What a draft would have done over the last days',
        description:
          'Newest days first in the making: `partial` says that there was no time for the older ones.',
        answer: simulateAnswer,
      }),
      jsonBody(simulateInput),
      async (c) => c.json(await simulate(c.var.ctx, c.req.valid('json'))),
    )
    .get(
      '/api/contacts/:id/segments/history',
      describe({ tag, summary: 'Segments a contact came into and left', answer: membershipHistory }),
      paramsOf(idParam),
      queryOf(pageQuery),
      async (c) => c.json(await contactHistory(c.var.ctx, c.req.valid('param').id, c.req.valid('query'))),
    );
  return router;
}
