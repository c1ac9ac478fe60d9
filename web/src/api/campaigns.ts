import type {
  AudienceView,
  campaignInput,
  campaignList,
  campaignPatch,
  CampaignView,
  MessageState,
  MessageView,
  OverTimeView,
  PreviewView,
  ReportView,
  StoredMail,
} from '@server/campaigns/contract.ts';
import type { trigger } from '@server/campaigns/triggers/contract.ts';
import type { Why } from '@server/campaigns/permission/contract.why.ts';
import { queryOptions } from '@tanstack/react-query';
import type { z } from 'zod';
import { pagesOf } from '../lib/list.ts';
import { api } from './client.ts';

export type { AudienceView, CampaignView, MessageState, MessageView, OverTimeView, ReportView, Why };
export type TriggerInput = z.input<typeof trigger>;
export type CampaignInput = z.input<typeof campaignInput>;
export type CampaignListed = z.output<typeof campaignList>['items'][number];
export type CampaignVerb = 'launch' | 'pause' | 'resume' | 'cancel';

/** The messages behind a figure; `response` means by a human. */
export type MessageFilter = {
  state?: MessageState;
  response?: 'opened' | 'clicked' | 'converted' | 'unsubscribed';
};

const REFRESH_MS = 2_000;

/** States in which figures still move. */
const LIVE: ReadonlySet<string> = new Set(['scheduled', 'running', 'paused']);
export const isLive = ({ state }: Pick<CampaignView, 'state'>): boolean => LIVE.has(state);

export const campaigns = {
  list: () => pagesOf<CampaignListed>('campaigns', '/api/campaigns', { limit: 50 }),
  one: (id: string) =>
    queryOptions({
      queryKey: ['campaigns', 'one', id],
      queryFn: () => api.get<CampaignView>(`/api/campaigns/${id}`),
      refetchInterval: ({ state }) => (state.data !== undefined && isLive(state.data) ? REFRESH_MS : false),
    }),
  create: (input: CampaignInput) => api.post<CampaignView>('/api/campaigns', input),
  change: (id: string, input: z.input<typeof campaignPatch>) =>
    api.patch<CampaignView>(`/api/campaigns/${id}`, input),
  act: (id: string, verb: CampaignVerb) => api.post<CampaignView>(`/api/campaigns/${id}/${verb}`),
  audience: (id: string) =>
    queryOptions({
      queryKey: ['campaigns', 'audience', id],
      queryFn: () => api.get<AudienceView>(`/api/campaigns/${id}/audience`),
    }),
  preview: (id: string) =>
    queryOptions({
      queryKey: ['campaigns', 'preview', id],
      queryFn: ({ signal }) => api.ask<PreviewView>(`/api/campaigns/${id}/preview`, {}, signal),
    }),
  report: (id: string, live: boolean) =>
    queryOptions({
      queryKey: ['campaigns', 'report', id],
      queryFn: () => api.get<ReportView>(`/api/campaigns/${id}/report`),
      refetchInterval: live ? REFRESH_MS : false,
    }),
  overTime: (id: string, live: boolean) =>
    queryOptions({
      queryKey: ['campaigns', 'over-time', id],
      queryFn: () => api.get<OverTimeView>(`/api/campaigns/${id}/over-time`),
      refetchInterval: live ? REFRESH_MS : false,
    }),
  /** Names of events that have come, in the order of the alphabet. */
  eventNames: queryOptions({
    queryKey: ['campaigns', 'event-names'],
    queryFn: async () => (await api.get<{ items: string[] }>('/api/campaigns/event-names')).items,
    staleTime: 60_000,
  }),
  why: (id: string, contactId: string) =>
    queryOptions({
      queryKey: ['campaigns', 'why', id, contactId],
      queryFn: () => api.get<Why>(`/api/contacts/${contactId}/campaigns/${id}/why`),
    }),
  messages: (id: string, filter: MessageFilter) =>
    pagesOf<MessageView>('campaigns', `/api/campaigns/${id}/messages`, {
      ...filter,
      ...(filter.response === undefined ? {} : { human: 'true' }),
      limit: 20,
    }),
};

/** The mail as it was handed over; 404 when it went through another channel than the local outbox. */
export const outboxMail = (messageId: string) =>
  queryOptions({
    queryKey: ['outbox', messageId],
    queryFn: () => api.get<StoredMail>(`/api/outbox/${messageId}`),
    retry: false,
  });
