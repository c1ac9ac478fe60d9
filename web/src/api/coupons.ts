import type {
  CouponCampaignForm as CouponCampaignInput,
  CouponCampaignView,
  CouponView,
} from '@server/loyalty/coupons/contract.ts';
import { queryOptions } from '@tanstack/react-query';
import { pagesOf } from '../lib/list.ts';
import { api } from './client.ts';

export type { CouponCampaignInput, CouponCampaignView };

export const coupons = {
  ofContact: (contactId: string) =>
    queryOptions({
      queryKey: ['coupons', contactId],
      queryFn: async () =>
        (await api.get<{ items: CouponView[] }>(`/api/contacts/${contactId}/coupons`)).items,
    }),
  campaigns: () => pagesOf<CouponCampaignView>('coupon-campaigns', '/api/coupon-campaigns', { limit: 200 }),
  create: (input: CouponCampaignInput) => api.post<CouponCampaignView>('/api/coupon-campaigns', input),
};
