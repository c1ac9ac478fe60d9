import type { Context } from 'hono';
import { DomainError } from '../../core/errors.ts';
import type { AppEnv } from '../../core/http.ts';
import type { Posted } from './answers.ts';

/** What a form post may weigh: every field at its longest in four-byte letters would be more than anybody types. */
const MAX_BODY_BYTES = 64 * 1024;
/** Far more names than a form has. */
const MAX_NAMES = 200;

/** The names and texts of a post, however it was sent. Throws 400 not_json, 413 body_too_large, 415 unsupported_media_type. */
export async function readPost(c: Context<AppEnv>): Promise<Posted> {
  if (Number(c.req.header('content-length') ?? 0) > MAX_BODY_BYTES) throw tooLarge();
  const bytes = await c.req.arrayBuffer();
  if (bytes.byteLength > MAX_BODY_BYTES) throw tooLarge();
  const media = c.req.header('content-type') ?? '';
  if (isJson(c)) return fromJson(new TextDecoder().decode(bytes));
  if (/^application\/x-www-form-urlencoded\b/i.test(media))
    return Object.fromEntries([...new URLSearchParams(new TextDecoder().decode(bytes))].slice(0, MAX_NAMES));
  if (/^multipart\/form-data\b/i.test(media)) return fromParts(bytes, media);
  throw new DomainError({
    code: 'unsupported_media_type',
    status: 415,
    detail: 'Post the form as application/x-www-form-urlencoded, multipart/form-data or application/json.',
    at: 'Content-Type',
  });
}

export const isJson = (c: Context<AppEnv>): boolean =>
  /^application\/([\w.-]+\+)?json\b/i.test(c.req.header('content-type') ?? '');

const tooLarge = (): DomainError =>
  new DomainError({
    code: 'body_too_large',
    status: 413,
    detail: `A form post has at most ${MAX_BODY_BYTES / 1024} KB.`,
  });

const malformed = (code: string, detail: string): DomainError =>
  new DomainError({ code, status: 400, detail });

function fromJson(text: string): Posted {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw malformed('not_json', 'The body is not JSON.');
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw malformed('not_json', 'The body is not a JSON object.');
  const entries = Object.entries(value)
    .slice(0, MAX_NAMES)
    .flatMap(([name, one]): Array<[string, string]> => {
      if (typeof one === 'string') return [[name, one]];
      if (typeof one === 'boolean') return [[name, one ? 'yes' : '']];
      return typeof one === 'number' ? [[name, String(one)]] : [];
    });
  return Object.fromEntries(entries);
}

/** Files are left out: no field of a form is one. */
async function fromParts(bytes: ArrayBuffer, media: string): Promise<Posted> {
  try {
    const parts = await new Response(bytes, { headers: { 'content-type': media } }).formData();
    const texts = [...parts].flatMap(([name, value]): Array<[string, string]> =>
      typeof value === 'string' ? [[name, value]] : [],
    );
    return Object.fromEntries(texts.slice(0, MAX_NAMES));
  } catch {
    throw malformed('malformed_form', 'The parts of the form cannot be read.');
  }
}
