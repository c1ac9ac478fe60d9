import { z } from 'zod';
import type { ContactFields } from '../../contacts/contract.ts';
import { isStorable, storable } from '../../core/text.ts';
import type { FormDefinition, FormField, FormLocale, GivenConsent } from './contract.ts';
import { textOf } from './words.ts';

/** What somebody typed, against what the form asks. Pure. Names the form does not know are not even looked at. */

/** Name → text, as a browser posts it; a box that is ticked is any text but '', "0", "false", "off". */
export type Posted = Readonly<Record<string, string>>;
export type Values = Record<string, string | boolean>;
export type FieldFault = 'required' | 'email' | 'phone' | 'too_long' | 'choice' | 'characters';
export type FieldError = { key: string; fault: FieldFault };
export type Answers = { values: Values; consents: GivenConsent[]; errors: FieldError[] };

/** What the contact's own fields hold. */
const LIMITS: Partial<Record<FormField['type'], number>> = {
  email: 254,
  phone: 40,
  name: 300,
  givenName: 150,
  familyName: 150,
};
const emailText = z.email();

export function readAnswers(definition: FormDefinition, posted: Posted, locale: FormLocale): Answers {
  const values: Values = {};
  const errors: FieldError[] = [];
  for (const field of definition.fields) {
    const typed = (Object.hasOwn(posted, field.key) ? posted[field.key] : undefined) ?? '';
    if (field.type === 'checkbox') {
      values[field.key] = isTicked(typed);
      if (field.required && !isTicked(typed)) errors.push({ key: field.key, fault: 'required' });
      continue;
    }
    const text = typed.trim();
    const fault = faultOf(field, text);
    // A hidden field is not the visitor's to mend: what does not fit is left out.
    if (field.type === 'hidden') values[field.key] = fault === null && text !== '' ? text : field.value;
    else {
      values[field.key] = storable(text.slice(0, limitOf(field)));
      if (fault !== null) errors.push({ key: field.key, fault });
    }
  }
  const consents: GivenConsent[] = [];
  for (const { key, purpose, channel, text, required } of definition.consents) {
    const given = Object.hasOwn(posted, key) && isTicked(posted[key] ?? '');
    if (given) consents.push({ key, purpose, channel, text: textOf(text, locale) });
    else if (required) errors.push({ key, fault: 'required' });
  }
  return { values, consents, errors };
}

const isTicked = (typed: string): boolean => !['', '0', 'false', 'off', 'no'].includes(typed.toLowerCase());

const limitOf = (field: FormField): number =>
  Math.min(field.maxLength, LIMITS[field.type] ?? field.maxLength);

function faultOf(field: FormField, text: string): FieldFault | null {
  if (text === '') return field.required ? 'required' : null;
  if (!isStorable(text)) return 'characters';
  if (text.length > limitOf(field)) return 'too_long';
  if (field.type === 'email' && !emailText.safeParse(text).success) return 'email';
  if (field.type === 'phone' && !isPhone(text)) return 'phone';
  if (field.type === 'select' && !field.options.some(({ value }) => value === text)) return 'choice';
  return null;
}

/** Enough digits to be called, and nothing that a phone has not. The country is found out later. */
function isPhone(text: string): boolean {
  const digits = text.replaceAll(/\D/g, '').length;
  return digits >= 5 && digits <= 20 && /^[\d\s+()./#,;-]*(?:(?:ext|доб)\.?\s*\d{1,6})?$/i.test(text);
}

/** The address typed, in lower case; null without one. */
export function emailOf(definition: FormDefinition, values: Values): string | null {
  const field = definition.fields.find(({ type }) => type === 'email');
  const typed = field === undefined ? undefined : values[field.key];
  return typeof typed === 'string' && typed !== '' ? typed.toLowerCase() : null;
}

const OWN_FIELDS = {
  email: 'email',
  phone: 'phone',
  name: 'name',
  givenName: 'givenName',
  familyName: 'familyName',
} as const;

/** What the answers say of the contact. */
export function contactFieldsOf(definition: FormDefinition, values: Values): Partial<ContactFields> {
  const fields: Partial<ContactFields> = {};
  const attributes: Record<string, string | boolean> = {};
  for (const { key, type, attribute } of definition.fields) {
    const value = values[key];
    if (value === undefined || value === '') continue;
    const own = type in OWN_FIELDS ? OWN_FIELDS[type as keyof typeof OWN_FIELDS] : undefined;
    if (own !== undefined && typeof value === 'string') fields[own] = value;
    else if (attribute !== null) attributes[attribute] = cut(value);
  }
  return Object.keys(attributes).length === 0 ? fields : { ...fields, attributes };
}

/** A custom attribute holds so many characters. */
const MAX_ATTRIBUTE = 2_000;
const cut = (value: string | boolean): string | boolean =>
  typeof value === 'string' ? value.slice(0, MAX_ATTRIBUTE).toWellFormed() : value;

/** True when the answers tell who somebody is. */
export const saysWho = (fields: Partial<ContactFields>): boolean =>
  Object.values(OWN_FIELDS).some((name) => fields[name] !== undefined);

/** An event of 30 answers of this length stays far below what one event may be. */
const MAX_TOLD = 100;

/** What the event tells: choices and short texts, nothing that names a person. */
export function toldAnswers(definition: FormDefinition, values: Values): Values {
  const told: Values = {};
  for (const { key, type } of definition.fields) {
    const value = values[key];
    if (type in OWN_FIELDS || value === undefined || value === '') continue;
    told[key] = typeof value === 'string' ? value.slice(0, MAX_TOLD).toWellFormed() : value;
  }
  return told;
}
