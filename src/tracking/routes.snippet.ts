import type { Context } from 'hono';
import { describe, idParam, newRouter, paramsOf } from '../core/http.ts';
import type { AppEnv } from '../core/http.ts';
import { snippetFile, snippetOf } from './snippet/actions.ts';
import type { ServedFile } from './snippet/actions.ts';
import { snippetView } from './snippet/contract.ts';

/** A version never changes. */
const IMMUTABLE = 'public, max-age=31536000, immutable';
/** The newest: an upgrade reaches every page within five minutes, and no page ever waits for it. */
const SHORT = 'public, max-age=300, stale-while-revalidate=86400';
const MEDIA = 'text/javascript; charset=utf-8';

/** What pages load, at addresses that never redirect, and the developer's line. */
export function snippetRoutes() {
  const script = (summary: string) =>
    describe({ tag: 'tracking', summary, media: 'text/javascript', open: 'public' });
  return newRouter()
    .get('/otklik.js', script('The newest snippet'), async (c) =>
      answer(c, await snippetFile(c.var.ctx, 'otklik.js', null)),
    )
    .get('/s/:version/:file', script('A file of one version of the snippet, for good'), async (c) =>
      answer(c, await snippetFile(c.var.ctx, c.req.param('file'), c.req.param('version'))),
    )
    .get(
      '/api/sources/:id/snippet',
      describe({ tag: 'tracking', summary: 'What to put into the pages of a source', answer: snippetView }),
      paramsOf(idParam),
      async (c) => c.json(await snippetOf(c.var.ctx, c.req.valid('param').id)),
    );
}

function answer(c: Context<AppEnv>, { plain, gzip, br, version, pinned }: ServedFile): Response {
  // Any site loads it, and checks it by its hash, which needs the permission to read it.
  c.header('Access-Control-Allow-Origin', '*');
  c.header('Cross-Origin-Resource-Policy', 'cross-origin');
  c.header('Cache-Control', pinned ? IMMUTABLE : SHORT);
  c.header('Content-Type', MEDIA);
  c.header('ETag', `"${version}"`);
  c.header('Vary', 'Accept-Encoding');
  if (c.req.header('if-none-match')?.includes(version) === true) return c.body(null, 304);
  const taken = c.req.header('accept-encoding') ?? '';
  const encoding = ['br', 'gzip'].find((one) => taken.includes(one));
  if (encoding === undefined) return c.body(plain);
  c.header('Content-Encoding', encoding);
  return c.body(new Uint8Array(encoding === 'br' ? br : gzip));
}
