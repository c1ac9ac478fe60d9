import { z } from 'zod';
import type { Hono } from 'hono';
import { describe, idParam, jsonBody, newRouter, paramsOf, queryOf } from '../core/http.ts';
import type { AppEnv } from '../core/http.ts';
import { pageQuery } from '../core/paging.ts';
import { deleteLetters, listLetters, replayLetter, replayLetters } from './actions.letters.ts';
import {
  createSource,
  getSource,
  listSources,
  patchSource,
  recentEventsOf,
  rotateKey,
  sourceHealthOf,
} from './actions.sources.ts';
import {
  deadLetterPage,
  deletedMany,
  lettersInput,
  recentEvents,
  replayAnswer,
  replayedMany,
  replayInput,
  sourceCreate,
  sourceHealth,
  sourcePatch,
  sourceView,
} from './contract.ts';
import { commerceRoutes } from './commerce/routes.ts';
import { onsiteRoutes } from './onsite/routes.ts';
import { pushRoutes } from './push/routes.ts';
import { formRoutes } from './forms/routes.ts';
import { ingestRoutes } from './routes.ingest.ts';
import { secretRoutes } from './routes.secrets.ts';
import { snippetRoutes } from './routes.snippet.ts';

const tag = 'tracking';
const MAX_HEALTH_HOURS = 7 * 24;

export function trackingRoutes(): Hono<AppEnv> {
  const all = [
    ingestRoutes(),
    sourceRoutes(),
    secretRoutes(),
    letterRoutes(),
    snippetRoutes(),
    onsiteRoutes(),
    pushRoutes(),
    formRoutes(),
    commerceRoutes(),
  ];
  const router = newRouter();
  for (const routes of all) router.route('/', routes);
  return router;
}

function sourceRoutes() {
  return newRouter()
    .get(
      '/api/sources',
      describe({
        tag,
        summary: 'Sources with their keys and health',
        answer: z.object({ items: z.array(sourceView) }),
      }),
      async (c) => c.json({ items: await listSources(c.var.ctx) }),
    )
    .post(
      '/api/sources',
      describe({
        tag,
        summary: 'Add a source; its write key may stand in a page',
        status: 201,
        answer: sourceView,
      }),
      jsonBody(sourceCreate),
      async (c) => c.json(await createSource(c.var.ctx, c.req.valid('json')), 201),
    )
    .get(
      '/api/sources/:id',
      describe({ tag, summary: 'One source', answer: sourceView }),
      paramsOf(idParam),
      async (c) => c.json(await getSource(c.var.ctx, c.req.valid('param').id)),
    )
    .patch(
      '/api/sources/:id',
      describe({ tag, summary: 'Change a source, or switch it off and on', answer: sourceView }),
      paramsOf(idParam),
      jsonBody(sourcePatch),
      async (c) => c.json(await patchSource(c.var.ctx, c.req.valid('param').id, c.req.valid('json'))),
    )
    .post(
      '/api/sources/:id/rotate-key',
      describe({ tag, summary: 'Give a source a new write key; the old one ends', answer: sourceView }),
      paramsOf(idParam),
      async (c) => c.json(await rotateKey(c.var.ctx, c.req.valid('param').id)),
    )
    .get(
      '/api/sources/:id/recent',
      describe({
        tag,
        summary: 'The last 100 events of a source with their verdicts, newest first',
        answer: recentEvents,
      }),
      paramsOf(idParam),
      async (c) => c.json({ items: await recentEventsOf(c.var.ctx, c.req.valid('param').id) }),
    )
    .get(
      '/api/sources/:id/health',
      describe({ tag, summary: 'What came from a source, by minute', answer: sourceHealth }),
      paramsOf(idParam),
      queryOf(z.object({ hours: z.coerce.number().int().min(1).max(MAX_HEALTH_HOURS).default(1) })),
      async (c) =>
        c.json(await sourceHealthOf(c.var.ctx, c.req.valid('param').id, c.req.valid('query').hours)),
    );
}

function letterRoutes() {
  return newRouter()
    .get(
      '/api/dead-letters',
      describe({
        tag,
        summary: 'Events that could not be stored, and orders that could not be taken; newest first',
        answer: deadLetterPage,
      }),
      queryOf(pageQuery.extend({ sourceId: z.uuid().optional() })),
      async (c) => c.json(await listLetters(c.var.ctx, c.req.valid('query'))),
    )
    .post(
      '/api/dead-letters/replay',
      describe({
        tag,
        summary: 'Try up to 500 letters again, the oldest first',
        answer: replayedMany,
      }),
      jsonBody(lettersInput),
      async (c) => c.json(await replayLetters(c.var.ctx, c.req.valid('json'))),
    )
    .post(
      '/api/dead-letters/delete',
      describe({ tag, summary: 'Throw up to 500 letters away', answer: deletedMany }),
      jsonBody(lettersInput),
      async (c) => c.json({ deleted: await deleteLetters(c.var.ctx, c.req.valid('json')) }),
    )
    .post(
      '/api/dead-letters/:id/replay',
      describe({
        tag,
        summary: 'Try a letter again, as it is or mended; what is stored then leaves the list',
        answer: replayAnswer,
      }),
      paramsOf(idParam),
      jsonBody(replayInput),
      async (c) => c.json(await replayLetter(c.var.ctx, c.req.valid('param').id, c.req.valid('json').raw)),
    )
    .delete(
      '/api/dead-letters/:id',
      describe({ tag, summary: 'Throw a letter away', answer: deletedMany }),
      paramsOf(idParam),
      async (c) => {
        const ids = [c.req.valid('param').id];
        return c.json({ deleted: await deleteLetters(c.var.ctx, { ids }) });
      },
    );
}
