import type { Fields, Variable } from './template.variables.ts';

/**
 * Variables of a transactional template's own: it names them `data.…`, and its sample's `data` says what there is. A text is a text, a
 * web address a link, a list of objects a list. Pure.
 */

const NAME = /^[A-Za-z][A-Za-z0-9_]{0,39}$/;
/** Names every object of JavaScript answers to. */
const INHERITED: ReadonlySet<string> = new Set([
  'constructor',
  'prototype',
  '__proto__',
  'toString',
  'valueOf',
]);
const isName = (name: string): boolean => NAME.test(name) && !INHERITED.has(name);

const MAX_LIST = 100;
const MAX_TEXT = 10_000;

type Bag = Readonly<Record<string, unknown>>;
const isBag = (value: unknown): value is Bag =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** What the sample says of its own variables; null: it has none. */
function declared(sample: unknown): Bag | null {
  return isBag(sample) && Object.hasOwn(sample, 'data') && isBag(sample['data']) ? sample['data'] : null;
}

export const ownValues = (sample: unknown): Bag => declared(sample) ?? {};

/** Beside everybody's variables. */
export function ownFields(sample: unknown): Fields {
  const own = declared(sample);
  return own === null ? {} : { data: { kind: 'object', mayBeEmpty: false, fields: fieldsOf(own) } };
}

const fieldsOf = (bag: Bag): Fields =>
  Object.fromEntries(
    Object.entries(bag).flatMap(([name, value]) => {
      const field = isName(name) ? fieldOf(value) : null;
      return field === null ? [] : [[name, field]];
    }),
  );

const isAddress = (value: string): boolean => /^https?:\/\//.test(value) && URL.canParse(value);

function fieldOf(value: unknown): Variable | null {
  if (typeof value === 'number') return { kind: 'value', of: 'number', mayBeEmpty: false };
  if (typeof value === 'string')
    return isAddress(value) ? { kind: 'link' } : { kind: 'value', of: 'text', mayBeEmpty: false };
  if (Array.isArray(value))
    return isBag(value[0]) ? { kind: 'list', item: fieldsOf(value[0]) } : { kind: 'list', item: {} };
  return isBag(value) ? { kind: 'object', mayBeEmpty: false, fields: fieldsOf(value) } : null;
}

/** Somebody has just asked for what it says: it needs no consent and no way out, and no campaign has values for it. */
export const isTransactional = (uses: { variables: readonly string[] }, sample: unknown): boolean =>
  declared(sample) !== null || uses.variables.some((name) => name.startsWith('form.'));

export type OwnProblem = { at: string; code: 'variable_unknown' | 'variable_missing' | 'variable_wrong' };

/** What is wrong with values for the variables that a sample declares; undefined when they are exactly those. */
export function ownProblem(sample: unknown, data: unknown): OwnProblem | undefined {
  return bagProblem(fieldsOf(ownValues(sample)), data, 'data');
}

function bagProblem(fields: Fields, value: unknown, at: string): OwnProblem | undefined {
  if (!isBag(value)) return { at, code: 'variable_wrong' };
  const unknown = Object.keys(value).find((name) => !Object.hasOwn(fields, name));
  if (unknown !== undefined) return { at: `${at}.${unknown}`, code: 'variable_unknown' };
  for (const [name, field] of Object.entries(fields)) {
    const place = `${at}.${name}`;
    if (!Object.hasOwn(value, name)) return { at: place, code: 'variable_missing' };
    const problem = problemOf(field, value[name], place);
    if (problem !== undefined) return problem;
  }
  return undefined;
}

function problemOf(field: Variable, value: unknown, at: string): OwnProblem | undefined {
  const wrong: OwnProblem = { at, code: 'variable_wrong' };
  switch (field.kind) {
    case 'object':
      return bagProblem(field.fields, value, at);
    case 'list': {
      if (!Array.isArray(value) || value.length > MAX_LIST) return wrong;
      for (const [i, item] of value.entries()) {
        const problem = bagProblem(field.item, item, `${at}.${i}`);
        if (problem !== undefined) return problem;
      }
      return undefined;
    }
    case 'link':
      return typeof value === 'string' && value.length <= 2_000 && isAddress(value) ? undefined : wrong;
    case 'map':
      return wrong;
    case 'value':
    default:
      if (field.of === 'number')
        return typeof value === 'number' && Number.isFinite(value) ? undefined : wrong;
      return typeof value === 'string' &&
        value.length <= MAX_TEXT &&
        !value.includes('\0') &&
        value.isWellFormed()
        ? undefined
        : wrong;
  }
}
