import type { JourneyDefinition } from '@server/campaigns/journeys/contract.definition.ts';
import type {
  CheckView,
  ContactJourneys,
  CountsView,
  JourneyPage,
  JourneyPatch,
  JourneyProblem,
  JourneyState,
  JourneyView,
  PeoplePage,
  VersionList,
} from '@server/campaigns/journeys/contract.ts';
import { queryOptions } from '@tanstack/react-query';
import { pagesOf } from '../lib/list.ts';
import { api } from './client.ts';

export type { CountsView, JourneyProblem, JourneyState, JourneyView };
export type JourneyListed = JourneyPage['items'][number];
export type JourneyVersion = VersionList['items'][number];
export type JourneyPerson = PeoplePage['items'][number];
export type JourneyEntry = ContactJourneys['items'][number];
export type JourneyStep = JourneyEntry['path'][number];
export type JourneyVerb = 'publish' | 'pause' | 'resume' | 'stop';
export type PeopleFilter = { version?: number; node?: string; state?: 'inside' | 'left' };

const REFRESH_MS = 5_000;
const at = (id: string): string => `/api/journeys/${id}`;

export const journeys = {
  list: () => pagesOf<JourneyListed>('journeys', '/api/journeys', { limit: 50 }),
  one: (id: string) =>
    queryOptions({ queryKey: ['journeys', 'one', id], queryFn: () => api.get<JourneyView>(at(id)) }),
  create: (input: { name: string; definition?: JourneyDefinition }) =>
    api.post<JourneyView>('/api/journeys', input),
  change: (id: string, patch: JourneyPatch) => api.patch<JourneyView>(at(id), patch),
  act: (id: string, verb: JourneyVerb) => api.post<JourneyView>(`${at(id)}/${verb}`),
  /** What keeps a definition from being published, saved or not. */
  check: (id: string, definition: JourneyDefinition) =>
    queryOptions({
      queryKey: ['journeys', 'check', id, definition],
      queryFn: ({ signal }) => api.ask<CheckView>(`${at(id)}/check`, { definition }, signal),
      retry: false,
      gcTime: 30_000,
    }),
  versions: (id: string, live = false) =>
    queryOptions({
      queryKey: ['journeys', 'versions', id],
      queryFn: async () => (await api.get<VersionList>(`${at(id)}/versions`)).items,
      refetchInterval: live ? REFRESH_MS : false,
    }),
  counts: (id: string, version: number, live: boolean) =>
    queryOptions({
      queryKey: ['journeys', 'counts', id, version],
      queryFn: () => api.get<CountsView>(`${at(id)}/counts`, { query: { version } }),
      refetchInterval: live ? REFRESH_MS : false,
    }),
  people: (id: string, filter: PeopleFilter) =>
    pagesOf<JourneyPerson>('journeys', `${at(id)}/people`, { ...filter, limit: 20 }),
  ofContact: (contactId: string) =>
    queryOptions({
      queryKey: ['journeys', 'of', contactId],
      queryFn: async () => (await api.get<ContactJourneys>(`/api/contacts/${contactId}/journeys`)).items,
    }),
};
