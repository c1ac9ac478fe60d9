/** Values of a timeline entry as they come: any JSON. */

export const text = (value: unknown): string | undefined =>
  typeof value === 'string' && value !== '' ? value : undefined;

export const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** Something to show on one line: neither empty nor nested. */
export const isShown = (value: unknown): boolean =>
  (typeof value === 'string' && value.trim() !== '') || ['number', 'boolean'].includes(typeof value);
