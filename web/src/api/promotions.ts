import type {
  BacktestResult,
  BacktestView,
  CheckAnswer,
  CheckItem,
  PromotionDefinition,
  promotionDefinition,
  PromotionDetail,
  PromotionState,
  PromotionVersionView,
} from '@server/loyalty/offers/contract.ts';
import { queryOptions } from '@tanstack/react-query';
import type { z } from 'zod';
import { pagesOf } from '../lib/list.ts';
import { api } from './client.ts';

export type { BacktestResult, BacktestView, CheckAnswer, CheckItem };
export type { PromotionDefinition, PromotionDetail, PromotionState, PromotionVersionView };
/** As it is sent: what has a default may be left out. */
export type PromotionInput = z.input<typeof promotionDefinition>;
export type PromotionMove = 'launch' | 'pause' | 'resume' | 'end' | 'archive';

const RUNNING_REFRESH_MS = 1_000;
const path = (id: string): string => `/api/promotions/${id}`;
export const isOpen = ({ state }: BacktestView): boolean => state === 'waiting' || state === 'running';

export const promotions = {
  list: (query: { search?: string | undefined; state?: string | undefined; stage?: string | undefined }) =>
    pagesOf<PromotionDetail>('promotions', '/api/promotions', { ...query, limit: 30 }),
  one: (id: string) =>
    queryOptions({
      queryKey: ['promotions', 'one', id],
      queryFn: () => api.get<PromotionDetail>(path(id)),
    }),
  edited: (id: string) =>
    queryOptions({
      queryKey: ['promotions', 'edited', id],
      queryFn: () => api.get<PromotionDetail>(path(id)),
    }),
  checks: (id: string, version: number) =>
    queryOptions({
      queryKey: ['promotions', 'checks', id, version],
      queryFn: ({ signal }) => api.get<CheckAnswer>(`${path(id)}/checks`, { signal }),
    }),
  versions: (id: string) =>
    pagesOf<PromotionVersionView>('promotions', `${path(id)}/versions`, { limit: 30 }),
  create: (definition: PromotionInput) => api.post<PromotionDetail>('/api/promotions', definition),
  change: (id: string, version: number, definition: PromotionInput) =>
    api.patch<PromotionDetail>(path(id), { version, definition }),
  move: (id: string, move: PromotionMove, version: number) =>
    api.post<PromotionDetail>(`${path(id)}/${move}`, { version }),
  copy: (id: string) => api.post<PromotionDetail>(`${path(id)}/copy`),
  /** Asked again while one waits or runs. */
  backtests: (id: string) =>
    queryOptions({
      queryKey: ['promotions', 'backtests', id],
      queryFn: async () =>
        (await api.get<{ items: BacktestView[] }>(`${path(id)}/backtests`, { query: { limit: 10 } })).items,
      refetchInterval: ({ state }) => (state.data?.some(isOpen) === true ? RUNNING_REFRESH_MS : false),
    }),
  startBacktest: (id: string, input: { days: number; beside: 'alone' | 'live'; shippingMinor: number }) =>
    api.post<BacktestView>(`${path(id)}/backtests`, input),
  cancelBacktest: (id: string, backtestId: string) =>
    api.post<BacktestView>(`${path(id)}/backtests/${backtestId}/cancel`),
};
