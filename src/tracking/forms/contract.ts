import { z } from 'zod';
import { requiredText, text } from '../../core/text.ts';
import { attributeName } from '../../contacts/contract.ts';

/** Bounds of a form: more fields than anybody fills in, few enough that a page stays small. */
const MAX_FIELDS = 30;
const MAX_CONSENTS = 5;
const MAX_OPTIONS = 50;
const MAX_LABEL = 200;
const MAX_CONSENT_TEXT = 2_000;
/** What one field takes at most, whatever the form says. */
const MAX_VALUE = 5_000;
const DEFAULT_LENGTH = 500;
const MAX_ORIGINS = 50;

/** Languages a form can be shown in. */
export const FORM_LOCALES = ['en', 'ru'] as const;
export const formLocale = z.enum(FORM_LOCALES);
export type FormLocale = z.infer<typeof formLocale>;

const isWritten = (value: string | undefined): boolean => value !== undefined && value !== '';
const words = (max: number) => z.object({ en: text(max).trim().optional(), ru: text(max).trim().optional() });
const someWords = (max: number) =>
  words(max).refine((said) => isWritten(said.en) || isWritten(said.ru), {
    error: 'Give the text in one language at least.',
    params: { code: 'form_text_missing' },
  });
/** A text by language; a language without one shows the other's. */
export type Words = z.output<ReturnType<typeof words>>;

const FIELD_TYPES = [
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
] as const;
export type FieldType = (typeof FIELD_TYPES)[number];
/** Types of which a form has one at most: each is one field of the contact. */
const CONTACT_TYPES = ['email', 'phone', 'name', 'givenName', 'familyName'] as const;

const key = z
  .string()
  .regex(/^[a-z][a-z0-9_]{0,39}$/, 'A small letter first, then small letters, digits and underscores.');

const option = z.object({ value: requiredText(MAX_LABEL), label: words(MAX_LABEL).default({}) });

export const formField = z
  .object({
    key,
    type: z.enum(FIELD_TYPES),
    /** Not needed for hidden fields, whose value comes with the page's address. */
    label: words(MAX_LABEL).default({}),
    hint: words(MAX_LABEL).default({}),
    required: z.boolean().default(false),
    /** Characters of a text. */
    maxLength: z.number().int().min(1).max(MAX_VALUE).default(DEFAULT_LENGTH),
    options: z.array(option).max(MAX_OPTIONS).default([]),
    /** What a hidden field says when the page's address does not. */
    value: text(DEFAULT_LENGTH).default(''),
    /** Where an answer goes that is no contact field by its type: a custom attribute, or nowhere but the submission. */
    attribute: attributeName.nullable().default(null),
  })
  .superRefine((field, c) => {
    if (field.type !== 'hidden' && !isWritten(field.label.en) && !isWritten(field.label.ru))
      c.addIssue({
        code: 'custom',
        path: ['label'],
        message: 'Give the label in one language at least.',
        params: { code: 'form_text_missing' },
      });
    if (field.type === 'select' && field.options.length === 0)
      c.addIssue({
        code: 'custom',
        path: ['options'],
        message: 'A choice needs options.',
        params: { code: 'form_choice_empty' },
      });
    if (new Set(field.options.map(({ value }) => value)).size < field.options.length)
      c.addIssue({
        code: 'custom',
        path: ['options'],
        message: 'Two options have the same value.',
        params: { code: 'form_option_twice' },
      });
  });
export type FormField = z.output<typeof formField>;

const consentWord = z.string().regex(/^[a-z][a-z0-9_-]{0,39}$/, 'A lower-case word.');
const formConsent = z.object({
  key,
  purpose: consentWord,
  channel: consentWord,
  /** Exactly what stands beside the box; kept with each submission as proof. */
  text: someWords(MAX_CONSENT_TEXT),
  required: z.boolean().default(false),
});
export type FormConsent = z.output<typeof formConsent>;

const origin = z.url({ protocol: /^https?$/ }).transform((url) => new URL(url).origin);

const thanks = z.discriminatedUnion('type', [
  z.object({ type: z.literal('text'), title: words(MAX_LABEL).default({}), text: words(2_000).default({}) }),
  z.object({ type: z.literal('redirect'), url: z.url({ protocol: /^https?$/ }).max(2_000) }),
]);

const spamPolicy = z.object({
  /** Faster than a person fills it in, in milliseconds. */
  minFillMs: z.number().int().min(0).max(60_000).default(2_000),
  /** Links in all answers together; more is taken for spam. */
  maxLinks: z.number().int().min(0).max(50).default(2),
  /** Takes mailboxes that live for minutes for spam, instead of only marking them. */
  refuseDisposable: z.boolean().default(false),
  /** Takes posts of the site's own HTML, which carry no token: from the form's sites only. */
  plainPosts: z.boolean().default(false),
});

