import type { Hono } from 'hono';
import { problem } from '../../src/api/problem.ts';
import type { Ctx } from '../../src/core/ctx.ts';
import { newRouter } from '../../src/core/http.ts';
import type { AppEnv } from '../../src/core/http.ts';

export type Reply = { status: number; headers: Headers; body: unknown; text: string };

/** A module's routes as the API mounts them, for one actor, without a server: `send` is the whole way in and out. */
export function testApp(
  routes: Hono<AppEnv>,
  ctx: Ctx,
): (method: string, path: string, body?: unknown) => Promise<Reply> {
  const app = newRouter();
  app.use(async (c, next) => {
    c.set('ctx', ctx);
    await next();
  });
  app.onError((error, c) => problem(c, error));
  app.route('/', routes);
  return async (method, path, body) => {
    const answer = await app.request(path, {
      method,
      ...(body === undefined
        ? {}
        : { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } }),
    });
    const text = await answer.text();
    const json = answer.headers.get('content-type')?.includes('json') === true;
    return { status: answer.status, headers: answer.headers, body: json ? JSON.parse(text) : null, text };
  };
}
