import { sameValue, valueOf } from './state.ts';
import type { FieldValues } from './state.ts';
import { defaultOf } from './apply.ts';

/**
 * Entries of field_lookup, the index over all fields without one of their own: the field, a line break, and the value as a text
 * that compares byte by byte in the order of the values. A letter tells the type: b boolean, n number, s text.
 */

/** The entry of a field's value. Control characters are in no field's name. */
export const entryOf = (key: string, value: string): string => `${key}\n${value}`;
/** What comes after all entries of a field. */
export const entriesEnd = (key: string): string => `${key}\v`;

/** Longer texts are cut: who filters finds candidates by the beginning and looks at the value itself. No own field is longer. */
export const MAX_KEY_TEXT = 150;

export function textKey(value: string): string {
  // In code points, as PostgreSQL counts: a cut text is known by its length.
  return value.length <= MAX_KEY_TEXT ? `s${value}` : `s${Array.from(value).slice(0, MAX_KEY_TEXT).join('')}`;
}

const view = new DataView(new ArrayBuffer(8));
const SIGN = 1n << 63n;
const ALL = (1n << 64n) - 1n;

/** The bits of the double, turned so that their order is that of the numbers. */
export function numberKey(value: number): string {
  view.setFloat64(0, value === 0 ? 0 : value);
  const bits = view.getBigUint64(0);
  const ordered = (bits & SIGN) === 0n ? bits | SIGN : ~bits & ALL;
  return `n${ordered.toString(16).padStart(16, '0')}`;
}

/** The key of one value; null for what no key stands for. */
export function valueKey(value: unknown): string | null {
  if (typeof value === 'string') return textKey(value);
  if (typeof value === 'number') return numberKey(value);
  return typeof value === 'boolean' ? `b${value ? 1 : 0}` : null;
}

/** Fields found by field_lookup besides custom attributes; the others have an index of their own. */
const FIELDS: ReadonlySet<string> = new Set([
  'givenName',
  'familyName',
  'country',
  'city',
  'locale',
  'timeZone',
  'birthYear',
  'birthMonth',
  'birthDay',
  'status',
  'source',
]);

export const inLookup = (key: string): boolean => key.startsWith('attributes.') || FIELDS.has(key);

/** The entries a contact is found by for one field: none for what every contact begins with, one per item of a list. */
export function lookupEntries(values: FieldValues, key: string): string[] {
  if (!inLookup(key)) return [];
  const value = valueOf(values, key);
  if (value === null || sameValue(value, defaultOf(key))) return [];
  const items = Array.isArray(value) ? value : [value];
  const keys = new Set(items.map(valueKey));
  return [...keys].flatMap((item) => (item === null ? [] : [entryOf(key, item)]));
}
