import type { Hono } from 'hono';
import { z } from 'zod';
import { describe, idParam, jsonBody, paramsOf, queryOf } from '../core/http.ts';
import type { AppEnv } from '../core/http.ts';
import { pageQuery } from '../core/paging.ts';
import {
  changePriceList,
  createPriceList,
  dropPrices,
  getPriceList,
  priceLists,
  pricesOf,
  putPrices,
} from './actions.price-lists.ts';
import { exportPrices } from './actions.price-lists-export.ts';
import {
  deletedPrices,
  priceListInput,
  priceListPage,
  priceListPatch,
  priceListView,
  pricePage,
  pricesGone,
  pricesInput,
  pricesWritten,
} from './contract.price-lists.ts';

const tag = 'Price lists';
const priceSearch = z.string().trim().min(1).max(100).optional();

export function priceListRoutes(app: Hono<AppEnv>): void {
  app.get(
    '/api/price-lists',
    describe({ tag, summary: 'Price lists, newest first', answer: priceListPage }),
    queryOf(pageQuery.extend({ state: z.enum(['active', 'archived']).optional() })),
    async (c) => c.json(await priceLists(c.var.ctx, c.req.valid('query'))),
  );
  app.post(
    '/api/price-lists',
    describe({ tag, summary: 'Make a price list', status: 201, answer: priceListView }),
    jsonBody(priceListInput),
    async (c) => c.json(await createPriceList(c.var.ctx, c.req.valid('json')), 201),
  );
  app.get(
    '/api/price-lists/:id',
    describe({ tag, summary: 'A price list without its prices', answer: priceListView }),
    paramsOf(idParam),
    async (c) => c.json(await getPriceList(c.var.ctx, c.req.valid('param').id)),
  );
  app.patch(
    '/api/price-lists/:id',
    describe({
      tag,
      summary: 'Change for whom and when a price list holds, or archive it',
      answer: priceListView,
    }),
    paramsOf(idParam),
    jsonBody(priceListPatch),
    async (c) => c.json(await changePriceList(c.var.ctx, c.req.valid('param').id, c.req.valid('json'))),
  );
  app.get(
    '/api/price-lists/:id/prices',
    describe({ tag, summary: 'Prices of a list', answer: pricePage }),
    paramsOf(idParam),
    queryOf(pageQuery.extend({ product: priceSearch, search: priceSearch })),
    async (c) => c.json(await pricesOf(c.var.ctx, c.req.valid('param').id, c.req.valid('query'))),
  );
  app.get(
    '/api/price-lists/:id/prices.csv',
    describe({ tag, summary: 'Prices of a list as CSV', media: 'text/csv', answer: z.string() }),
    paramsOf(idParam),
    async (c) =>
      c.body(await exportPrices(c.var.ctx, c.req.valid('param').id), 200, {
        'Content-Type': 'text/csv; charset=utf-8',
        'Content-Disposition': 'attachment; filename="prices.csv"',
        'Cache-Control': 'no-store',
      }),
  );
  app.put(
    '/api/price-lists/:id/prices',
    describe({
      tag,
      summary: 'Write prices',
      description: 'By what a price is for, from which quantity and from when; the others stay.',
      answer: pricesWritten,
    }),
    paramsOf(idParam),
    jsonBody(pricesInput),
    async (c) => c.json(await putPrices(c.var.ctx, c.req.valid('param').id, c.req.valid('json').prices)),
  );
  app.post(
    '/api/price-lists/:id/prices/delete',
    describe({ tag, summary: 'Take prices out of a list', answer: deletedPrices }),
    paramsOf(idParam),
    jsonBody(pricesGone),
    async (c) => c.json(await dropPrices(c.var.ctx, c.req.valid('param').id, c.req.valid('json').ids)),
  );
}
