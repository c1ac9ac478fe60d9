import type { Argument } from './template.arguments.ts';

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

const product: Fields = {
  name: text,
  priceMinor: maybeNumber,
  currency: text,
  imageUrl: maybeText,
  link,
};
/** `because`: the name of what it goes with, was seen with, or of the category it is liked in. */
const suggestion: Variable = { kind: 'list', item: { ...product, because: maybeText } };

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
      products: { kind: 'list', item: product },
    },
  },
  /** What this contact is likely to want next: never what it has, has sent back, or what is sold out. */
  recommended: suggestion,
  /** What it has looked at or put into the cart and not bought since. */
  wanted: suggestion,
  /** Of members of a loyalty programme. */
  loyalty: {
    kind: 'object',
    mayBeEmpty: true,
    fields: {
      program: text,
      balance: number,
      standing: {
        kind: 'object',
        mayBeEmpty: true,
        fields: {
          name: maybeText,
          next: maybeText,
          missing: number,
          share: number,
          measure: text,
          currency: text,
        },
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

export type HelperSpec = {
  /** What it takes, in order; `optional` of them may be left out at the end. */
  takes: readonly Argument[];
  optional?: number;
  /** Takes as many of the last kind as the language has forms of a word. */
  forms?: boolean;
  /** Puts in a block: not for a subject, and never inside a tag. */
  block?: boolean;
  /** As an author writes it, and what it makes of it. */
  example: string;
  shows: string;
};

/** Written as they are best inserted. The editor shows them in this order. */
export const HELPERS: Readonly<Record<string, HelperSpec>> = {
  default: {
    takes: ['any', 'any'],
    example: '{{default contact.givenName "friend"}}',
    shows: 'Alice',
  },
  money: {
    takes: ['number', 'currency'],
    example: '{{money order.totalMinor order.currency}}',
    shows: '£49.90',
  },
  date: {
    takes: ['date', 'style'],
    optional: 1,
    example: '{{date points.until "day"}}',
    shows: 'Thursday, 24 December',
  },
  plural: {
    takes: ['number', 'text', 'text', 'text'],
    forms: true,
    example: '{{plural contact.ordersCount "order" "orders"}}',
    shows: 'orders',
  },
  points: {
    takes: ['number'],
    example: '{{#if loyalty}}{{points loyalty.balance}}{{/if}}',
    shows: '1,250 points',
  },
  tierProgress: {
    takes: ['standing'],
    block: true,
    example: '{{#if loyalty}}{{#if loyalty.standing}}{{tierProgress loyalty.standing}}{{/if}}{{/if}}',
    shows: '300 points to Gold',
  },
  couponCard: {
    takes: ['coupon'],
    block: true,
    example: '{{#if coupon}}{{couponCard coupon}}{{/if}}',
    shows: '−15% WELCOME-7K2M',
  },
  products: {
    takes: ['products', 'count'],
    optional: 1,
    block: true,
    example: '{{products recommended 4}}',
    shows: 'Mountain Oolong £14.80 …',
  },
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
