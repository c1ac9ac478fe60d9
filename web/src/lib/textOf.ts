/** Any JSON value as a person may read it: texts and numbers as they are, lists with commas, the rest as JSON. */
export function textOf(value: unknown): string {
  if (typeof value === 'string') return value;
  if (value === null || value === undefined) return '';
  if (Array.isArray(value)) return value.map(textOf).join(', ');
  return JSON.stringify(value);
}
