import type { Context, MiddlewareHandler } from 'hono';
import { bodyLimit } from 'hono/body-limit';
import { DomainError } from '../core/errors.ts';
import type { AppEnv } from '../core/http.ts';

/** A form or a rule in JSON; anything larger is an import and belongs to /api/imports, which streams. */
const MAX_API_BYTES = 1024 * 1024;
/** A batch of 500 events of 10 kB: what Segment's SDKs send at most is 500 kB. */
const MAX_INGEST_BYTES = 5 * 1024 * 1024;
/** Segment rules nest 10 levels; deeper values only exhaust whoever walks them. */
const MAX_DEPTH = 64;

const JSON_MEDIA = /^application\/([\w.-]+\+)?json\s*(;|$)/i;
const STREAMED = '/api/imports';
/** Tracking reads these itself, within its budget for all of them together. */
const INGESTED = /^\/v1\/(batch|track|page|screen|identify|group|alias|[tpsigab])$/;

/** Bounds the body by its route class, and looks at JSON before anybody parses it. */
export function bodyGuard(): MiddlewareHandler<AppEnv> {
  const api = sizeLimit(MAX_API_BYTES);
  const ingest = sizeLimit(MAX_INGEST_BYTES);
  return async (c, next) => {
    if (
      c.req.method === 'GET' ||
      c.req.method === 'HEAD' ||
      isStreamed(c.req.path) ||
      INGESTED.test(c.req.path)
    )
      return next();
    const forApi = c.req.path.startsWith('/api/');
    return (forApi ? api : ingest)(c, async () => {
      // Tracking tells bodies by their content (gzip without a header) and never refuses a batch for one deep event.
      if (forApi) await checkJson(c);
      return next();
    });
  };
}

export function isStreamed(path: string): boolean {
  return path === STREAMED;
}

function sizeLimit(maxSize: number): MiddlewareHandler<AppEnv> {
  const tooLarge = (): never => {
    throw new DomainError({
      code: 'body_too_large',
      status: 413,
      detail: `The body is larger than ${maxSize} bytes.`,
    });
  };
  const counting = bodyLimit({ maxSize, onError: tooLarge });
  return (c, next) => {
    if (c.req.header('transfer-encoding') !== undefined) return counting(c, next);
    // A known length is believed by the server itself, which reads no further; counting would copy the body once more.
    if (Number(c.req.header('content-length') ?? 0) > maxSize) return tooLarge();
    return next();
  };
}

async function checkJson(c: Context<AppEnv>): Promise<void> {
  const sent =
    c.req.header('content-length') ?? (c.req.header('transfer-encoding') === undefined ? '0' : '1');
  if (Number(sent) === 0 || c.req.header('content-encoding') !== undefined) return;
  if (!JSON_MEDIA.test(c.req.header('content-type') ?? '')) {
    throw new DomainError({
      code: 'unsupported_media_type',
      status: 415,
      detail: 'Send the body as application/json.',
      at: 'Content-Type',
    });
  }
  const depth = jsonDepth(await c.req.text());
  if (depth > MAX_DEPTH) {
    throw new DomainError({
      code: 'nested_too_deep',
      status: 422,
      detail: `The body is nested deeper than ${MAX_DEPTH} levels.`,
    });
  }
}

/** How deep objects and arrays of a JSON text nest at most; strings are skipped, nothing else is checked. */
function jsonDepth(text: string): number {
  let depth = 0;
  let deepest = 0;
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code === QUOTE) {
      i = endOfString(text, i);
    } else if (code === OPEN_BRACE || code === OPEN_BRACKET) {
      depth += 1;
      if (depth > deepest) deepest = depth;
    } else if (code === CLOSE_BRACE || code === CLOSE_BRACKET) {
      depth -= 1;
    }
  }
  return deepest;
}

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const OPEN_BRACE = 0x7b;
const CLOSE_BRACE = 0x7d;
const OPEN_BRACKET = 0x5b;
const CLOSE_BRACKET = 0x5d;

/** The place of the closing quote of the string that opens at `start`. */
function endOfString(text: string, start: number): number {
  for (let i = text.indexOf('"', start + 1); i !== -1; i = text.indexOf('"', i + 1)) {
    let backslashes = 0;
    while (text.charCodeAt(i - 1 - backslashes) === BACKSLASH) backslashes += 1;
    if (backslashes % 2 === 0) return i;
  }
  return text.length;
}
