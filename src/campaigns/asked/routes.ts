import type { Hono } from 'hono';
import { describe, idParam, jsonBody, newRouter, paramsOf } from '../../core/http.ts';
import type { AppEnv } from '../../core/http.ts';
import { askedMessage, askMessages } from './actions.ts';
import { askAnswer, askedState, askInput } from './contract.ts';

const tag = 'messages';

export function askedRoutes(): Hono<AppEnv> {
  return newRouter()
    .post(
      '/api/messages',
      describe({
        tag,
        summary: 'Ask for a transactional message, or up to 100 of them; each key once for a contact',
        status: 202,
        answer: askAnswer,
      }),
      jsonBody(askInput),
      async (c) => {
        const body = c.req.valid('json');
        const listed = Array.isArray(body);
        const items = await askMessages(c.var.ctx, listed ? body : [body], listed);
        return listed ? c.json({ items }, 202) : c.json(items[0], 202);
      },
    )
    .get(
      '/api/messages/:id',
      describe({ tag, summary: 'What became of a message that was asked for, and why', answer: askedState }),
      paramsOf(idParam),
      async (c) => c.json(await askedMessage(c.var.ctx, c.req.valid('param').id)),
    );
}
