import type { Hono } from 'hono';
import { z } from 'zod';
import { describe, idParam, jsonBody, newRouter, paramsOf, queryOf } from '../../core/http.ts';
import type { AppEnv } from '../../core/http.ts';
import { pageQuery } from '../../core/paging.ts';
import {
  adjustmentRequests,
  adjustPoints,
  decideAdjustment,
  reverseEntry,
  transferPoints,
} from './actions.adjust.ts';
import { capFamilyMember, getFamily, joinFamily, leaveFamily } from './actions.family.ts';
import { askVerification, verificationList } from './actions.verify.ts';
import { contactLedger, contactWallets, liability } from './actions.views.ts';
import {
  adjustAnswer,
  adjustInput,
  checkList,
  decisionInput,
  entryPage,
  familyAnswer,
  familyCapInput,
  familyInput,
  familyLeaveInput,
  liabilityAnswer,
  liabilityQuery,
  requestAnswer,
  requestPage,
  reverseAnswer,
  reverseInput,
  transferAnswer,
  transferInput,
  walletList,
  walletsQuery,
} from './contract.ts';

const tag = 'loyalty';
const requestsQuery = pageQuery.extend({ contactId: z.uuid().optional() });
const familyParams = z.object({ id: z.uuid(), programId: z.uuid() });

export function ledgerRoutes(): Hono<AppEnv> {
  return readingRoutes()
    .post(
      '/api/loyalty/adjustments',
      describe({ tag, summary: 'Add or take points, with a reason', status: 201, answer: adjustAnswer }),
      jsonBody(adjustInput),
      async (c) => c.json(await adjustPoints(c.var.ctx, c.req.valid('json')), 201),
    )
    .post(
      '/api/loyalty/adjustments/:id/decision',
      describe({
        tag,
        summary: 'Approve or refuse an adjustment, transfer or reversal above the limit',
        answer: requestAnswer,
      }),
      paramsOf(idParam),
      jsonBody(decisionInput),
      async (c) =>
        c.json(await decideAdjustment(c.var.ctx, c.req.valid('param').id, c.req.valid('json').approve)),
    )
    .post(
      '/api/loyalty/transfers',
      describe({
        tag,
        summary: 'Give points of one contact to another; above the limit it waits for a second person',
        status: 201,
        answer: transferAnswer,
      }),
      jsonBody(transferInput),
      async (c) => c.json(await transferPoints(c.var.ctx, c.req.valid('json')), 201),
    )
    .post(
      '/api/loyalty/reversals',
      describe({
        tag,
        summary: 'Take an entry of the ledger back, once; above the limit it waits for a second person',
        status: 201,
        answer: reverseAnswer,
      }),
      jsonBody(reverseInput),
      async (c) => c.json(await reverseEntry(c.var.ctx, c.req.valid('json')), 201),
    )
    .post(
      '/api/loyalty/families/join',
      describe({ tag, summary: 'Let a contact share a wallet', answer: familyAnswer }),
      jsonBody(familyInput),
      async (c) => c.json(await joinFamily(c.var.ctx, c.req.valid('json'))),
    )
    .post(
      '/api/loyalty/families/cap',
      describe({ tag, summary: 'Change what a member of a shared wallet may spend', answer: familyAnswer }),
      jsonBody(familyCapInput),
      async (c) => c.json(await capFamilyMember(c.var.ctx, c.req.valid('json'))),
    )
    .post(
      '/api/loyalty/families/leave',
      describe({ tag, summary: 'Take a contact out of a shared wallet', answer: familyAnswer }),
      jsonBody(familyLeaveInput),
      async (c) => c.json(await leaveFamily(c.var.ctx, c.req.valid('json'))),
    )
    .post(
      '/api/loyalty/verification',
      describe({ tag, summary: 'Have the ledger verified now', status: 202 }),
      async (c) => {
        await askVerification(c.var.ctx);
        return c.body(null, 202);
      },
    );
}

function readingRoutes(): Hono<AppEnv> {
  return newRouter()
    .get(
      '/api/contacts/:id/wallets',
      describe({ tag, summary: "A contact's wallets: balances, lots, what expires", answer: walletList }),
      paramsOf(idParam),
      queryOf(walletsQuery),
      async (c) => {
        const { id } = c.req.valid('param');
        return c.json({ items: await contactWallets(c.var.ctx, id, c.req.valid('query').programId) });
      },
    )
    .get(
      '/api/contacts/:id/ledger',
      describe({ tag, summary: "A contact's movements of points, newest first", answer: entryPage }),
      paramsOf(idParam),
      queryOf(pageQuery.extend(walletsQuery.shape)),
      async (c) => c.json(await contactLedger(c.var.ctx, c.req.valid('param').id, c.req.valid('query'))),
    )
    .get(
      '/api/contacts/:id/family/:programId',
      describe({ tag, summary: 'Who shares a wallet with a contact', answer: familyAnswer }),
      paramsOf(familyParams),
      async (c) => {
        const { id, programId } = c.req.valid('param');
        return c.json(await getFamily(c.var.ctx, id, programId));
      },
    )
    .get(
      '/api/loyalty/adjustments',
      describe({
        tag,
        summary: 'Adjustments, transfers and reversals that wait for a second person, the oldest first',
        answer: requestPage,
      }),
      queryOf(requestsQuery),
      async (c) => c.json(await adjustmentRequests(c.var.ctx, c.req.valid('query'))),
    )
    .get(
      '/api/loyalty/liability',
      describe({
        tag,
        summary: 'What a program owes, what expires when, and its history',
        answer: liabilityAnswer,
      }),
      queryOf(liabilityQuery),
      async (c) => {
        const { programId, days } = c.req.valid('query');
        return c.json(await liability(c.var.ctx, programId, days));
      },
    )
    .get(
      '/api/loyalty/verification',
      describe({ tag, summary: 'What verifying the ledger found', answer: checkList }),
      async (c) => c.json(await verificationList(c.var.ctx)),
    );
}
