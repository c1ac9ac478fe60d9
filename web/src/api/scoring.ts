import type { scoreRuleInput, scoreRulePatch, ScoreRuleView } from '@server/scoring/contract.ts';
import { queryOptions } from '@tanstack/react-query';
import type { z } from 'zod';
import { api } from './client.ts';

export type { ScoreRuleView };
export type ScoreRuleInput = z.input<typeof scoreRuleInput>;
export type ScoreRuleChange = z.input<typeof scoreRulePatch>;

export const scoring = {
  rules: queryOptions({
    queryKey: ['score-rules'],
    queryFn: async () => (await api.get<{ items: ScoreRuleView[] }>('/api/scoring/rules')).items,
  }),
  create: (input: ScoreRuleInput) => api.post<ScoreRuleView>('/api/scoring/rules', input),
  change: (id: string, input: ScoreRuleChange) => api.patch<ScoreRuleView>(`/api/scoring/rules/${id}`, input),
};
