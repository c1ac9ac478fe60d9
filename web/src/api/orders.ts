import type { OrderDetail, OrderView, ProductView, SalesReport } from '@server/orders/contract.ts';
import { queryOptions } from '@tanstack/react-query';
import { pagesOf } from '../lib/list.ts';
import { api } from './client.ts';

export type { OrderDetail, OrderView, SalesReport };

export type SalesQuery = { by: 'day' | 'month'; from?: string; to?: string; by2?: string };

export const orders = {
  ofContact: (contactId: string) => pagesOf<OrderView>('orders', '/api/orders', { contactId, limit: 20 }),
  one: (id: string) =>
    queryOptions({
      queryKey: ['orders', 'one', id],
      queryFn: () => api.get<OrderDetail>(`/api/orders/${id}`),
    }),
  products: (search: string) =>
    queryOptions({
      queryKey: ['products', search],
      queryFn: async ({ signal }) =>
        (await api.get<{ items: ProductView[] }>('/api/products', { query: { search, limit: 20 }, signal }))
          .items,
    }),
  sales: (query: SalesQuery) =>
    queryOptions({
      queryKey: ['orders', 'sales', query],
      queryFn: () => api.get<SalesReport>('/api/reports/sales', { query }),
      staleTime: 60_000,
    }),
};
