import type {
  AdjustAnswer,
  AdjustInput,
  CheckView,
  EntryView,
  LiabilityView,
  RequestView,
  WalletView,
} from '@server/loyalty/ledger/contract.ts';
import type {
  EnrolInput,
  MemberView,
  programInput,
  ProgramSettings,
  programVersionList,
  ProgramView,
} from '@server/loyalty/programs/contract.ts';
import { queryOptions } from '@tanstack/react-query';
import type { z } from 'zod';
import { pagesOf } from '../lib/list.ts';
import { api } from './client.ts';

export type { CheckView, EntryView, LiabilityView, MemberView, ProgramSettings, ProgramView };
export type { RequestView, WalletView };
export type ProgramVersion = z.output<typeof programVersionList>['items'][number];
export type Verification = { sound: boolean | null; items: CheckView[] };
type ProgramChange = {
  version: number;
  name?: string;
  settings?: Record<string, unknown>;
  state?: 'active' | 'archived';
};

type Items<T> = { items: T[] };
const CHECK_REFRESH_MS = 2_000;

const items = async <T>(path: string): Promise<T[]> => (await api.get<Items<T>>(path)).items;

export const programs = {
  all: queryOptions({
    queryKey: ['loyalty', 'programs'],
    queryFn: () => items<ProgramView>('/api/loyalty/programs'),
  }),
  one: (id: string) =>
    queryOptions({
      queryKey: ['loyalty', 'programs', id],
      queryFn: () => api.get<ProgramView>(`/api/loyalty/programs/${id}`),
    }),
  versions: (id: string) =>
    queryOptions({
      queryKey: ['loyalty', 'versions', id],
      queryFn: () => items<ProgramVersion>(`/api/loyalty/programs/${id}/versions`),
    }),
  create: (input: z.input<typeof programInput>) => api.post<ProgramView>('/api/loyalty/programs', input),
  change: (id: string, change: ProgramChange) =>
    api.patch<ProgramView>(`/api/loyalty/programs/${id}`, change),
  liability: (programId: string, days: number) =>
    queryOptions({
      queryKey: ['loyalty', 'liability', programId, days],
      queryFn: () => api.get<LiabilityView>('/api/loyalty/liability', { query: { programId, days } }),
    }),
};

export const checks = {
  /** Asked again while one runs, and while one that was asked for has not begun. */
  list: (wanted: boolean) =>
    queryOptions({
      queryKey: ['loyalty', 'verification'],
      queryFn: () => api.get<Verification>('/api/loyalty/verification'),
      refetchInterval: ({ state }) =>
        wanted || state.data?.items[0]?.finishedAt === null ? CHECK_REFRESH_MS : false,
    }),
  ask: () => api.post('/api/loyalty/verification'),
};

export const adjustments = {
  waiting: queryOptions({
    queryKey: ['loyalty', 'adjustments'],
    queryFn: () => items<RequestView>('/api/loyalty/adjustments'),
  }),
  decide: (id: string, approve: boolean) =>
    api.post<RequestView>(`/api/loyalty/adjustments/${id}/decision`, { approve }),
  make: (input: AdjustInput) => api.post<AdjustAnswer>('/api/loyalty/adjustments', input),
};

export const members = {
  ofContact: (contactId: string) =>
    queryOptions({
      queryKey: ['loyalty', 'memberships', contactId],
      queryFn: () => items<MemberView>(`/api/contacts/${contactId}/memberships`),
    }),
  enrol: (input: EnrolInput) => api.post<MemberView>('/api/loyalty/members', input),
  leave: (contactId: string, programId: string, reason: string) =>
    api.post<MemberView>(`/api/contacts/${contactId}/memberships/${programId}/leave`, { reason }),
  wallets: (contactId: string) =>
    queryOptions({
      queryKey: ['loyalty', 'wallets', contactId],
      queryFn: () => items<WalletView>(`/api/contacts/${contactId}/wallets`),
    }),
  ledger: (contactId: string, programId: string) =>
    pagesOf<EntryView>('loyalty', `/api/contacts/${contactId}/ledger`, { programId, limit: 10 }),
};
