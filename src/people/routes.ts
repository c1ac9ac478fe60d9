import { z } from 'zod';
import { describe, idParam, jsonBody, newRouter, paramsOf, queryOf } from '../core/http.ts';
import { pageQuery } from '../core/paging.ts';
import {
  activatePerson,
  changePerson,
  deactivatePerson,
  endMySessions,
  me,
  mySessions,
  people,
} from './actions.ts';
import { createKey, keys, revokeKey } from './actions.keys.ts';
import { changeTeam, createTeam, removeTeam, teams } from './actions.teams.ts';
import {
  acceptInvitation,
  invitations,
  invite,
  previewInvitation,
  recover,
  withdrawInvitation,
} from './actions.invitations.ts';
import {
  acceptBody,
  accepted,
  invitationAnswer,
  invitationBody,
  invitationCreated,
  invitationPreview,
  itemsOf,
  keyAnswer,
  keyBody,
  keyCreated,
  meAnswer,
  pageOf,
  peopleQuery,
  personAnswer,
  personPatch,
  sessionAnswer,
  teamAnswer,
  teamBody,
  teamPatch,
  tokenParam,
} from './contract.ts';

const tag = 'People';

export function peopleRoutes() {
  return newRouter()
    .route('/', meRoutes())
    .route('/', invitationRoutes())
    .route('/', teamRoutes())
    .route('/', personRoutes())
    .route('/', keyRoutes());
}

function meRoutes() {
  const sessionParam = z.object({ id: z.string().max(100) });
  return newRouter()
    .get('/api/me', describe({ tag, summary: 'Who am I, and what may I do', answer: meAnswer }), async (c) =>
      c.json(await me(c.var.ctx)),
    )
    .get(
      '/api/me/sessions',
      describe({ tag, summary: 'Where am I signed in', answer: itemsOf(sessionAnswer) }),
      async (c) => c.json({ items: await mySessions(c.var.ctx, c.var.sessionId) }),
    )
    .delete(
      '/api/me/sessions/:id',
      describe({ tag, summary: 'Sign out in one browser', status: 204 }),
      paramsOf(sessionParam),
      async (c) => {
        await endMySessions(c.var.ctx, { only: c.req.valid('param').id });
        return c.body(null, 204);
      },
    )
    .post(
      '/api/me/sessions/end-others',
      describe({ tag, summary: 'Sign out everywhere else', status: 204 }),
      async (c) => {
        await endMySessions(c.var.ctx, { except: c.var.sessionId ?? '' });
        return c.body(null, 204);
      },
    );
}

function personRoutes() {
  return newRouter()
    .get(
      '/api/people',
      describe({ tag, summary: 'List people', answer: pageOf(personAnswer) }),
      queryOf(peopleQuery.extend(pageQuery.shape)),
      async (c) => {
        const { active, ...query } = c.req.valid('query');
        const filter = active === undefined ? query : { ...query, active: active === 'true' };
        return c.json(await people(c.var.ctx, filter));
      },
    )
    .patch(
      '/api/people/:id',
      describe({
        tag,
        summary: 'Change name, role, team or visibility',
        description: 'You cannot give more than you have, and the last owner stays an owner.',
        answer: personAnswer,
      }),
      paramsOf(idParam),
      jsonBody(personPatch),
      async (c) => c.json(await changePerson(c.var.ctx, c.req.valid('param').id, c.req.valid('json'))),
    )
    .post(
      '/api/people/:id/recovery-link',
      describe({
        tag,
        summary: 'Make a link by which a person sets a new password',
        description:
          'For a forgotten password or a lost second factor. Works once and for a day; it is in this answer only.',
        status: 201,
        answer: invitationCreated,
      }),
      paramsOf(idParam),
      async (c) => c.json(await recover(c.var.ctx, c.req.valid('param').id), 201),
    )
    .post(
      '/api/people/:id/deactivate',
      describe({ tag, summary: 'End a person’s access and all their sessions', answer: personAnswer }),
      paramsOf(idParam),
      async (c) => c.json(await deactivatePerson(c.var.ctx, c.req.valid('param').id)),
    )
    .post(
      '/api/people/:id/activate',
      describe({ tag, summary: 'Give a deactivated person access again', answer: personAnswer }),
      paramsOf(idParam),
      async (c) => c.json(await activatePerson(c.var.ctx, c.req.valid('param').id)),
    );
}

