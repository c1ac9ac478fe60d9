import { z } from 'zod';
import { DomainError } from './errors.ts';
import { isStorable } from './text.ts';

/** Page sizes: a screenful by default; 200 keeps an answer under a megabyte for the widest rows. */
export const DEFAULT_PAGE = 50;
const MAX_PAGE = 200;

/** Query part of every list: `limit` and the opaque `cursor` of the previous page. */
export const pageQuery = z.object({
  limit: z.coerce.number().int().min(1).max(MAX_PAGE).default(DEFAULT_PAGE),
  cursor: z.string().max(500).optional(),
});

/** A page: rows and the cursor of the next one, null at the end. */
export type Page<T> = { items: T[]; nextCursor: string | null };

type CursorValue = string | number | null;

/** Keyset cursors: the sort values of the last row, opaque to the client. */
export function encodeCursor(values: readonly CursorValue[]): string {
  return Buffer.from(JSON.stringify(values)).toString('base64url');
}

const cursorShape = z.array(z.union([z.string().refine(isStorable), z.number(), z.null()])).max(4);

/** Throws 400 bad_cursor for a text this list did not make; `length` is how many sort values it needs. */
export function decodeCursor(cursor: string, length: number): CursorValue[] {
  try {
    const values = cursorShape.parse(JSON.parse(Buffer.from(cursor, 'base64url').toString('utf8')));
    if (values.length === length) return values;
  } catch {
    // falls through to the same answer
  }
  throw badCursor();
}

/** 400: the cursor is not one this list made. */
export function badCursor(): DomainError {
  return new DomainError({
    code: 'bad_cursor',
    status: 400,
    detail: 'The cursor is not one this list gave.',
    at: 'cursor',
  });
}

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** A cursor value that goes into a cast to uuid. Throws bad_cursor. */
export function cursorId(value: CursorValue | undefined): string {
  if (typeof value === 'string' && UUID.test(value)) return value;
  throw badCursor();
}

/** A cursor value that is a text. Throws bad_cursor. */
export function cursorText(value: CursorValue | undefined): string {
  if (typeof value === 'string') return value;
  throw badCursor();
}

/** A cursor value that is a number. Throws bad_cursor. */
export function cursorNumber(value: CursorValue | undefined): number {
  if (typeof value === 'number') return value;
  throw badCursor();
}

const INSTANT = /^\d{4}-\d{2}-\d{2}T[\d:.]+Z$/;

/** A cursor value that is an ISO instant, as a Date; only of years that PostgreSQL reads too. Throws bad_cursor. */
export function cursorInstant(value: CursorValue | undefined): Date {
  const time = typeof value === 'string' && INSTANT.test(value) ? Date.parse(value) : Number.NaN;
  if (Number.isNaN(time)) throw badCursor();
  return new Date(time);
}

/** Cuts `limit + 1` fetched rows to a page. */
export function toPage<T>(
  fetched: readonly T[],
  limit: number,
  keyOf: (row: T) => readonly CursorValue[],
): Page<T> {
  const items = fetched.slice(0, limit);
  const last = items.at(-1);
  return {
    items,
    nextCursor: fetched.length > limit && last !== undefined ? encodeCursor(keyOf(last)) : null,
  };
}
