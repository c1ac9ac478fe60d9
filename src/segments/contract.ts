import { z } from 'zod';
import { text } from '../core/text.ts';
import { momentInput } from './contract.explain.ts';
import { ruleSchema, segmentName } from './contract.rule.ts';

export type { Rule } from './contract.rule.ts';
export { ruleSchema } from './contract.rule.ts';
/** For leaves of other modules. */
export { windowSchema } from './contract.purchase.ts';
export { count, OPS, zone } from './contract.values.ts';
export { explainAnswer } from './contract.explain.ts';
export { propertyTest } from './contract.event.ts';
export type { PropertyTest } from './contract.event.ts';

/** Contacts one request may put into a static segment or take out. */
const MAX_LISTED = 1_000;

const description = text(1_000);

/** POST /api/segments. A dynamic segment has a rule, a static one a list that is filled afterwards. */
export const segmentCreate = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('dynamic'),
    name: segmentName,
    description: description.default(''),
    rule: ruleSchema,
  }),
  z.strictObject({
    kind: z.literal('static'),
    name: segmentName,
    description: description.default(''),
    rule: z.never({ error: 'a static segment has a list, not a rule' }).optional(),
  }),
]);
export type SegmentCreate = z.output<typeof segmentCreate>;

/** PATCH /api/segments/:id. A new rule makes a new version; `version` is the one that was read. */
export const segmentPatch = z
  .strictObject({
    name: segmentName.optional(),
    description: description.optional(),
    rule: ruleSchema.optional(),
    version: z.number().int().min(1).optional(),
  })
  .refine(({ name, description: told, rule }) => [name, told, rule].some((one) => one !== undefined), {
    error: 'changes nothing: give a name, a description or a rule',
  });
export type SegmentPatch = z.output<typeof segmentPatch>;

const iso = z.iso.datetime();

/** What a build is doing, and since when; null when none is asked for. It waits for its turn, for what runs before it. */
const phase = z
  .object({ name: z.enum(['waiting', 'evaluating', 'writing', 'counting']), since: iso })
  .nullable();

const listed = {
  id: z.uuid(),
  name: z.string(),
  description: z.string(),
  kind: z.enum(['dynamic', 'static']),
  version: z.number().int(),
  /** The version the membership follows; null until the first build ends. */
  servedVersion: z.number().int().nullable(),
  state: z.enum(['ready', 'building', 'failed']),
  error: z.string().nullable(),
  /** Members; null until the first build ends. */
  count: z.number().int().nullable(),
  countedAt: iso.nullable(),
  builtAt: iso.nullable(),
  /** How long the last one took. */
  buildMs: z.number().int().nullable(),
  phase,
  createdAt: iso,
  updatedAt: iso,
};

const wordsView = z.object({ en: z.string(), ru: z.string() });

export const segmentListed = z.object(listed).meta({ id: 'SegmentListed' });
export type SegmentListed = z.output<typeof segmentListed>;

export const segmentView = z
  .object({ ...listed, rule: ruleSchema.nullable(), words: wordsView.nullable() })
  .meta({ id: 'Segment' });
export type SegmentView = z.output<typeof segmentView>;

export const segmentList = z.object({ items: z.array(segmentListed), nextCursor: z.string().nullable() });

/**
 * POST /api/segments/preview. `now` asks about another moment, `knownAt` about what was known by then; `segmentId` is the
 * segment being edited.
 */
export const previewInput = z.object({
  rule: ruleSchema,
  ...momentInput,
  segmentId: z.uuid().optional(),
});
export type PreviewInput = z.output<typeof previewInput>;

const person = {
  contactId: z.uuid(),
  name: z.string(),
  email: z.string().nullable(),
  /** The number in the shop's own system. */
  externalId: z.string().nullable(),
  country: z.string().nullable(),
};

export const previewAnswer = z
  .object({
    /** Exact, unless `partial`: then told from a sample. */
    count: z.number().int(),
    /** True when time was up before everybody was looked at. */
    partial: z.boolean(),
    /** The share of the base that was looked at: 1 unless partial; 0 when there was no time for a sample either. */
    looked: z.number(),
    /** Where the count lies with a probability of 95 %; both are the count itself unless partial. */
    bounds: z.object({ low: z.number().int(), high: z.number().int() }),
    /** Contacts the asker may see. */
    base: z.number().int(),
    /** count / base; 0 of nobody. */
    share: z.number(),
    sample: z.array(z.object(person)),
    now: iso,
    /** Null: all that is known at present. */
    knownAt: iso.nullable(),
    tookMs: z.number(),
    words: wordsView,
    /** What the rule names and nobody has ever seen; it matches nothing. */
    warnings: z.array(z.object({ path: z.string(), code: z.string(), message: z.string() })),
  })
  .meta({ id: 'SegmentPreview' });
export type Preview = z.output<typeof previewAnswer>;

export const buildAnswer = z
  .object({ state: z.enum(['ready', 'building', 'failed']), count: z.number().int().nullable(), phase })
  .meta({ id: 'SegmentBuild' });
export type BuildAnswer = z.output<typeof buildAnswer>;

export const memberList = z
  .object({
    items: z.array(z.object({ ...person, since: iso })),
    nextCursor: z.string().nullable(),
    /** Lists lag a little behind the facts; this is the moment they are told at. */
    asOf: iso,
  })
  .meta({ id: 'SegmentMembers' });
export type MemberList = z.output<typeof memberList>;

/** GET /api/contacts/:id/segments. */
export const contactSegments = z
  .object({
    items: z.array(
      z.object({ id: z.uuid(), name: z.string(), kind: z.enum(['dynamic', 'static']), since: iso }),
    ),
    /** The moment it is exact at. */
    asOf: iso,
  })
  .meta({ id: 'ContactSegments' });
export type ContactSegments = z.output<typeof contactSegments>;

/** POST /api/segments/:id/members, of static segments. Who is in already stays, who is not is not missed. */
export const memberChange = z
  .object({
    add: z.array(z.uuid()).max(MAX_LISTED).default([]),
    remove: z.array(z.uuid()).max(MAX_LISTED).default([]),
  })
  .refine((change) => change.add.length + change.remove.length > 0, { error: 'names no contact' });
export type MemberChange = z.output<typeof memberChange>;
export const memberChangeAnswer = z
  .object({ added: z.number().int(), removed: z.number().int(), count: z.number().int() })
  .meta({ id: 'SegmentMemberChange' });

const label = z.object({ en: z.string(), ru: z.string() });

/** What rules can be made of: the fields of each leaf, their kinds and operations, and the custom attributes seen. */
export const catalogueAnswer = z
  .object({
    fields: z.array(
      z.object({ leaf: z.string(), field: z.string(), kind: z.string(), ops: z.array(z.string()), label }),
    ),
    limits: z.object({ depth: z.number(), nodes: z.number(), list: z.number(), windowDays: z.number() }),
  })
  .meta({ id: 'SegmentCatalogue' });
export type CatalogueAnswer = z.output<typeof catalogueAnswer>;
