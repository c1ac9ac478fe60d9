import type {
  contactsCount,
  ContactField,
  FilterCondition,
  Sort,
  ViewAnswer,
  viewCreate,
  viewPatch,
  Wanted,
} from '@server/contacts/contract.list.ts';
import type {
  ContactCard,
  ContactView,
  contactCreate,
  consentInput,
  contactPatch,
  NoteView,
  timelineEntry,
} from '@server/contacts/contract.ts';
import { queryOptions } from '@tanstack/react-query';
import type { z } from 'zod';
import { pagesOf } from '../lib/list.ts';
import { api, urlOf } from './client.ts';

export type { ContactCard, ContactView };
export type ContactInput = z.input<typeof contactCreate>;
export type ContactChange = z.input<typeof contactPatch>;
export type TimelineEntry = z.infer<typeof timelineEntry>;

export type { ContactField, FilterCondition, Sort, ViewAnswer, Wanted };

const wantedQuery = ({ search, filter }: Wanted) => ({
  search,
  filter: filter === undefined || filter.length === 0 ? undefined : JSON.stringify(filter),
});

/** Choices that a list under a field shows without scrolling far. */
const FOUND = 10;

export const contacts = {
  list: (wanted: Wanted, sort: Sort) =>
    pagesOf<ContactView>('contacts', '/api/contacts', { ...wantedQuery(wanted), sort, limit: 50 }),
  count: (wanted: Wanted) =>
    queryOptions({
      queryKey: ['contacts', 'count', wanted],
      queryFn: ({ signal }) =>
        api.get<z.output<typeof contactsCount>>('/api/contacts/count', {
          query: wantedQuery(wanted),
          signal,
        }),
    }),
  fields: queryOptions({
    queryKey: ['contacts', 'fields'],
    queryFn: async () => (await api.get<{ items: ContactField[] }>('/api/contacts/fields')).items,
    staleTime: 60_000,
  }),
  /** A few whom a search names, for a choice. */
  found: (search: string) =>
    queryOptions({
      queryKey: ['contacts', 'found', search],
      queryFn: async ({ signal }) =>
        (
          await api.get<{ items: ContactView[] }>('/api/contacts', {
            query: { search, limit: FOUND },
            signal,
          })
        ).items,
    }),
  exportUrl: (wanted: Wanted) => urlOf('/api/contacts/export.csv', wantedQuery(wanted)),
  one: (id: string) =>
    queryOptions({
      queryKey: ['contacts', 'one', id],
      queryFn: () => api.get<ContactCard>(`/api/contacts/${id}`),
    }),
  create: (input: ContactInput) => api.post<ContactCard>('/api/contacts', input),
  change: (id: string, input: ContactChange) => api.patch<ContactCard>(`/api/contacts/${id}`, input),
  /** Everyone who fits, or the contacts named. */
  bulk: (which: { ids: readonly string[] } | Wanted, change: BulkChange) =>
    api.post<BulkAnswer>(
      '/api/contacts/bulk',
      'ids' in which ? { ...which, ...change } : { filter: [], ...which, ...change },
    ),
  timeline: (id: string, kinds: string | undefined) =>
    pagesOf<TimelineEntry>('timeline', `/api/contacts/${id}/timeline`, { kinds, limit: 30 }, 'before'),
  note: (id: string, body: string) => api.post<NoteView>(`/api/contacts/${id}/notes`, { body }),
  consent: (id: string, input: z.input<typeof consentInput>) =>
    api.post<unknown>(`/api/contacts/${id}/consents`, input),
};

export type BulkChange = { addTags?: string[]; removeTags?: string[]; ownerId?: string | null };
type BulkAnswer = { changed: number };

export const views = {
  all: queryOptions({
    queryKey: ['views'],
    queryFn: async () =>
      (await api.get<{ items: ViewAnswer[] }>('/api/views', { query: { entity: 'contacts' } })).items,
  }),
  create: (input: Omit<z.input<typeof viewCreate>, 'entity'>) =>
    api.post<ViewAnswer>('/api/views', { entity: 'contacts', ...input }),
  change: (id: string, input: z.input<typeof viewPatch>) => api.patch<ViewAnswer>(`/api/views/${id}`, input),
  remove: (id: string) => api.delete(`/api/views/${id}`),
};
