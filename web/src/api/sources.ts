import type { sourceCreate, SourceView } from '@server/tracking/contract.ts';
import { queryOptions } from '@tanstack/react-query';
import type { z } from 'zod';
import { api } from './client.ts';

export type { SourceView };
export type SourceInput = z.input<typeof sourceCreate>;

export const sources = {
  all: queryOptions({
    queryKey: ['sources'],
    queryFn: async () => (await api.get<{ items: SourceView[] }>('/api/sources')).items,
  }),
  create: (input: SourceInput) => api.post<SourceView>('/api/sources', input),
};
