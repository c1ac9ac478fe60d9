import type {
  AssignInput,
  AssignmentView,
  CategoryView,
} from '@server/loyalty/standing/contract.categories.ts';
import type { StandingView } from '@server/loyalty/standing/contract.standing.ts';
import type {
  LadderView,
  MovementList,
  MoveView,
  TierBoard,
} from '@server/loyalty/standing/contract.tiers.ts';
import { queryOptions } from '@tanstack/react-query';
import { pagesOf } from '../lib/list.ts';
import { api } from './client.ts';

export type { AssignmentView, CategoryView, LadderView, MoveView, StandingView, TierBoard };
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
  requests: () => pagesOf<AssignmentView>('standing', '/api/person-categories/requests', { limit: 50 }),
  assign: (contactId: string, input: AssignInput) => api.post<AssignmentView>(assigned(contactId), input),
  decide: ({ contactId, id }: AssignmentView, decision: 'approve' | 'reject') =>
    api.post<AssignmentView>(`${assigned(contactId)}/${id}/decide`, { decision }),
  revoke: ({ contactId, id }: AssignmentView, reason: string) =>
    api.post<AssignmentView>(`${assigned(contactId)}/${id}/revoke`, { reason }),
};
