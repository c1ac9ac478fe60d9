import { z } from 'zod';
import { isStorable, requiredText, text } from '../core/text.ts';
import { isLocale, isTimeZone } from '../core/time.ts';

/** Bounds of a contact: far beyond what people need, small enough that one contact never hurts the others. */
export const MAX_ATTRIBUTES = 100;
const MAX_ATTRIBUTE_TEXT = 2_000;
const MAX_ATTRIBUTE_LIST = 100;
export const MAX_TAGS = 100;
const MAX_EXTERNAL_IDS = 20;
const MAX_NOTE = 10_000;
export const MAX_FILTERS = 20;
/** Ids of one bulk request; more are chosen by filter. */
export const MAX_BULK_IDS = 1_000;
/** Contacts one bulk action by filter may touch: some seconds of work in one transaction. */
export const MAX_BULK_CONTACTS = 20_000;

const line = (max: number) => text(max).trim();

/** A zone the runtime knows and a language tag it can format in: both go into dates and amounts of mails as they are. */
const timeZoneText = line(64).refine((zone) => zone === '' || isTimeZone(zone), {
  error: 'no known time zone, such as Europe/Paris',
});
const localeText = line(35).refine((tag) => tag === '' || isLocale(tag), {
  error: 'no language tag, such as en-GB',
});

/** What a contact is said to be; an anonymous visitor only comes from tracking and becomes one of these. */
export const PARTY_KINDS = ['person', 'organisation'] as const;
export const PARTY_ROLES = ['client', 'supplier', 'competitor', 'partner'] as const;

/** A custom attribute's name: a letter first, then letters, digits, space, dot, dash, underscore; in any script. */
export const attributeName = z
  .string()
  .regex(
    /^[\p{L}_][\p{L}\p{N}_ .-]{0,63}$/u,
    'up to 64 letters, digits, spaces, dots, dashes, underscores; a letter first',
  );
export const attributeValue = z.union([
  text(MAX_ATTRIBUTE_TEXT),
  z.number(),
  z.boolean(),
  z.array(text(200)).max(MAX_ATTRIBUTE_LIST),
]);
export type AttributeValue = z.infer<typeof attributeValue>;

const atMost = (max: number) => (value: object) => Object.keys(value).length <= max;

/** Custom attributes to set; null removes one. Dates are ISO 8601 texts. */
const attributesInput = z
  .record(attributeName, attributeValue.nullable())
  .refine(atMost(MAX_ATTRIBUTES), { error: `at most ${MAX_ATTRIBUTES} attributes` });

const tag = requiredText(64);
export const tags = z.array(tag).max(MAX_TAGS);

const birthPart = (min: number, max: number) => z.number().int().min(min).max(max).nullish();
const namespace = z.string().regex(/^[a-z0-9][a-z0-9_.:-]{0,63}$/i, 'letters, digits, _ . : -');

/** Another system's id. Namespace "user" is the shop's login id. */
export const externalId = z.object({ namespace: namespace.default('user'), id: requiredText(200) });
export type ExternalId = z.infer<typeof externalId>;

const emailText = z.email().max(254);

/**
 * What may be said of a contact. Absent means "leave as it is", null removes. Tags, roles and external ids are added to
 * those there are; `email` and `phone` become the primary ones.
 */
export const contactInput = z.object({
  kind: z.enum(PARTY_KINDS).optional(),
  roles: z.array(z.enum(PARTY_ROLES)).max(4).optional(),
  name: line(300).nullish(),
  givenName: line(150).nullish(),
  familyName: line(150).nullish(),
  email: emailText.nullish(),
  phone: line(60).nullish(),
  emails: z.array(emailText).max(20).optional(),
  phones: z.array(line(60)).max(20).optional(),
  country: line(100).nullish(),
  city: line(150).nullish(),
  locale: localeText.nullish(),
  timeZone: timeZoneText.nullish(),
  birthYear: birthPart(1850, 2200),
  birthMonth: birthPart(1, 12),
  birthDay: birthPart(1, 31),
  status: line(40).optional(),
  tags: tags.optional(),
  attributes: attributesInput.optional(),
  ownerId: line(100).nullish(),
  source: line(100).nullish(),
  externalIds: z.array(externalId).max(MAX_EXTERNAL_IDS).optional(),
});
export type ContactFields = z.output<typeof contactInput>;

