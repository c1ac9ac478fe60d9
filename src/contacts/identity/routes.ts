import type { Hono } from 'hono';
import { z } from 'zod';
import { describe, idParam, jsonBody, newRouter, paramsOf, queryOf } from '../../core/http.ts';
import type { AppEnv } from '../../core/http.ts';
import { pageQuery } from '../../core/paging.ts';
import { decide, identityOf, listReviews, mergeByHand } from './actions.reviews.ts';
import { unmergeContact } from './actions.unmerge.ts';
import { identityView, mergeInput, reviewDecision, reviewsPage, unmerged, unmergeInput } from './contract.ts';

const tag = 'Identity';
const survivor = z.object({ contactId: z.uuid().nullable() });

export function identityRoutes(): Hono<AppEnv> {
  const app = newRouter();
  app.get(
    '/api/contacts/:id/identity',
    describe({
      tag,
      summary: 'Of what a contact is made, and why',
      description:
        'Nodes that were joined, the evidence of each (also what was taken back), and every merge.',
      answer: identityView,
    }),
    paramsOf(idParam),
    async (c) => c.json(await identityOf(c.var.ctx, c.req.valid('param').id)),
  );
  app.post(
    '/api/contacts/:id/merge',
    describe({
      tag,
      summary: 'Merge another contact into this one',
      description:
        'What this contact was stands, gaps are filled from the other, which stays as a redirect. An un-merge undoes it.',
      answer: survivor,
    }),
    paramsOf(idParam),
    jsonBody(mergeInput),
    async (c) =>
      c.json({ contactId: await mergeByHand(c.var.ctx, c.req.valid('param').id, c.req.valid('json')) }),
  );
  app.post(
    '/api/contacts/:id/unmerge',
    describe({
      tag,
      summary: 'Take a merge back',
      description:
        'By `edgeId`, the evidence that is wrong, or `node`, what is to be a contact of its own. What was said of the separated nodes goes with them, also what came after the merge.',
      answer: unmerged,
    }),
    paramsOf(idParam),
    jsonBody(unmergeInput),
    async (c) => c.json(await unmergeContact(c.var.ctx, c.req.valid('param').id, c.req.valid('json'))),
  );
  app.get(
    '/api/identity/reviews',
    describe({ tag, summary: 'Contacts that may be one person', answer: reviewsPage }),
    queryOf(pageQuery),
    async (c) => c.json(await listReviews(c.var.ctx, c.req.valid('query'))),
  );
  app.post(
    '/api/identity/reviews/:id',
    describe({
      tag,
      summary: 'Decide whether two contacts are one',
      description: '`merge` keeps the older contact; `keep-apart` holds whatever evidence comes later.',
      answer: survivor,
    }),
    paramsOf(idParam),
    jsonBody(reviewDecision),
    async (c) => c.json({ contactId: await decide(c.var.ctx, c.req.valid('param').id, c.req.valid('json')) }),
  );
  return app;
}