function teamRoutes() {
  return newRouter()
    .get(
      '/api/people/teams',
      describe({ tag, summary: 'List teams', answer: itemsOf(teamAnswer) }),
      async (c) => c.json({ items: await teams(c.var.ctx) }),
    )
    .post(
      '/api/people/teams',
      describe({ tag, summary: 'Create a team', status: 201, answer: teamAnswer }),
      jsonBody(teamBody),
      async (c) => c.json(await createTeam(c.var.ctx, c.req.valid('json')), 201),
    )
    .patch(
      '/api/people/teams/:id',
      describe({ tag, summary: 'Rename a team or move it under another', answer: teamAnswer }),
      paramsOf(idParam),
      jsonBody(teamPatch),
      async (c) => c.json(await changeTeam(c.var.ctx, c.req.valid('param').id, c.req.valid('json'))),
    )
    .delete(
      '/api/people/teams/:id',
      describe({ tag, summary: 'Delete an empty team', status: 204 }),
      paramsOf(idParam),
      async (c) => {
        await removeTeam(c.var.ctx, c.req.valid('param').id);
        return c.body(null, 204);
      },
    );
}

function invitationRoutes() {
  return newRouter()
    .get(
      '/api/people/invitations',
      describe({ tag, summary: 'List invitations', answer: itemsOf(invitationAnswer) }),
      async (c) => c.json({ items: await invitations(c.var.ctx) }),
    )
    .post(
      '/api/people/invitations',
      describe({
        tag,
        summary: 'Invite somebody by link',
        description: 'The link works once and for seven days. It is in this answer and nowhere else.',
        status: 201,
        answer: invitationCreated,
      }),
      jsonBody(invitationBody),
      async (c) => c.json(await invite(c.var.ctx, c.req.valid('json')), 201),
    )
    .delete(
      '/api/people/invitations/:id',
      describe({ tag, summary: 'Withdraw an open invitation', status: 204 }),
      paramsOf(idParam),
      async (c) => {
        await withdrawInvitation(c.var.ctx, c.req.valid('param').id);
        return c.body(null, 204);
      },
    )
    .get(
      '/api/people/invitations/:token',
      describe({ tag, summary: 'What an invitation offers', open: 'public', answer: invitationPreview }),
      paramsOf(tokenParam),
      async (c) => c.json(await previewInvitation(c.var.ctx, c.req.valid('param').token)),
    )
    .post(
      '/api/people/invitations/:token/accept',
      describe({
        tag,
        summary: 'Accept an invitation',
        description: 'Creates the person, who signs in at once with the same email and password.',
        open: 'public',
        status: 201,
        answer: accepted,
      }),
      paramsOf(tokenParam),
      jsonBody(acceptBody),
      async (c) =>
        c.json(await acceptInvitation(c.var.ctx, c.req.valid('param').token, c.req.valid('json')), 201),
    );
}

function keyRoutes() {
  const tag = 'API keys';
  return newRouter()
    .get('/api/keys', describe({ tag, summary: 'List API keys', answer: itemsOf(keyAnswer) }), async (c) =>
      c.json({ items: await keys(c.var.ctx) }),
    )
    .post(
      '/api/keys',
      describe({
        tag,
        summary: 'Create an API key',
        description:
          'With any of your own rights as scopes. The whole key is in this answer and nowhere else.',
        status: 201,
        answer: keyCreated,
      }),
      jsonBody(keyBody),
      async (c) => c.json(await createKey(c.var.ctx, c.req.valid('json')), 201),
    )
    .delete(
      '/api/keys/:id',
      describe({ tag, summary: 'Revoke an API key', status: 204 }),
      paramsOf(idParam),
      async (c) => {
        await revokeKey(c.var.ctx, c.req.valid('param').id);
        return c.body(null, 204);
      },
    );
}
