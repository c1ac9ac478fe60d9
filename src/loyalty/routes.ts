import type { Hono } from 'hono';
import { describe, idParam, jsonBody, newRouter, paramsOf, queryOf } from '../core/http.ts';
import type { AppEnv } from '../core/http.ts';
import { pageQuery } from '../core/paging.ts';
import {
  contactCoupons,
  couponCampaigns,
  createCouponCampaign,
  getCoupon,
  getCouponCampaign,
} from './actions.ts';
import {
  codeParam,
  couponAnswer,
  couponCampaignAnswer,
  couponCampaignInput,
  couponCampaignList,
  couponList,
} from './contract.ts';

const tag = 'loyalty';

export function loyaltyRoutes(): Hono<AppEnv> {
  return newRouter()
    .get(
      '/api/coupon-campaigns',
      describe({ tag, summary: 'Coupon campaigns, newest first', answer: couponCampaignList }),
      queryOf(pageQuery),
      async (c) => c.json(await couponCampaigns(c.var.ctx, c.req.valid('query'))),
    )
    .post(
      '/api/coupon-campaigns',
      describe({ tag, summary: 'Make a coupon campaign', status: 201, answer: couponCampaignAnswer }),
      jsonBody(couponCampaignInput),
      async (c) => c.json(await createCouponCampaign(c.var.ctx, c.req.valid('json')), 201),
    )
    .get(
      '/api/coupon-campaigns/:id',
      describe({ tag, summary: 'A coupon campaign with its counts', answer: couponCampaignAnswer }),
      paramsOf(idParam),
      async (c) => c.json(await getCouponCampaign(c.var.ctx, c.req.valid('param').id)),
    )
    .get(
      '/api/coupons/:code',
      describe({ tag, summary: 'A coupon by its code', answer: couponAnswer }),
      paramsOf(codeParam),
      async (c) => c.json(await getCoupon(c.var.ctx, c.req.valid('param').code)),
    )
    .get(
      '/api/contacts/:id/coupons',
      describe({ tag, summary: "A contact's coupons, newest first", answer: couponList }),
      paramsOf(idParam),
      async (c) => c.json({ items: await contactCoupons(c.var.ctx, c.req.valid('param').id) }),
    );
}
