import type { LeafDraft } from './model.ts';

/** What is needed of a field of the catalogue. */
type Field = { leaf: string; field: string; ops: readonly string[] };

/** A new condition about the contact: the first field the catalogue offers, with its first operation. */
export function freshAttribute(fields: readonly Field[]): LeafDraft {
  const first = fields.find(({ leaf, field }) => leaf === 'attribute' && field === 'country') ?? fields[0];
  return { type: 'attribute', field: first?.field ?? 'country', op: first?.ops[0] ?? 'is' };
}

/** A new condition of a kind, ready to be filled in. */
export function freshLeaf(type: string, fields: readonly Field[]): LeafDraft {
  if (type === 'purchase') return { type, measure: 'orders', op: 'gte', value: 1 };
  if (type === 'behaviour') return { type, measure: 'visits', op: 'gte', value: 1, days: 30 };
  if (type === 'event')
    return { type, name: '', op: 'gte', value: 1, window: { type: 'last', unit: 'days', amount: 30 } };
  if (type === 'segment') return { type };
  return freshAttribute(fields);
}
