import { sql } from '../core/sql.ts';
import type { SQL } from '../core/sql.ts';
import { invalid } from '../core/errors.ts';
import type { FilterCondition, SortField } from './contract.list.ts';
import { entriesEnd, entryOf, valueKey } from './lookup.ts';
import { contact, fieldLookup } from './schema.ts';

/**
 * A condition in SQL. `test` decides for one row and is cheap to ask of some thousand rows; `find` is wider or equal and can
 * be answered by an index, for when few rows of many fit. `sortBound` limits that sort's own column.
 */
export type Condition = {
  test: SQL;
  find?: SQL | undefined;
  /** `find` helps only while few contacts have this key of field_lookup at all. */
  onlyIfRare?: string | undefined;
  /** Instead of `find`: all whose value of this field contains the text, which field_lookup knows while the values are few. */
  findText?: { key: string; text: string } | undefined;
  sortBound?: SortField | undefined;
  /** Nobody with (false) or without (true) a value of that field fits: half of that order can be left out. */
  blank?: { field: SortField; is: boolean } | undefined;
};

/** What values may refer to. */
export type FilterEnv = { now: Date; country: string; me: string };

/** A condition that an index answers as it stands. */
export const both = (test: SQL): Condition => ({ test, find: test });

/** Bounds of the values of a field in field_lookup; none means all. */
export type LookupRange = { in: readonly string[] } | { from?: string; to?: string; not?: readonly string[] };

/** A condition whose rows are found by field_lookup. */
export function findByLookup(key: string, range: LookupRange): SQL {
  const bounds =
    'in' in range
      ? sql`l.entry in ${range.in.map((value) => entryOf(key, value))}`
      : sql`l.entry >= ${entryOf(key, range.from ?? '')}
          and l.entry ${range.to === undefined ? sql`< ${entriesEnd(key)}` : sql`<= ${entryOf(key, range.to)}`}`;
  const except =
    'not' in range && range.not !== undefined
      ? sql`and l.entry not in ${range.not.map((value) => entryOf(key, value))}`
      : sql``;
  return sql`${contact.contactId} in (select l.contact_id from ${fieldLookup} l where ${bounds} ${except})`;
}

/** A text that is looked for inside values; null when the JSON around the values of a list could be meant. */
export function innerText(key: string, text: string): Condition['findText'] {
  return /["[\],\\]/.test(text) ? undefined : { key, text };
}

/** Values of conditions, checked for what the condition needs; each throws 422 filter_wrong_value with its place. */

type Value = FilterCondition['value'];

const wrong = (at: string, needs: string) =>
  invalid('filter_wrong_value', `This condition needs ${needs}.`, `${at}.value`);

export function asText(condition: FilterCondition, at: string): string {
  const { value } = condition;
  if (typeof value === 'string') return value;
  if (typeof value === 'number' || typeof value === 'boolean') return String(value);
  throw wrong(at, 'a text');
}

export function asList(condition: FilterCondition, at: string): Array<string | number | boolean> {
  const { value } = condition;
  const list = Array.isArray(value) ? value : value === undefined ? [] : [value];
  if (list.length === 0) throw wrong(at, 'at least one value');
  return list;
}

/** Numbers also arrive as texts, from an address bar. */
export function asNumber(value: Value, at: string): number {
  const number = typeof value === 'string' && value.trim() !== '' ? Number(value) : value;
  // Beyond this no database type of ours can hold it.
  if (typeof number === 'number' && Math.abs(number) <= 1e15) return number;
  throw wrong(at, 'a number');
}

/** An ISO 8601 date or instant, as PostgreSQL and JavaScript both read it. */
export function asDate(value: Value, at: string): string {
  if (typeof value === 'string' && /^\d{4}-\d{2}-\d{2}/.test(value)) {
    const time = Date.parse(value);
    if (!Number.isNaN(time)) return new Date(time).toISOString();
  }
  throw wrong(at, 'a date such as 2026-03-01');
}

const OPERATORS: Readonly<Record<string, string>> = {
  is: '=',
  isNot: '<>',
  gt: '>',
  gte: '>=',
  lt: '<',
  lte: '<=',
  before: '<',
  after: '>',
};

/** Comparison of an ordered expression; `between` includes both ends. */
export function compareSql(
  expression: SQL,
  condition: FilterCondition,
  at: string,
  read: (value: Value) => SQL,
): SQL {
  if (condition.op === 'between') {
    const [from, to, ...more] = asList(condition, at);
    if (from === undefined || to === undefined || more.length > 0) throw wrong(at, 'two values');
    return sql`${expression} between ${read(from)} and ${read(to)}`;
  }
  const operator = OPERATORS[condition.op];
  if (operator === undefined) throw new Error(`no comparison ${condition.op}`);
  return sql`${expression} ${sql.raw(operator)} ${read(condition.value)}`;
}

/**
 * Where in field_lookup the values are that a condition may fit: all that do and perhaps some more, since long texts are cut.
 * Undefined when the condition does not narrow anything.
 */
export function lookupRange({ op, value }: FilterCondition): LookupRange | undefined {
  const given = Array.isArray(value) ? value : value === undefined ? [] : [value];
  const keys = given.map(valueKey).filter((key) => key !== null);
  const [first, last] = [keys[0], keys.at(-1)];
  if (first === undefined || last === undefined) return undefined;
  if (op === 'is' || op === 'in' || op === 'hasAny') return { in: keys };
  if (op === 'hasAll') return { in: [first] };
  const type = first.slice(0, 1);
  if (op === 'gt' || op === 'gte' || op === 'after') return { from: first, to: afterType(type) };
  if (op === 'lt' || op === 'lte' || op === 'before') return { from: type, to: first };
  return op === 'between' ? { from: first, to: last } : undefined;
}

/** After all values of a type: its letter's successor. */
const afterType = (type: string): string => String.fromCharCode(type.charCodeAt(0) + 1);
