import { DomainError } from '../core/errors.ts';

/** What a caller can do about an error of PostgreSQL. Codes not listed are our own mistakes: a 500 that says nothing. */
type Answer = { code: string; status: number; detail: string; retryAfterS?: number };

const BAD_TEXT: Answer = {
  code: 'bad_text',
  status: 422,
  detail: 'A text holds a character that cannot be stored (such as NUL).',
};
const OUT_OF_RANGE: Answer = {
  code: 'value_out_of_range',
  status: 422,
  detail: 'A number or date is outside the range that can be stored.',
};
const BAD_VALUE: Answer = {
  code: 'bad_value',
  status: 422,
  detail: 'A value has the wrong form for its field.',
};
const TOO_LARGE: Answer = {
  code: 'value_too_large',
  status: 422,
  detail: 'A value is too large to be stored or evaluated.',
};
/** Deadlocks that stayed after several attempts, and transactions that could not be ordered. */
const CROSSED: Answer = {
  code: 'busy',
  status: 503,
  detail: 'Others are changing the same at this moment. Nothing was changed; try again.',
  retryAfterS: 1,
};
/** A lock that was not to be had in the time given for it: whoever holds it works through much. */
const LOCKED: Answer = { ...CROSSED, retryAfterS: 5 };
const UNAVAILABLE: Answer = {
  code: 'database_unavailable',
  status: 503,
  detail: 'The database does not answer right now. Nothing was changed; try again.',
  retryAfterS: 2,
};
/** The connection went away under what was going on, perhaps while it was being committed: nobody can tell. */
const LOST: Answer = {
  ...UNAVAILABLE,
  detail:
    'The connection to the database was lost: what was asked may have been carried out or not. Repeating it with the same number or Idempotency-Key is safe.',
};
const FULL: Answer = {
  code: 'storage_full',
  status: 507,
  detail: 'The disk of the database is full. Nothing was changed; free some space and try again.',
};

const BY_STATE: Readonly<Record<string, Answer>> = {
  '22021': BAD_TEXT,
  '22P05': BAD_TEXT,
  '22003': OUT_OF_RANGE,
  '22008': OUT_OF_RANGE,
  '22007': BAD_VALUE,
  '22P02': BAD_VALUE,
  '22P03': BAD_VALUE,
  '22001': TOO_LARGE,
  '54000': TOO_LARGE,
  '54001': TOO_LARGE,
  '23505': { code: 'already_exists', status: 409, detail: 'Such an entry exists already.' },
  '23503': {
    code: 'reference_broken',
    status: 409,
    detail: 'The change names an entry that does not exist, or removes one still in use.',
  },
  '23514': { code: 'value_not_allowed', status: 422, detail: 'A value is not one of those allowed.' },
  '40001': CROSSED,
  '40P01': CROSSED,
  '55P03': LOCKED,
  '57014': {
    code: 'took_too_long',
    status: 503,
    detail: 'The question took too long to answer. Narrow it, or try again later.',
    retryAfterS: 10,
  },
  '53100': FULL,
  '53200': { ...UNAVAILABLE, code: 'database_overloaded' },
  '53300': { ...UNAVAILABLE, code: 'database_overloaded' },
  '57P01': LOST,
  '57P02': LOST,
  '57P03': UNAVAILABLE,
};

/** Codes of postgres.js and of the socket below it: the server is away, or went away. */
const NOT_THERE = new Set(['CONNECTION_ENDED', 'CONNECT_TIMEOUT', 'ECONNREFUSED']);
const WENT_AWAY = new Set(['CONNECTION_CLOSED', 'CONNECTION_DESTROYED', 'ECONNRESET', 'EPIPE', 'ETIMEDOUT']);

/** drizzle wraps the driver's error once, a verb perhaps once more. */
const MAX_CAUSES = 5;

/** The caller's view of a database error, or undefined when the error is not the caller's to act on. */
export function databaseProblem(error: unknown): DomainError | undefined {
  let current: unknown = error;
  for (let i = 0; i < MAX_CAUSES && typeof current === 'object' && current !== null; i++) {
    const code = 'code' in current && typeof current.code === 'string' ? current.code : '';
    const answer = answerOf(code);
    if (answer !== undefined) return new DomainError({ ...answer, cause: error });
    current = 'cause' in current ? current.cause : undefined;
  }
  return undefined;
}

function answerOf(code: string): Answer | undefined {
  if (WENT_AWAY.has(code) || (code.startsWith('08') && code.length === 5)) return LOST;
  return BY_STATE[code] ?? (NOT_THERE.has(code) ? UNAVAILABLE : undefined);
}
