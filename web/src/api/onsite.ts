import type {
  onsiteCreate,
  OnsiteListed,
  OnsitePatch,
  OnsiteView,
} from '@server/tracking/onsite/contract.ts';
import { queryOptions } from '@tanstack/react-query';
import type { z } from 'zod';
import { api } from './client.ts';

export type { OnsiteListed };
export type OnsiteInput = z.input<typeof onsiteCreate>;

/** Messages on the pages of a site. */
export const onsite = {
  all: queryOptions({
    queryKey: ['onsite'],
    queryFn: async () => (await api.get<{ items: OnsiteListed[] }>('/api/onsite-messages')).items,
  }),
  create: (input: OnsiteInput) => api.post<OnsiteView>('/api/onsite-messages', input),
  change: (id: string, input: OnsitePatch) => api.patch<OnsiteView>(`/api/onsite-messages/${id}`, input),
  remove: (id: string) => api.delete(`/api/onsite-messages/${id}`),
};
