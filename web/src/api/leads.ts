import type { Grade, LeadView } from '@server/scoring/contract.ts';
import { queryOptions } from '@tanstack/react-query';
import { pagesOf } from '../lib/list.ts';
import { api } from './client.ts';

export type { Grade, LeadView };

export const leads = {
  list: (grade: Grade, mine: boolean, limit = 50) =>
    pagesOf<LeadView>('leads', '/api/leads', { grade, mine: mine ? 'true' : undefined, limit }),
  /** The lead of one contact; undefined when it never gave a signal. */
  ofContact: (contactId: string) =>
    queryOptions({
      queryKey: ['leads', 'of', contactId],
      queryFn: async () => {
        const { items } = await api.get<{ items: LeadView[] }>('/api/leads', { query: { contactId } });
        return items[0] ?? null;
      },
    }),
  counts: queryOptions({
    queryKey: ['leads', 'counts'],
    queryFn: () => api.get<Record<Grade, number>>('/api/leads/counts'),
  }),
  why: (contactId: string) =>
    queryOptions({
      queryKey: ['leads', 'why', contactId],
      queryFn: () => api.get<LeadView>(`/api/leads/${contactId}`),
      retry: false,
    }),
};
