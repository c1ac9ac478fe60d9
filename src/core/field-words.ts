import { z } from 'zod';

/**
 * What is wrong with a field, in words a person understands. Set once for the whole program: it stands wherever a schema
 * brings no words of its own. The console says the same in the reader's language by `code` and `params`.
 */

/** Nothing was given where something is needed. */
export const REQUIRED = 'Fill this in.';

const FORMATS: Readonly<Record<string, string>> = {
  email: 'Not an email address.',
  url: 'Not a full address, such as https://shop.example/tea.',
  uuid: 'Not an id of ours.',
  datetime: 'Not a moment in ISO 8601, such as 2026-03-01T10:00:00Z.',
  date: 'Not a date such as 2026-03-01.',
  time: 'Not a time such as 10:30.',
};

const TYPES: Readonly<Record<string, string>> = {
  string: 'This must be a text.',
  number: 'This must be a number.',
  int: 'This must be a whole number.',
  boolean: 'This must be true or false.',
  array: 'This must be a list.',
  object: 'This must be an object.',
  record: 'This must be an object.',
};

/** So many choices can be read; a longer list helps nobody. */
const SHOWN_CHOICES = 12;

type Issue = Parameters<NonNullable<ReturnType<typeof z.config>['customError']>>[0];

function sizeWords(
  issue: Issue & { origin: string; exact?: boolean; inclusive?: boolean },
  bound: string,
  most: boolean,
): string {
  const side = issue.exact === true ? 'exactly' : most ? 'at most' : 'at least';
  if (issue.origin === 'string') return `Write ${side} ${bound} characters.`;
  if (issue.origin === 'array' || issue.origin === 'set') return `Give ${side} ${bound}.`;
  if (issue.origin === 'record' || issue.origin === 'map') return `Give ${side} ${bound} entries.`;
  if (issue.inclusive === false) return `This must be ${most ? 'below' : 'above'} ${bound}.`;
  return `This must be ${side} ${bound}.`;
}

function choiceWords(values: readonly unknown[]): string {
  const shown = values.slice(0, SHOWN_CHOICES).map(String).join(', ');
  return values.length === 1 ? `This must be ${shown}.` : `Choose one of: ${shown}.`;
}

/** Where one field tells the forms apart, those there are. */
function formWords(issue: Issue & { options?: readonly unknown[] }): string {
  const { options = [] } = issue;
  return options.length === 0 ? 'This fits none of the forms it may have.' : choiceWords(options);
}

function wordsOf(issue: Issue): string | undefined {
  if (issue.code === 'invalid_type')
    return issue.input === undefined || issue.input === null
      ? REQUIRED
      : (TYPES[issue.expected] ?? 'This is of the wrong kind.');
  if (issue.code === 'too_big') return sizeWords(issue, String(issue.maximum), true);
  if (issue.code === 'too_small')
    return issue.origin === 'string' && issue.minimum === 1
      ? REQUIRED
      : sizeWords(issue, String(issue.minimum), false);
  if (issue.code === 'invalid_value') return issue.input === undefined ? REQUIRED : choiceWords(issue.values);
  if (issue.code === 'invalid_format') return FORMATS[issue.format] ?? 'This is not written as it should be.';
  if (issue.code === 'unrecognized_keys') return `Not known here: ${issue.keys.join(', ')}.`;
  if (issue.code === 'not_multiple_of') return `This must be a multiple of ${String(issue.divisor)}.`;
  if (issue.code === 'invalid_union') return formWords(issue);
  if (issue.code === 'invalid_key' || issue.code === 'invalid_element')
    return 'An entry here is not as it should be.';
  return undefined;
}

z.config({ customError: wordsOf });

const PARAMS = [
  'origin',
  'format',
  'expected',
  'minimum',
  'maximum',
  'inclusive',
  'exact',
  'divisor',
] as const;

/** The numbers and names of an issue that a translation needs. */
export function paramsOfIssue(issue: object): Record<string, string | number | boolean> {
  const given = issue as Readonly<Record<string, unknown>>;
  const found: Record<string, string | number | boolean> = {};
  for (const name of PARAMS) {
    const value = given[name];
    if (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean')
      found[name] = value;
  }
  for (const name of ['values', 'keys', 'options']) {
    const value = given[name];
    // The forms a field tells apart are a choice like any other.
    if (Array.isArray(value))
      found[name === 'options' ? 'values' : name] = value.slice(0, SHOWN_CHOICES).map(String).join(', ');
  }
  return found;
}
