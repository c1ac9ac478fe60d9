import type {
  IdentityView,
  MergeInput,
  ReviewDecision,
  ReviewView,
  Unmerged,
  UnmergeInput,
} from '@server/contacts/identity/contract.ts';
import { queryOptions } from '@tanstack/react-query';
import { pagesOf } from '../lib/list.ts';
import { api } from './client.ts';

export type { IdentityView, ReviewView };
export type Decision = ReviewDecision['decision'];
type Survivor = { contactId: string | null };

/** Who is one contact, and why. */
export const identity = {
  of: (contactId: string) =>
    queryOptions({
      queryKey: ['identity', contactId],
      queryFn: () => api.get<IdentityView>(`/api/contacts/${contactId}/identity`),
    }),
  reviews: () => pagesOf<ReviewView>('reviews', '/api/identity/reviews', { limit: 20 }),
  decide: (id: string, decision: Decision) => api.post<Survivor>(`/api/identity/reviews/${id}`, { decision }),
  /** Joins `from` into the contact. */
  merge: (contactId: string, input: MergeInput) =>
    api.post<Survivor>(`/api/contacts/${contactId}/merge`, input),
  unmerge: (contactId: string, input: UnmergeInput) =>
    api.post<Unmerged>(`/api/contacts/${contactId}/unmerge`, input),
};
