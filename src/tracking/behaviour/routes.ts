import { z } from 'zod';
import { describe, newRouter, paramsOf } from '../../core/http.ts';
import { behaviourOf } from './actions.card.ts';
import { behaviourView } from './contract.ts';

export function behaviourRoutes() {
  return newRouter().get(
    '/api/contacts/:id/behaviour',
    describe({
      tag: 'contacts',
      summary: 'Visits, trends, first and last touch, and traits computed from facts',
      answer: behaviourView,
    }),
    paramsOf(z.object({ id: z.uuid() })),
    async (c) => c.json(await behaviourOf(c.var.ctx, c.req.valid('param').id)),
  );
}
