import type { BehaviourView } from '@server/tracking/behaviour/contract.ts';
import type { CartView, InterestView } from '@server/tracking/commerce/contract.ts';
import { queryOptions } from '@tanstack/react-query';
import { api } from './client.ts';

export type { BehaviourView, CartView, InterestView };
export type Visit = BehaviourView['sessions'][number];
export type Trait = BehaviourView['traits'][number];

type Items<T> = { items: T[] };

/** What a contact does on the site. */
export const behaviour = {
  of: (contactId: string) =>
    queryOptions({
      queryKey: ['behaviour', contactId],
      queryFn: () => api.get<BehaviourView>(`/api/contacts/${contactId}/behaviour`),
    }),
  interest: (contactId: string) =>
    queryOptions({
      queryKey: ['interest', contactId],
      queryFn: async () =>
        (await api.get<Items<InterestView>>(`/api/contacts/${contactId}/interest`, { query: { limit: 20 } }))
          .items,
    }),
  carts: (contactId: string) =>
    queryOptions({
      queryKey: ['carts', contactId],
      queryFn: async () =>
        (await api.get<Items<CartView>>(`/api/contacts/${contactId}/carts`, { query: { limit: 10 } })).items,
    }),
};
