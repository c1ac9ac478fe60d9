import type {
  formDefinition,
  FormDefinition,
  FormListed,
  FormLocale,
  FormSourceView,
  FormView,
  SubmissionState,
  SubmissionView,
} from '@server/tracking/forms/contract.ts';
import { keepPreviousData, queryOptions } from '@tanstack/react-query';
import type { z } from 'zod';
import { pagesOf } from '../lib/list.ts';
import { api } from './client.ts';

export type { FormDefinition, FormListed, FormLocale, FormView, SubmissionState, SubmissionView };
export type { FieldType, FormConsent, FormField, Words } from '@server/tracking/forms/contract.ts';
type DefinitionInput = z.input<typeof formDefinition>;

export const forms = {
  list: () => pagesOf<FormListed>('forms', '/api/forms', { limit: 50 }),
  one: (id: string) =>
    queryOptions({ queryKey: ['forms', 'one', id], queryFn: () => api.get<FormView>(`/api/forms/${id}`) }),
  sources: queryOptions({
    queryKey: ['forms', 'sources'],
    queryFn: async () => (await api.get<{ items: FormSourceView[] }>('/api/forms/sources')).items,
  }),
  preview: (definition: DefinitionInput, locale: FormLocale, theme: 'light' | 'dark') =>
    queryOptions({
      queryKey: ['forms', 'preview', definition, locale, theme],
      queryFn: ({ signal }) =>
        api.ask<{ html: string }>('/api/forms/preview', { definition, locale, theme }, signal),
      placeholderData: keepPreviousData,
      retry: false,
    }),
  submissions: (id: string, state: SubmissionState | undefined) =>
    pagesOf<SubmissionView>('forms', `/api/forms/${id}/submissions`, { state, limit: 50 }),
  csvUrl: (id: string) => `/api/forms/${id}/submissions.csv`,
  create: (input: { name: string; sourceId: string; definition: DefinitionInput }) =>
    api.post<FormView>('/api/forms', input),
  change: (
    id: string,
    input: {
      version: number;
      name?: string;
      sourceId?: string;
      live?: boolean;
      definition?: DefinitionInput;
    },
  ) => api.patch<FormView>(`/api/forms/${id}`, input),
  review: (id: string, submissionId: string, how: 'approve' | 'reject') =>
    api.post<undefined>(`/api/forms/${id}/submissions/${submissionId}/${how}`),
};
