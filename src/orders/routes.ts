import type { Hono } from 'hono';
import { z } from 'zod';
import { describe, idParam, jsonBody, newRouter, paramsOf, queryOf } from '../core/http.ts';
import type { AppEnv } from '../core/http.ts';
import { pageQuery } from '../core/paging.ts';
import {
  changeCategory,
  createCategory,
  listCategories,
  listProducts,
  upsertProducts,
} from './actions.catalogue.ts';
import { placeOrder } from './actions.order.ts';
import { getOrder, listOrders, orderCounts as countOrders, salesReport } from './actions.read.ts';
import {
  categoryInput,
  categoryList,
  categoryPatch,
  categoryView,
  orderCounts,
  orderDetail,
  orderInput,
  orderList,
  placedOrder,
  productList,
  productsInput,
  productView,
  salesReport as salesReportAnswer,
  salesReportQuery,
} from './contract.ts';
import { priceListRoutes } from './routes.price-lists.ts';

const tag = 'Orders';

export function ordersRoutes(): Hono<AppEnv> {
  const app = newRouter();
  app.get(
    '/api/orders',
    describe({ tag, summary: 'Orders, returns and adjustments, newest first', answer: orderList }),
    queryOf(pageQuery.extend({ contactId: z.uuid().optional() })),
    async (c) => c.json(await listOrders(c.var.ctx, c.req.valid('query'))),
  );
  app.post(
    '/api/orders',
    describe({
      tag,
      summary: 'Tell of an order, a return or a change of status',
      description:
        '(source, externalId) is one order for good: the same content again changes nothing, another status is an update, anything else is a 409. 201 for a new order, 200 otherwise.',
      status: 201,
      answer: placedOrder,
    }),
    jsonBody(orderInput),
    async (c) => {
      const placed = await placeOrder(c.var.ctx, c.req.valid('json'));
      return c.json(placed, placed.outcome === 'created' ? 201 : 200);
    },
  );
  app.get(
    '/api/orders/count',
    describe({ tag, summary: 'How many orders, returns and adjustments there are', answer: orderCounts }),
    async (c) => c.json(await countOrders(c.var.ctx)),
  );
  app.get(
    '/api/orders/:id',
    describe({ tag, summary: 'One order with its lines and returns', answer: orderDetail }),
    paramsOf(idParam),
    async (c) => c.json(await getOrder(c.var.ctx, c.req.valid('param').id)),
  );
  app.get(
    '/api/reports/sales',
    describe({ tag: 'Reports', summary: 'Sales by day or month', answer: salesReportAnswer }),
    queryOf(salesReportQuery),
    async (c) => c.json(await salesReport(c.var.ctx, c.req.valid('query'))),
  );
  catalogueRoutes(app);
  priceListRoutes(app);
  return app;
}

function catalogueRoutes(app: Hono<AppEnv>): void {
  const catalogue = 'Catalogue';
  app.get(
    '/api/products',
    describe({ tag: catalogue, summary: 'Products by code', answer: productList }),
    queryOf(
      pageQuery.extend({
        search: z.string().trim().min(1).max(100).optional(),
        categoryId: z.uuid().optional(),
      }),
    ),
    async (c) => c.json(await listProducts(c.var.ctx, c.req.valid('query'))),
  );
  app.post(
    '/api/products',
    describe({
      tag: catalogue,
      summary: 'Create or update products by code',
      answer: z.object({ items: z.array(productView) }),
    }),
    jsonBody(productsInput),
    async (c) => c.json({ items: await upsertProducts(c.var.ctx, c.req.valid('json').products) }),
  );
  app.get(
    '/api/categories',
    describe({ tag: catalogue, summary: 'The tree of categories', answer: categoryList }),
    async (c) => c.json(await listCategories(c.var.ctx)),
  );
  app.post(
    '/api/categories',
    describe({ tag: catalogue, summary: 'Add a category', status: 201, answer: categoryView }),
    jsonBody(categoryInput),
    async (c) => c.json(await createCategory(c.var.ctx, c.req.valid('json')), 201),
  );
  app.patch(
    '/api/categories/:id',
    describe({ tag: catalogue, summary: 'Rename or move a category', answer: categoryView }),
    paramsOf(idParam),
    jsonBody(categoryPatch),
    async (c) => c.json(await changeCategory(c.var.ctx, c.req.valid('param').id, c.req.valid('json'))),
  );
}
