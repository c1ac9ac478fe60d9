import { describe, idParam, jsonBody, newRouter, paramsOf, queryOf } from '../../core/http.ts';
import { changeOnsite, createOnsite, deleteOnsite, listOnsite, onsiteFor } from './actions.ts';
import { onsiteAnswer, onsiteCreate, onsiteList, onsitePatch, onsiteQuery, onsiteView } from './contract.ts';

/** A change reaches every page within a minute; a page asks at each view. What is for one visitor alone is kept nowhere. */
const CACHE = 'public, max-age=60';

export function onsiteRoutes() {
  return newRouter()
    .get(
      '/v1/onsite',
      describe({
        tag: 'tracking',
        summary: 'The on-site messages of a page',
        answer: onsiteAnswer,
        open: 'writeKey',
      }),
      queryOf(onsiteQuery),
      async (c) => {
        const origin = c.req.header('origin') ?? null;
        const query = c.req.valid('query');
        const answer = await onsiteFor(c.var.ctx, { ...query, origin });
        c.header('Cache-Control', query.anonymousId === undefined ? CACHE : 'private, no-store');
        return c.json(answer);
      },
    )
    .get(
      '/api/onsite-messages',
      describe({
        tag: 'tracking',
        summary: 'On-site messages, the most urgent first',
        answer: onsiteList,
      }),
      async (c) => c.json({ items: await listOnsite(c.var.ctx) }),
    )
    .post(
      '/api/onsite-messages',
      describe({ tag: 'tracking', summary: 'Add an on-site message', status: 201, answer: onsiteView }),
      jsonBody(onsiteCreate),
      async (c) => c.json(await createOnsite(c.var.ctx, c.req.valid('json')), 201),
    )
    .patch(
      '/api/onsite-messages/:id',
      describe({ tag: 'tracking', summary: 'Change an on-site message', answer: onsiteView }),
      paramsOf(idParam),
      jsonBody(onsitePatch),
      async (c) => c.json(await changeOnsite(c.var.ctx, c.req.valid('param').id, c.req.valid('json'))),
    )
    .delete(
      '/api/onsite-messages/:id',
      describe({ tag: 'tracking', summary: 'Remove an on-site message', status: 204 }),
      paramsOf(idParam),
      async (c) => {
        await deleteOnsite(c.var.ctx, c.req.valid('param').id);
        return c.body(null, 204);
      },
    );
}
