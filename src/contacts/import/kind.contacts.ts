import { z } from 'zod';
import type { Ctx } from '../../core/ctx.ts';
import { emit } from '../../core/outbox.ts';
import { recordConsents } from '../actions.consents.ts';
import type { ConsentWord } from '../actions.consents.ts';
import { upsertContacts } from '../actions.upsert.ts';
import type { UpsertInput } from '../actions.upsert.ts';
import { attributeName, contactInput } from '../contract.ts';
import { registerImportKind } from './kinds.ts';
import { lastConsents } from './store.ts';
import type { ApplyResult, FieldSpec, ImportBatch } from './kinds.ts';

/** Files of contacts: one row each. Rows that name the same contact are taken in their order; the last word counts. */

/** Contacts named in one event; with more it would outgrow an outbox row. */
const CONTACTS_PER_EVENT = 400;
const ATTRIBUTE_PREFIX = 'attributes';

const plain = contactInput.pick({
  name: true,
  givenName: true,
  familyName: true,
  email: true,
  phone: true,
  country: true,
  city: true,
  locale: true,
  timeZone: true,
  tags: true,
});

const row = plain
  .extend({
    externalId: z.string().max(200).optional(),
    birthDate: z.iso.date().optional(),
    updatedAt: z.date().optional(),
    emailConsent: z.boolean().optional(),
  })
  .catchall(z.string().max(2_000))
  .refine((c) => [c.externalId, c.email, c.phone, c.name, c.givenName, c.familyName].some(Boolean), {
    message: 'the row has no id, email, phone or name',
    path: ['externalId'],
  })
  .refine((c) => attributesOf(c).every(([name]) => attributeName.safeParse(name).success), {
    message: 'an attribute has a name that cannot be used',
    path: [ATTRIBUTE_PREFIX],
  });
type ContactRow = z.output<typeof row>;

const options = z.strictObject({
  /** Whose ids `externalId` are. */
  namespace: z
    .string()
    .regex(/^[a-z0-9][a-z0-9_.:-]{0,63}$/i, 'letters, digits, _ . : -')
    .default('user'),
  /** How a row without a known id finds its contact. */
  matchBy: z
    .array(z.enum(['email', 'phone']))
    .max(2)
    .default(['email', 'phone']),
  mode: z.enum(['overwrite', 'fillBlanks', 'skip']).default('overwrite'),
  source: z.string().max(100).default('import'),
  /** What "emailConsent" is given for. */
  consentPurpose: z
    .string()
    .regex(/^[a-z][a-z0-9_-]{0,39}$/, 'a lower-case word')
    .default('marketing'),
});
type Options = z.output<typeof options>;

const text = (about: string): FieldSpec => ({ type: 'text', about });

const fields: Record<string, FieldSpec> = {
  externalId: text("The shop's number of the customer"),
  name: text('Full name'),
  givenName: text('Given name'),
  familyName: text('Family name'),
  email: text('Email address'),
  phone: text('Phone number, in any spelling'),
  country: text('Country'),
  city: text('City'),
  locale: text('Language, such as en-GB'),
  timeZone: text('IANA time zone'),
  birthDate: { type: 'date', about: 'Day of birth' },
  tags: { type: 'list', about: 'Tags, separated by commas' },
  emailConsent: { type: 'boolean', about: 'Whether marketing by email is agreed to' },
  updatedAt: { type: 'instant', about: 'When this was true; default: now' },
};

export function registerContactsKind(): void {
  registerImportKind<ContactRow, Options>({
    kind: 'contacts',
    about: 'One row per contact; columns named attributes.<name> become custom attributes',
    rights: ['contacts:import'],
    formats: ['csv', 'ndjson'],
    fields,
    openPrefix: ATTRIBUTE_PREFIX,
    row,
    options,
    presets: {},
    apply: applyContacts,
  });
}

