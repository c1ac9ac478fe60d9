import { queryOptions } from '@tanstack/react-query';
import { api } from './client.ts';

export const outbox = {
  /** The mail as it was handed over, HTML; 404 when it went through another channel. */
  one: (messageId: string) =>
    queryOptions({
      queryKey: ['outbox', messageId],
      queryFn: () => api.text(`/api/outbox/${messageId}`),
      retry: false,
    }),
};
