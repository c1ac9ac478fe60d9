import type { Context } from 'hono';
import { z } from 'zod';
import { DomainError } from '../core/errors.ts';
import { describe, jsonBody, newRouter } from '../core/http.ts';
import type { AppEnv } from '../core/http.ts';
import { createSource, listSources, senderOf } from './actions.sources.ts';
import { ingest } from './actions.ts';
import { ingestAnswer, MAX_BODY_BYTES, sourceCreate, sourceView } from './contract.ts';
import { parseBody } from './parse.ts';
import type { CallType } from './parse.ts';

const CALLS: ReadonlyArray<[CallType, short: string, summary: string]> = [
  ['track', 't', 'What somebody did'],
  ['page', 'p', 'A page somebody saw'],
  ['screen', 's', 'A screen of an app somebody saw'],
  ['identify', 'i', 'Who somebody is'],
  ['batch', 'b', 'Many calls at once'],
];

export function trackingRoutes() {
  const router = newRouter();
  for (const [type, short, summary] of CALLS) {
    const handler = (c: Context<AppEnv>) => take(c, type);
    router.post(
      `/v1/${type}`,
      describe({
        tag: 'tracking',
        summary,
        description:
          'Segment-compatible. The answer comes after the commit; a wrong event is named in `rejected` and fails no other.',
        answer: ingestAnswer,
        open: 'writeKey',
      }),
      handler,
    );
    router.post(`/v1/${short}`, handler);
  }
  return router
    .get(
      '/api/sources',
      describe({
        tag: 'tracking',
        summary: 'Sources with their keys and health',
        answer: z.object({ items: z.array(sourceView) }),
      }),
      async (c) => c.json({ items: await listSources(c.var.ctx) }),
    )
    .post(
      '/api/sources',
      describe({
        tag: 'tracking',
        summary: 'Add a source; its write key may stand in a page',
        status: 201,
        answer: sourceView,
      }),
      jsonBody(sourceCreate),
      async (c) => c.json(await createSource(c.var.ctx, c.req.valid('json')), 201),
    );
}

async function take(c: Context<AppEnv>, type: CallType): Promise<Response> {
  const parsed = parseBody(await bodyOf(c), type);
  const writeKey = keyFromHeader(c.req.header('authorization')) ?? writeKeyOr(parsed.writeKey ?? '');
  const sender = await senderOf(c.var.ctx, writeKey, c.req.header('origin') ?? null);
  return c.json(await ingest(c.var.ctx, sender, parsed.events));
}

async function bodyOf(c: Context<AppEnv>): Promise<Uint8Array> {
  const body = new Uint8Array(await c.req.arrayBuffer());
  if (body.length <= MAX_BODY_BYTES) return body;
  throw new DomainError({
    code: 'body_too_large',
    status: 413,
    detail: `At most ${MAX_BODY_BYTES / 1024 / 1024} MB.`,
  });
}

/** The write key as the real clients send it: user of Basic, or Bearer. An API key there has been read by the API already. */
function keyFromHeader(header: string | undefined): string | null {
  const [scheme = '', value = ''] = (header ?? '').split(' ');
  if (scheme.toLowerCase() === 'bearer') return writeKeyOr(value);
  if (scheme.toLowerCase() !== 'basic') return null;
  return writeKeyOr(Buffer.from(value, 'base64').toString('utf8').split(':')[0] ?? '');
}

function writeKeyOr(text: string): string | null {
  return text.startsWith('wk_') ? text : null;
}
