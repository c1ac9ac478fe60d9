import { z } from 'zod';
import { isStorable } from '../core/text.ts';
import { isTimeZone } from '../core/time.ts';

/** Values that leaves are made of, and their bounds. */

/** Values one list of a rule may name; longer lists are static segments. */
export const MAX_LIST = 1_000;
const MAX_TEXT = 500;
/** Ten years: older purchases say nothing of today, and dates stay far from the edges of the calendar. */
export const MAX_WINDOW_DAYS = 3_660;

const HOURS_PER_DAY = 24;
const MINUTES_PER_DAY = 1_440;

export const text = z
  .string()
  .min(1)
  .max(MAX_TEXT)
  .refine(isStorable, { error: 'has characters that cannot be stored' });
export const texts = z.array(text).min(1).max(MAX_LIST);

/** Dates are instants with an offset, or days, which mean their midnight UTC. */
const FIRST_YEAR = '1900';
const LAST_YEAR = '2999';
export const dateText = z
  .union([z.iso.date(), z.iso.datetime({ offset: true })], {
    error: 'a date such as 2026-01-31 or 2026-01-31T09:00:00Z',
  })
  .refine((value) => value.slice(0, 4) >= FIRST_YEAR && value.slice(0, 4) <= LAST_YEAR, {
    error: `a year from ${FIRST_YEAR} to ${LAST_YEAR}`,
  });

export const instantOf = (value: string): Date => new Date(value);

/** IANA names only: offsets mean opposite things to JavaScript and to PostgreSQL. */
export const zone = z.string().max(64).refine(isZone, { error: 'an IANA time zone such as Europe/Moscow' });

function isZone(name: string): boolean {
  return /^[A-Za-z][A-Za-z0-9_+-]*(\/[A-Za-z0-9_+-]+)*$/.test(name) && isTimeZone(name);
}

export const days = z.number().int().min(1).max(MAX_WINDOW_DAYS);
export const hours = z
  .number()
  .int()
  .min(1)
  .max(MAX_WINDOW_DAYS * HOURS_PER_DAY);
export const minutes = z
  .number()
  .int()
  .min(1)
  .max(MAX_WINDOW_DAYS * MINUTES_PER_DAY);

/** How often something happened. */
export const isCount = (value: unknown): boolean => Number.isSafeInteger(value) && Number(value) >= 0;
export const count = z.number().refine(isCount, { error: 'a count is a whole number, 0 or more' });

export const comparable = z.union([z.number(), dateText], { error: 'a number or a date such as 2026-01-31' });

export const OPS = {
  equality: ['is', 'isNot'],
  membership: ['in', 'notIn'],
  text: ['contains', 'startsWith', 'endsWith'],
  order: ['gt', 'gte', 'lt', 'lte'],
  presence: ['exists', 'lacks'],
} as const;

export function inOrder(from: string | number, to: string | number): boolean {
  if (typeof from === 'number' || typeof to === 'number') return from <= to;
  return instantOf(from) <= instantOf(to);
}
