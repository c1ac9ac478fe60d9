import type { Hono } from 'hono';
import { describe, idParam, jsonBody, newRouter, paramsOf, queryOf } from '../../core/http.ts';
import type { AppEnv } from '../../core/http.ts';
import { cancel } from './actions.cancel.ts';
import { commit } from './actions.commit.ts';
import { quote } from './actions.quote.ts';
import { priceOf } from './actions.price-of.ts';
import { getSale } from './actions.read.ts';
import { returnSale } from './actions.return.ts';
import { reserve, sell } from './actions.sell.ts';
import { tryDraft } from './actions.try.ts';
import {
  commitInput,
  quoteAnswer,
  quoteInput,
  reserveInput,
  returnAnswer,
  returnInput,
  saleAnswer,
  saleDetail,
  saleInput,
} from './contract.ts';
import { priceOfAnswer, priceOfQuery } from './contract.price-of.ts';
import { tryAnswer, tryInput } from './contract.try.ts';

const tag = 'Loyalty: sales';

export function salesRoutes(): Hono<AppEnv> {
  return newRouter()
    .post(
      '/api/loyalty/quote',
      describe({ tag, summary: 'What a cart costs, and why; writes nothing', answer: quoteAnswer }),
      jsonBody(quoteInput),
      async (c) => c.json(await quote(c.var.ctx, c.req.valid('json'))),
    )
    .post(
      '/api/loyalty/try',
      describe({
        tag,
        summary: 'What a cart would cost if a draft were live',
        description: 'A draft of a promotion, of a coupon, or of both, as it stands. Writes nothing.',
        answer: tryAnswer,
      }),
      jsonBody(tryInput),
      async (c) => c.json(await tryDraft(c.var.ctx, c.req.valid('json'))),
    )
    .post(
      '/api/loyalty/reservations',
      describe({
        tag,
        summary: 'Keep what a cart was promised for a while',
        status: 201,
        answer: saleAnswer,
      }),
      jsonBody(reserveInput),
      async (c) => c.json(await reserve(c.var.ctx, c.req.valid('json')), 201),
    )
    .post(
      '/api/loyalty/reservations/:id/commit',
      describe({ tag, summary: 'Place the order of a reservation', answer: saleAnswer }),
      paramsOf(idParam),
      jsonBody(commitInput),
      async (c) => c.json(await commit(c.var.ctx, c.req.valid('param').id, c.req.valid('json'))),
    )
    .post(
      '/api/loyalty/reservations/:id/cancel',
      describe({ tag, summary: 'Call off a reservation, or a whole sale', answer: saleAnswer }),
      paramsOf(idParam),
      async (c) => c.json(await cancel(c.var.ctx, c.req.valid('param').id)),
    )
    .post(
      '/api/loyalty/sales',
      describe({ tag, summary: 'Price and place an order in one go', status: 201, answer: saleAnswer }),
      jsonBody(saleInput),
      async (c) => c.json(await sell(c.var.ctx, c.req.valid('json')), 201),
    )
    .post(
      '/api/loyalty/sales/:id/returns',
      describe({ tag, summary: 'Goods or money come back', status: 201, answer: returnAnswer }),
      paramsOf(idParam),
      jsonBody(returnInput),
      async (c) => c.json(await returnSale(c.var.ctx, c.req.valid('param').id, c.req.valid('json')), 201),
    )
    .get(
      '/api/loyalty/price',
      describe({ tag, summary: 'What a product costs a customer, and why', answer: priceOfAnswer }),
      queryOf(priceOfQuery),
      async (c) => c.json(await priceOf(c.var.ctx, c.req.valid('query'))),
    )
    .get(
      '/api/loyalty/sales/:id',
      describe({ tag, summary: 'A sale with its trace and what came back', answer: saleDetail }),
      paramsOf(idParam),
      async (c) => c.json(await getSale(c.var.ctx, c.req.valid('param').id)),
    );
}
