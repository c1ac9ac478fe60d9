import type { Context } from 'hono';
import { HTTPException } from 'hono/http-exception';
import type { ContentfulStatusCode } from 'hono/utils/http-status';
import { STATUS_CODES } from 'node:http';
import { ZodError } from 'zod';
import { DomainError } from '../core/errors.ts';
import { validationError } from '../core/http.ts';
import type { AppEnv } from '../core/http.ts';
import { databaseProblem } from './problem.postgres.ts';

/** Codes of the errors that hono and its helpers throw by status alone. */
const HTTP_CODES: Readonly<Record<number, string>> = {
  400: 'malformed_request',
  401: 'unauthenticated',
  403: 'forbidden',
  404: 'not_found',
  405: 'method_not_allowed',
  408: 'request_timeout',
  413: 'body_too_large',
  415: 'unsupported_media_type',
};

const INTERNAL = new DomainError({
  code: 'internal',
  status: 500,
  detail: 'Something went wrong on our side. Quote the request id when you report it.',
});

/** The error as the caller may see it. Whatever nobody foresaw becomes a 500 without any of its text. */
function asDomainError(error: unknown): DomainError {
  if (error instanceof DomainError) return error;
  if (error instanceof ZodError) return validationError(error.issues, 'input');
  if (error instanceof HTTPException) {
    return new DomainError({
      code: HTTP_CODES[error.status] ?? 'request_failed',
      status: error.status,
      detail: error.message === '' ? (STATUS_CODES[error.status] ?? 'Error') : `${error.message}.`,
    });
  }
  // Walking a value nested thousands of levels deep: bodies are checked before, but a query may hold JSON too.
  if (error instanceof RangeError && error.message.includes('call stack')) {
    return new DomainError({ code: 'nested_too_deep', status: 422, detail: 'The input is nested too deep.' });
  }
  return databaseProblem(error) ?? INTERNAL;
}

/** The RFC 9457 answer to an error; logs it with its cause when it is ours to mend. */
export function problem(c: Context<AppEnv>, thrown: unknown): Response {
  const error = asDomainError(thrown);
  const { log, requestId } = c.var.ctx;
  if (error.status >= 500) log.error({ requestId, err: thrown, code: error.code }, 'request failed');
  if (error.retryAfterS !== undefined) c.header('Retry-After', String(Math.ceil(error.retryAfterS)));
  const body = {
    type: `urn:otklik:problem:${error.code}`,
    title: STATUS_CODES[error.status] ?? 'Error',
    status: error.status,
    code: error.code,
    detail: error.detail,
    ...(error.at === undefined ? {} : { at: error.at }),
    ...(error.issues === undefined ? {} : { errors: error.issues }),
    requestId,
  };
  c.header('Cache-Control', 'no-store');
  return c.body(JSON.stringify(body), error.status as ContentfulStatusCode, {
    'Content-Type': 'application/problem+json',
  });
}
