import type { Hono } from 'hono';
import { z } from 'zod';
import { inputIssues } from './input.ts';
import { describe, idParam, jsonBody, newRouter, paramsOf, queryOf } from '../../core/http.ts';
import type { AppEnv } from '../../core/http.ts';
import { pageQuery } from '../../core/paging.ts';
import { requiredText } from '../../core/text.ts';
import { batches, cancelBatch, generateCoupons, getBatch, voidBatch } from './actions.batch.ts';
import {
  changeCouponCampaign,
  couponCampaigns,
  couponCampaignVersions,
  createCouponCampaign,
  getCouponCampaign,
  moveCouponCampaign,
} from './actions.campaigns.ts';
import {
  contactCoupons,
  contactOpenCodes,
  exportCodes,
  findCoupons,
  getCoupon,
  voidCoupon,
  voidCoupons,
} from './actions.codes.ts';
import {
  couponBatchAnswer,
  couponBatchInput,
  couponBatchList,
  couponExportQuery,
  couponPage,
  couponSearch,
  couponVoidAnswer,
  couponVoidBatchInput,
  couponVoidInput,
} from './contract.codes.ts';
import {
  codeParam,
  couponAnswer,
  couponCampaignAnswer,
  couponCampaignInput,
  couponCampaignList,
  couponCampaignPatch,
  couponCampaignQuery,
  couponList,
  couponVersionList,
} from './contract.ts';
import { checkRoutes, draftRoutes } from './routes.check.ts';

const tag = 'loyalty';

export function couponRoutes(): Hono<AppEnv> {
  const app = newRouter();
  campaignRoutes(app);
  draftRoutes(app);
  stateRoutes(app);
  checkRoutes(app);
  batchRoutes(app);
  workRoutes(app);
  codeRoutes(app);
  return app;
}

function campaignRoutes(app: Hono<AppEnv>): void {
  app.get(
    '/api/coupon-campaigns',
    describe({ tag, summary: 'Coupon campaigns, newest first', answer: couponCampaignList }),
    queryOf(pageQuery.extend(couponCampaignQuery.shape)),
    async (c) => c.json(await couponCampaigns(c.var.ctx, c.req.valid('query'))),
  );
  app.post(
    '/api/coupon-campaigns',
    describe({ tag, summary: 'Make a coupon campaign', status: 201, answer: couponCampaignAnswer }),
    jsonBody(couponCampaignInput, inputIssues),
    async (c) => c.json(await createCouponCampaign(c.var.ctx, c.req.valid('json')), 201),
  );
  app.get(
    '/api/coupon-campaigns/:id',
    describe({ tag, summary: 'A coupon campaign with its counts', answer: couponCampaignAnswer }),
    paramsOf(idParam),
    async (c) => c.json(await getCouponCampaign(c.var.ctx, c.req.valid('param').id)),
  );
  app.patch(
    '/api/coupon-campaigns/:id',
    describe({
      tag,
      summary: 'Change a coupon campaign: a new version',
      description: 'Coupons keep what was promised with them; limits and the rest hold for all at once.',
      answer: couponCampaignAnswer,
    }),
    paramsOf(idParam),
    jsonBody(couponCampaignPatch),
    async (c) => c.json(await changeCouponCampaign(c.var.ctx, c.req.valid('param').id, c.req.valid('json'))),
  );
  app.get(
    '/api/coupon-campaigns/:id/versions',
    describe({ tag, summary: 'What its coupons were worth, newest first', answer: couponVersionList }),
    paramsOf(idParam),
    async (c) => c.json({ items: await couponCampaignVersions(c.var.ctx, c.req.valid('param').id) }),
  );
}

function stateRoutes(app: Hono<AppEnv>): void {
  const move = { tag, answer: couponCampaignAnswer };
  app.post(
    '/api/coupon-campaigns/:id/pause',
    describe({ ...move, summary: 'Nothing is issued and no code works' }),
    paramsOf(idParam),
    async (c) => c.json(await moveCouponCampaign(c.var.ctx, c.req.valid('param').id, 'pause')),
  );
  app.post(
    '/api/coupon-campaigns/:id/resume',
    describe({ ...move, summary: 'Goes on after a pause' }),
    paramsOf(idParam),
    async (c) => c.json(await moveCouponCampaign(c.var.ctx, c.req.valid('param').id, 'resume')),
  );
  app.post(
    '/api/coupon-campaigns/:id/archive',
    describe({ ...move, summary: 'Nothing is issued; coupons in hand keep working' }),
    paramsOf(idParam),
    async (c) => c.json(await moveCouponCampaign(c.var.ctx, c.req.valid('param').id, 'archive')),
  );
}

