export type SalesSearch = { by?: 'day'; from?: string; to?: string };

const day = (value: unknown): string | undefined =>
  typeof value === 'string' && /^\d{4}-\d{2}-\d{2}$/.test(value) ? value : undefined;

export function salesSearch(search: Record<string, unknown>): SalesSearch {
  const from = day(search['from']);
  const to = day(search['to']);
  return {
    ...(search['by'] === 'day' ? { by: 'day' as const } : {}),
    ...(from === undefined ? {} : { from }),
    ...(to === undefined ? {} : { to }),
  };
}
