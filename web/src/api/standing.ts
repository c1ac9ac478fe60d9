import type {
  accumulativeInput,
  accumulativePatch,
  AccumulativeView,
} from '@server/loyalty/standing/contract.accumulative.ts';
import type {
  AssignInput,
  AssignmentView,
  categoryInput,
  categoryPatch,
  CategoryView,
  personalInput,
  PersonalView,
} from '@server/loyalty/standing/contract.categories.ts';
import type { StandingView } from '@server/loyalty/standing/contract.standing.ts';
import type {
  LadderInput,
  LadderPreview,
  ladderPatch,
  ladderPreviewInput,
  LadderVersions,
  LadderView,
  MovementList,
  MoveView,
  TierBoard,
} from '@server/loyalty/standing/contract.tiers.ts';
import type { PriceListView } from '@server/orders/contract.price-lists.ts';
import { queryOptions } from '@tanstack/react-query';
import type { z } from 'zod';
import { allPages, pagesOf } from '../lib/list.ts';
import { api } from './client.ts';

export type { AssignmentView, CategoryView, LadderView, MoveView, StandingView, TierBoard };
export type { AccumulativeView, LadderPreview, PersonalView };
export type CategoryInput = z.input<typeof categoryInput>;
export type AccumulativeInput = z.input<typeof accumulativeInput>;
type Decision = 'approve' | 'reject';
export type LadderDraft = z.input<typeof ladderPreviewInput>;
export type LadderVersion = LadderVersions['items'][number];
export type Movement = MovementList['items'][number];
export type TierStanding = StandingView['tiers'][number];
type Items<T> = { items: T[] };

const BUILDING_REFRESH_MS = 2_000;

export const ladders = {
  /** The one in force; a program without tiers has none. */
  ofProgram: (programId: string) =>
    queryOptions({
      queryKey: ['standing', 'ladder', programId],
      queryFn: async () => {
        const { items } = await api.get<Items<LadderView>>('/api/tier-ladders', { query: { programId } });
        return items.find(({ state }) => state === 'active') ?? null;
      },
    }),
  create: (input: LadderDraft & Pick<LadderInput, 'name'>) =>
    api.post<LadderView>('/api/tier-ladders', input),
  change: (id: string, change: z.input<typeof ladderPatch>) =>
    api.patch<LadderView>(`/api/tier-ladders/${id}`, change),
  /** Who would stand where by rules that are not in force. */
  preview: (draft: LadderDraft) =>
    queryOptions({
      queryKey: ['standing', 'preview', draft],
      queryFn: ({ signal }) => api.ask<LadderPreview>('/api/tier-ladders/preview', draft, signal),
      staleTime: 60_000,
    }),
  versions: (id: string) =>
    queryOptions({
      queryKey: ['standing', 'versions', id],
      queryFn: async () => (await api.get<LadderVersions>(`/api/tier-ladders/${id}/versions`)).items,
    }),
  /** Those of all programs. */
  all: queryOptions({
    queryKey: ['standing', 'ladders'],
    queryFn: async () => (await api.get<Items<LadderView>>('/api/tier-ladders')).items,
  }),
  board: (id: string) =>
    queryOptions({
      queryKey: ['standing', 'board', id],
      queryFn: () => api.get<TierBoard>(`/api/tier-ladders/${id}/board`),
      refetchInterval: ({ state }) => (state.data?.building === true ? BUILDING_REFRESH_MS : false),
    }),
  /** Months as YYYY-MM, both included. */
  movements: (id: string, from: string, to: string) =>
    queryOptions({
      queryKey: ['standing', 'movements', id, from, to],
      queryFn: async () =>
        (await api.get<MovementList>(`/api/tier-ladders/${id}/movements`, { query: { from, to } })).items,
    }),
  moves: (id: string, month: string | undefined) =>
    pagesOf<MoveView>('standing', `/api/tier-ladders/${id}/moves`, { month, limit: 20 }),
};

/** Price lists with whom they are for. */
export const priceLists = {
  all: queryOptions({
    queryKey: ['price-lists', 'named'],
    queryFn: () => allPages<PriceListView>('/api/price-lists'),
    staleTime: 60_000,
  }),
};

export const standing = {
  ofContact: (contactId: string) =>
    queryOptions({
      queryKey: ['standing', 'of', contactId],
      queryFn: () => api.get<StandingView>(`/api/contacts/${contactId}/standing`),
    }),
};

const assigned = (contactId: string) => `/api/contacts/${contactId}/person-categories`;

export const categories = {
  all: queryOptions({
    queryKey: ['standing', 'categories'],
    queryFn: async () => (await api.get<Items<CategoryView>>('/api/person-categories')).items,
  }),
  one: (id: string) =>
    queryOptions({
      queryKey: ['standing', 'categories', id],
      queryFn: () => api.get<CategoryView>(`/api/person-categories/${id}`),
    }),
  create: (input: CategoryInput) => api.post<CategoryView>('/api/person-categories', input),
  change: (id: string, change: z.input<typeof categoryPatch>) =>
    api.patch<CategoryView>(`/api/person-categories/${id}`, change),
  /** Who has it, the soonest to end first. */
  members: (id: string) =>
    pagesOf<AssignmentView>('standing', `/api/person-categories/${id}/members`, { limit: 50 }),
  ending: (days: number) =>
    pagesOf<AssignmentView>('standing', '/api/person-categories/ending', { days, limit: 20 }),
  requests: () => pagesOf<AssignmentView>('standing', '/api/person-categories/requests', { limit: 50 }),
  assign: (contactId: string, input: AssignInput) => api.post<AssignmentView>(assigned(contactId), input),
  decide: ({ contactId, id }: AssignmentView, decision: Decision, reason = '') =>
    api.post<AssignmentView>(`${assigned(contactId)}/${id}/decide`, { decision, reason }),
  revoke: ({ contactId, id }: AssignmentView, reason: string) =>
    api.post<AssignmentView>(`${assigned(contactId)}/${id}/revoke`, { reason }),
};

const given = (contactId: string) => `/api/contacts/${contactId}/personal-discounts`;

/** Discounts of one contact alone. */
export const personal = {
  inForce: () => pagesOf<PersonalView>('standing', '/api/personal-discounts', { limit: 50 }),
  requests: () => pagesOf<PersonalView>('standing', '/api/personal-discounts/requests', { limit: 50 }),
  ask: (contactId: string, input: z.input<typeof personalInput>) =>
    api.post<PersonalView>(given(contactId), input),
  decide: ({ contactId, id }: PersonalView, decision: Decision, reason = '') =>
    api.post<PersonalView>(`${given(contactId)}/${id}/decide`, { decision, reason }),
  revoke: ({ contactId, id }: PersonalView, reason: string) =>
    api.post<PersonalView>(`${given(contactId)}/${id}/revoke`, { reason }),
};

export const accumulatives = {
  all: queryOptions({
    queryKey: ['standing', 'accumulative'],
    queryFn: async () => (await api.get<Items<AccumulativeView>>('/api/accumulative-discounts')).items,
  }),
  one: (id: string) =>
    queryOptions({
      queryKey: ['standing', 'accumulative', id],
      queryFn: () => api.get<AccumulativeView>(`/api/accumulative-discounts/${id}`),
    }),
  create: (input: AccumulativeInput) => api.post<AccumulativeView>('/api/accumulative-discounts', input),
  change: (id: string, change: z.input<typeof accumulativePatch>) =>
    api.patch<AccumulativeView>(`/api/accumulative-discounts/${id}`, change),
};
