import { DomainError, messageOf } from '../core/errors.ts';
import { storable } from '../core/text.ts';

/** Whose fault a failed transaction is: of what was in it, or of nobody who sent anything. Pure. */

/** Classes of SQLSTATE that speak of the data: data exception, integrity, limits of the program. */
const DATA_CLASSES = new Set(['22', '23', '54']);
const SQLSTATE = /^[0-9A-Z]{5}$/;
/** drizzle wraps the driver's error once, a verb perhaps once more. */
const MAX_CAUSES = 5;

/**
 * True for an error that the same events would cause again. A lost connection, a full disk, a lock that was not got are not:
 * whoever sent them shall send again. An error without any code was thrown by our own rules over the data.
 */
export function isPoison(error: unknown): boolean {
  const code = codeOf(error);
  if (code === null) return error instanceof Error;
  return SQLSTATE.test(code) && DATA_CLASSES.has(code.slice(0, 2));
}

function codeOf(error: unknown): string | null {
  let current: unknown = error;
  for (let i = 0; i < MAX_CAUSES && typeof current === 'object' && current !== null; i++) {
    if (current instanceof DomainError) return null;
    if ('code' in current && typeof current.code === 'string') return current.code;
    current = 'cause' in current ? current.cause : undefined;
  }
  return null;
}

/** The reason a dead letter gives. */
export function poisonReason(error: unknown): string {
  const detail = error instanceof DomainError ? error.detail : messageOf(error);
  return storable(`could not be stored: ${detail}`.slice(0, MAX_REASON_CHARS));
}

const MAX_REASON_CHARS = 300;
