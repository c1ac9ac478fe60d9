import { Readable } from 'node:stream';
import type { ReadableStream as NodeReadableStream } from 'node:stream/web';
import type { Hono } from 'hono';
import { DomainError } from '../../core/errors.ts';
import { describe, idParam, newRouter, paramsOf, queryOf } from '../../core/http.ts';
import type { AppEnv } from '../../core/http.ts';
import { pageQuery } from '../../core/paging.ts';
import {
  cancelImport,
  getImport,
  getImportErrors,
  getImportKinds,
  getImports,
  importErrorFile,
  resumeImport,
  startImport,
} from './actions.ts';
import { importErrorList, importKinds, importList, importView, startImportQuery } from './contract.ts';

const tag = 'Imports';
/** Of the body as sent. gzip is recognised by its content, whatever the header says. */
const ENCODINGS = new Set(['identity', 'gzip', 'x-gzip', '']);

/** Sent after the refusal; whoever sends more finds the connection closed. */
const MAX_DRAIN_BYTES = 256 * 1024 ** 2;

export function importRoutes(): Hono<AppEnv> {
  const app = newRouter();
  app.post(
    '/api/imports',
    describe({
      tag,
      summary: 'Upload a file of contacts or orders',
      description:
        'The body is the file itself (CSV or NDJSON, plain or gzip), streamed. The answer comes once the file is safely stored; the rows are taken in the background.',
      status: 202,
      answer: importView,
    }),
    queryOf(startImportQuery),
    async (c) => {
      const encoding = (c.req.header('content-encoding') ?? '').toLowerCase();
      if (!ENCODINGS.has(encoding)) throw unsupported(`Content-Encoding "${encoding}"`);
      if (c.req.header('content-type')?.startsWith('multipart/') === true) throw unsupported('A form');
      const length = Number(c.req.header('content-length'));
      const { body } = c.req.raw;
      const file =
        body === null ? Readable.from([]) : Readable.fromWeb(body as NodeReadableStream<Uint8Array>);
      try {
        const view = await startImport(c.var.ctx, c.req.valid('query'), {
          body: file.iterator({ destroyOnReturn: false }),
          length: Number.isFinite(length) ? length : undefined,
          idempotencyKey: c.req.header('idempotency-key'),
        });
        return c.json(view, 202);
      } catch (error) {
        await drain(file);
        throw error;
      }
    },
  );
  app.get(
    '/api/imports',
    describe({ tag, summary: 'Imports, newest first', answer: importList }),
    queryOf(pageQuery),
    async (c) => c.json(await getImports(c.var.ctx, c.req.valid('query'))),
  );
  app.get(
    '/api/imports/kinds',
    describe({ tag, summary: 'What can be imported: fields and presets', answer: importKinds }),
    (c) => c.json(getImportKinds(c.var.ctx)),
  );
  app.get(
    '/api/imports/:id',
    describe({ tag, summary: 'One import with its progress', answer: importView }),
    paramsOf(idParam),
    async (c) => c.json(await getImport(c.var.ctx, c.req.valid('param').id)),
  );
  errorRoutes(app);
  for (const [verb, act] of [
    ['cancel', cancelImport],
    ['resume', resumeImport],
  ] as const) {
    app.post(
      `/api/imports/:id/${verb}`,
      describe({
        tag,
        summary: verb === 'cancel' ? 'Stop an import' : 'Go on with a failed or cancelled import',
        answer: importView,
      }),
      paramsOf(idParam),
      async (c) => c.json(await act(c.var.ctx, c.req.valid('param').id)),
    );
  }
  return app;
}

function errorRoutes(app: Hono<AppEnv>): void {
  app.get(
    '/api/imports/:id/errors',
    describe({ tag, summary: 'Rows that failed, with why', answer: importErrorList }),
    paramsOf(idParam),
    queryOf(pageQuery),
    async (c) => c.json(await getImportErrors(c.var.ctx, c.req.valid('param').id, c.req.valid('query'))),
  );
  app.get(
    '/api/imports/:id/errors.csv',
    describe({
      tag,
      summary: 'The failed rows as a file that can be mended and uploaded again',
      media: 'text/csv',
    }),
    paramsOf(idParam),
    async (c) => {
      const { id } = c.req.valid('param');
      const pieces = await importErrorFile(c.var.ctx, id);
      const body = Readable.toWeb(Readable.from(pieces).map((piece: string) => Buffer.from(piece)));
      return c.body(body as ReadableStream<Uint8Array>, 200, {
        'Content-Type': 'text/csv; charset=utf-8',
        'Content-Disposition': `attachment; filename="import-${id}-errors.csv"`,
      });
    },
  );
}

/** Reads on after a refusal: most clients look at the answer only once they have sent everything. */
async function drain(file: Readable): Promise<void> {
  let bytes = 0;
  try {
    for await (const chunk of file as AsyncIterable<Uint8Array>) {
      bytes += chunk.byteLength;
      if (bytes > MAX_DRAIN_BYTES) return;
    }
  } catch {
    // The sender has gone; there is nobody left to answer.
  }
}

function unsupported(what: string): DomainError {
  return new DomainError({
    code: 'unsupported_media_type',
    status: 415,
    detail: `${what} is not taken here: send the file itself as the body, plain or gzip.`,
  });
}
