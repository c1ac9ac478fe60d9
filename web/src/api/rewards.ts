import type {
  RedemptionState,
  RedemptionView,
  RewardDefinition,
  rewardInput,
  rewardPatch,
  RewardState,
  RewardView,
} from '@server/loyalty/rewards/contract.ts';
import type { WalletLink } from '@server/loyalty/wallet-page/contract.ts';
import { queryOptions } from '@tanstack/react-query';
import type { z } from 'zod';
import { pagesOf } from '../lib/list.ts';
import { api } from './client.ts';

export type { RedemptionState, RedemptionView, RewardDefinition, RewardState, RewardView };

const at = (id: string): string => `/api/rewards/${id}`;

export const rewards = {
  ofProgram: (programId: string) =>
    queryOptions({
      queryKey: ['rewards', programId],
      queryFn: async () =>
        (await api.get<{ items: RewardView[] }>('/api/rewards', { query: { programId } })).items,
    }),
  create: (input: z.input<typeof rewardInput>) => api.post<RewardView>('/api/rewards', input),
  change: (id: string, patch: z.input<typeof rewardPatch>) => api.patch<RewardView>(at(id), patch),
  act: (id: string, verb: 'launch' | 'pause' | 'archive') => api.post<RewardView>(`${at(id)}/${verb}`),
};

export const redemptions = {
  list: (query: { programId: string; state?: RedemptionState; contactId?: string }) =>
    pagesOf<RedemptionView>('rewards', '/api/reward-redemptions', { limit: 50, ...query }),
  handOver: (id: string) => api.post<RedemptionView>(`/api/reward-redemptions/${id}/hand-over`),
  cancel: (id: string, reason: string) =>
    api.post<RedemptionView>(`/api/reward-redemptions/${id}/cancel`, { reason }),
};

export const walletLinks = {
  make: (contactId: string, programId: string) =>
    api.post<WalletLink>(`/api/contacts/${contactId}/wallet-link`, { programId }),
  revoke: (contactId: string, programId: string) =>
    api.post<WalletLink>(`/api/contacts/${contactId}/wallet-link/revoke`, { programId }),
};
