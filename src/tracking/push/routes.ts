import type { Context } from 'hono';
import { z } from 'zod';
import { describe, newRouter, queryOf, validationError } from '../../core/http.ts';
import type { AppEnv } from '../../core/http.ts';
import { pushKeyFor, subscribePush } from './actions.ts';
import { pushKey, pushKeyQuery, pushSubscribe } from './contract.ts';
import type { PushSubscribe } from './contract.ts';

/** The key changes with the installation's secret: never, as a rule. */
const CACHE = 'public, max-age=3600';

export function pushRoutes() {
  return newRouter()
    .get(
      '/v1/push',
      describe({
        tag: 'tracking',
        summary: 'The key browsers subscribe to web push with',
        answer: pushKey,
        open: 'writeKey',
      }),
      queryOf(pushKeyQuery),
      async (c) => {
        const publicKey = await pushKeyFor(c.var.ctx, c.req.valid('query').writeKey, originOf(c));
        c.header('Cache-Control', CACHE);
        return c.json({ publicKey });
      },
    )
    .post(
      '/v1/push',
      describe({
        tag: 'tracking',
        summary: 'Keep the web push subscription of a visitor',
        description: 'JSON, whatever its label: text/plain spares the browser a preflight.',
        answer: z.object({ stored: z.boolean() }),
        open: 'writeKey',
      }),
      async (c) => c.json({ stored: await subscribePush(c.var.ctx, await bodyOf(c), originOf(c)) }),
    );
}

function originOf(c: Context<AppEnv>): string | null {
  return c.req.header('origin') ?? null;
}

async function bodyOf(c: Context<AppEnv>): Promise<PushSubscribe> {
  const parsed = pushSubscribe.safeParse(parsedJson(await c.req.text()));
  if (parsed.success) return parsed.data;
  throw validationError(parsed.error.issues, 'body');
}

function parsedJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
