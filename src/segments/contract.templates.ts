import { z } from 'zod';
import { previewAnswer, ruleSchema, segmentView } from './contract.ts';
import { segmentName } from './contract.rule.ts';
import { text } from './contract.values.ts';

/** Ready-made segments: a rule with a few parameters, saved by one click. */

export const TEMPLATE_GROUPS = ['purchases', 'rfm', 'interest', 'people', 'loyalty', 'sales'] as const;
export type TemplateGroup = (typeof TEMPLATE_GROUPS)[number];

const words = z.object({ en: z.string(), ru: z.string() });
const parameter = { key: z.string(), label: words };
const option = z.object({ value: z.string(), label: words });

/** What may be chosen before saving. The values of POST `parameters` go by `key`; those left out take the default. */
export const templateParameter = z.discriminatedUnion('type', [
  z.object({
    ...parameter,
    type: z.literal('number'),
    default: z.number(),
    min: z.number(),
    max: z.number(),
    /** What the number counts; `percent` of buyers. All are whole numbers. */
    unit: z.enum(['days', 'hours', 'orders', 'times', 'percent', 'points', 'minorUnits']),
  }),
  z.object({ ...parameter, type: z.literal('choice'), default: z.string(), options: z.array(option) }),
  /** Ids of the shop's; none means any. */
  z.object({
    ...parameter,
    type: z.literal('ids'),
    of: z.enum(['products', 'categories']),
    default: z.array(z.string()),
  }),
  z.object({ ...parameter, type: z.literal('text'), default: z.string() }),
]);
export type TemplateParameter = z.output<typeof templateParameter>;

/** GET /api/segments/templates. */
export const templateList = z
  .object({
    items: z.array(
      z.object({
        id: z.string(),
        group: z.enum(TEMPLATE_GROUPS),
        name: words,
        description: words,
        parameters: z.array(templateParameter),
      }),
    ),
  })
  .meta({ id: 'SegmentTemplates' });
export type TemplateList = z.output<typeof templateList>;

const value = z.union([z.number(), text, z.array(text).max(100)]);
const parameters = z.record(z.string().max(60), value).default({});
export type TemplateValues = z.output<typeof parameters>;

/** POST /api/segments/templates/:id/preview. */
export const templatePreviewInput = z.object({ parameters });
export type TemplatePreviewInput = z.output<typeof templatePreviewInput>;

/** What the parameters came to where a rule needs a figure of today, such as the amount the top 10 % begin at. */
const note = words.nullable();

export const templatePreview = z
  .object({ rule: ruleSchema, note, preview: previewAnswer })
  .meta({ id: 'SegmentTemplatePreview' });
export type TemplatePreview = z.output<typeof templatePreview>;

/** POST /api/segments/templates/:id: saves the segment. */
export const templateUse = z.object({
  name: segmentName,
  /** Without it, what the template says of itself, in this language, with the figures it was given. */
  description: text.max(1_000).optional(),
  language: z.enum(['en', 'ru']).default('en'),
  parameters,
});
export type TemplateUse = z.output<typeof templateUse>;

export const templateUsed = z.object({ note, segment: segmentView }).meta({ id: 'SegmentFromTemplate' });
export type TemplateUsed = z.output<typeof templateUsed>;

/** The name of a template in a path. */
export const templateParam = z.object({
  id: z.string().regex(/^[a-z0-9-]{1,60}$/, 'a name such as repeat-buyers'),
});
