import type {
  FieldType,
  FormConsent,
  FormDefinition,
  FormField,
  FormLocale,
  Words,
} from '../../api/forms.ts';

/** A form while it is being written. */
export type Draft = { name: string; sourceId: string | null; definition: FormDefinition };

export const FIELD_TYPES = [
  'email',
  'phone',
  'name',
  'givenName',
  'familyName',
  'text',
  'textarea',
  'select',
  'checkbox',
  'hidden',
] as const satisfies readonly FieldType[];

/** Types whose answers are a contact's own field; of the others each may go to an attribute. */
const OWN: readonly FieldType[] = ['email', 'phone', 'name', 'givenName', 'familyName'];
export const isOwn = (type: FieldType): boolean => OWN.includes(type);

const LABELS: Record<FieldType, Words> = {
  email: { en: 'Email', ru: 'Почта' },
  phone: { en: 'Phone', ru: 'Телефон' },
  name: { en: 'Name', ru: 'Имя и фамилия' },
  givenName: { en: 'First name', ru: 'Имя' },
  familyName: { en: 'Family name', ru: 'Фамилия' },
  text: {},
  textarea: {},
  select: {},
  checkbox: {},
  hidden: {},
};
const KEYS: Partial<Record<FieldType, string>> = {
  email: 'email',
  phone: 'phone',
  name: 'name',
  givenName: 'first_name',
  familyName: 'family_name',
};

/** A key nobody has yet. */
function freeKey(definition: FormDefinition, wanted: string): string {
  const taken = new Set([...definition.fields, ...definition.consents].map(({ key }) => key));
  if (!taken.has(wanted)) return wanted;
  for (let number = 2; ; number += 1) if (!taken.has(`${wanted}_${number}`)) return `${wanted}_${number}`;
}

const MAX_LENGTH = 500;

export function newField(definition: FormDefinition, type: FieldType): FormField {
  return {
    key: freeKey(definition, KEYS[type] ?? (type === 'hidden' ? 'campaign' : 'field')),
    type,
    label: LABELS[type],
    hint: {},
    required: type === 'email',
    maxLength: type === 'textarea' ? 2_000 : MAX_LENGTH,
    options: [],
    value: '',
    attribute: null,
  };
}

export function newConsent(definition: FormDefinition): FormConsent {
  return {
    key: freeKey(definition, 'consent'),
    purpose: 'marketing',
    channel: 'email',
    text: {},
    required: false,
  };
}

/** What most shops begin with: an address, a first name, consent by mail, confirmed. */
export function emptyDefinition(): FormDefinition {
  const blank: FormDefinition = {
    title: { en: 'Stay in touch', ru: 'Будьте на связи' },
    intro: {},
    button: { en: 'Subscribe', ru: 'Подписаться' },
    fields: [],
    consents: [],
    doubleOptIn: true,
    thanks: { type: 'text', title: {}, text: {} },
    origins: [],
    spam: { minFillMs: 2_000, maxLinks: 2, refuseDisposable: false, plainPosts: false },
  };
  const fields = [newField(blank, 'email'), newField(blank, 'givenName')];
  const consent: FormConsent = {
    ...newConsent(blank),
    text: {
      en: 'I agree to get news and offers by mail. I can withdraw this at any time.',
      ru: 'Согласен получать новости и предложения по почте. Могу отказаться в любой момент.',
    },
  };
  return { ...blank, fields, consents: [consent] };
}

/** The item at `index` changed. */
export const changedAt = <T>(items: readonly T[], index: number, change: Partial<T>): T[] =>
  items.map((item, i) => (i === index ? { ...item, ...change } : item));

export const without = <T>(items: readonly T[], index: number): T[] => items.filter((_, i) => i !== index);

/** The item at `index` swapped with its neighbour. */
export function moved<T>(items: readonly T[], index: number, by: -1 | 1): T[] {
  const next = [...items];
  const [item, other] = [next[index], next[index + by]];
  if (item === undefined || other === undefined) return next;
  next[index] = other;
  next[index + by] = item;
  return next;
}

export const worded = (words: Words, locale: FormLocale, text: string): Words => ({
  ...words,
  [locale]: text,
});

/** A part's text in the language being written, else in the other. */
export const shownWords = (words: Words, locale: FormLocale): string =>
  words[locale] || words[locale === 'en' ? 'ru' : 'en'] || '';
