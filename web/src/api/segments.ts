import type {
  BuildAnswer,
  ContactSegments,
  CatalogueAnswer,
  MemberList,
  Preview,
  SegmentListed,
  SegmentView,
} from '@server/segments/contract.ts';
import type { ExplainFact, ExplainNode, Explanation } from '@server/segments/contract.explain.ts';
import type {
  Growth,
  MembershipHistory,
  Overlap,
  Simulation,
  TransitionList,
  VersionList,
} from '@server/segments/contract.insight.ts';
import { queryOptions } from '@tanstack/react-query';
import { pagesOf } from '../lib/list.ts';
import { api } from './client.ts';

export type { ExplainFact, ExplainNode, Explanation, Growth, Overlap, Preview, SegmentListed, SegmentView };
export type { Simulation };
export type CatalogueField = CatalogueAnswer['fields'][number];
export type SegmentMember = MemberList['items'][number];
export type Transition = TransitionList['items'][number];
export type SegmentVersion = VersionList['items'][number];
export type Membership = MembershipHistory['items'][number];
/** Another moment to ask about, and what was known by when. */
export type Moment = { now?: string; knownAt?: string };
/** A segment as it is saved, or a rule that is not yet; `segmentId` is then the segment being edited. */
export type Asked = { id: string } | { rule: unknown; segmentId?: string | undefined };

const BUILDING_REFRESH_MS = 1_500;
/** Of a segment that is looked at: who is in changes by itself. */
export const LIVE_MS = 5_000;

const isBuilding = (segment: SegmentView | undefined): boolean =>
  segment?.state === 'building' || (segment?.phase ?? null) !== null;

/** Days as the reader's calendar has them. */
const zone = (): string => Intl.DateTimeFormat().resolvedOptions().timeZone;

export const segments = {
  list: (limit = 50) => pagesOf<SegmentListed>('segments', '/api/segments', { limit }),
  /** Asked again while its members are being counted. */
  one: (id: string) =>
    queryOptions({
      queryKey: ['segments', 'one', id],
      queryFn: () => api.get<SegmentView>(`/api/segments/${id}`),
      refetchInterval: ({ state }) => (isBuilding(state.data) ? BUILDING_REFRESH_MS : false),
    }),
  /** The same, asked again while the page is seen. An editor must not: what it began with would be gone. */
  live: (id: string) =>
    queryOptions({
      queryKey: ['segments', 'one', id],
      queryFn: () => api.get<SegmentView>(`/api/segments/${id}`),
      refetchInterval: ({ state }) => (isBuilding(state.data) ? BUILDING_REFRESH_MS : LIVE_MS),
    }),
  catalogue: queryOptions({
    queryKey: ['segments', 'catalogue'],
    queryFn: async () => (await api.get<CatalogueAnswer>('/api/segments/catalogue')).fields,
    staleTime: 60_000,
  }),
  preview: (rule: unknown, segmentId: string | undefined, moment: Moment = {}) =>
    queryOptions({
      queryKey: ['segments', 'preview', rule, segmentId, moment],
      queryFn: ({ signal }) =>
        api.ask<Preview>('/api/segments/preview', { rule, segmentId, ...moment }, signal),
      retry: false,
    }),
  explain: (asked: Asked, contactId: string, moment: Moment = {}) =>
    queryOptions({
      queryKey: ['segments', 'explain', asked, contactId, moment],
      queryFn: ({ signal }) =>
        'id' in asked
          ? api.get<Explanation>(`/api/segments/${asked.id}/explain`, {
              query: { contactId, ...moment },
              signal,
            })
          : api.ask<Explanation>('/api/segments/explain', { ...asked, contactId, ...moment }, signal),
      retry: false,
    }),
  simulate: (rule: unknown, days: number, segmentId: string | undefined) =>
    queryOptions({
      queryKey: ['segments', 'simulate', rule, days, segmentId],
      queryFn: ({ signal }) =>
        api.ask<Simulation>('/api/segments/simulate', { rule, days, segmentId, zone: zone() }, signal),
      retry: false,
      staleTime: 60_000,
    }),
  overlap: (id: string, other: string) =>
    queryOptions({
      queryKey: ['segments', 'overlap', id, other],
      queryFn: ({ signal }) =>
        api.get<Overlap>(`/api/segments/${id}/overlap`, { query: { with: other }, signal }),
    }),
  growth: (id: string, from: string, to: string) =>
    queryOptions({
      queryKey: ['segments', 'growth', id, from, to],
      queryFn: ({ signal }) =>
        api.get<Growth>(`/api/segments/${id}/growth`, { query: { from, to, zone: zone() }, signal }),
    }),
  transitions: (id: string, direction?: 'entered' | 'left') =>
    pagesOf<Transition>('segments', `/api/segments/${id}/transitions`, { limit: 50, direction }),
  versions: (id: string) =>
    pagesOf<SegmentVersion>('segments', `/api/segments/${id}/versions`, { limit: 20 }),
  members: (id: string) => pagesOf<SegmentMember>('segments', `/api/segments/${id}/members`, { limit: 50 }),
  ofContact: (contactId: string) =>
    queryOptions({
      queryKey: ['segments', 'of', contactId],
      queryFn: async () => (await api.get<ContactSegments>(`/api/contacts/${contactId}/segments`)).items,
    }),
  historyOf: (contactId: string) =>
    pagesOf<Membership>('segments', `/api/contacts/${contactId}/segments/history`, { limit: 10 }),
  create: (input: { name: string; description?: string; rule: unknown }) =>
    api.post<SegmentView>('/api/segments', { kind: 'dynamic', ...input }),
  change: (id: string, input: { name: string; rule?: unknown; version: number }) =>
    api.patch<SegmentView>(`/api/segments/${id}`, input),
  build: (id: string) => api.post<BuildAnswer>(`/api/segments/${id}/build`),
  remove: (id: string) => api.delete(`/api/segments/${id}`),
};
