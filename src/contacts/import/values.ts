import { instantReader } from './dates.ts';
import type { FieldType } from './contract.ts';

/** Turns the text of a cell (or a JSON value) into the value of a field. Pure. */

/** Refused value: a stable code and a sentence that a person who looks at the row understands. */
export type BadValue = { code: string; detail: string };

export type Reading = { value: unknown } | { bad: BadValue };
export type ValueReader = (given: unknown) => Reading;

export type ReaderOptions = {
  type: FieldType;
  format: string | undefined;
  zone: string;
  decimal: '.' | ',';
  separator: string;
  transform: 'lower' | 'upper' | 'digits' | undefined;
};

/** No number of the base has more digits. */
const MAX_NUMBER_LENGTH = 40;
/** Quoted back in errors. */
const SHOWN = 60;
/** Entries of a list in one cell. */
const MAX_LIST = 200;

const ABSENT: Reading = { value: undefined };

/** The reader for a field, or the reason why its format cannot be used. Empty text means "no value". */
export function valueReader(options: ReaderOptions): ValueReader | BadValue {
  if (options.type === 'json') return readJson;
  if (options.type === 'list') return (given) => readList(given, options.separator);
  const read = scalarReader(options);
  if ('code' in read) return read;
  return (given) => {
    if (given === undefined || given === null) return ABSENT;
    const scalar = scalarText(given);
    if (scalar === null) return bad('wrong_type', 'A single value is expected, not a list or an object.');
    const text = transformed(scalar.trim(), options.transform);
    if (text === '') return ABSENT;
    return read.reader(text);
  };
}

const bad = (code: string, detail: string): Reading => ({ bad: { code, detail } });
const show = (text: string): string =>
  JSON.stringify(text.length > SHOWN ? `${text.slice(0, SHOWN)}…` : text);

/** JSON rows carry numbers and booleans beside text. */
function scalarText(given: unknown): string | null {
  if (typeof given === 'string') return given;
  return typeof given === 'number' || typeof given === 'boolean' ? String(given) : null;
}

function scalarReader(options: ReaderOptions): { reader: (text: string) => Reading } | BadValue {
  switch (options.type) {
    case 'text':
      return { reader: readText };
    case 'decimal':
      return { reader: decimalReader(options.decimal) };
    case 'integer':
      return { reader: readInteger };
    case 'boolean':
      return { reader: readBoolean };
    case 'instant':
      return timeReader(options, (at) => at);
    case 'date':
      return timeReader({ ...options, zone: 'UTC' }, (at) => at.toISOString().slice(0, 10));
    case 'list':
    case 'json':
    default:
      throw new Error(`not a scalar: ${options.type}`);
  }
}

function transformed(text: string, transform: ReaderOptions['transform']): string {
  if (transform === 'lower') return text.toLowerCase();
  if (transform === 'upper') return text.toUpperCase();
  return transform === 'digits' ? text.replaceAll(/\D/g, '') : text;
}

function readText(text: string): Reading {
  return textProblem(text) ?? { value: text };
}

/** PostgreSQL stores neither NUL nor half a surrogate pair. */
function textProblem(text: string): Reading | null {
  if (text.includes('\0')) return bad('nul_character', `${show(text)} holds a NUL character.`);
  if (!text.isWellFormed()) return bad('broken_character', `${show(text)} holds half a character.`);
  return null;
}

const DECIMAL = /^([+-]?)(\d+)(?:\.(\d*))?$|^([+-]?)\.(\d+)$/;

function decimalReader(point: '.' | ','): (text: string) => Reading {
  return (text) => {
    const dotted = point === ',' ? text.replace(',', '.') : text;
    const match =
      text.length > MAX_NUMBER_LENGTH || (point === ',' && text.includes('.')) ? null : DECIMAL.exec(dotted);
    if (match === null) return bad('bad_number', `${show(text)} is not a number such as -12${point}50.`);
    const sign = (match[1] ?? match[4]) === '-' ? '-' : '';
    const fraction = match[3] ?? match[5] ?? '';
    const whole = match[2] ?? '0';
    return { value: fraction === '' ? sign + whole : `${sign}${whole}.${fraction}` };
  };
}

function readInteger(text: string): Reading {
  if (/^[+-]?\d{1,15}$/.test(text)) return { value: Number(text) };
  return bad('bad_integer', `${show(text)} is not a whole number.`);
}

const YES = new Set(['true', '1', 'yes', 'y', 't', 'да']);
const NO = new Set(['false', '0', 'no', 'n', 'f', 'нет']);

function readBoolean(text: string): Reading {
  const word = text.toLowerCase();
  if (YES.has(word)) return { value: true };
  return NO.has(word) ? { value: false } : bad('bad_boolean', `${show(text)} is neither yes nor no.`);
}

function timeReader(
  options: ReaderOptions,
  give: (at: Date) => unknown,
): { reader: (text: string) => Reading } | BadValue {
  const read = instantReader(options.format, options.zone);
  if (read === null) {
    return {
      code: 'bad_format',
      detail: `The format "${options.format}" lacks the year, the month or the day.`,
    };
  }
  const form = options.format ?? 'ISO 8601, such as 2026-01-31 or 2026-01-31T08:26:00Z';
  return {
    reader: (text) => {
      const at = read(text);
      return at === null
        ? bad('bad_date', `${show(text)} is not a date of the form ${form}.`)
        : { value: give(at) };
    },
  };
}

function readList(given: unknown, separator: string): Reading {
  if (given === undefined || given === null) return ABSENT;
  const entries: unknown[] = Array.isArray(given) ? given : (scalarText(given)?.split(separator) ?? [given]);
  if (entries.length > MAX_LIST) return bad('list_too_long', `A list holds at most ${MAX_LIST} entries.`);
  const scalars = entries.map(scalarText);
  if (scalars.includes(null)) return bad('wrong_type', 'A list holds texts and numbers only.');
  const texts = scalars.map((entry) => entry?.trim() ?? '').filter((entry) => entry !== '');
  const problem = texts.map(textProblem).find((found) => found !== null);
  return problem ?? (texts.length === 0 ? ABSENT : { value: texts });
}

function readJson(given: unknown): Reading {
  if (given === undefined || given === null) return ABSENT;
  const text = JSON.stringify(given);
  if (!/\\u0000|\\ud[89a-f]/i.test(text)) return { value: given };
  // The text also matches where a backslash itself is escaped: look at the strings one by one.
  return (
    stringsOf(given)
      .map(textProblem)
      .find((found) => found !== null) ?? { value: given }
  );
}

function stringsOf(value: unknown): string[] {
  if (typeof value === 'string') return [value];
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, inner]) => [key, ...stringsOf(inner)]);
}
