import type {
  DeadLetterView,
  RecentEvent,
  ReplayAnswer,
  ReplayedMany,
  sourceCreate,
  SourceHealth,
  sourcePatch,
  SourceView,
} from '@server/tracking/contract.ts';
import type { SnippetView } from '@server/tracking/snippet/contract.ts';
import { queryOptions } from '@tanstack/react-query';
import type { z } from 'zod';
import { pagesOf } from '../lib/list.ts';
import { api } from './client.ts';

export type { DeadLetterView, RecentEvent, SnippetView, SourceView };
export type SourceInput = z.input<typeof sourceCreate>;
export type SourceChange = z.input<typeof sourcePatch>;

const REFRESH_MS = 10_000;
const LIVE_MS = 2_000;

export const sources = {
  all: queryOptions({
    queryKey: ['sources'],
    queryFn: async () => (await api.get<{ items: SourceView[] }>('/api/sources')).items,
  }),
  one: (id: string) =>
    queryOptions({
      queryKey: ['sources', 'one', id],
      queryFn: () => api.get<SourceView>(`/api/sources/${id}`),
      refetchInterval: REFRESH_MS,
    }),
  snippet: (id: string) =>
    queryOptions({
      queryKey: ['sources', 'snippet', id],
      queryFn: () => api.get<SnippetView>(`/api/sources/${id}/snippet`),
      staleTime: 60_000,
    }),
  /** The last hundred events with what became of them. */
  recent: (id: string, live: boolean) =>
    queryOptions({
      queryKey: ['sources', 'recent', id],
      queryFn: async () => (await api.get<{ items: RecentEvent[] }>(`/api/sources/${id}/recent`)).items,
      refetchInterval: live ? LIVE_MS : false,
    }),
  health: (id: string, hours: number) =>
    queryOptions({
      queryKey: ['sources', 'health', id, hours],
      queryFn: async () =>
        (await api.get<SourceHealth>(`/api/sources/${id}/health`, { query: { hours } })).items,
      refetchInterval: REFRESH_MS * 3,
    }),
  create: (input: SourceInput) => api.post<SourceView>('/api/sources', input),
  change: (id: string, input: SourceChange) => api.patch<SourceView>(`/api/sources/${id}`, input),
  /** What user ids are proven with: asked for only when somebody wants to see it. */
  secret: (id: string) => api.get<{ secret: string }>(`/api/sources/${id}/secret`),
  rotateSecret: (id: string) => api.post<{ secret: string }>(`/api/sources/${id}/secret`),
  rotateKey: (id: string) => api.post<SourceView>(`/api/sources/${id}/rotate-key`),
};

export const letters = {
  of: (sourceId: string) => pagesOf<DeadLetterView>('letters', '/api/dead-letters', { sourceId, limit: 50 }),
  replay: (id: string, raw?: string) =>
    api.post<ReplayAnswer>(`/api/dead-letters/${id}/replay`, raw === undefined ? {} : { raw }),
  replayAll: (sourceId: string) => api.post<ReplayedMany>('/api/dead-letters/replay', { sourceId }),
  remove: (id: string) => api.delete<unknown>(`/api/dead-letters/${id}`),
};
