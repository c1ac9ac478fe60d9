import { attributeName, attributeValue, contactInput } from '../contacts/contract.ts';
import type { AttributeValue, ContactFields } from '../contacts/contract.ts';

/** What a server's identify call says of a contact, in our fields. Pure. What has no right type or size is left out. */

const PLAIN = {
  name: 'name',
  firstName: 'givenName',
  lastName: 'familyName',
  email: 'email',
  phone: 'phone',
  locale: 'locale',
  timezone: 'timeZone',
} as const;
const PLACE = ['country', 'city'] as const;
const READ: ReadonlySet<string> = new Set([...Object.keys(PLAIN), ...PLACE, 'address', 'birthday']);

export function fieldsFromTraits(traits: Readonly<Record<string, unknown>>): Partial<ContactFields> {
  const said: Record<string, unknown> = {};
  for (const [trait, field] of Object.entries(PLAIN)) said[field] = textOf(traits[trait]);
  const address = traits['address'];
  for (const part of PLACE) {
    const nested = typeof address === 'object' && address !== null ? Reflect.get(address, part) : undefined;
    said[part] = textOf(traits[part]) ?? textOf(nested);
  }
  const birthday = /^(\d{4})-(\d{2})-(\d{2})/.exec(textOf(traits['birthday']) ?? '');
  if (birthday !== null)
    [said['birthYear'], said['birthMonth'], said['birthDay']] = birthday.slice(1).map(Number);
  const attributes = attributesFrom(traits);
  if (Object.keys(attributes).length > 0) said['attributes'] = attributes;
  return Object.fromEntries(
    Object.entries(said).filter(([field, value]) => value !== undefined && suits(field, value)),
  );
}

function suits(field: string, value: unknown): boolean {
  const { shape } = contactInput;
  return Object.hasOwn(shape, field) && shape[field as keyof typeof shape].safeParse(value).success;
}

/** Traits that are no field of ours become custom attributes; null removes one. */
function attributesFrom(traits: Readonly<Record<string, unknown>>): Record<string, AttributeValue | null> {
  const attributes: Record<string, AttributeValue | null> = {};
  for (const [name, value] of Object.entries(traits)) {
    if (READ.has(name) || !attributeName.safeParse(name).success) continue;
    const parsed = attributeValue.nullable().safeParse(value);
    if (parsed.success) attributes[name] = parsed.data;
    if (Object.keys(attributes).length === MAX_TRAITS) break;
  }
  return attributes;
}

/** As many custom attributes as a contact holds at most. */
const MAX_TRAITS = 100;

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' && value.trim() !== '' ? value.trim() : undefined;
}
