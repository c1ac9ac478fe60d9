import type { ChannelList, ChannelName } from '@server/campaigns/contract.channel.ts';
import type { PreviewView } from '@server/campaigns/contract.ts';
import type {
  templateInput,
  templatePatch,
  TrySent,
  trySendInput,
  TemplateSummary,
  TemplateView,
  variableList,
} from '@server/campaigns/contract.template.ts';
import { queryOptions } from '@tanstack/react-query';
import type { z } from 'zod';
import { api } from './client.ts';

export type { ChannelName, PreviewView, TemplateSummary, TemplateView };
export type TemplateInput = z.input<typeof templateInput>;
/** A provider answers within seconds, or does not. */
const TRY_MS = 60_000;

export type TemplateTry = z.input<typeof trySendInput>;
export type TemplateVariant = TemplateInput['variants'][number];
export type Variables = z.output<typeof variableList>;

export const channelProviders = queryOptions({
  queryKey: ['channels'],
  queryFn: async () => (await api.get<ChannelList>('/api/channels')).items,
  staleTime: 600_000,
});

export const templates = {
  all: queryOptions({
    queryKey: ['templates'],
    queryFn: async () => (await api.get<{ items: TemplateSummary[] }>('/api/templates')).items,
    staleTime: 60_000,
  }),
  one: (id: string) =>
    queryOptions({
      queryKey: ['templates', id],
      queryFn: () => api.get<TemplateView>(`/api/templates/${id}`),
      staleTime: 60_000,
    }),
  preview: (template: TemplateView, locale: string) => {
    const variant = template.variants.find((one) => one.locale === locale) ?? template.variants[0];
    return queryOptions({
      queryKey: ['templates', 'preview', template.id, template.version, variant?.locale],
      queryFn: ({ signal }) => {
        const { uses: _uses, ...sent } = variant ?? { uses: undefined };
        return api.ask<PreviewView>(
          '/api/templates/preview',
          { channel: template.channel, purpose: template.purpose, variant: sent },
          signal,
        );
      },
      staleTime: 60_000,
      enabled: variant !== undefined,
    });
  },
  /** A text that is being written, as a sample person or a contact would get it. */
  tryOut: (tried: Omit<TemplateTry, 'to'>) =>
    queryOptions({
      queryKey: ['templates', 'try', tried],
      queryFn: ({ signal }) => api.ask<PreviewView>('/api/templates/preview', tried, signal),
      retry: false,
    }),
  /** No key of its own: sent twice is what was asked for. */
  trySend: (tried: TemplateTry) => api.ask<TrySent>('/api/templates/try', tried, AbortSignal.timeout(TRY_MS)),
  variables: queryOptions({
    queryKey: ['templates', 'variables'],
    queryFn: () => api.get<Variables>('/api/templates/variables'),
    staleTime: 600_000,
  }),
  create: (input: TemplateInput) => api.post<TemplateView>('/api/templates', input),
  change: (id: string, input: z.input<typeof templatePatch>) =>
    api.patch<TemplateView>(`/api/templates/${id}`, input),
};
