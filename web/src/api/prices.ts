import type {
  priceInput,
  priceListInput,
  priceListPatch,
  PriceListView,
  PricesWritten,
  PriceView,
} from '@server/orders/contract.price-lists.ts';
import type { PriceOfView } from '@server/loyalty/sales/contract.price-of.ts';
import { queryOptions } from '@tanstack/react-query';
import type { z } from 'zod';
import { pagesOf } from '../lib/list.ts';
import { api } from './client.ts';

export type { PriceListView, PriceOfView, PriceView };
export type PriceListInput = z.input<typeof priceListInput>;
export type PriceListPatch = z.input<typeof priceListPatch>;
export type PriceInput = z.input<typeof priceInput>;
export type PriceQuestion = {
  productId: string;
  contactId?: string | undefined;
  quantity: string;
  channel?: string | undefined;
};

const at = (id: string): string => `/api/price-lists/${id}`;

export const priceLists = {
  list: (state?: PriceListView['state']) =>
    pagesOf<PriceListView>('price-lists', '/api/price-lists', { limit: 50, state }),
  one: (id: string) =>
    queryOptions({
      queryKey: ['price-lists', 'one', id],
      queryFn: () => api.get<PriceListView>(at(id)),
    }),
  create: (input: PriceListInput) => api.post<PriceListView>('/api/price-lists', input),
  change: (id: string, patch: PriceListPatch) => api.patch<PriceListView>(at(id), patch),
  prices: (id: string, search?: string) =>
    pagesOf<PriceView>('price-lists', `${at(id)}/prices`, { limit: 50, search }),
  put: (id: string, prices: PriceInput[]) => api.put<PricesWritten>(`${at(id)}/prices`, { prices }),
  drop: (id: string, ids: readonly string[]) =>
    api.post<{ deleted: number }>(`${at(id)}/prices/delete`, { ids }),
  csvUrl: (id: string) => `${at(id)}/prices.csv`,
  /** What a product costs a customer now, and why. */
  lookUp: (question: PriceQuestion) =>
    queryOptions({
      queryKey: ['price-lists', 'look-up', question],
      queryFn: () => api.get<PriceOfView>('/api/loyalty/price', { query: question }),
      staleTime: 0,
      retry: false,
    }),
};
