import type { Hono } from 'hono';
import { describe, idParam, jsonBody, newRouter, paramsOf, queryOf } from '../../core/http.ts';
import type { AppEnv } from '../../core/http.ts';
import { pageQuery } from '../../core/paging.ts';
import { checkJourney } from './actions.check.ts';
import { enterJourney } from './actions.enter.ts';
import { pauseJourney, publishJourney, resumeJourney, stopJourney } from './actions.lifecycle.ts';
import { createJourney, getJourney, journeys, patchJourney } from './actions.ts';
import { contactJourneys, journeyCounts, journeyPeople, journeyVersions } from './actions.views.ts';
import {
  checkAnswer,
  checkInput,
  contactJourneysAnswer,
  countsAnswer,
  countsQuery,
  enterAnswer,
  enterInput,
  journeyAnswer,
  journeyInput,
  journeyList,
  journeyPatch,
  peopleList,
  peopleQuery,
  versionList,
} from './contract.ts';

const tag = 'journeys';

export function journeyRoutes(): Hono<AppEnv> {
  return newRouter().route('/', drafts()).route('/', verbs()).route('/', views());
}

function drafts(): Hono<AppEnv> {
  return newRouter()
    .get(
      '/api/journeys',
      describe({ tag, summary: 'Journeys, newest first', answer: journeyList }),
      queryOf(pageQuery),
      async (c) => c.json(await journeys(c.var.ctx, c.req.valid('query'))),
    )
    .post(
      '/api/journeys',
      describe({ tag, summary: 'Draft a journey', status: 201, answer: journeyAnswer }),
      jsonBody(journeyInput),
      async (c) => c.json(await createJourney(c.var.ctx, c.req.valid('json')), 201),
    )
    .get(
      '/api/journeys/:id',
      describe({ tag, summary: 'A journey with its draft', answer: journeyAnswer }),
      paramsOf(idParam),
      async (c) => c.json(await getJourney(c.var.ctx, c.req.valid('param').id)),
    )
    .patch(
      '/api/journeys/:id',
      describe({ tag, summary: 'Change the draft; people inside go on as before', answer: journeyAnswer }),
      paramsOf(idParam),
      jsonBody(journeyPatch),
      async (c) => c.json(await patchJourney(c.var.ctx, c.req.valid('param').id, c.req.valid('json'))),
    )
    .post(
      '/api/journeys/:id/check',
      describe({ tag, summary: 'What keeps it from being published', answer: checkAnswer }),
      paramsOf(idParam),
      jsonBody(checkInput),
      async (c) =>
        c.json(await checkJourney(c.var.ctx, c.req.valid('param').id, c.req.valid('json').definition)),
    );
}

const described = (summary: string) => describe({ tag, summary, answer: journeyAnswer });

function verbs(): Hono<AppEnv> {
  return newRouter()
    .post(
      '/api/journeys/:id/publish',
      described('Make the draft the version people come into'),
      paramsOf(idParam),
      async (c) => c.json(await publishJourney(c.var.ctx, c.req.valid('param').id)),
    )
    .post('/api/journeys/:id/pause', described('Nobody moves on'), paramsOf(idParam), async (c) =>
      c.json(await pauseJourney(c.var.ctx, c.req.valid('param').id)),
    )
    .post('/api/journeys/:id/resume', described('Go on'), paramsOf(idParam), async (c) =>
      c.json(await resumeJourney(c.var.ctx, c.req.valid('param').id)),
    )
    .post('/api/journeys/:id/stop', described('End it for good'), paramsOf(idParam), async (c) =>
      c.json(await stopJourney(c.var.ctx, c.req.valid('param').id)),
    )
    .post(
      '/api/journeys/:id/enter',
      describe({ tag, summary: 'Bring contacts in', answer: enterAnswer }),
      paramsOf(idParam),
      jsonBody(enterInput),
      async (c) => c.json(await enterJourney(c.var.ctx, c.req.valid('param').id, c.req.valid('json'))),
    );
}

function views(): Hono<AppEnv> {
  return newRouter()
    .get(
      '/api/journeys/:id/versions',
      describe({ tag, summary: 'Every version published', answer: versionList }),
      paramsOf(idParam),
      async (c) => c.json(await journeyVersions(c.var.ctx, c.req.valid('param').id)),
    )
    .get(
      '/api/journeys/:id/counts',
      describe({ tag, summary: 'How many came to each node, are there, and left', answer: countsAnswer }),
      paramsOf(idParam),
      queryOf(countsQuery),
      async (c) =>
        c.json(await journeyCounts(c.var.ctx, c.req.valid('param').id, c.req.valid('query').version)),
    )
    .get(
      '/api/journeys/:id/people',
      describe({ tag, summary: 'Who is where', answer: peopleList }),
      paramsOf(idParam),
      queryOf(peopleQuery),
      async (c) => c.json(await journeyPeople(c.var.ctx, c.req.valid('param').id, c.req.valid('query'))),
    )
    .get(
      '/api/contacts/:id/journeys',
      describe({
        tag,
        summary: 'Where a contact is, and the way taken with its reasons',
        answer: contactJourneysAnswer,
      }),
      paramsOf(idParam),
      async (c) => c.json(await contactJourneys(c.var.ctx, c.req.valid('param').id)),
    );
}
