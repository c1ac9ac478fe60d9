import { sql } from '../core/sql.ts';
import type { SQL } from '../core/sql.ts';
import { addMs, DAY_MS, HOUR_MS, MINUTE_MS } from '../core/time.ts';
import type { Window } from './contract.purchase.ts';
import { instantOf } from './contract.values.ts';
import type { Part } from './leaf.ts';

/** Windows over facts called `f` that have `occurred_at`. */

const UNIT_MS = { minutes: MINUTE_MS, hours: HOUR_MS, days: DAY_MS } as const;

export const instant = (at: Date): SQL => sql`${at.toISOString()}::timestamptz`;

export const past = (now: Date): Part => ({ key: 'past', sql: sql`f.occurred_at <= ${instant(now)}` });
export const future = (now: Date): Part => ({
  key: 'future',
  sql: sql`f.occurred_at > ${instant(now)}`,
  lower: now,
});

/** Which rows lie in the window, apart from `past`. */
export function windowParts(window: Window, now: Date): Part[] {
  if (window.type === 'last') return [after(addMs(now, -lengthMs(window)), '>')];
  if (window.type === 'calendar') return [sinceLocalDay(window, now)];
  if (window.type === 'between') return [after(instantOf(window.from), '>='), before(instantOf(window.to))];
  return [];
}

/** Which rows will lie in the window at the moment they occur. */
export function enteringParts(window: Window): Part[] {
  if (window.type !== 'between') return [];
  return [after(instantOf(window.from), '>='), before(instantOf(window.to))];
}

/** When a row that occurred at `at` leaves the window; null when it stays. Rows leave in the order they occurred. */
export function leavesAt(window: Window, at: SQL): SQL | null {
  if (window.type === 'last') return plus(at, lengthMs(window));
  if (window.type === 'calendar') return startOfLocalDay(at, window.days, window.zone);
  return null;
}

/** `at` plus exact milliseconds, which are whole seconds in every rule. */
export function plus(at: SQL, ms: number): SQL {
  return sql`${at} + ${ms / 1000}::float8 * interval '1 second'`;
}

/**
 * The first instant of the local day `days` after that of `at`: one microsecond after the last of the day before, which is
 * right also where clocks are changed at midnight.
 */
export function startOfLocalDay(at: SQL, days: number, zone: string): SQL {
  return sql`((date_trunc('day', ${at} at time zone ${zone}::text) + ${days}::int * interval '1 day' - interval '1 microsecond')
    at time zone ${zone}::text) + interval '1 microsecond'`;
}

function lengthMs(window: Extract<Window, { type: 'last' }>): number {
  return window.amount * UNIT_MS[window.unit];
}

/** By the database alone, as `leavesAt`: what it knows of a zone's clocks and what JavaScript does may differ by a release. */
function sinceLocalDay({ days, zone }: Extract<Window, { type: 'calendar' }>, now: Date): Part {
  return {
    key: `day ${days} ${zone} ${now.toISOString()}`,
    sql: sql`f.occurred_at >= ${startOfLocalDay(instant(now), 1 - days, zone)}`,
    lower: addMs(now, -(days + 1) * DAY_MS),
  };
}

function after(at: Date, op: '>' | '>='): Part {
  return {
    key: `${op}${at.toISOString()}`,
    sql: sql`f.occurred_at ${sql.raw(op)} ${instant(at)}`,
    lower: at,
  };
}

function before(at: Date): Part {
  return { key: `<${at.toISOString()}`, sql: sql`f.occurred_at < ${instant(at)}` };
}
