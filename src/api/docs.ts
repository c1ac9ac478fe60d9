import type { Hono } from 'hono';
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { z } from 'zod';
import type { Config } from '../core/config.ts';
import { describe, newRouter } from '../core/http.ts';
import type { AppEnv } from '../core/http.ts';
import { openApiDocument } from './openapi.ts';

const require = createRequire(import.meta.url);

/** Files of Swagger UI that the page loads, from its package on this machine. */
const FILES: Readonly<Record<string, string>> = {
  'swagger-ui.css': 'text/css; charset=utf-8',
  'swagger-ui-bundle.js': 'text/javascript; charset=utf-8',
  'favicon-32x32.png': 'image/png',
};
/** The package is pinned; a newer one may come with the next start. */
const CACHE = 'public, max-age=3600';

const PAGE = `<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <title>Otklik API</title>
    <link rel="stylesheet" href="/docs/swagger-ui.css">
    <link rel="icon" type="image/png" href="/docs/favicon-32x32.png">
  </head>
  <body>
    <div id="swagger-ui"></div>
    <script src="/docs/swagger-ui-bundle.js"></script>
    <script src="/docs/start.js"></script>
  </body>
</html>
`;

/** Without `validatorUrl: null` Swagger UI would show the document to a service on the internet. */
const START = `SwaggerUIBundle({
  url: '/api/openapi.json',
  dom_id: '#swagger-ui',
  deepLinking: true,
  displayRequestDuration: true,
  docExpansion: 'list',
  filter: true,
  validatorUrl: null,
});
`;

/** The API's description, and a page to read and try it on, all from our own origin. */
export function docsRoutes(app: Hono<AppEnv>, config: Config) {
  // Made when first asked for: it walks every schema, which no start should wait for.
  let document: Promise<string> | undefined;
  const json = (): Promise<string> => {
    document ??= openApiDocument(app, config).then((specs) => JSON.stringify(specs));
    return document;
  };
  return newRouter()
    .get(
      '/api/openapi.json',
      describe({ tag: 'System', summary: 'This description', open: 'public', answer: z.looseObject({}) }),
      async (c) =>
        c.body(await json(), 200, { 'Content-Type': 'application/json', 'Cache-Control': 'no-cache' }),
    )
    .get('/docs', (c) => c.html(PAGE))
    .get('/docs/start.js', (c) => c.body(START, 200, { 'Content-Type': 'text/javascript; charset=utf-8' }))
    .get('/docs/:file', async (c, next) => {
      const file = c.req.param('file');
      const type = FILES[file];
      if (type === undefined) return next();
      const folder = dirname(require.resolve('swagger-ui-dist/package.json'));
      const bytes = await readFile(join(folder, file));
      return c.body(new Uint8Array(bytes), 200, { 'Content-Type': type, 'Cache-Control': CACHE });
    });
}
