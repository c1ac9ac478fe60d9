import type { Context, MiddlewareHandler } from 'hono';
import { compress } from 'hono/compress';
import type { AppEnv } from '../core/http.ts';

/** Answers there are tiny and many. */
const PLAIN = ['/v1/', '/t/', '/u/', '/healthz', '/readyz'];

/** gzip for what gains by it. hono leaves small answers alone only when their length is stated, so it is stated here. */
export function compression(): MiddlewareHandler<AppEnv> {
  const gzip = compress({ encoding: 'gzip' });
  return (c, next) => {
    if (c.req.header('accept-encoding') === undefined) return next();
    if (PLAIN.some((prefix) => c.req.path.startsWith(prefix))) return next();
    return gzip(c, async () => {
      await next();
      await stateLength(c);
    });
  };
}

async function stateLength(c: Context<AppEnv>): Promise<void> {
  const { headers, body } = c.res;
  if (body === null || headers.has('Content-Length')) return;
  if (!/^application\/(problem\+)?json\b/.test(headers.get('Content-Type') ?? '')) return;
  const bytes = await c.res.arrayBuffer();
  c.res = new Response(bytes, { status: c.res.status, headers });
  c.res.headers.set('Content-Length', String(bytes.byteLength));
}
