import type { TemplateList, TemplatePreview, TemplateUsed } from '@server/segments/contract.templates.ts';
import type { ContactRfm, RfmMethod, RfmReport, RfmSettings } from '@server/segments/rfm/contract.ts';
import { queryOptions } from '@tanstack/react-query';
import { api } from './client.ts';

export type { RfmMethod, RfmReport, RfmSettings };
export type SegmentTemplate = TemplateList['items'][number];
export type TemplateParameter = SegmentTemplate['parameters'][number];
export type TemplateValues = Record<string, number | string | string[]>;

/** Ready-made segments. */
export const segmentTemplates = {
  all: queryOptions({
    queryKey: ['segments', 'templates'],
    queryFn: async () => (await api.get<TemplateList>('/api/segments/templates')).items,
    staleTime: 300_000,
  }),
  preview: (id: string, parameters: TemplateValues) =>
    queryOptions({
      queryKey: ['segments', 'templates', id, parameters],
      queryFn: ({ signal }) =>
        api.ask<TemplatePreview>(`/api/segments/templates/${id}/preview`, { parameters }, signal),
      retry: false,
    }),
  use: (id: string, input: { name: string; language: 'en' | 'ru'; parameters: TemplateValues }) =>
    api.post<TemplateUsed>(`/api/segments/templates/${id}`, input),
};

const WAITING_REFRESH_MS = 2_000;

/** Scores of recency, frequency and money. */
export const rfm = {
  report: (asOf: string | undefined) =>
    queryOptions({
      queryKey: ['segments', 'rfm', 'report', asOf],
      queryFn: ({ signal }) => api.get<RfmReport>('/api/reports/rfm', { query: { asOf }, signal }),
    }),
  /** Asked again while scores by new settings are being made. */
  settings: queryOptions({
    queryKey: ['segments', 'rfm', 'settings'],
    queryFn: () => api.get<RfmSettings>('/api/segments/rfm/settings'),
    refetchInterval: ({ state }) => (state.data?.state === 'waiting' ? WAITING_REFRESH_MS : false),
  }),
  ofContact: (contactId: string) =>
    queryOptions({
      queryKey: ['segments', 'rfm', 'of', contactId],
      queryFn: () => api.get<ContactRfm>(`/api/contacts/${contactId}/rfm`),
    }),
  save: (method: RfmMethod) => api.put<RfmSettings>('/api/segments/rfm/settings', method),
  compute: () => api.post<RfmSettings>('/api/segments/rfm/compute'),
};