/** POST /api/contacts. */
export const contactCreate = contactInput.refine(
  (c) => [c.name, c.givenName, c.familyName, c.email, c.phone].some((v) => typeof v === 'string' && v !== ''),
  { error: 'give a name, an email or a phone', path: ['name'] },
);

/** PATCH /api/contacts/:id. `tags` and `roles` replace those there are; `version` is the one that was read. */
export const contactPatch = contactInput.omit({ externalIds: true, emails: true, phones: true }).extend({
  version: z.number().int().min(1),
});
export type ContactPatch = z.output<typeof contactPatch>;

const iso = z.iso.datetime();

export const contactView = z
  .object({
    id: z.uuid(),
    kind: z.string(),
    roles: z.array(z.string()),
    name: z.string(),
    givenName: z.string().nullable(),
    familyName: z.string().nullable(),
    email: z.string().nullable(),
    phone: z.string().nullable(),
    country: z.string().nullable(),
    city: z.string().nullable(),
    locale: z.string().nullable(),
    timeZone: z.string().nullable(),
    birthYear: z.number().int().nullable(),
    birthMonth: z.number().int().nullable(),
    birthDay: z.number().int().nullable(),
    status: z.string(),
    tags: z.array(z.string()),
    attributes: z.record(z.string(), z.unknown()),
    ownerId: z.string().nullable(),
    source: z.string().nullable(),
    externalId: z.string().nullable(),
    version: z.number().int(),
    createdAt: iso,
    updatedAt: iso,
  })
  .meta({ id: 'Contact' });
export type ContactView = z.infer<typeof contactView>;

export const contactCard = contactView
  .extend({
    points: z.array(
      z.object({
        kind: z.string(),
        value: z.string(),
        raw: z.string(),
        extension: z.string().nullable(),
        /** False for what could not be understood and was kept as typed. */
        valid: z.boolean(),
        primary: z.boolean(),
      }),
    ),
    externalIds: z.array(z.object({ namespace: z.string(), id: z.string() })),
    /** The latest word per purpose and channel. */
    consents: z.array(
      z.object({ purpose: z.string(), channel: z.string(), granted: z.boolean(), occurredAt: iso }),
    ),
  })
  .meta({ id: 'ContactCard' });
export type ContactCard = z.infer<typeof contactCard>;

const word = z.string().regex(/^[a-z][a-z0-9_-]{0,39}$/, 'a lower-case word');
export const consentInput = z.object({
  purpose: word,
  channel: word,
  granted: z.boolean(),
  source: requiredText(100).default('console'),
  /** What shows that it was given: form, text shown, address of the visitor. */
  proof: z
    .record(z.string().max(64).refine(isStorable), z.union([text(2_000), z.number(), z.boolean()]))
    .refine(atMost(30), { error: 'at most 30 entries' })
    .default({}),
  occurredAt: iso.optional(),
});
export type ConsentInput = z.output<typeof consentInput>;

export const noteInput = z.object({ body: requiredText(MAX_NOTE) });
export const noteView = z
  .object({
    id: z.uuid(),
    contactId: z.uuid(),
    body: z.string(),
    authorName: z.string(),
    occurredAt: iso,
  })
  .meta({ id: 'Note' });
export type NoteView = z.infer<typeof noteView>;

export const historyEntry = z
  .object({ id: z.uuid(), key: z.string(), value: z.unknown(), occurredAt: iso, recordedAt: iso })
  .meta({ id: 'ContactHistoryEntry' });

export const timelineEntry = z
  .object({ id: z.string(), kind: z.string(), occurredAt: iso, data: z.record(z.string(), z.unknown()) })
  .meta({ id: 'TimelineEntry' });
export const timelineQuery = z.object({
  /** Comma-separated kinds; all when absent. */
  kinds: z.string().max(500).optional(),
  before: z.string().max(500).optional(),
  limit: z.coerce.number().int().min(1).max(100).default(30),
});
