import { z } from 'zod';
import { requiredText, text } from '../core/text.ts';
import { contactView, MAX_BULK_IDS, MAX_FILTERS, tags } from './contract.ts';

/** Values of one "is one of": a pasted list, not a table. */
const MAX_VALUES = 200;

export const FILTER_OPS = [
  'is',
  'isNot',
  'in',
  'notIn',
  'contains',
  'notContains',
  'startsWith',
  'gt',
  'gte',
  'lt',
  'lte',
  'between',
  'before',
  'after',
  'withinLastDays',
  'notWithinLastDays',
  'hasAny',
  'hasAll',
  'hasNot',
  'exists',
  'missing',
] as const;
export type FilterOp = (typeof FILTER_OPS)[number];

const scalar = z.union([text(500), z.number(), z.boolean()]);

/** One condition: a field of GET /api/contacts/fields, one of its ops, and the value the op needs (none for exists, missing). */
export const filterCondition = z.object({
  field: requiredText(120),
  op: z.enum(FILTER_OPS),
  value: z.union([scalar, z.array(scalar).max(MAX_VALUES)]).optional(),
});
export type FilterCondition = z.infer<typeof filterCondition>;
const filterConditions = z.array(filterCondition).max(MAX_FILTERS);

/** The filter as a query parameter: JSON text of the conditions, all of which must hold. */
const filterParam = z
  .string()
  .max(20_000)
  .transform((value, issue) => {
    try {
      return JSON.parse(value) as unknown;
    } catch {
      issue.addIssue({ code: 'custom', message: 'is not JSON' });
      return z.NEVER;
    }
  })
  .pipe(filterConditions)
  .optional();

export const SORTS = ['name', 'createdAt', 'updatedAt', 'email'] as const;
export type SortField = (typeof SORTS)[number];
const sortParam = z.enum(SORTS.flatMap((field) => [field, `-${field}`] as const));
export type Sort = z.infer<typeof sortParam>;

export const contactsWanted = z.object({ search: text(200).optional(), filter: filterParam });
export const contactsQuery = contactsWanted.extend({
  sort: sortParam.default('-createdAt'),
  limit: z.coerce.number().int().min(1).max(200).default(50),
  cursor: z.string().max(500).optional(),
});

/** Which contacts: those that fit the search and all conditions. */
export type Wanted = { search?: string | undefined; filter?: readonly FilterCondition[] | undefined };

export const contactsPage = z
  .object({ items: z.array(contactView), nextCursor: z.string().nullable() })
  .meta({ id: 'ContactsPage' });

/** `exact` false: at least 10,000, and the number is the database's estimate. */
export const contactsCount = z
  .object({ count: z.number().int(), exact: z.boolean() })
  .meta({ id: 'ContactsCount' });

const FIELD_TYPES = ['text', 'number', 'boolean', 'date', 'list', 'choice', 'person'] as const;
export const contactField = z
  .object({
    key: z.string(),
    label: z.string(),
    type: z.enum(FIELD_TYPES),
    ops: z.array(z.enum(FILTER_OPS)),
    options: z.array(z.string()).optional(),
  })
  .meta({ id: 'ContactField' });
export type ContactField = z.infer<typeof contactField>;

/** POST /api/contacts/bulk: on ids, or on all who fit search and filter; give at least one change. */
export const bulkInput = z
  .object({
    ids: z.array(z.uuid()).min(1).max(MAX_BULK_IDS).optional(),
    search: text(200).optional(),
    filter: filterConditions.optional(),
    addTags: tags.optional(),
    removeTags: tags.optional(),
    ownerId: requiredText(100).nullish(),
  })
  .refine((b) => b.ids !== undefined || b.filter !== undefined || b.search !== undefined, {
    error: 'say which contacts: ids, or search and filter',
    path: ['ids'],
  })
  .refine((b) => b.ids === undefined || (b.filter === undefined && b.search === undefined), {
    error: 'give either ids or search and filter',
    path: ['ids'],
  })
  .refine((b) => (b.addTags ?? b.removeTags ?? b.ownerId) !== undefined, {
    error: 'say what to change',
    path: ['addTags'],
  });
export type BulkInput = z.output<typeof bulkInput>;

const viewQuery = z.object({
  search: text(200).optional(),
  filter: filterConditions.optional(),
  sort: sortParam.optional(),
  columns: z.array(requiredText(120)).max(50).optional(),
});
export const viewCreate = z.object({
  entity: z.enum(['contacts']),
  name: requiredText(100),
  query: viewQuery,
  shared: z.boolean().default(false),
});
export const viewPatch = z.object({
  name: requiredText(100).optional(),
  query: viewQuery.optional(),
  shared: z.boolean().optional(),
});
export const viewAnswer = z
  .object({
    id: z.uuid(),
    entity: z.string(),
    name: z.string(),
    query: viewQuery,
    shared: z.boolean(),
    /** Made by whoever asks: only they may change it. */
    mine: z.boolean(),
  })
  .meta({ id: 'SavedView' });
export type ViewAnswer = z.infer<typeof viewAnswer>;
