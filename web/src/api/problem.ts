import { fieldText, problemText } from '../i18n/problems.ts';

/** What the API says when it refuses: RFC 9457 problem+json, or better-auth's `{ code, message }`. */
export type FieldProblem = {
  path: string;
  code: string;
  message: string;
  /** Bounds and names that words in another language need. */
  params?: Record<string, unknown>;
};

export class ApiError extends Error {
  readonly status: number;
  /** Stable, machine-readable: `contact_not_found`, `validation_failed` … */
  readonly code: string;
  readonly at: string | undefined;
  readonly fields: readonly FieldProblem[];
  readonly requestId: string | undefined;

  constructor(init: {
    status: number;
    code: string;
    detail: string;
    at?: string | undefined;
    fields?: readonly FieldProblem[];
    requestId?: string | undefined;
  }) {
    super(init.detail);
    this.name = 'ApiError';
    this.status = init.status;
    this.code = init.code;
    this.at = init.at;
    this.fields = init.fields ?? [];
    this.requestId = init.requestId;
  }
}

const text = (value: unknown): string | undefined =>
  typeof value === 'string' && value !== '' ? value : undefined;

function fieldsOf(value: unknown): FieldProblem[] {
  if (!Array.isArray(value)) return [];
  return value.flatMap((item: unknown) => {
    if (typeof item !== 'object' || item === null) return [];
    const { path, code, message, params } = item as Record<string, unknown>;
    const field = { path: text(path) ?? '', code: text(code) ?? 'invalid', message: text(message) ?? '' };
    return [typeof params === 'object' && params !== null ? { ...field, params: { ...params } } : field];
  });
}

/** Any refused response as an ApiError; a body that is not JSON still gives the status. */
export async function problemOf(response: Response): Promise<ApiError> {
  const body: unknown = await response.json().catch(() => null);
  const record = (typeof body === 'object' && body !== null ? body : {}) as Record<string, unknown>;
  return new ApiError({
    status: response.status,
    code: text(record['code']) ?? `http_${response.status}`,
    detail: text(record['detail']) ?? text(record['message']) ?? text(record['title']) ?? response.statusText,
    at: text(record['at']),
    fields: fieldsOf(record['errors']),
    requestId: text(record['requestId']),
  });
}

/** `{ field: message }` for a form; paths come as "body.name" or "name". */
export function fieldErrors(error: unknown): Record<string, string> {
  if (!(error instanceof ApiError)) return {};
  const found: Record<string, string> = {};
  for (const field of error.fields) if (field.path !== '') found[field.path] ??= fieldText(field);
  if (error.at !== undefined && error.at !== '') found[error.at] ??= problemText(error);
  return found;
}
