/**
 * The variables a template may name. A template that names anything else is refused when it is saved, and every declared
 * one has a value or null when it is rendered, so that no mail goes out with a hole.
 */
export type Variable =
  | { kind: 'value'; of: 'text' | 'number' | 'date'; mayBeEmpty: boolean }
  /** An address of a click: only these may stand in href. */
  | { kind: 'link' }
  | { kind: 'object'; mayBeEmpty: boolean; fields: Fields }
  /** Names the installation defines itself (attributes, links of a campaign). */
  | { kind: 'map'; of: Variable }
  | { kind: 'list'; item: Fields };

export type Fields = { readonly [name: string]: Variable };

const text: Variable = { kind: 'value', of: 'text', mayBeEmpty: false };
const maybeText: Variable = { kind: 'value', of: 'text', mayBeEmpty: true };
const number: Variable = { kind: 'value', of: 'number', mayBeEmpty: false };
const maybeNumber: Variable = { kind: 'value', of: 'number', mayBeEmpty: true };
const maybeDate: Variable = { kind: 'value', of: 'date', mayBeEmpty: true };
const link: Variable = { kind: 'link' };

export const VARIABLES: Fields = {
  contact: {
    kind: 'object',
    mayBeEmpty: false,
    fields: {
      id: text,
      name: maybeText,
      givenName: maybeText,
      familyName: maybeText,
      email: text,
      phone: maybeText,
      city: maybeText,
      country: maybeText,
      attributes: { kind: 'map', of: maybeText },
      ordersCount: number,
      lastOrderAt: maybeDate,
      lastProduct: {
        kind: 'object',
        mayBeEmpty: true,
        fields: { name: text, imageUrl: maybeText },
      },
      favouriteCategory: maybeText,
    },
  },
  coupon: {
    kind: 'object',
    mayBeEmpty: true,
    fields: {
      code: text,
      /** "15 %" or "£5.00", in the reader's language. */
      value: text,
      minOrder: maybeText,
      validUntil: maybeDate,
    },
  },
  campaign: {
    kind: 'object',
    mayBeEmpty: false,
    fields: {
      name: text,
      headline: maybeText,
      intro: maybeText,
      products: {
        kind: 'list',
        item: { name: text, priceMinor: maybeNumber, currency: text, imageUrl: maybeText, link },
      },
    },
  },
  links: { kind: 'map', of: link },
  /** Only in mails that a form asks for: the campaign of such a template cannot be launched. */
  form: {
    kind: 'object',
    mayBeEmpty: false,
    fields: { name: text, confirmUrl: link },
  },
  /** Of a triggered campaign, what started the message; each in campaigns with that start alone. */
  event: {
    kind: 'object',
    mayBeEmpty: false,
    fields: { name: text, at: maybeDate, properties: { kind: 'map', of: maybeText } },
  },
  order: {
    kind: 'object',
    mayBeEmpty: false,
    fields: { number: maybeText, totalMinor: number, currency: text, at: maybeDate },
  },
  points: { kind: 'object', mayBeEmpty: false, fields: { expiring: number, until: maybeDate } },
  tier: {
    kind: 'object',
    mayBeEmpty: false,
    fields: { name: maybeText, previous: maybeText, until: maybeDate },
  },
  shop: {
    kind: 'object',
    mayBeEmpty: false,
    fields: { name: text, address: maybeText, logoUrl: maybeText },
  },
};

/** Groups that only a start of this kind gives. */
export const STARTED: Readonly<Record<string, string>> = {
  event: 'event',
  order: 'order',
  points: 'points_expiring',
  tier: 'tier',
};

/** Links every message has; others are the campaign's. */
export const OWN_LINKS: readonly string[] = ['unsubscribe', 'preferences', 'main'];

/** Variables that need the contact's purchases read. */
export const PURCHASE_VARIABLES: readonly string[] = [
  'contact.ordersCount',
  'contact.lastOrderAt',
  'contact.lastProduct',
  'contact.favouriteCategory',
];

/** Number of arguments each helper takes. */
export const HELPERS: Readonly<Record<string, { min: number; max: number; use: string }>> = {
  money: { min: 2, max: 2, use: '{{money priceMinor currency}} → £12.50' },
  date: {
    min: 1,
    max: 2,
    use: '{{date coupon.validUntil "short"}} → 24/12/2026; without "short": 24 December 2026',
  },
  plural: { min: 3, max: 4, use: '{{plural contact.ordersCount "order" "orders"}}; in Russian three forms' },
  default: { min: 2, max: 2, use: '{{default contact.givenName "friend"}}' },
};

export const BLOCKS: readonly string[] = ['if', 'unless', 'each'];

type Listed = { name: string; kind: string; mayBeEmpty: boolean };

/** All names with their kinds, for the editor. */
export function listVariables(): Listed[] {
  return Object.entries(VARIABLES).flatMap(([name, variable]) => listed(name, variable));
}

function listed(name: string, variable: Variable): Listed[] {
  if (variable.kind === 'object') return listedFields(`${name}.`, variable.fields);
  if (variable.kind === 'map') return listed(`${name}.*`, variable.of);
  if (variable.kind === 'list')
    return [{ name, kind: 'list', mayBeEmpty: false }, ...listedFields(`${name}[].`, variable.item)];
  if (variable.kind === 'link') return [{ name, kind: 'link', mayBeEmpty: false }];
  return [{ name, kind: variable.of, mayBeEmpty: variable.mayBeEmpty }];
}

function listedFields(prefix: string, fields: Fields): Listed[] {
  return Object.entries(fields).flatMap(([name, field]) => listed(prefix + name, field));
}
