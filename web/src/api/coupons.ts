import type {
  CouponBatchView,
  CouponVoidBatchInput,
  CouponVoidInput,
  couponVoidAnswer,
} from '@server/loyalty/coupons/contract.codes.ts';
import type { CodeCheck, CouponDays, CouponStory } from '@server/loyalty/coupons/contract.check.ts';
import type {
  CouponCampaignForm as CouponCampaignInput,
  couponCampaignPatch,
  CouponCampaignView,
  CouponState,
  CouponVersionView,
  CouponView,
  OpenCode,
} from '@server/loyalty/coupons/contract.ts';
import { queryOptions } from '@tanstack/react-query';
import type { z } from 'zod';
import { pagesOf } from '../lib/list.ts';
import { api, urlOf } from './client.ts';

export type { CodeCheck, CouponBatchView, CouponCampaignInput, CouponCampaignView, CouponState };
export type { CouponStory, CouponVersionView, CouponView };
export type CouponCampaignState = CouponCampaignView['state'];
export type CouponCampaignPatch = z.input<typeof couponCampaignPatch>;
export type CouponVerb = 'launch' | 'pause' | 'resume' | 'archive';

const BATCH_REFRESH_MS = 1_000;
const isGoing = ({ state }: CouponBatchView): boolean => state === 'queued' || state === 'running';
const at = (id: string): string => `/api/coupon-campaigns/${id}`;

export const coupons = {
  ofContact: (contactId: string) =>
    queryOptions({
      queryKey: ['coupons', contactId],
      queryFn: () => api.get<{ items: CouponView[]; open: OpenCode[] }>(`/api/contacts/${contactId}/coupons`),
    }),
  campaigns: (query: { state?: CouponCampaignState; search?: string } = {}, limit = 200) =>
    pagesOf<CouponCampaignView>('coupon-campaigns', '/api/coupon-campaigns', { limit, ...query }),
  campaign: (id: string) =>
    queryOptions({
      queryKey: ['coupon-campaigns', 'one', id],
      queryFn: () => api.get<CouponCampaignView>(at(id)),
    }),
  versions: (id: string) =>
    queryOptions({
      queryKey: ['coupon-campaigns', 'versions', id],
      queryFn: async () => (await api.get<{ items: CouponVersionView[] }>(`${at(id)}/versions`)).items,
    }),
  /** Days as YYYY-MM-DD, both included. */
  days: (id: string, from: string, to: string) =>
    queryOptions({
      queryKey: ['coupon-campaigns', 'days', id, from, to],
      queryFn: async () => (await api.get<CouponDays>(`${at(id)}/days`, { query: { from, to } })).items,
    }),
  create: (input: CouponCampaignInput) => api.post<CouponCampaignView>('/api/coupon-campaigns', input),
  change: (id: string, patch: CouponCampaignPatch) => api.patch<CouponCampaignView>(at(id), patch),
  rewrite: (id: string, version: number, campaign: CouponCampaignInput) =>
    api.put<CouponCampaignView>(at(id), { version, campaign }),
  act: (id: string, verb: CouponVerb) => api.post<CouponCampaignView>(`${at(id)}/${verb}`),
  codes: (id: string, query: { code?: string; state?: CouponState; batchId?: string }) =>
    pagesOf<CouponView>('coupons', '/api/coupons', { couponCampaignId: id, limit: 20, ...query }),
  csvUrl: (id: string, query: { state?: CouponState; batchId?: string }) =>
    urlOf(`${at(id)}/codes.csv`, query),
  voidCodes: (input: CouponVoidInput) =>
    api.post<z.output<typeof couponVoidAnswer>>('/api/coupons/void', input),
  check: (code: string, contactId: string | undefined) =>
    queryOptions({
      queryKey: ['coupons', 'check', code, contactId],
      queryFn: () => api.get<CodeCheck>('/api/coupon-check', { query: { code, contactId } }),
      staleTime: 0,
    }),
  story: (code: string) =>
    queryOptions({
      queryKey: ['coupons', 'story', code],
      queryFn: async () =>
        (await api.get<CouponStory>(`/api/coupons/${encodeURIComponent(code)}/story`)).items,
    }),
};

export const batches = {
  /** Asked again every second while one goes on. */
  of: (id: string) =>
    queryOptions({
      queryKey: ['coupon-batches', id],
      queryFn: async () =>
        (await api.get<{ items: CouponBatchView[] }>(`${at(id)}/batches`, { query: { limit: 20 } })).items,
      refetchInterval: ({ state }) => (state.data?.some(isGoing) === true ? BATCH_REFRESH_MS : false),
    }),
  isGoing,
  make: (id: string, count: number, name: string) =>
    api.post<CouponBatchView>(`${at(id)}/batches`, { count, name }),
  void: (id: string, input: CouponVoidBatchInput) => api.post<CouponBatchView>(`${at(id)}/void`, input),
  cancel: (batchId: string) => api.post<CouponBatchView>(`/api/coupon-batches/${batchId}/cancel`),
};
