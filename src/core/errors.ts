/**
 * Errors a caller can act on. `code` is stable and machine-readable, `detail` is one plain sentence, `at` names
 * the place (a JSON path, a column, a line). api/problem.ts turns them into RFC 9457 problem+json; anything else
 * that is thrown becomes a 500 that leaks nothing.
 */
export class DomainError extends Error {
  readonly code: string;
  readonly status: number;
  readonly detail: string;
  readonly at: string | undefined;
  readonly issues: readonly FieldIssue[] | undefined;
  readonly retryAfterS: number | undefined;

  constructor(init: {
    code: string;
    status: number;
    detail: string;
    at?: string | undefined;
    issues?: readonly FieldIssue[] | undefined;
    retryAfterS?: number | undefined;
    cause?: unknown;
  }) {
    super(`${init.code}: ${init.detail}`, { cause: init.cause });
    this.name = 'DomainError';
    this.code = init.code;
    this.status = init.status;
    this.detail = init.detail;
    this.at = init.at;
    this.issues = init.issues;
    this.retryAfterS = init.retryAfterS;
  }
}

/** One wrong field of an input: where, what, a stable code, and the bounds a translation of the message needs. */
export type FieldIssue = {
  path: string;
  code: string;
  message: string;
  params?: Record<string, string | number | boolean>;
};

export function notFound(what: string, id?: string): DomainError {
  return new DomainError({
    code: `${what}_not_found`,
    status: 404,
    detail: id === undefined ? `No such ${what}.` : `No ${what} "${id}".`,
  });
}

export function invalid(code: string, detail: string, at?: string): DomainError {
  return new DomainError({ code, status: 422, detail, at });
}

export function conflict(code: string, detail: string, at?: string): DomainError {
  return new DomainError({ code, status: 409, detail, at });
}

export function forbidden(detail = 'You may not do this.'): DomainError {
  return new DomainError({ code: 'forbidden', status: 403, detail });
}

/** What the database library puts before the parameters of a failed statement: people's data, which belongs into no log. */
const PARAMETERS = '\nparams:';

/** The text of anything that was thrown, in one line and without a statement's parameters; with what caused it. */
export function messageOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const own = (error.message.split(PARAMETERS)[0] ?? '').replaceAll(/\s+/g, ' ').trim();
  return error.message.includes(PARAMETERS) && error.cause instanceof Error
    ? `${error.cause.message} (${own})`
    : own;
}
