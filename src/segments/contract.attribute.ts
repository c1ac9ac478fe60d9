import { z } from 'zod';
import { fieldKind, kindOfValue, opsOfKind } from './contract.fields.ts';
import { patternProblem } from './contract.pattern.ts';
import { comparable, dateText, days, hours, inOrder, MAX_LIST, OPS, text, zone } from './contract.values.ts';

/** The leaf about a contact's own fields and custom attributes. */

const scalar = z.union([text, z.number(), z.boolean()], { error: 'a text, a number, or true or false' });
/** Custom attributes hold what was stored; this says how to read it when the value in the rule does not tell. */
export const VALUE_TYPES = ['text', 'number', 'boolean', 'date', 'list'] as const;

const CUSTOM_FIELD = /^attributes\.[\p{L}_][\p{L}\p{N}_ .-]{0,63}$/u;
const field = z.string().refine((name) => CUSTOM_FIELD.test(name) || fieldKind(name) !== undefined, {
  error: 'no such field; custom attributes are named attributes.<name>',
});
const attribute = {
  type: z.literal('attribute'),
  field,
  valueType: z.enum(VALUE_TYPES).optional(),
};

const relative = {
  direction: z.enum(['last', 'next']),
};

const attributeOps = z.discriminatedUnion('op', [
  z.strictObject({ ...attribute, op: z.enum(OPS.equality), value: scalar }),
  z.strictObject({
    ...attribute,
    op: z.enum(OPS.membership),
    value: z
      .array(z.union([text, z.number()], { error: 'a text or a number' }))
      .min(1)
      .max(MAX_LIST),
  }),
  z.strictObject({ ...attribute, op: z.enum(OPS.text), value: text }),
  z.strictObject({
    ...attribute,
    op: z.literal('matches'),
    value: z.string().superRefine((pattern, ctx) => {
      const problem = patternProblem(pattern);
      if (problem !== undefined) ctx.addIssue({ code: 'custom', message: problem });
    }),
  }),
  z.strictObject({ ...attribute, op: z.enum(OPS.order), value: comparable }),
  z.strictObject({ ...attribute, op: z.literal('between'), from: comparable, to: comparable }),
  z.strictObject({ ...attribute, op: z.enum(OPS.presence) }),
  z.discriminatedUnion('unit', [
    z.strictObject({
      ...attribute,
      ...relative,
      op: z.literal('within'),
      unit: z.literal('hours'),
      amount: hours,
    }),
    z.strictObject({
      ...attribute,
      ...relative,
      op: z.literal('within'),
      unit: z.literal('days'),
      amount: days,
    }),
    z.strictObject({
      ...attribute,
      ...relative,
      op: z.literal('within'),
      unit: z.literal('calendarDays'),
      amount: days,
      zone,
    }),
  ]),
  /** The day and month come round on one of the `days` calendar days that begin with today. */
  z.strictObject({
    ...attribute,
    op: z.literal('anniversary'),
    days: z.number().int().min(1).max(366),
    zone: zone.optional(),
  }),
]);
export type AttributeLeaf = z.output<typeof attributeOps>;

export const attributeLeaf = attributeOps.superRefine((leaf, ctx) => {
  const fail = (path: string, message: string) => ctx.addIssue({ code: 'custom', path: [path], message });
  const kind = attributeKind(leaf);
  if (leaf.valueType !== undefined && !leaf.field.startsWith('attributes.'))
    return fail('valueType', `${leaf.field} has its own type`);
  if (!opsOfKind(kind).includes(leaf.op))
    return fail('op', `${leaf.op} does not suit ${leaf.field}, which is a ${kind}`);
  if (leaf.op === 'between') {
    for (const side of ['from', 'to'] as const) {
      if (kindOfValue(leaf[side]) !== kind) fail(side, `${leaf.field} is compared with a ${kind}`);
    }
    if (!inOrder(leaf.from, leaf.to)) fail('to', 'comes before from');
  } else if ('value' in leaf && !suits(kind, leaf.value)) {
    fail('value', `${leaf.field} is compared with a ${kind === 'list' ? 'text' : kind}`);
  }
});

/** How the leaf reads its field: the field's own kind, the one said, or the one its operation and value imply. */
export function attributeKind(
  leaf: AttributeLeaf,
): (z.output<typeof attribute.valueType> & string) | 'birthday' {
  const own = fieldKind(leaf.field);
  if (own !== undefined) return own;
  if (leaf.valueType !== undefined) return leaf.valueType;
  if (leaf.op === 'within' || leaf.op === 'anniversary') return 'date';
  if (leaf.op === 'between') return kindOfValue(leaf.from);
  if (!('value' in leaf)) return 'text';
  const value = Array.isArray(leaf.value) ? leaf.value[0] : leaf.value;
  const ordered = (OPS.order as readonly string[]).includes(leaf.op);
  return ordered || typeof value !== 'string' ? kindOfValue(value ?? '') : 'text';
}

function suits(kind: string, value: string | number | boolean | readonly (string | number)[]): boolean {
  if (Array.isArray(value)) return value.every((one) => suits(kind, one));
  if (kind === 'date') return dateText.safeParse(value).success;
  if (kind === 'text' || kind === 'list') return typeof value === 'string';
  return typeof value === kind;
}