function attributesOf(value: Readonly<Record<string, unknown>>): Array<[string, string]> {
  const prefix = `${ATTRIBUTE_PREFIX}.`;
  return Object.entries(value).flatMap(([key, given]): Array<[string, string]> =>
    key.startsWith(prefix) && typeof given === 'string' ? [[key.slice(prefix.length), given]] : [],
  );
}

function inputOf(value: ContactRow, given: Options): UpsertInput {
  const { name, givenName, familyName, email, phone, country, city, locale, timeZone, tags, birthDate } =
    value;
  const [year, month, day] = birthDate?.split('-').map(Number) ?? [];
  return {
    name,
    givenName,
    familyName,
    email,
    phone,
    country,
    city,
    locale,
    timeZone,
    tags,
    ...(birthDate === undefined ? {} : { birthYear: year, birthMonth: month, birthDay: day }),
    ...(value.updatedAt === undefined ? {} : { occurredAt: value.updatedAt }),
    ...(value.externalId === undefined
      ? {}
      : { externalIds: [{ namespace: given.namespace, id: value.externalId }] }),
    attributes: Object.fromEntries(attributesOf(value)),
    source: given.source,
  };
}

async function applyContacts(ctx: Ctx, batch: ImportBatch<ContactRow, Options>): Promise<ApplyResult> {
  const inputs = batch.rows.map(({ value }) => inputOf(value, batch.options));
  const { matchBy, mode } = batch.options;
  const upserted = await upsertContacts(ctx, inputs, { matchBy, mode, events: 'none' });
  const words = await consentWords(ctx, batch, upserted);
  await recordConsents(ctx, [...words.values()]);
  const result: ApplyResult = { created: 0, updated: 0, unchanged: 0, failed: [] };
  const changed: string[] = [];
  for (const [i, { outcome, contactId }] of upserted.entries()) {
    const final = outcome === 'unchanged' && words.has(i) ? 'updated' : outcome;
    result[final] += 1;
    if (final !== 'unchanged') changed.push(contactId);
  }
  await tell(ctx, batch.importId, changed);
  return result;
}

/**
 * Words of consent worth recording, by the index of their row. A file may always withdraw; it may give consent again only with
 * a date later than the last word: a list that is loaded once more must not subscribe those who have left since.
 */
async function consentWords(
  ctx: Ctx,
  batch: ImportBatch<ContactRow, Options>,
  upserted: ReadonlyArray<{ contactId: string }>,
): Promise<Map<number, ConsentWord>> {
  const { consentPurpose: purpose, source } = batch.options;
  const words = new Map<number, ConsentWord>();
  const asked = batch.rows.flatMap(({ value }, i) =>
    value.emailConsent === undefined ? [] : (upserted[i]?.contactId ?? []),
  );
  const last = await lastConsents(ctx, asked, purpose, 'email');
  for (const [i, { row: number, value }] of batch.rows.entries()) {
    const contactId = upserted[i]?.contactId;
    const { emailConsent: granted, updatedAt } = value;
    if (granted === undefined || contactId === undefined) continue;
    const before = last.get(contactId);
    const counts =
      before === undefined ||
      (before.granted !== granted && (updatedAt === undefined ? !granted : updatedAt > before.occurredAt));
    if (!counts) continue;
    const occurredAt = updatedAt ?? ctx.clock.now();
    last.set(contactId, { granted, occurredAt });
    const proof = { importId: batch.importId, row: number };
    const undated = updatedAt === undefined;
    words.set(i, { contactId, purpose, channel: 'email', granted, source, proof, occurredAt, undated });
  }
  return words;
}

async function tell(ctx: Ctx, importId: string, contactIds: readonly string[]): Promise<void> {
  const distinct = [...new Set(contactIds)];
  const payloads: object[] = [];
  for (let from = 0; from < distinct.length; from += CONTACTS_PER_EVENT) {
    payloads.push({ importId, contactIds: distinct.slice(from, from + CONTACTS_PER_EVENT) });
  }
  await emit(ctx, 'contacts.imported', payloads);
}
