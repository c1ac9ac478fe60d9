import { z } from 'zod';
import { dateText } from './contract.values.ts';
import { ruleSchema } from './contract.rule.ts';

/** Why a contact is in a segment or not: the rule's tree with the value, the figure and the facts of every node. */

const iso = z.iso.datetime();
const wordsView = z.object({ en: z.string(), ru: z.string() });

/** Another moment to ask about, and what was known by when; the present without them. `knownAt` may not lie in the future. */
export const momentInput = { now: dateText.optional(), knownAt: dateText.optional() };

/** GET /api/segments/:id/explain. */
export const explainQuery = z.object({ contactId: z.uuid(), ...momentInput });
export type ExplainQuery = z.output<typeof explainQuery>;

/** POST /api/segments/explain, of a draft; `segmentId` is the segment being edited. */
export const explainInput = z.object({
  rule: ruleSchema,
  contactId: z.uuid(),
  ...momentInput,
  segmentId: z.uuid().optional(),
});
export type ExplainInput = z.output<typeof explainInput>;

/** A fact that decided; what does not apply to its kind is null. */
const fact = z
  .object({
    /** event | order | line | visit | attribute | list | message | consent | … */
    kind: z.string(),
    at: iso,
    id: z.string().nullable(),
    /** The name of the event, the number of the order, the key of the attribute, the subject of the message. */
    what: z.string().nullable(),
    page: z.string().nullable(),
    /** In whole units of the currency, as a decimal text such as "12.50". */
    amount: z.string().nullable(),
    currency: z.string().nullable(),
    quantity: z.string().nullable(),
    /** What an attribute says since `at`. */
    value: z.unknown(),
  })
  .meta({ id: 'SegmentFact' });
export type ExplainFact = z.output<typeof fact>;

/** The figure that was compared: of one contact, at the moment asked about. */
const actual = z
  .object({
    /** number | money (minor units) | seconds | days | date | text | list | boolean */
    kind: z.string(),
    /** Null when there is none, such as the moment of a first order that never was. Numbers keep their decimals. */
    value: z.union([z.number(), z.string(), z.boolean(), z.array(z.string()), z.null()]),
    /** Of money. */
    currency: z.string().nullable(),
  })
  .meta({ id: 'SegmentActual' });
export type ExplainActual = z.output<typeof actual>;

const nodeBase = z.object({
  /** Where the node stands: "rule.children.0.child"; nodes of a segment referred to go on below its leaf with "rule". */
  path: z.string(),
  /** all | any | not, or the type of the leaf. */
  type: z.string(),
  value: z.boolean(),
  /** When the value could change with no new fact; null: only a new fact changes it. */
  validUntil: iso.nullable(),
  words: wordsView,
  /** Of leaves: null when the leaf compares no figure. */
  actual: actual.nullable(),
  /** Of leaves: the newest five facts; empty when there are none. */
  facts: z.array(fact),
  /** Of a leaf that refers to a segment. */
  segment: z.object({ id: z.uuid(), name: z.string() }).nullable(),
});
export type ExplainNode = z.output<typeof nodeBase> & { children: ExplainNode[] };
/** Children of groups; of a leaf that refers to a dynamic segment, the root of that segment's rule. */
const node: z.ZodType<ExplainNode> = nodeBase
  .extend({ children: z.array(z.lazy((): z.ZodType<ExplainNode> => node)) })
  .meta({ id: 'SegmentExplainNode' });

export const explainAnswer = z
  .object({
    contactId: z.uuid(),
    /** Null of a draft. */
    segmentId: z.uuid().nullable(),
    /** Exactly at `now`. */
    value: z.boolean(),
    validUntil: iso.nullable(),
    now: iso,
    /** Null: all that is known at present. */
    knownAt: iso.nullable(),
    /** What the kept list says, which lags up to a minute; null of a draft and of another moment. */
    listed: z.object({ value: z.boolean(), since: iso.nullable() }).nullable(),
    words: wordsView,
    /** Null of a static segment: people decide who is in. */
    root: node.nullable(),
    /** Of a static segment: when and by what the contact came in or left last; newest first, at most five. */
    facts: z.array(fact),
  })
  .meta({ id: 'SegmentExplanation' });
export type Explanation = z.output<typeof explainAnswer>;
