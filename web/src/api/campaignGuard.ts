import type { ApprovalView, CalendarView, Finding, GuardView } from '@server/campaigns/guard/contract.ts';
import { queryOptions } from '@tanstack/react-query';
import { api } from './client.ts';

export type { ApprovalView, CalendarView, Finding, GuardView };

export const campaignGuard = {
  review: (id: string) =>
    queryOptions({
      queryKey: ['campaigns', 'guard', id],
      queryFn: () => api.get<GuardView>(`/api/campaigns/${id}/guard`),
    }),
  waiting: () =>
    queryOptions({
      queryKey: ['campaigns', 'approvals'],
      queryFn: () => api.get<{ items: ApprovalView[] }>('/api/campaigns/approvals'),
    }),
  ask: (id: string, note: string) =>
    api.post<ApprovalView>(`/api/campaigns/${id}/approval`, { note: note === '' ? null : note }),
  decide: (approvalId: string, approve: boolean, note: string) =>
    api.post<ApprovalView>(`/api/campaigns/approvals/${approvalId}`, {
      approve,
      note: note === '' ? null : note,
    }),
  calendar: (from: string, to: string) =>
    queryOptions({
      queryKey: ['campaigns', 'calendar', from, to],
      queryFn: () =>
        api.get<CalendarView>(
          `/api/campaigns/calendar?from=${encodeURIComponent(from)}&to=${encodeURIComponent(to)}`,
        ),
    }),
};
