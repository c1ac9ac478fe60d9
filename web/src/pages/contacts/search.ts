import type { FilterCondition, Sort } from '../../api/contacts.ts';

/** What the address bar holds of the contact list; a saved view holds the same. */
export type ContactSearch = { q?: string; filter?: FilterCondition[]; sort?: Sort; view?: string };

export const DEFAULT_SORT: Sort = '-createdAt';

const SORTS = ['name', 'createdAt', 'updatedAt', 'email'].flatMap((field) => [field, `-${field}`]);

export const isSort = (value: unknown): value is Sort => typeof value === 'string' && SORTS.includes(value);

const text = (value: unknown): string | undefined =>
  typeof value === 'string' && value !== '' ? value : undefined;

function conditions(value: unknown): FilterCondition[] | undefined {
  if (!Array.isArray(value)) return undefined;
  // Whether field and op fit each other is the API's to say; here they only need the right shape.
  const found = value.filter(
    (item: unknown): item is FilterCondition =>
      typeof item === 'object' &&
      item !== null &&
      'field' in item &&
      typeof item.field === 'string' &&
      'op' in item &&
      typeof item.op === 'string',
  );
  return found.length === 0 ? undefined : found;
}

/** Keeps what a list understands; a mistyped address still opens the list. */
export function contactSearch(search: Record<string, unknown>): ContactSearch {
  const q = text(search['q']);
  const filter = conditions(search['filter']);
  const view = text(search['view']);
  return {
    ...(q === undefined ? {} : { q }),
    ...(filter === undefined ? {} : { filter }),
    ...(isSort(search['sort']) ? { sort: search['sort'] } : {}),
    ...(view === undefined ? {} : { view }),
  };
}
