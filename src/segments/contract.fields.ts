/** What a rule may ask of a contact's own fields. Custom attributes are read by the type the rule implies. */

export type FieldKind = 'text' | 'number' | 'boolean' | 'date' | 'list' | 'birthday';

export const CONTACT_FIELDS = {
  name: 'text',
  givenName: 'text',
  familyName: 'text',
  email: 'text',
  phone: 'text',
  country: 'text',
  city: 'text',
  locale: 'text',
  timeZone: 'text',
  kind: 'text',
  roles: 'list',
  tags: 'list',
  status: 'text',
  ownerId: 'text',
  source: 'text',
  externalId: 'text',
  birthday: 'birthday',
  birthYear: 'number',
  birthMonth: 'number',
  birthDay: 'number',
  createdAt: 'date',
  updatedAt: 'date',
} as const satisfies Record<string, FieldKind>;
export type ContactField = keyof typeof CONTACT_FIELDS;

/** What is told of a contact by their facts; computed within seconds of a new one. Money is in whole units of the base currency. */
export const TRAIT_FIELDS = {
  'traits.favouriteCategory': 'text',
  'traits.usualHour': 'number',
  'traits.usualWeekday': 'number',
  'traits.usualChannel': 'text',
  'traits.device': 'text',
  'traits.averageOrderValue': 'number',
  'traits.expectedNextOrder': 'date',
  'traits.firstTouchAt': 'date',
  'traits.firstTouchChannel': 'text',
  'traits.firstTouchSource': 'text',
  'traits.firstTouchMedium': 'text',
  'traits.firstTouchCampaign': 'text',
  'traits.lastTouchAt': 'date',
  'traits.lastTouchChannel': 'text',
  'traits.lastTouchSource': 'text',
  'traits.lastTouchMedium': 'text',
  'traits.lastTouchCampaign': 'text',
} as const satisfies Record<string, FieldKind>;
export type TraitField = keyof typeof TRAIT_FIELDS;
export const TRAIT_PREFIX = 'traits.';

export function isTraitField(name: string): name is TraitField {
  return Object.hasOwn(TRAIT_FIELDS, name);
}

export const CUSTOM_PREFIX = 'attributes.';

export function isContactField(name: string): name is ContactField {
  return Object.hasOwn(CONTACT_FIELDS, name);
}

/** The kind of a contact's own field or trait; undefined for any other name. */
export function fieldKind(name: string): FieldKind | undefined {
  if (isTraitField(name)) return TRAIT_FIELDS[name];
  return isContactField(name) ? CONTACT_FIELDS[name] : undefined;
}

/** Dates are texts in a rule, so that a text compared by order is a date. */
export function kindOfValue(value: string | number | boolean): 'date' | 'number' | 'boolean' {
  return typeof value === 'number' ? 'number' : typeof value === 'boolean' ? 'boolean' : 'date';
}

const PRESENCE = ['exists', 'lacks'] as const;
const ORDER = ['gt', 'gte', 'lt', 'lte', 'between'] as const;

const OPS_OF_KIND = {
  text: ['is', 'isNot', 'in', 'notIn', 'contains', 'startsWith', 'endsWith', 'matches', ...PRESENCE],
  number: ['is', 'isNot', 'in', 'notIn', ...ORDER, ...PRESENCE],
  boolean: ['is', 'isNot', ...PRESENCE],
  date: [...ORDER, 'within', 'anniversary', ...PRESENCE],
  list: ['contains', 'in', 'notIn', ...PRESENCE],
  birthday: ['anniversary', ...PRESENCE],
} as const satisfies Record<FieldKind, readonly string[]>;

export function opsOfKind(kind: FieldKind): readonly string[] {
  return OPS_OF_KIND[kind];
}
