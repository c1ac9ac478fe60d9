import type { Hono } from 'hono';
import { z } from 'zod';
import { describe, jsonBody, newRouter, paramsOf, queryOf } from '../../core/http.ts';
import type { AppEnv } from '../../core/http.ts';
import {
  askApproval,
  decideApproval,
  getGuardSettings,
  reviewCampaign,
  setGuardSettings,
  waitingApprovals,
} from './actions.ts';
import { calendar } from './actions.calendar.ts';
import {
  approvalAnswer,
  approvalList,
  askInput,
  calendarAnswer,
  calendarQuery,
  decideInput,
  guardAnswer,
  guardSettings,
} from './contract.ts';

const tag = 'Campaigns';
const idParam = z.object({ id: z.uuid() });

/** Before the routes of campaigns by id. */
export function guardRoutes(): Hono<AppEnv> {
  return newRouter()
    .get(
      '/api/campaigns/guard',
      describe({ tag, summary: 'From when on a launch takes two people', answer: guardSettings }),
      async (c) => c.json(await getGuardSettings(c.var.ctx)),
    )
    .put(
      '/api/campaigns/guard',
      describe({ tag, summary: 'Say from when on a launch takes two people', answer: guardSettings }),
      jsonBody(guardSettings),
      async (c) => c.json(await setGuardSettings(c.var.ctx, c.req.valid('json'))),
    )
    .get(
      '/api/campaigns/calendar',
      describe({ tag, summary: 'What was sent and what is to come', answer: calendarAnswer }),
      queryOf(calendarQuery),
      async (c) => c.json(await calendar(c.var.ctx, c.req.valid('query'))),
    )
    .get(
      '/api/campaigns/approvals',
      describe({ tag, summary: 'Launches that wait for a second person', answer: approvalList }),
      async (c) => c.json(await waitingApprovals(c.var.ctx)),
    )
    .post(
      '/api/campaigns/approvals/:id',
      describe({ tag, summary: 'Approve a launch, or refuse it', answer: approvalAnswer }),
      paramsOf(idParam),
      jsonBody(decideInput),
      async (c) => c.json(await decideApproval(c.var.ctx, c.req.valid('param').id, c.req.valid('json'))),
    )
    .get(
      '/api/campaigns/:id/guard',
      describe({
        tag,
        summary: 'What a launch would do, and whether it takes two people',
        answer: guardAnswer,
      }),
      paramsOf(idParam),
      async (c) => c.json(await reviewCampaign(c.var.ctx, c.req.valid('param').id)),
    )
    .post(
      '/api/campaigns/:id/approval',
      describe({ tag, summary: 'Ask a second person for the launch', status: 201, answer: approvalAnswer }),
      paramsOf(idParam),
      jsonBody(askInput),
      async (c) =>
        c.json(await askApproval(c.var.ctx, c.req.valid('param').id, c.req.valid('json').note ?? null), 201),
    );
}
