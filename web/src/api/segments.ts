import type {
  BuildAnswer,
  ContactSegments,
  CatalogueAnswer,
  MemberList,
  Preview,
  SegmentListed,
  SegmentView,
} from '@server/segments/contract.ts';
import { queryOptions } from '@tanstack/react-query';
import { pagesOf } from '../lib/list.ts';
import { api } from './client.ts';

export type { Preview, SegmentListed, SegmentView };
export type CatalogueField = CatalogueAnswer['fields'][number];
export type SegmentMember = MemberList['items'][number];

const BUILDING_REFRESH_MS = 1_500;

export const segments = {
  list: (limit = 50) => pagesOf<SegmentListed>('segments', '/api/segments', { limit }),
  /** Asked again while its members are being counted. */
  one: (id: string) =>
    queryOptions({
      queryKey: ['segments', 'one', id],
      queryFn: () => api.get<SegmentView>(`/api/segments/${id}`),
      refetchInterval: ({ state }) => (state.data?.state === 'building' ? BUILDING_REFRESH_MS : false),
    }),
  catalogue: queryOptions({
    queryKey: ['segments', 'catalogue'],
    queryFn: async () => (await api.get<CatalogueAnswer>('/api/segments/catalogue')).fields,
    staleTime: 60_000,
  }),
  preview: (rule: unknown, segmentId: string | undefined) =>
    queryOptions({
      queryKey: ['segments', 'preview', rule, segmentId],
      queryFn: ({ signal }) => api.ask<Preview>('/api/segments/preview', { rule, segmentId }, signal),
      retry: false,
    }),
  members: (id: string) => pagesOf<SegmentMember>('segments', `/api/segments/${id}/members`, { limit: 50 }),
  ofContact: (contactId: string) =>
    queryOptions({
      queryKey: ['segments', 'of', contactId],
      queryFn: async () => (await api.get<ContactSegments>(`/api/contacts/${contactId}/segments`)).items,
    }),
  create: (input: { name: string; rule: unknown }) =>
    api.post<SegmentView>('/api/segments', { kind: 'dynamic', ...input }),
  change: (id: string, input: { name: string; rule?: unknown; version: number }) =>
    api.patch<SegmentView>(`/api/segments/${id}`, input),
  build: (id: string) => api.post<BuildAnswer>(`/api/segments/${id}/build`),
  remove: (id: string) => api.delete(`/api/segments/${id}`),
};
