import type { CategoryView, ProductView } from '@server/orders/contract.ts';
import { queryOptions } from '@tanstack/react-query';
import type { Page } from '../lib/list.ts';
import { api } from './client.ts';

/** Something of the shop's that a rule names by its code. */
export type Coded = { code: string; name: string };

const FOUND = 20;
const STALE_MS = 60_000;
/** Names looked up for the codes of one condition. */
const MAX_NAMES = 20;

const coded = ({ externalId, name }: { externalId: string; name: string }): Coded => ({
  code: externalId,
  name,
});

const productsLike = async (search: string, signal: AbortSignal): Promise<Coded[]> =>
  (await api.get<Page<ProductView>>('/api/products', { query: { search, limit: FOUND }, signal })).items.map(
    coded,
  );

export const catalogue = {
  products: (search: string) =>
    queryOptions({
      queryKey: ['products', 'found', search],
      queryFn: ({ signal }) => productsLike(search, signal),
      staleTime: STALE_MS,
    }),
  categories: queryOptions({
    queryKey: ['categories'],
    queryFn: async (): Promise<Coded[]> =>
      (await api.get<{ items: CategoryView[] }>('/api/categories')).items.map(coded),
    staleTime: STALE_MS,
  }),
  /** Names of products by code; one without a name is left out. */
  names: (of: 'product' | 'category', codes: readonly string[]) =>
    queryOptions({
      queryKey: ['products', 'names', of, codes],
      queryFn: async ({ signal }): Promise<Record<string, string>> => {
        const found = await Promise.all(
          codes.slice(0, MAX_NAMES).map(async (code) => ({
            code,
            name: (await productsLike(code, signal)).find((one) => one.code === code)?.name ?? '',
          })),
        );
        return Object.fromEntries(found.flatMap(({ code, name }) => (name === '' ? [] : [[code, name]])));
      },
      staleTime: STALE_MS,
    }),
};
