import type { TryForm, TryView } from '@server/loyalty/sales/contract.try.ts';
import { queryOptions } from '@tanstack/react-query';
import { api } from './client.ts';

export type { TryForm, TryView };

export const tries = {
  /** What a cart comes to with a draft, or without any. */
  of: (body: TryForm) =>
    queryOptions({
      queryKey: ['loyalty', 'try', body],
      queryFn: ({ signal }) => api.ask<TryView>('/api/loyalty/try', body, signal),
      retry: false,
    }),
};
