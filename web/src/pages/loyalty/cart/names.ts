import type { LadderView } from '@server/loyalty/standing/contract.tiers.ts';
import { queryOptions, useQuery } from '@tanstack/react-query';
import { api } from '../../../api/client.ts';
import { segments } from '../../../api/segments.ts';
import { categories } from '../../../api/standing.ts';
import { useList } from '../../../lib/list.ts';

const MANY = 200;

/** Tiers of all ladders in force. */
export const everyTier = queryOptions({
  queryKey: ['standing', 'every-tier'],
  queryFn: async () =>
    (await api.get<{ items: LadderView[] }>('/api/tier-ladders')).items
      .filter(({ state }) => state === 'active')
      .flatMap(({ tiers }) => tiers),
});

/** Names of what conditions are about: segments, tiers, categories of people. What nobody knows is told as it is. */
export function useNames(): (id: string) => string {
  const { rows = [] } = useList(segments.list(MANY));
  const { data: people = [] } = useQuery(categories.all);
  const { data: tiers = [] } = useQuery(everyTier);
  const known = new Map([...rows, ...people, ...tiers].map(({ id, name }): [string, string] => [id, name]));
  return (id) => known.get(id) ?? id;
}
