import type { PreviewView } from '@server/campaigns/contract.ts';
import type { ReadyInput, ReadyList, ReadyLocale, ReadyMade } from '@server/campaigns/ready/contract.ts';
import { queryOptions } from '@tanstack/react-query';
import { api } from './client.ts';

export type { ReadyLocale };
export type ReadyCampaign = ReadyList['items'][number];

export const ready = {
  all: queryOptions({
    queryKey: ['ready'],
    queryFn: async () => (await api.get<ReadyList>('/api/ready-campaigns')).items,
    staleTime: 60_000,
  }),
  preview: (key: ReadyCampaign['key'], locale: ReadyLocale) =>
    queryOptions({
      queryKey: ['ready', key, locale],
      queryFn: () => api.get<PreviewView>(`/api/ready-campaigns/${key}/preview?locale=${locale}`),
      staleTime: 600_000,
    }),
  make: (input: ReadyInput) => api.post<ReadyMade>('/api/ready-campaigns', input),
};
