import { exists, t } from 'i18next';
import type { ApiError, FieldProblem } from '../api/problem.ts';
import { textOf } from '../lib/textOf.ts';
import type problems from './en/problems.ts';

/** What the API refuses, in the reader's language: by its codes, whose words come with the area "problems". */

/** A refusal as one sentence. A code without words of its own keeps the API's English ones. */
export function problemText(error: ApiError): string {
  const known = `code.${error.code}`;
  return exists(known, { ns: 'problems' }) ? t(`problems:${known}` as 'problems:noPage') : error.message;
}

type Word = keyof typeof problems.field;

/** What is wrong with one field. Words an API's schema brings of its own stay as they are. */
export function fieldText({ path, code, message, params = {} }: FieldProblem): string {
  if (!exists('field.required', { ns: 'problems' })) return message;
  const word = wordOf(code, params, MINOR.test(path));
  if (word === undefined) return coded(code, message);
  const said = Object.fromEntries(
    Object.entries(params).map(([name, value]) => [name, typeof value === 'number' ? value : textOf(value)]),
  );
  return t(`problems:field.${word}` as 'problems:field.longest', {
    ...said,
    maximum: said['maximum'] ?? '',
  });
}

/** Amounts are typed in pounds and told by the API in pence: their bounds would be read a hundred times too large. */
const MINOR = /Minor$/;
const KINDS: Readonly<Record<string, Word>> = { number: 'number', int: 'whole' };

function smallWord(minimum: unknown, inclusive: unknown, money: boolean): Word {
  const above = inclusive === false;
  if (money) return above || minimum === 1 ? 'amountMissing' : 'smallest';
  return above ? 'above' : 'smallest';
}

function wordOf(
  code: string,
  { origin, format, expected, minimum, inclusive, values }: Record<string, unknown>,
  money: boolean,
): Word | undefined {
  const text = origin === 'string';
  const many = origin === 'array' || origin === 'set' || origin === 'record';
  if (code === 'required' || (code === 'too_small' && text && minimum === 1)) return 'required';
  if (code === 'too_big')
    return text ? 'longest' : many ? 'most' : money ? 'amountBig' : inclusive === false ? 'below' : 'biggest';
  if (code === 'too_small') return text ? 'shortest' : many ? 'least' : smallWord(minimum, inclusive, money);
  if (code === 'invalid_value' || (code === 'invalid_union' && values !== undefined)) return 'choice';
  if (code === 'unrecognized_keys') return 'unknown';
  if (code === 'invalid_type') return KINDS[String(expected)] ?? 'type';
  if (code === 'not_multiple_of') return 'multiple';
  // A pattern's own words say what is wanted.
  if (code !== 'invalid_format' || format === 'regex') return undefined;
  if (format === 'email' || format === 'url') return format;
  return format === 'date' || format === 'datetime' ? 'moment' : 'format';
}

/** By the code, or else by the words themselves, as a schema brought them. */
function coded(code: string, message: string): string {
  const slug = message
    .toLowerCase()
    .replaceAll(/[^a-z]+/g, '-')
    .replaceAll(/^-|-$/g, '');
  const known = [`code.${code}`, `said.${slug}`].find((key) => exists(key, { ns: 'problems' }));
  return known === undefined ? message : t(`problems:${known}` as 'problems:noPage');
}
