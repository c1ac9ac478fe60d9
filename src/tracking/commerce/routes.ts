import { describe, idParam, newRouter, paramsOf, queryOf } from '../../core/http.ts';
import { cartsOfCard, interestOfCard } from './actions.card.ts';
import { cartList, cartsQuery, interestList, interestQuery } from './contract.ts';

const tag = 'contacts';

export function commerceRoutes() {
  return newRouter()
    .get(
      '/api/contacts/:id/interest',
      describe({
        tag,
        summary: 'Products, categories and searches somebody takes an interest in, the latest first',
        answer: interestList,
      }),
      paramsOf(idParam),
      queryOf(interestQuery),
      async (c) =>
        c.json({ items: await interestOfCard(c.var.ctx, c.req.valid('param').id, c.req.valid('query')) }),
    )
    .get(
      '/api/contacts/:id/carts',
      describe({ tag, summary: 'Carts: open, abandoned and ordered, the latest first', answer: cartList }),
      paramsOf(idParam),
      queryOf(cartsQuery),
      async (c) =>
        c.json({ items: await cartsOfCard(c.var.ctx, c.req.valid('param').id, c.req.valid('query').limit) }),
    );
}
