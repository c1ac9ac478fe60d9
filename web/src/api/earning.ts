import type { ChallengeView, challengeInput } from '@server/loyalty/accrual/contract.challenges.ts';
import type {
  earningBacktestInput,
  EarningBacktestResult,
  EarningBacktestView,
} from '@server/loyalty/accrual/contract.backtest.ts';
import type { EarningExample } from '@server/loyalty/accrual/contract.example.ts';
import type { ReferralTerms } from '@server/loyalty/accrual/contract.referral.ts';
import type {
  AccrualDefinition,
  accrualDefinition,
  RuleMove,
  RuleVersions,
  RuleView,
} from '@server/loyalty/accrual/contract.ts';
import type { ProgramCheck, ProgramChecks } from '@server/loyalty/design/contract.ts';
import { queryOptions } from '@tanstack/react-query';
import type { z } from 'zod';
import { api } from './client.ts';
import type { ProgramView } from './loyalty.ts';

export type { ChallengeView, EarningBacktestResult, EarningBacktestView, EarningExample };
export type { AccrualDefinition, ProgramCheck, ProgramChecks, ReferralTerms, RuleView };
export type RuleVersion = RuleVersions['items'][number];
/** As it is sent: what has a default may be left out. */
export type RuleDraft = z.input<typeof accrualDefinition>;
export type ChallengeDraft = z.input<typeof challengeInput>;
export type BacktestAsk = z.input<typeof earningBacktestInput>;

const RUNNING_REFRESH_MS = 1_000;
const path = '/api/loyalty/accrual-rules';
const backtestPath = (programId: string): string => `/api/loyalty/programs/${programId}/earning-backtests`;
export const isOpen = ({ state }: EarningBacktestView): boolean => state === 'waiting' || state === 'running';

export const rules = {
  ofProgram: (programId: string) =>
    queryOptions({
      queryKey: ['loyalty', 'rules', programId],
      queryFn: async () => (await api.get<{ items: RuleView[] }>(path, { query: { programId } })).items,
    }),
  one: (id: string) =>
    queryOptions({
      queryKey: ['loyalty', 'rules', 'one', id],
      queryFn: () => api.get<RuleView>(`${path}/${id}`),
    }),
  versions: (id: string) =>
    queryOptions({
      queryKey: ['loyalty', 'rules', 'versions', id],
      queryFn: async () => (await api.get<RuleVersions>(`${path}/${id}/versions`)).items,
    }),
  create: (programId: string, definition: RuleDraft) => api.post<RuleView>(path, { programId, definition }),
  change: (id: string, version: number, definition: RuleDraft) =>
    api.patch<RuleView>(`${path}/${id}`, { version, definition }),
  move: (id: string, version: number, to: RuleMove['to']) =>
    api.post<RuleView>(`${path}/${id}/move`, { version, to }),
  example: (ask: { programId: string; definition: RuleDraft; orderMinor: number }) =>
    queryOptions({
      queryKey: ['loyalty', 'rules', 'example', ask],
      queryFn: ({ signal }) => api.ask<EarningExample>(`${path}/example`, ask, signal),
      staleTime: 60_000,
      retry: false,
    }),
};

export const backtests = {
  /** Asked again while one waits or runs. */
  ofProgram: (programId: string) =>
    queryOptions({
      queryKey: ['loyalty', 'earning-backtests', programId],
      queryFn: async () =>
        (await api.get<{ items: EarningBacktestView[] }>(backtestPath(programId), { query: { limit: 5 } }))
          .items,
      refetchInterval: ({ state }) => (state.data?.some(isOpen) === true ? RUNNING_REFRESH_MS : false),
    }),
  start: (programId: string, ask: BacktestAsk) => api.post<EarningBacktestView>(backtestPath(programId), ask),
  cancel: (programId: string, id: string) =>
    api.post<EarningBacktestView>(`${backtestPath(programId)}/${id}/cancel`),
};

export const referral = {
  ofProgram: (programId: string) =>
    queryOptions({
      queryKey: ['loyalty', 'referral', programId],
      queryFn: () => api.get<ReferralTerms>(`/api/loyalty/programs/${programId}/referral`),
    }),
  set: (programId: string, terms: ReferralTerms) =>
    api.put<ReferralTerms>(`/api/loyalty/programs/${programId}/referral`, terms),
};

export const challenges = {
  ofProgram: (programId: string) =>
    queryOptions({
      queryKey: ['loyalty', 'challenges', programId],
      queryFn: async () =>
        (await api.get<{ items: ChallengeView[] }>('/api/loyalty/challenges', { query: { programId } }))
          .items,
    }),
  create: (input: ChallengeDraft) => api.post<ChallengeView>('/api/loyalty/challenges', input),
  end: (id: string) => api.post<ChallengeView>(`/api/loyalty/challenges/${id}/end`),
};

export const design = {
  checks: (programId: string) =>
    queryOptions({
      queryKey: ['loyalty', 'checks', programId],
      queryFn: () => api.get<ProgramChecks>(`/api/loyalty/programs/${programId}/checks`),
    }),
  launch: (programId: string, version: number) =>
    api.post<ProgramView>(`/api/loyalty/programs/${programId}/launch`, { version }),
};
