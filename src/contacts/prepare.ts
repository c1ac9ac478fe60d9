import { storable } from '../core/text.ts';
import type { AttributeValue, ContactFields, ExternalId } from './contract.ts';
import { emailPoint, phonePoint } from './points.ts';
import type { PointValue } from './points.ts';
import { PLAIN_FIELDS } from './state.ts';
import type { PlainField } from './state.ts';

/** A statement about a contact in normal form: what to set, in units of history keys and points. */
export type Statement = {
  /** Absent: leave; null: remove. Email and phone hold their normalised value. */
  fields: Partial<Record<PlainField, string | number | null>>;
  roles: string[] | undefined;
  tags: string[] | undefined;
  attributes: Readonly<Record<string, AttributeValue | null>>;
  points: PointValue[];
  externalIds: ExternalId[];
  at: Date;
};

/**
 * Brings an input to normal form. It is also fed by bulk sources that were not checked field by field, so it cleans texts
 * rather than fail: what cannot be stored is left out of them, and an email that cannot be one stays a flagged point.
 */
export function prepare(input: Partial<ContactFields>, at: Date, country: string): Statement {
  const fields: Statement['fields'] = {};
  for (const key of PLAIN_FIELDS) {
    if (key === 'email' || key === 'phone') continue;
    const value = input[key];
    if (value !== undefined) fields[key] = cleaned(value);
  }
  const points: PointValue[] = [];
  for (const key of ['email', 'phone'] as const) {
    const read = (raw: string): PointValue =>
      key === 'email' ? emailPoint(storable(raw)) : phonePoint(storable(raw), country);
    const main = input[key];
    const more = (key === 'email' ? input.emails : input.phones) ?? [];
    const found = [main ?? '', ...more].map(read).filter((point) => point.value !== '');
    points.push(...found);
    const first = found.find((point) => point.valid || key === 'phone');
    if (main === null || main === '') fields[key] = null;
    else if (main !== undefined && first !== undefined) fields[key] = first.value;
  }
  return {
    fields,
    roles: input.roles === undefined ? undefined : uniqueSorted(input.roles),
    tags: input.tags === undefined ? undefined : uniqueSorted(input.tags.map(storable)),
    attributes: cleanAttributes(input.attributes ?? {}),
    points,
    externalIds: (input.externalIds ?? []).map(({ namespace, id }) => ({ namespace, id: storable(id) })),
    at,
  };
}

function cleaned(value: string | number | null): string | number | null {
  if (typeof value !== 'string') return value;
  const text = storable(value).trim();
  return text === '' ? null : text;
}

function cleanAttributes(given: Readonly<Record<string, AttributeValue | null>>): Statement['attributes'] {
  return Object.fromEntries(
    Object.entries(given).map(([key, value]) => {
      if (typeof value === 'string') return [storable(key), value === '' ? null : storable(value)];
      if (Array.isArray(value)) return [storable(key), value.map(storable)];
      return [storable(key), typeof value === 'number' && !Number.isFinite(value) ? null : value];
    }),
  );
}

export function uniqueSorted(texts: readonly string[]): string[] {
  return [...new Set(texts)].toSorted((a, b) => (a < b ? -1 : a > b ? 1 : 0));
}
