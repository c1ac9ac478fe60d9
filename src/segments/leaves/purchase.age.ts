import { sql } from '../../core/sql.ts';
import type { SQL } from '../../core/sql.ts';
import { addMs, DAY_MS } from '../../core/time.ts';
import { instantOf } from '../contract.values.ts';
import type { Actual } from '../leaf.ts';
import { instant, plus, startOfLocalDay } from '../window.ts';

/** Days since a moment: whole 24 hours, or calendar days of a zone. The age grows by one at known moments. */

/** Beyond the age of any purchase, and still a date that both languages write alike. */
const MAX_AGE = 300_000;

/** What a leaf says of an age in days, or of a moment. */
type Compared = { zone?: string | undefined } & (
  | { op: 'is' | 'isNot' | 'gt' | 'gte' | 'lt' | 'lte'; value: number | string }
  | { op: 'between'; from: number | string; to: number | string }
);

/** Ages from `from` up to but not including `to`. */
type Range = { from: number; to: number; inside: boolean };

const whole = (value: number): number => Math.min(Math.max(value, 0), MAX_AGE);

function rangeOf(leaf: Compared): Range {
  if (leaf.op === 'between') {
    return {
      from: whole(Math.ceil(Number(leaf.from))),
      to: whole(Math.floor(Number(leaf.to)) + 1),
      inside: true,
    };
  }
  const value = Number(leaf.value);
  const atLeast = whole(Math.ceil(value));
  const above = whole(Math.floor(value) + 1);
  switch (leaf.op) {
    case 'gte':
      return { from: atLeast, to: MAX_AGE, inside: true };
    case 'gt':
      return { from: above, to: MAX_AGE, inside: true };
    case 'lt':
      return { from: 0, to: atLeast, inside: true };
    case 'lte':
      return { from: 0, to: above, inside: true };
    case 'is':
    case 'isNot':
    default:
      // A fraction of a day is nobody's age: the range is empty then.
      return { from: atLeast, to: above, inside: leaf.op === 'is' };
  }
}

export function compileAge(leaf: Compared, at: SQL, now: Date): { value: SQL; until(): SQL | null } {
  const { from, to, inside } = rangeOf(leaf);
  const { zone } = leaf;
  const within =
    zone === undefined
      ? sql`${at} <= ${instant(addMs(now, -from * DAY_MS))} and ${at} > ${instant(addMs(now, -to * DAY_MS))}`
      : sql`${at} < ${startOfLocalDay(instant(now), 1 - from, zone)} and ${at} >= ${startOfLocalDay(instant(now), 1 - to, zone)}`;
  const reaches = (age: number): SQL =>
    zone === undefined ? plus(at, age * DAY_MS) : startOfLocalDay(at, age, zone);
  const bounds = [from, to].filter((age) => age > 0 && age < MAX_AGE).map(reaches);
  return {
    value: inside ? sql`(${within}) is true` : sql`(not (${within})) is true`,
    until: () => {
      if (bounds.length === 0 || from >= to) return null;
      const ahead = bounds.map((bound) => sql`case when ${bound} > ${instant(now)} then ${bound} end`);
      return sql`least(${sql.join(ahead, sql`, `)})`;
    },
  };
}

/** The age itself, for explanations. */
export function ageFigure(leaf: { zone?: string | undefined }, at: SQL, now: Date): Actual {
  const days =
    leaf.zone === undefined
      ? sql`floor(extract(epoch from ${instant(now)} - ${at}) / 86400)`
      : sql`((${instant(now)} at time zone ${leaf.zone}::text)::date - (${at} at time zone ${leaf.zone}::text)::date)`;
  return { kind: 'days', sql: days };
}

const SYMBOLS: Readonly<Record<string, string>> = { gt: '>', gte: '>=', lt: '<', lte: '<=' };

/** A moment compared with a date of the rule. */
export function momentTest(leaf: Compared, at: SQL): SQL {
  if (leaf.op === 'between') {
    return sql`${at} >= ${instant(instantOf(String(leaf.from)))} and ${at} < ${instant(instantOf(String(leaf.to)))}`;
  }
  return sql`${at} ${sql.raw(SYMBOLS[leaf.op] ?? '=')} ${instant(instantOf(String(leaf.value)))}`;
}
