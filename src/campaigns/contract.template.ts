import { z } from 'zod';
import { channelName } from './contract.channel.ts';
import { PURPOSES } from './contract.ts';

/** A mail client cuts what is longer than about 100 KB; its source is smaller. */
const MAX_SOURCE = 200_000;

const storable = (text: string): boolean => !text.includes('\0') && text.isWellFormed();
const plain = (max: number) => z.string().max(max).refine(storable, 'has characters that cannot be stored');
const id = z.uuid();
const instant = z.iso.datetime();
const locale = z.string().regex(/^[a-z]{2}(-[A-Z]{2})?$/, 'a language such as "en" or "pt-BR"');

const variantInput = z.object({
  locale,
  /** Of mail; the title of a push, of a call and of what another system is told; what the button of a Telegram message says. */
  subject: plain(500).trim().default(''),
  /** Of mail alone. */
  mjml: plain(MAX_SOURCE).default(''),
  text: plain(MAX_SOURCE).min(1),
  /** Example values for the preview, by variable. */
  sample: z.record(z.string().max(100), z.json()).default({}),
});
export type TemplateVariantInput = z.output<typeof variantInput>;

export const templateInput = z
  .object({
    key: z.string().regex(/^[a-z][a-z0-9-]{1,79}$/, 'small letters, digits and hyphens'),
    name: plain(200).trim().min(1),
    /** Decides which texts it has; stays as it was made. Mail when not said. */
    channel: channelName.optional(),
    purpose: z.enum(PURPOSES),
    variants: z.array(variantInput).min(1).max(10),
  })
  .meta({ id: 'TemplateInput' });
export type TemplateInput = z.output<typeof templateInput>;

export const templatePatch = z
  .object({
    name: plain(200).trim().min(1).optional(),
    purpose: z.enum(PURPOSES).optional(),
    /** A new version with exactly these languages. */
    variants: z.array(variantInput).min(1).max(10).optional(),
  })
  .meta({ id: 'TemplatePatch' });
export type TemplatePatch = z.output<typeof templatePatch>;

/** What a saved version was found to use. */
export const templateUses = z.object({
  variables: z.array(z.string()),
  /** Fixed addresses in its links, in the order of their numbers. */
  urls: z.array(z.string()),
  /** Names after `links.` that a campaign must give. */
  links: z.array(z.string()),
  attributes: z.array(z.string()),
  /** Whether it shows what the contact bought. */
  purchases: z.boolean(),
  /** "required": it shows the coupon without asking whether there is one. */
  coupon: z.enum(['none', 'optional', 'required']),
});
export type TemplateUses = z.output<typeof templateUses>;

const variantAnswer = z.object({
  locale: z.string(),
  subject: z.string(),
  mjml: z.string(),
  text: z.string(),
  sample: z.record(z.string(), z.json()),
  uses: templateUses,
});

const templateHead = {
  id,
  key: z.string(),
  name: z.string(),
  channel: channelName,
  purpose: z.enum(PURPOSES),
  version: z.number().int(),
  locales: z.array(z.string()),
  createdAt: instant,
  updatedAt: instant,
};

export const templateSummary = z.object(templateHead).meta({ id: 'TemplateSummary' });
export type TemplateSummary = z.output<typeof templateSummary>;

export const templateAnswer = z
  .object({ ...templateHead, variants: z.array(variantAnswer) })
  .meta({ id: 'Template' });
export type TemplateView = z.output<typeof templateAnswer>;

export const templateList = z.object({ items: z.array(templateSummary) });

export const templatePreviewInput = z
  .object({
    channel: channelName.default('email'),
    purpose: z.enum(PURPOSES).default('informational'),
    variant: variantInput,
    /** Whose data to show; without it, the sample. */
    contactId: id.optional(),
  })
  .meta({ id: 'TemplatePreviewInput' });
export type TemplatePreviewInput = z.output<typeof templatePreviewInput>;

/** POST /api/templates/try: `to` is an address of one of the people here; one's own when not said. */
export const trySendInput = z
  .object({ ...templatePreviewInput.shape, to: z.email().max(320).optional() })
  .meta({ id: 'TemplateTryInput' });
export type TrySendInput = z.output<typeof trySendInput>;
/** `provider`: who took it; "outbox" keeps it on this machine. */
export const trySentAnswer = z.object({ to: z.string(), provider: z.string() }).meta({ id: 'TemplateTried' });
export type TrySent = z.output<typeof trySentAnswer>;

/** The variables a template may name, for the editor. */
export const variableList = z.object({
  items: z.array(z.object({ name: z.string(), kind: z.string(), mayBeEmpty: z.boolean() })),
  /** `block`: stands by itself, not within a line or a subject. */
  helpers: z.array(
    z.object({ name: z.string(), example: z.string(), shows: z.string(), block: z.boolean() }),
  ),
});