function batchRoutes(app: Hono<AppEnv>): void {
  app.post(
    '/api/coupon-campaigns/:id/batches',
    describe({ tag, summary: 'Have codes made in the background', status: 202, answer: couponBatchAnswer }),
    paramsOf(idParam),
    jsonBody(couponBatchInput),
    async (c) => c.json(await generateCoupons(c.var.ctx, c.req.valid('param').id, c.req.valid('json')), 202),
  );
  app.get(
    '/api/coupon-campaigns/:id/batches',
    describe({ tag, summary: 'Work on its codes with progress, newest first', answer: couponBatchList }),
    paramsOf(idParam),
    queryOf(pageQuery),
    async (c) => c.json(await batches(c.var.ctx, c.req.valid('param').id, c.req.valid('query'))),
  );
  app.post(
    '/api/coupon-campaigns/:id/void',
    describe({
      tag,
      summary: 'Make a batch or all codes void in the background',
      status: 202,
      answer: couponBatchAnswer,
    }),
    paramsOf(idParam),
    jsonBody(couponVoidBatchInput),
    async (c) => c.json(await voidBatch(c.var.ctx, c.req.valid('param').id, c.req.valid('json')), 202),
  );
  app.get(
    '/api/coupon-campaigns/:id/codes.csv',
    describe({ tag, summary: 'Its codes as CSV', media: 'text/csv', answer: z.string() }),
    paramsOf(idParam),
    queryOf(couponExportQuery),
    async (c) =>
      c.body(await exportCodes(c.var.ctx, c.req.valid('param').id, c.req.valid('query')), 200, {
        'Content-Type': 'text/csv; charset=utf-8',
        'Content-Disposition': 'attachment; filename="codes.csv"',
        'Cache-Control': 'no-store',
      }),
  );
}

function workRoutes(app: Hono<AppEnv>): void {
  app.get(
    '/api/coupon-batches/:id',
    describe({ tag, summary: 'Work on codes with its progress', answer: couponBatchAnswer }),
    paramsOf(idParam),
    async (c) => c.json(await getBatch(c.var.ctx, c.req.valid('param').id)),
  );
  app.post(
    '/api/coupon-batches/:id/cancel',
    describe({ tag, summary: 'Stop it; what is done stays', answer: couponBatchAnswer }),
    paramsOf(idParam),
    async (c) => c.json(await cancelBatch(c.var.ctx, c.req.valid('param').id)),
  );
}

function codeRoutes(app: Hono<AppEnv>): void {
  app.get(
    '/api/coupons',
    describe({ tag, summary: 'Coupons by code, contact, campaign, batch, state', answer: couponPage }),
    queryOf(couponSearch.extend(pageQuery.shape)),
    async (c) => {
      const { limit, cursor, ...search } = c.req.valid('query');
      return c.json(await findCoupons(c.var.ctx, search, { limit, cursor }));
    },
  );
  app.post(
    '/api/coupons/void',
    describe({ tag, summary: 'Make codes void', answer: couponVoidAnswer }),
    jsonBody(couponVoidInput),
    async (c) => c.json(await voidCoupons(c.var.ctx, c.req.valid('json'))),
  );
  app.get(
    '/api/coupons/:code',
    describe({ tag, summary: 'A coupon by its code', answer: couponAnswer }),
    paramsOf(codeParam),
    async (c) => c.json(await getCoupon(c.var.ctx, c.req.valid('param').code)),
  );
  app.post(
    '/api/coupons/:code/void',
    describe({ tag, summary: 'Make a coupon void', answer: couponAnswer }),
    paramsOf(codeParam),
    jsonBody(z.object({ reason: requiredText(500) })),
    async (c) => c.json(await voidCoupon(c.var.ctx, c.req.valid('param').code, c.req.valid('json').reason)),
  );
  app.get(
    '/api/contacts/:id/coupons',
    describe({
      tag,
      summary: "A contact's coupons, newest first, and codes for everybody that their orders used",
      answer: couponList,
    }),
    paramsOf(idParam),
    async (c) => {
      const { id } = c.req.valid('param');
      return c.json({
        items: await contactCoupons(c.var.ctx, id),
        open: await contactOpenCodes(c.var.ctx, id),
      });
    },
  );
}
