import type {
  Accepted,
  AcceptInput,
  InvitationCreated,
  InvitationInput,
  InvitationPreview,
  InvitationView,
  KeyCreated,
  KeyInput,
  KeyView,
  Person,
  PersonPatch,
  Team,
  TeamInput,
} from '@server/people/contract.ts';
import { queryOptions } from '@tanstack/react-query';
import { allPages } from '../lib/list.ts';
import { api } from './client.ts';

type Items<T> = { items: T[] };

export const people = {
  all: queryOptions({
    queryKey: ['people'],
    queryFn: () => allPages<Person>('/api/people'),
    staleTime: 60_000,
  }),
  patch: (id: string, input: PersonPatch) => api.patch<Person>(`/api/people/${id}`, input),
  /** A link by which the person sets a new password; works once, for a day. */
  recover: (id: string) => api.post<InvitationCreated>(`/api/people/${id}/recovery-link`),
  deactivate: (id: string) => api.post<Person>(`/api/people/${id}/deactivate`),
  activate: (id: string) => api.post<Person>(`/api/people/${id}/activate`),
  teams: queryOptions({
    queryKey: ['teams'],
    queryFn: async () => (await api.get<Items<Team>>('/api/people/teams')).items,
    staleTime: 60_000,
  }),
  createTeam: (input: TeamInput) => api.post<Team>('/api/people/teams', input),
  invite: (input: InvitationInput) => api.post<InvitationCreated>('/api/people/invitations', input),
  invitations: queryOptions({
    queryKey: ['invitations'],
    queryFn: async () => (await api.get<Items<InvitationView>>('/api/people/invitations')).items,
  }),
  withdraw: (id: string) => api.delete(`/api/people/invitations/${id}`),
};

export const invitations = {
  preview: (token: string) =>
    queryOptions({
      queryKey: ['invitation', token],
      queryFn: () => api.get<InvitationPreview>(`/api/people/invitations/${encodeURIComponent(token)}`),
      retry: false,
    }),
  accept: (token: string, input: AcceptInput) =>
    api.post<Accepted>(`/api/people/invitations/${encodeURIComponent(token)}/accept`, input),
};

export const keys = {
  all: queryOptions({
    queryKey: ['keys'],
    queryFn: async () => (await api.get<Items<KeyView>>('/api/keys')).items,
    // When they were last used is known to the minute.
    refetchInterval: 60_000,
  }),
  create: (input: KeyInput) => api.post<KeyCreated>('/api/keys', input),
  revoke: (id: string) => api.delete(`/api/keys/${id}`),
};
