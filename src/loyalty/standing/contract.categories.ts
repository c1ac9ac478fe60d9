import { z } from 'zod';
import { text } from '../../core/text.ts';
import { pageQuery } from './contract.paging.ts';
import { instant, instantIn, name, percent } from './contract.values.ts';

export const CATEGORY_KINDS = [
  'family',
  'student',
  'pensioner',
  'vip',
  'employee',
  'wholesale',
  'custom',
] as const;
const MAX_TERM_DAYS = 36_500;
const note = text(2_000);

const terms = {
  name,
  kind: z.enum(CATEGORY_KINDS).default('custom'),
  /** none: whoever assigns decides; any: somebody with the right approves, may be the same; other: another person does. */
  review: z.enum(['none', 'any', 'other']).default('any'),
  proofRequired: z.boolean().default(true),
  /** An assignment ends at the latest so many days after it begins; null: it may be for good. */
  maxTermDays: z.number().int().min(1).max(MAX_TERM_DAYS).nullable().default(null),
  discountPercent: percent.nullable().default(null),
  /** The members of the tier's program have at least this tier. */
  tierId: z.uuid().nullable().default(null),
};

export const categoryInput = z.strictObject(terms).meta({ id: 'PersonCategoryInput' });
export type CategoryInput = z.output<typeof categoryInput>;

/** PATCH: only what is given changes. `version` is the one that was read. */
export const categoryPatch = z
  .strictObject({
    version: z.number().int().min(1),
    name: name.optional(),
    kind: z.enum(CATEGORY_KINDS).optional(),
    review: z.enum(['none', 'any', 'other']).optional(),
    proofRequired: z.boolean().optional(),
    maxTermDays: z.number().int().min(1).max(MAX_TERM_DAYS).nullish(),
    discountPercent: percent.nullish(),
    tierId: z.uuid().nullish(),
    state: z.enum(['active', 'archived']).optional(),
  })
  .meta({ id: 'PersonCategoryPatch' });
export type CategoryPatch = z.output<typeof categoryPatch>;

export const categoryAnswer = z
  .object({
    id: z.uuid(),
    version: z.number().int(),
    state: z.enum(['active', 'archived']),
    name: z.string(),
    kind: z.enum(CATEGORY_KINDS),
    review: z.enum(['none', 'any', 'other']),
    proofRequired: z.boolean(),
    maxTermDays: z.number().int().nullable(),
    discountPercent: z.string().nullable(),
    /** Price lists that name this category among whom they are for. */
    priceLists: z.array(z.object({ id: z.uuid(), name: z.string() })),
    tierId: z.uuid().nullable(),
    /** Contacts who have it now, and requests that wait for a decision. */
    holders: z.number().int(),
    waiting: z.number().int(),
    createdAt: instant,
    updatedAt: instant,
  })
  .meta({ id: 'PersonCategory' });
export type CategoryView = z.output<typeof categoryAnswer>;
export const categoryList = z.object({ items: z.array(categoryAnswer) });

/** What ends within so many days from now. */
export const endingQuery = pageQuery.extend({
  days: z.coerce.number().int().min(1).max(MAX_TERM_DAYS).default(30),
});
export type EndingQuery = z.output<typeof endingQuery>;

const term = { validFrom: instantIn.optional(), validUntil: instantIn.nullish() };

/** POST /api/contacts/:id/person-categories. Without `validFrom`: from now; without `validUntil`: as long as the category allows. */
export const assignInput = z
  .strictObject({
    categoryId: z.uuid(),
    /** What was shown, such as "student card, seen at the till". */
    proof: note.default(''),
    /** Where it is kept: a number, an address. */
    proofRef: text(500).nullable().default(null),
    ...term,
  })
  .meta({ id: 'PersonCategoryRequest' });
export type AssignInput = z.output<typeof assignInput>;

export const decideInput = z
  .strictObject({ decision: z.enum(['approve', 'reject']), reason: note.default('') })
  .meta({ id: 'StandingDecision' });
export type DecideInput = z.output<typeof decideInput>;
export const revokeInput = z.strictObject({ reason: note.default('') });
export type RevokeInput = z.output<typeof revokeInput>;

/** expired and waiting (approved, not begun) are told by time; the rest is what people decided. */
export const ASSIGNMENT_STATES = [
  'requested',
  'approved',
  'rejected',
  'revoked',
  'waiting',
  'expired',
] as const;
const decided = {
  state: z.enum(ASSIGNMENT_STATES),
  validFrom: instant,
  validUntil: instant.nullable(),
  requestedBy: z.string(),
  /** The reader asked for it and another person has to approve it; the reader may take it back (reject it). */
  needsAnother: z.boolean(),
  requestedAt: instant,
  decidedBy: z.string().nullable(),
  decidedAt: instant.nullable(),
  reason: z.string(),
};

export const assignmentAnswer = z
  .object({
    id: z.uuid(),
    contactId: z.uuid(),
    contactName: z.string().nullable(),
    categoryId: z.uuid(),
    categoryName: z.string(),
    proof: z.string(),
    proofRef: z.string().nullable(),
    ...decided,
  })
  .meta({ id: 'PersonCategoryAssignment' });
export type AssignmentView = z.output<typeof assignmentAnswer>;
export const assignmentList = z.object({ items: z.array(assignmentAnswer) });
export const assignmentPage = z.object({
  items: z.array(assignmentAnswer),
  nextCursor: z.string().nullable(),
});

/** POST /api/contacts/:id/personal-discounts: waits for another person. It always has an end. */
export const personalInput = z
  .strictObject({ percent, note: note.default(''), validFrom: instantIn.optional(), validUntil: instantIn })
  .meta({ id: 'PersonalDiscountRequest' });
export type PersonalInput = z.output<typeof personalInput>;

export const personalAnswer = z
  .object({
    id: z.uuid(),
    contactId: z.uuid(),
    contactName: z.string().nullable(),
    percent: z.string(),
    note: z.string(),
    ...decided,
  })
  .meta({ id: 'PersonalDiscount' });
export type PersonalView = z.output<typeof personalAnswer>;
export const personalList = z.object({ items: z.array(personalAnswer) });
export const personalPage = z.object({ items: z.array(personalAnswer), nextCursor: z.string().nullable() });

export const assignmentParams = z.object({ id: z.uuid(), assignmentId: z.uuid() });
export const personalParams = z.object({ id: z.uuid(), discountId: z.uuid() });
