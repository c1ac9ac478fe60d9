import type { ContactField, FilterOp } from './contract.list.ts';
import { PARTY_KINDS, PARTY_ROLES } from './contract.ts';
import { attributeKeyOf } from './state.ts';

/** Custom attribute types as filters know them. */
export type AttributeType = 'text' | 'number' | 'boolean' | 'date' | 'list';

const OPS: Readonly<Record<ContactField['type'], FilterOp[]>> = {
  text: ['is', 'isNot', 'in', 'notIn', 'contains', 'notContains', 'startsWith', 'exists', 'missing'],
  number: ['is', 'isNot', 'gt', 'gte', 'lt', 'lte', 'between', 'exists', 'missing'],
  boolean: ['is', 'exists', 'missing'],
  date: ['before', 'after', 'between', 'withinLastDays', 'notWithinLastDays', 'exists', 'missing'],
  list: ['hasAny', 'hasAll', 'hasNot', 'exists', 'missing'],
  choice: ['is', 'isNot', 'in', 'notIn'],
  person: ['is', 'isNot', 'in', 'notIn', 'exists', 'missing'],
};

/** Words of consent as a filter tells them. */
const CONSENT_STATES = ['granted', 'withdrawn', 'none'] as const;
const CONSENT_PREFIX = 'consent.';

type Known = { key: string; label: string; type: ContactField['type']; options?: readonly string[] };

/** Fields every contact has. Labels are English; the console translates the keys it knows. */
const FIELDS: readonly Known[] = [
  { key: 'name', label: 'Name', type: 'text' },
  { key: 'givenName', label: 'First name', type: 'text' },
  { key: 'familyName', label: 'Last name', type: 'text' },
  { key: 'email', label: 'Email', type: 'text' },
  { key: 'phone', label: 'Phone', type: 'text' },
  { key: 'country', label: 'Country', type: 'text' },
  { key: 'city', label: 'City', type: 'text' },
  { key: 'tags', label: 'Tags', type: 'list' },
  { key: 'ownerId', label: 'Owner', type: 'person' },
  { key: 'status', label: 'Status', type: 'text' },
  { key: 'kind', label: 'Kind', type: 'choice', options: [...PARTY_KINDS, 'visitor'] },
  { key: 'roles', label: 'Roles', type: 'list', options: PARTY_ROLES },
  { key: 'source', label: 'Source', type: 'text' },
  { key: 'externalId', label: 'External id', type: 'text' },
  { key: 'locale', label: 'Language', type: 'text' },
  { key: 'timeZone', label: 'Time zone', type: 'text' },
  { key: 'birthYear', label: 'Birth year', type: 'number' },
  { key: 'birthMonth', label: 'Birth month', type: 'number' },
  { key: 'birthDay', label: 'Birth day', type: 'number' },
  { key: 'createdAt', label: 'Created', type: 'date' },
  { key: 'updatedAt', label: 'Changed', type: 'date' },
];

/** The whole catalogue: own fields, consents spoken of so far, custom attributes seen so far. */
export function fieldCatalogue(
  consents: ReadonlyArray<{ purpose: string; channel: string }>,
  attributes: ReadonlyArray<{ key: string; type: string }>,
): ContactField[] {
  const own = FIELDS.map(({ options, ...field }) => ({
    ...field,
    ops: OPS[field.type],
    ...(options === undefined ? {} : { options: [...options] }),
  }));
  const words = consents.map(({ channel, purpose }) => ({
    key: `${CONSENT_PREFIX}${channel}.${purpose}`,
    label: `Consent: ${purpose}, ${channel}`,
    type: 'choice' as const,
    ops: OPS.choice,
    options: [...CONSENT_STATES],
  }));
  const custom = [...Map.groupBy(attributes, (a) => a.key)].map(([key, seen]) => {
    const types = seen.map(({ type }) => type as AttributeType);
    // Mixed values can only be compared as text; a text field that mostly holds dates is one of these.
    const type = types.length === 1 && types[0] !== undefined ? types[0] : 'text';
    return { key: attributeKeyOf(key), label: key, type, ops: OPS[type] };
  });
  return [...own, ...words, ...custom];
}

export type FieldRef =
  | { of: 'field'; key: string; type: ContactField['type'] }
  | { of: 'consent'; channel: string; purpose: string }
  | { of: 'attribute'; name: string };

/** What a condition's field name means; null for a name that is none. Attributes nobody has yet are legal. */
export function fieldRef(name: string): FieldRef | null {
  if (name.startsWith('attributes.')) return { of: 'attribute', name: name.slice('attributes.'.length) };
  if (name.startsWith(CONSENT_PREFIX)) {
    const [channel, purpose, ...more] = name.slice(CONSENT_PREFIX.length).split('.');
    if (channel === undefined || purpose === undefined || more.length > 0) return null;
    return { of: 'consent', channel, purpose };
  }
  const known = FIELDS.find((field) => field.key === name);
  return known === undefined ? null : { of: 'field', key: known.key, type: known.type };
}

export function opsOf(type: ContactField['type']): readonly FilterOp[] {
  return OPS[type];
}

const ISO_DATE = /^\d{4}-\d{2}-\d{2}(T\d{2}:\d{2}(:\d{2}(\.\d+)?)?(Z|[+-]\d{2}:\d{2})?)?$/;

/** The attribute and type of a changed key; null for fields and removed values. */
export function attributeTypeOf(key: string, value: unknown): { key: string; type: AttributeType } | null {
  if (!key.startsWith('attributes.') || value === null) return null;
  return { key: key.slice('attributes.'.length), type: typeOfValue(value) };
}

function typeOfValue(value: unknown): AttributeType {
  if (typeof value === 'number') return 'number';
  if (typeof value === 'boolean') return 'boolean';
  if (Array.isArray(value)) return 'list';
  return typeof value === 'string' && ISO_DATE.test(value) ? 'date' : 'text';
}
