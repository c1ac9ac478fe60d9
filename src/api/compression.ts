import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import type { Context, MiddlewareHandler } from 'hono';
import { compress } from 'hono/compress';
import type { AppEnv } from '../core/http.ts';

/** Answers there are tiny and many. */
const PLAIN = ['/v1/', '/t/', '/u/', '/healthz', '/readyz'];
/** Of a sale: a few kilobytes, which cost as much to pack as to sell. */
const SALES = /^\/api\/loyalty\/(sales|reservations)\b/;
/** The same bound as hono's: below it nothing is gained. */
const LEAST_BYTES = 1_024;
const pack = promisify(gzip);

/** gzip for what gains by it. hono leaves small answers alone only when their length is stated, so it is stated here. */
export function compression(): MiddlewareHandler<AppEnv> {
  const streamed = compress({ encoding: 'gzip' });
  return (c, next) => {
    if (c.req.header('accept-encoding') === undefined) return next();
    if (PLAIN.some((prefix) => c.req.path.startsWith(prefix))) return next();
    if (c.req.method === 'POST' && SALES.test(c.req.path)) return next();
    return streamed(c, async () => {
      await next();
      await atOnce(c);
    });
  };
}

/** JSON is there as a whole: packed in one go it costs half of what a stream does. */
async function atOnce(c: Context<AppEnv>): Promise<void> {
  const { headers, body } = c.res;
  if (body === null || headers.has('Content-Length')) return;
  if (!/^application\/(problem\+)?json\b/.test(headers.get('Content-Type') ?? '')) return;
  const bytes = await c.res.arrayBuffer();
  const isPacked =
    bytes.byteLength >= LEAST_BYTES &&
    takesGzip(c.req.header('accept-encoding') ?? '') &&
    !/\bno-transform\b/.test(headers.get('Cache-Control') ?? '');
  const sent = isPacked ? new Uint8Array(await pack(bytes, { level: LEVEL })) : new Uint8Array(bytes);
  c.res = new Response(sent, { status: c.res.status, headers });
  c.res.headers.set('Content-Length', String(sent.byteLength));
  if (!isPacked) return;
  c.res.headers.set('Content-Encoding', 'gzip');
  c.res.headers.append('Vary', 'Accept-Encoding');
}

/** Half the work of the usual level, for a tenth more bytes. */
const LEVEL = 3;

/** What says so otherwise (`*`, weights) is left to hono. */
const takesGzip = (accepts: string): boolean =>
  accepts.split(',').some((one) => /^\s*gzip\s*(;\s*q=1(\.0*)?\s*)?$/i.test(one));
