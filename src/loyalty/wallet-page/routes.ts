import type { Hono } from 'hono';
import { describe, idParam, jsonBody, newRouter, paramsOf } from '../../core/http.ts';
import type { AppEnv } from '../../core/http.ts';
import { makeWalletLink, revokeWalletLinks } from './actions.link.ts';
import { walletLinkAnswer, walletLinkInput } from './contract.ts';
import { publicWalletRoutes } from './routes.public.ts';

const tag = 'loyalty';

export function walletPageRoutes(): Hono<AppEnv> {
  return newRouter()
    .post(
      '/api/contacts/:id/wallet-link',
      describe({
        tag,
        summary: "A link to the member's page",
        description:
          'For the member alone: whoever has it may spend the points on rewards. Good for 90 days.',
        status: 201,
        answer: walletLinkAnswer,
      }),
      paramsOf(idParam),
      jsonBody(walletLinkInput),
      async (c) =>
        c.json(await makeWalletLink(c.var.ctx, c.req.valid('param').id, c.req.valid('json').programId), 201),
    )
    .post(
      '/api/contacts/:id/wallet-link/revoke',
      describe({ tag, summary: 'Void all links made so far; gives a new one', answer: walletLinkAnswer }),
      paramsOf(idParam),
      jsonBody(walletLinkInput),
      async (c) =>
        c.json(await revokeWalletLinks(c.var.ctx, c.req.valid('param').id, c.req.valid('json').programId)),
    )
    .route('/', publicWalletRoutes());
}
