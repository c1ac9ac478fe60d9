import type {
  AdjustAnswer,
  AdjustInput,
  CheckView,
  EntryView,
  FamilyCapInput,
  FamilyInput,
  FamilyLeaveInput,
  FamilyView,
  LiabilityView,
  RequestView,
  TransferAnswer,
  TransferInput,
  WalletView,
} from '@server/loyalty/ledger/contract.ts';
import type {
  ClaimInput,
  ClaimView,
  CodeAnswer,
  EnrolInput,
  LookupInput,
  MemberView,
  PhoneLookupInput,
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
export type { FamilyView, RequestView, WalletView };
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
  /** Of everybody, or of one contact. */
  waiting: (contactId?: string) => pagesOf<RequestView>('loyalty', '/api/loyalty/adjustments', { contactId }),
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

export const transfers = {
  make: (input: TransferInput) => api.post<TransferAnswer>('/api/loyalty/transfers', input),
};

export const claims = {
  make: (contactId: string, programId: string, input: ClaimInput) =>
    api.post<ClaimView>(`/api/contacts/${contactId}/memberships/${programId}/claims`, input),
};

/** Shared wallets. */
export const families = {
  of: (contactId: string, programId: string) =>
    queryOptions({
      queryKey: ['loyalty', 'family', contactId, programId],
      queryFn: () => api.get<FamilyView>(`/api/contacts/${contactId}/family/${programId}`),
    }),
  join: (input: FamilyInput) => api.post<FamilyView>('/api/loyalty/families/join', input),
  cap: (input: FamilyCapInput) => api.post<FamilyView>('/api/loyalty/families/cap', input),
  leave: (input: FamilyLeaveInput) => api.post<FamilyView>('/api/loyalty/families/leave', input),
};

/** How a till finds a member. */
export const lookups = {
  find: (input: LookupInput) => api.post<MemberView>('/api/loyalty/lookups', input),
  askByPhone: (input: PhoneLookupInput) =>
    api.post<{ lookupId: string; expiresAt: string }>('/api/loyalty/lookups/phone', input),
  confirm: (lookupId: string, code: string) =>
    api.post<CodeAnswer>(`/api/loyalty/lookups/${lookupId}/code`, { code }),
};
