import type { Hono } from 'hono';
import { describe, idParam, jsonBody, newRouter, paramsOf, queryOf } from '../core/http.ts';
import type { AppEnv } from '../core/http.ts';
import { pageQuery } from '../core/paging.ts';
import {
  archiveSegment,
  changeSegment,
  createSegment,
  getSegment,
  listSegments,
  requestBuild,
} from './actions.ts';
import { contactSegments as segmentsOfContact } from './actions.contact.ts';
import { changeMembers, members } from './actions.members.ts';
import { preview } from './actions.preview.ts';
import { catalogue } from './actions.query.ts';
import {
  buildAnswer,
  catalogueAnswer,
  contactSegments,
  memberChange,
  memberChangeAnswer,
  memberList,
  previewAnswer,
  previewInput,
  segmentCreate,
  segmentList,
  segmentPatch,
  segmentView,
} from './contract.ts';
import { explainRoutes } from './routes.explain.ts';
import { insightRoutes } from './routes.insight.ts';
import { rfmRoutes } from './rfm/routes.ts';
import { templateRoutes } from './routes.templates.ts';

const tag = 'segments';

export function segmentsRoutes(): Hono<AppEnv> {
  const router = newRouter();
  // Named paths before those with an id.
  router.route('/', rfmRoutes()).route('/', templateRoutes());
  definitions(router);
  membership(router);
  router.route('/', explainRoutes());
  router.route('/', insightRoutes());
  return router;
}

function definitions(router: Hono<AppEnv>): void {
  router
    .get(
      '/api/segments',
      describe({ tag, summary: 'Segments by name, with their counts', answer: segmentList }),
      queryOf(pageQuery),
      async (c) => c.json(await listSegments(c.var.ctx, c.req.valid('query'))),
    )
    .post(
      '/api/segments',
      describe({
        tag,
        summary: 'Save a segment',
        description:
          'Built at once when the base is small, else in the background; `builtAt` tells when it is done.',
        status: 201,
        answer: segmentView,
      }),
      jsonBody(segmentCreate),
      async (c) => c.json(await createSegment(c.var.ctx, c.req.valid('json')), 201),
    )
    .get(
      '/api/segments/catalogue',
      describe({ tag, summary: 'What rules can be made of', answer: catalogueAnswer }),
      async (c) => c.json(await catalogue(c.var.ctx)),
    )
    .post(
      '/api/segments/preview',
      describe({
        tag,
        summary: 'Count and sample of a draft rule, also as of another moment',
        answer: previewAnswer,
      }),
      jsonBody(previewInput),
      async (c) => c.json(await preview(c.var.ctx, c.req.valid('json'))),
    )
    .get(
      '/api/segments/:id',
      describe({ tag, summary: 'A segment with its rule', answer: segmentView }),
      paramsOf(idParam),
      async (c) => c.json(await getSegment(c.var.ctx, c.req.valid('param').id)),
    )
    .patch(
      '/api/segments/:id',
      describe({ tag, summary: 'Change a segment; a new rule makes a new version', answer: segmentView }),
      paramsOf(idParam),
      jsonBody(segmentPatch),
      async (c) => c.json(await changeSegment(c.var.ctx, c.req.valid('param').id, c.req.valid('json'))),
    )
    .delete(
      '/api/segments/:id',
      describe({ tag, summary: 'Take a segment out of use', status: 204 }),
      paramsOf(idParam),
      async (c) => {
        await archiveSegment(c.var.ctx, c.req.valid('param').id);
        return c.body(null, 204);
      },
    );
}

function membership(router: Hono<AppEnv>): void {
  router
    .post(
      '/api/segments/:id/build',
      describe({ tag, summary: 'Build a segment anew', status: 202, answer: buildAnswer }),
      paramsOf(idParam),
      async (c) => c.json(await requestBuild(c.var.ctx, c.req.valid('param').id), 202),
    )
    .get(
      '/api/segments/:id/members',
      describe({ tag, summary: 'Members, by contact', answer: memberList }),
      paramsOf(idParam),
      queryOf(pageQuery),
      async (c) => c.json(await members(c.var.ctx, c.req.valid('param').id, c.req.valid('query'))),
    )
    .get(
      '/api/contacts/:id/segments',
      describe({ tag, summary: 'The segments a contact is in', answer: contactSegments }),
      paramsOf(idParam),
      async (c) => c.json(await segmentsOfContact(c.var.ctx, c.req.valid('param').id)),
    )
    .post(
      '/api/segments/:id/members',
      describe({ tag, summary: 'Add and remove contacts of a static segment', answer: memberChangeAnswer }),
      paramsOf(idParam),
      jsonBody(memberChange),
      async (c) => c.json(await changeMembers(c.var.ctx, c.req.valid('param').id, c.req.valid('json'))),
    );
}