/** What a form is at one version. */
export const formDefinition = z
  .object({
    title: words(MAX_LABEL).default({}),
    intro: words(2_000).default({}),
    button: words(60).default({}),
    fields: z.array(formField).min(1).max(MAX_FIELDS),
    consents: z.array(formConsent).max(MAX_CONSENTS).default([]),
    /** Consent counts only once a mail to the address was answered. */
    doubleOptIn: z.boolean().default(true),
    thanks: thanks.default({ type: 'text', title: {}, text: {} }),
    /** Sites that may embed it, post to it and be led back to, beside those of its source. */
    origins: z.array(origin).max(MAX_ORIGINS).default([]),
    spam: spamPolicy.default(spamPolicy.parse({})),
  })
  .superRefine((form, c) => {
    const keys = [...form.fields, ...form.consents].map((part) => part.key);
    const twice = keys.find((one, index) => keys.indexOf(one) !== index);
    if (twice !== undefined)
      c.addIssue({
        code: 'custom',
        path: ['fields'],
        message: `"${twice}" names two of them.`,
        params: { code: 'form_name_twice' },
      });
    for (const type of CONTACT_TYPES)
      if (form.fields.filter((field) => field.type === type).length > 1)
        c.addIssue({
          code: 'custom',
          path: ['fields'],
          message: `Only one field may be of type ${type}.`,
          params: { code: 'form_type_twice' },
        });
    if (form.doubleOptIn && !form.fields.some(({ type, required }) => type === 'email' && required))
      c.addIssue({
        code: 'custom',
        path: ['doubleOptIn'],
        message: 'Confirming by mail needs an email field that must be filled in.',
        params: { code: 'form_needs_email' },
      });
  });
export type FormDefinition = z.output<typeof formDefinition>;

export const formCreate = z.object({
  name: requiredText(100),
  sourceId: z.uuid(),
  definition: formDefinition,
});
export type FormCreate = z.output<typeof formCreate>;

/** `version` is the one that was read; a changed definition becomes the next one. */
export const formPatch = z.object({
  version: z.number().int().min(1),
  name: requiredText(100).optional(),
  sourceId: z.uuid().optional(),
  live: z.boolean().optional(),
  definition: formDefinition.optional(),
});
export type FormPatch = z.output<typeof formPatch>;

export const formPreview = z.object({
  definition: formDefinition,
  locale: formLocale.default('en'),
  theme: z.enum(['auto', 'light', 'dark']).default('auto'),
});

const iso = z.iso.datetime();
const formCounts = z.object({
  /** Times the page was shown to people. */
  views: z.number().int(),
  /** Taken from people: confirmed, waiting and plain ones. */
  submits: z.number().int(),
  confirmed: z.number().int(),
  spam: z.number().int(),
});
export type FormCounts = z.infer<typeof formCounts>;

export const formListed = z
  .object({
    id: z.uuid(),
    name: z.string(),
    sourceId: z.uuid(),
    sourceName: z.string(),
    live: z.boolean(),
    doubleOptIn: z.boolean(),
    version: z.number().int(),
    counts: formCounts,
    createdAt: iso,
    updatedAt: iso,
  })
  .meta({ id: 'FormListed' });
export type FormListed = z.infer<typeof formListed>;

export const formView = formListed
  .extend({
    /** As `formDefinition` takes it. */
    definition: z.custom<FormDefinition>().meta({ type: 'object', additionalProperties: true }),
    /** Where its page is. */
    url: z.string(),
    /** Lines to put into a site: the frame with its script, and the site's own HTML. */
    embed: z.object({ frame: z.string(), html: z.string() }),
  })
  .meta({ id: 'Form' });
export type FormView = z.infer<typeof formView>;

export const formSourceView = z.object({
  id: z.uuid(),
  name: z.string(),
  kind: z.string(),
  origins: z.array(z.string()),
});
export type FormSourceView = z.infer<typeof formSourceView>;

/** received: taken at once; pending: waits for the mail's answer; rejected: a person said it is spam. */
export const SUBMISSION_STATES = ['received', 'pending', 'confirmed', 'spam', 'rejected'] as const;
export type SubmissionState = (typeof SUBMISSION_STATES)[number];
/** What the address says about itself. */
export const SUBMISSION_FLAGS = ['disposable', 'junk_email', 'role_address', 'mail_held'] as const;
export type SubmissionFlag = (typeof SUBMISSION_FLAGS)[number];
export const SPAM_REASONS = [
  'honeypot',
  'too_fast',
  'no_token',
  'foreign_site',
  'links',
  'disposable',
] as const;
export type SpamReason = (typeof SPAM_REASONS)[number];

/** The words a person agreed to, as they stood there. */
export const givenConsent = z.object({
  key: z.string(),
  purpose: z.string(),
  channel: z.string(),
  text: z.string(),
});
export type GivenConsent = z.infer<typeof givenConsent>;

export const submissionView = z
  .object({
    id: z.uuid(),
    state: z.enum(SUBMISSION_STATES),
    spamReason: z.enum(SPAM_REASONS).nullable(),
    flags: z.array(z.enum(SUBMISSION_FLAGS)),
    version: z.number().int(),
    locale: z.string(),
    /** hosted | embed | site: where the form was filled in. */
    shown: z.string(),
    values: z.record(z.string(), z.union([z.string(), z.boolean()])),
    consents: z.array(givenConsent),
    email: z.string().nullable(),
    contactId: z.uuid().nullable(),
    ip: z.string(),
    userAgent: z.string(),
    submittedAt: iso,
    confirmedAt: iso.nullable(),
  })
  .meta({ id: 'FormSubmission' });
export type SubmissionView = z.infer<typeof submissionView>;

export const submissionQuery = z.object({
  state: z.enum(SUBMISSION_STATES).optional(),
});

/** What a script that posts a form is told. */
export const submitAnswer = z
  .object({
    /** pending: a mail must be answered first. */
    state: z.enum(['done', 'pending']),
    title: z.string(),
    text: z.string(),
    redirect: z.string().nullable(),
  })
  .meta({ id: 'FormAnswer' });
export type SubmitAnswer = z.infer<typeof submitAnswer>;

export const tokenAnswer = z.object({ token: z.string(), version: z.number().int() });
