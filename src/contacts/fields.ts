/** Custom attribute types as filters know them. */
export type AttributeType = 'text' | 'number' | 'boolean' | 'date' | 'list';

const ISO_DATE = /^\d{4}-\d{2}-\d{2}(T\d{2}:\d{2}(:\d{2}(\.\d+)?)?(Z|[+-]\d{2}:\d{2})?)?$/;

/** The attribute and type of a changed key; null for fields and removed values. */
export function attributeTypeOf(key: string, value: unknown): { key: string; type: AttributeType } | null {
  if (!key.startsWith('attributes.') || value === null) return null;
  return { key: key.slice('attributes.'.length), type: typeOfValue(value) };
}

function typeOfValue(value: unknown): AttributeType {
  if (typeof value === 'number') return 'number';
  if (typeof value === 'boolean') return 'boolean';
  if (Array.isArray(value)) return 'list';
  return typeof value === 'string' && ISO_DATE.test(value) ? 'date' : 'text';
}
