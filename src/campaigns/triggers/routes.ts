import type { Hono } from 'hono';
import { describe, newRouter } from '../../core/http.ts';
import type { AppEnv } from '../../core/http.ts';
import { seenEvents } from './actions.names.ts';
import { eventNames } from './contract.ts';

/** Before the routes of campaigns by id. */
export function triggerRoutes(): Hono<AppEnv> {
  return newRouter().get(
    '/api/campaigns/event-names',
    describe({
      tag: 'campaigns',
      summary: 'Names of events that have come, at most 200',
      answer: eventNames,
    }),
    async (c) => c.json({ items: await seenEvents(c.var.ctx) }),
  );
}
