import { serveStatic } from '@hono/node-server/serve-static';
import type { Context } from 'hono';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { DomainError, notFound } from '../core/errors.ts';
import { newRouter } from '../core/http.ts';
import type { AppEnv } from '../core/http.ts';

/** Names under assets/ hold a hash of their content, so they never change. */
const IMMUTABLE = 'public, max-age=31536000, immutable';
/** The page itself names the assets of one version: ask each time whether it is still that one. */
const REVALIDATE = 'no-cache';
/** Paths of the API family: what is not there is a problem+json, never the console's page. */
const MACHINE = /^\/(api|v1|s|t|u|docs|assets|metrics|healthz|readyz)(\/|$)/;

/**
 * The built console: its files, and its page for every path that a person may open or reload. `folder` may be built after
 * the start. Anything for machines is a 404.
 */
export function consoleRoutes(folder: string) {
  const page = serveStatic<AppEnv>({ path: join(folder, 'index.html'), precompressed: true });
  return newRouter().on(['GET', 'HEAD'], '/*', async (c, next) => {
    if (MACHINE.test(c.req.path) && !c.req.path.startsWith('/assets/')) return next();
    if (!existsSync(folder)) throw notBuilt();
    const files = serveStatic<AppEnv>({
      root: folder,
      precompressed: true,
      onFound: (_path, at) => cache(at),
    });
    const file = c.req.path === '/' ? undefined : await files(c, async () => {});
    if (file instanceof Response) return file;
    if (c.req.path.startsWith('/assets/') || /\.\w+$/.test(c.req.path)) throw notFound('file');
    const found = await page(c, async () => {});
    if (!(found instanceof Response)) throw notBuilt();
    c.header('Cache-Control', REVALIDATE);
    return found;
  });
}

function notBuilt(): DomainError {
  return new DomainError({
    code: 'console_not_built',
    status: 503,
    detail: 'The console is not built yet: run "npm run build".',
  });
}

function cache(c: Context<AppEnv>): void {
  c.header('Cache-Control', c.req.path.startsWith('/assets/') ? IMMUTABLE : REVALIDATE);
}
