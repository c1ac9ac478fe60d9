import { DomainError } from '../core/errors.ts';

/** The 422 of something in an input that only the module itself can tell is wrong; `at` is its path. */
export function refusal(code: string, message: string, at: string): DomainError {
  return new DomainError({
    code,
    status: 422,
    detail: message,
    at,
    issues: [{ path: at, code, message }],
  });
}
