import type { Hono } from 'hono';
import { z } from 'zod';
import { describe, idParam, newRouter, paramsOf } from '../core/http.ts';
import type { AppEnv } from '../core/http.ts';
import { readSecret, rotateSecret } from './actions.secrets.ts';

const answer = z.object({ secret: z.string() });
const tag = 'tracking';

export function secretRoutes(): Hono<AppEnv> {
  const app = newRouter();
  app.get(
    '/api/sources/:id/secret',
    describe({
      tag,
      summary: 'The secret user ids are proven with',
      description:
        'For the server of the site alone: it puts context.userHash = hex HMAC-SHA256(secret, userId) into its pages. An identify call that carries it names its user as surely as a server does; it still makes no revenue.',
      answer,
    }),
    paramsOf(idParam),
    async (c) => c.json({ secret: await readSecret(c.var.ctx, c.req.valid('param').id) }),
  );
  app.post(
    '/api/sources/:id/secret',
    describe({
      tag,
      summary: 'Replace the secret',
      description: 'Hashes made with the old one count no more.',
      answer,
    }),
    paramsOf(idParam),
    async (c) => c.json({ secret: await rotateSecret(c.var.ctx, c.req.valid('param').id) }),
  );
  return app;
}
