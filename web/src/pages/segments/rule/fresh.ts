import type { LeafDraft } from './model.ts';

/** What is needed of a field of the catalogue. */
type Field = { leaf: string; field: string; ops: readonly string[]; kind?: string };

/** Kinds of conditions with a form of their own, in the order they are offered. */
const KINDS = [
  'attribute',
  'purchase',
  'behaviour',
  'event',
  'wanted',
  'message',
  'consent',
  'rfm',
  'sales',
  'segment',
] as const;
const ALWAYS: ReadonlySet<string> = new Set(['attribute', 'segment']);

/** What can be chosen here: of the kinds known, those the installation has; then those of other modules that can be asked. */
export function offeredKinds(fields: readonly Field[]): string[] {
  const there = new Set(fields.map(({ leaf }) => leaf));
  const known = KINDS.filter((kind) => ALWAYS.has(kind) || there.has(kind));
  const others = [...there].filter((leaf) => KINDS.every((kind) => kind !== leaf));
  return [...known, ...others];
}

/** A new condition about the contact: the first field the catalogue offers, with its first operation. */
export function freshAttribute(fields: readonly Field[]): LeafDraft {
  const first = fields.find(({ leaf, field }) => leaf === 'attribute' && field === 'country') ?? fields[0];
  return { type: 'attribute', field: first?.field ?? 'country', op: first?.ops[0] ?? 'is' };
}

const lastDays = (amount: number) => ({ type: 'last', unit: 'days', amount });

const FRESH: Readonly<Record<string, LeafDraft>> = {
  purchase: { type: 'purchase', measure: 'orders', op: 'gte', value: 1 },
  behaviour: { type: 'behaviour', measure: 'visits', op: 'gte', value: 1, days: 30 },
  event: { type: 'event', name: '', op: 'gte', value: 1, window: lastDays(30) },
  wanted: { type: 'wanted', of: 'product', sign: 'carted', window: lastDays(30) },
  message: { type: 'message', kind: 'opened', op: 'gte', value: 1, window: lastDays(30) },
  consent: { type: 'consent', op: 'has' },
  segment: { type: 'segment' },
};

/** A new condition of a kind, ready to be filled in. */
export function freshLeaf(type: string, fields: readonly Field[]): LeafDraft {
  const fresh = FRESH[type];
  if (fresh !== undefined) return structuredClone(fresh);
  const first = fields.find(({ leaf }) => leaf === type);
  if (type === 'attribute' || first === undefined) return freshAttribute(fields);
  const op = first.ops.includes('gte') ? 'gte' : first.ops[0];
  return { type, measure: first.field, ...(op === undefined ? {} : { op }) };
}
