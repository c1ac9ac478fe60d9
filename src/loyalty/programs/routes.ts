import type { Hono } from 'hono';
import { describe, idParam, jsonBody, newRouter, paramsOf } from '../../core/http.ts';
import type { AppEnv } from '../../core/http.ts';
import { askByPhone, confirmCode, findMember } from './actions.lookup.ts';
import { claimReceipt, enrol, leave, memberships } from './actions.members.ts';
import {
  changeProgram,
  createProgram,
  getProgram,
  inputIssues,
  programs,
  programVersions,
  settingsIssues,
} from './actions.ts';
import {
  claimAnswer,
  claimInput,
  codeAnswer,
  codeInput,
  enrolInput,
  leaveInput,
  lookupInput,
  memberAnswer,
  memberList,
  memberParams,
  phoneLookupAnswer,
  phoneLookupInput,
  programAnswer,
  programInput,
  programList,
  programPatch,
  programVersionList,
} from './contract.ts';

const tag = 'loyalty';

export function programsRoutes(): Hono<AppEnv> {
  return memberRoutes()
    .get(
      '/api/loyalty/programs',
      describe({ tag, summary: 'Loyalty programs', answer: programList }),
      async (c) => c.json({ items: await programs(c.var.ctx) }),
    )
    .post(
      '/api/loyalty/programs',
      describe({ tag, summary: 'Make a loyalty program', status: 201, answer: programAnswer }),
      jsonBody(programInput, inputIssues),
      async (c) => c.json(await createProgram(c.var.ctx, c.req.valid('json')), 201),
    )
    .get(
      '/api/loyalty/programs/:id',
      describe({ tag, summary: 'A loyalty program', answer: programAnswer }),
      paramsOf(idParam),
      async (c) => c.json(await getProgram(c.var.ctx, c.req.valid('param').id)),
    )
    .patch(
      '/api/loyalty/programs/:id',
      describe({ tag, summary: 'Change a loyalty program', answer: programAnswer }),
      paramsOf(idParam),
      jsonBody(programPatch, ({ settings }) => settingsIssues(settings)),
      async (c) => c.json(await changeProgram(c.var.ctx, c.req.valid('param').id, c.req.valid('json'))),
    )
    .get(
      '/api/loyalty/programs/:id/versions',
      describe({ tag, summary: 'What a program was before', answer: programVersionList }),
      paramsOf(idParam),
      async (c) => c.json({ items: await programVersions(c.var.ctx, c.req.valid('param').id) }),
    );
}

function memberRoutes(): Hono<AppEnv> {
  return newRouter()
    .post(
      '/api/loyalty/members',
      describe({ tag, summary: 'Enrol a contact in a program', status: 201, answer: memberAnswer }),
      jsonBody(enrolInput),
      async (c) => c.json(await enrol(c.var.ctx, c.req.valid('json')), 201),
    )
    .get(
      '/api/contacts/:id/memberships',
      describe({ tag, summary: "A contact's memberships", answer: memberList }),
      paramsOf(idParam),
      async (c) => c.json({ items: await memberships(c.var.ctx, c.req.valid('param').id) }),
    )
    .post(
      '/api/contacts/:id/memberships/:programId/leave',
      describe({ tag, summary: 'End a membership', answer: memberAnswer }),
      paramsOf(memberParams),
      jsonBody(leaveInput),
      async (c) => {
        const { id, programId } = c.req.valid('param');
        return c.json(await leave(c.var.ctx, id, programId, c.req.valid('json').reason));
      },
    )
    .post(
      '/api/contacts/:id/memberships/:programId/claims',
      describe({ tag, summary: 'Claim a receipt of before enrolment', status: 201, answer: claimAnswer }),
      paramsOf(memberParams),
      jsonBody(claimInput),
      async (c) => {
        const { id, programId } = c.req.valid('param');
        return c.json(await claimReceipt(c.var.ctx, id, programId, c.req.valid('json')), 201);
      },
    )
    .post(
      '/api/loyalty/lookups',
      describe({ tag, summary: 'Find a member by card number or QR code', answer: memberAnswer }),
      jsonBody(lookupInput),
      async (c) => c.json(await findMember(c.var.ctx, c.req.valid('json'))),
    )
    .post(
      '/api/loyalty/lookups/phone',
      describe({ tag, summary: 'Send a member a code by phone', status: 202, answer: phoneLookupAnswer }),
      jsonBody(phoneLookupInput),
      async (c) => c.json(await askByPhone(c.var.ctx, c.req.valid('json')), 202),
    )
    .post(
      '/api/loyalty/lookups/:id/code',
      describe({ tag, summary: 'Say the code a member was sent', answer: codeAnswer }),
      paramsOf(idParam),
      jsonBody(codeInput),
      async (c) => c.json(await confirmCode(c.var.ctx, c.req.valid('param').id, c.req.valid('json').code)),
    );
}
