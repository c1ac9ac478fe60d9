import type { ExternalId } from './contract.ts';
import type { Repeats } from './words.ts';

/** A point of a contact as stored. */
export type Point = {
  pointId: string;
  kind: string;
  value: string;
  raw: string;
  extension: string | null;
  valid: boolean;
  isPrimary: boolean;
  /** Said by somebody nobody can vouch for. */
  claimed?: boolean;
  /** The node it was said of, when that is not the contact itself. */
  originId?: string | null;
};

/** A point that a node was said to have, and that another node of its contact has in its place. */
export type WaitingPoint = { nodeId: string; kind: string; value: string; claimed: boolean };

/** The fields of a contact that have a history, as they stand now. */
export type FieldValues = {
  kind: string;
  roles: string[];
  name: string;
  givenName: string | null;
  familyName: string | null;
  email: string | null;
  phone: string | null;
  country: string | null;
  city: string | null;
  locale: string | null;
  timeZone: string | null;
  birthYear: number | null;
  birthMonth: number | null;
  birthDay: number | null;
  status: string;
  tags: string[];
  attributes: Record<string, unknown>;
  ownerId: string | null;
  source: string | null;
};

/** A contact with what belongs to it, locked for a change. */
export type ContactState = FieldValues & {
  contactId: string;
  externalId: string | null;
  mergedInto: string | null;
  version: number;
  createdAt: Date;
  updatedAt: Date;
  points: Point[];
  externalIds: ExternalId[];
  /** Other nodes live in it. */
  joined: boolean;
  waiting: WaitingPoint[];
  /** When it was last said to be what its own history says, by history key in milliseconds. */
  repeats: Repeats | null;
};

/** Fields with one plain value: set, replaced or removed whole. */
export const PLAIN_FIELDS = [
  'kind',
  'name',
  'givenName',
  'familyName',
  'email',
  'phone',
  'country',
  'city',
  'locale',
  'timeZone',
  'birthYear',
  'birthMonth',
  'birthDay',
  'status',
  'ownerId',
  'source',
] as const;
export type PlainField = (typeof PLAIN_FIELDS)[number];

/** History keys of custom attributes and their names in filters: "attributes.<name>". */
const ATTRIBUTE_PREFIX = 'attributes.';
export const attributeKeyOf = (name: string): string => `${ATTRIBUTE_PREFIX}${name}`;

/** The value a history key stands for; null when there is none. */
export function valueOf(values: FieldValues, key: string): unknown {
  if (key.startsWith(ATTRIBUTE_PREFIX)) return values.attributes[key.slice(ATTRIBUTE_PREFIX.length)] ?? null;
  const value = (values as unknown as Record<string, unknown>)[key];
  if (value === '' || (Array.isArray(value) && value.length === 0)) return null;
  return value ?? null;
}

/** Writes the value of a history key; null restores what an empty contact has. */
export function setValue(values: FieldValues, key: string, value: unknown): void {
  if (key.startsWith(ATTRIBUTE_PREFIX)) {
    const { [key.slice(ATTRIBUTE_PREFIX.length)]: _old, ...rest } = values.attributes;
    values.attributes = value === null ? rest : { ...rest, [key.slice(ATTRIBUTE_PREFIX.length)]: value };
    return;
  }
  const target = values as unknown as Record<string, unknown>;
  target[key] = value ?? (key === 'name' ? '' : key === 'tags' || key === 'roles' ? [] : null);
}

/** Every key that has a value. */
export function keysOf(values: FieldValues): string[] {
  const plain = [...PLAIN_FIELDS, 'tags', 'roles'].filter((key) => valueOf(values, key) !== null);
  return [...plain, ...Object.keys(values.attributes).map(attributeKeyOf)];
}

export function sameValue(a: unknown, b: unknown): boolean {
  return a === b || JSON.stringify(a) === JSON.stringify(b);
}

export function blankState(contactId: string, createdAt: Date): ContactState {
  return {
    contactId,
    kind: 'person',
    roles: ['client'],
    name: '',
    givenName: null,
    familyName: null,
    email: null,
    phone: null,
    country: null,
    city: null,
    locale: null,
    timeZone: null,
    birthYear: null,
    birthMonth: null,
    birthDay: null,
    status: 'active',
    tags: [],
    attributes: {},
    ownerId: null,
    source: null,
    externalId: null,
    mergedInto: null,
    version: 1,
    createdAt,
    updatedAt: createdAt,
    points: [],
    externalIds: [],
    joined: false,
    waiting: [],
    repeats: null,
  };
}
