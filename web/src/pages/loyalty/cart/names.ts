import type { LadderView } from '@server/loyalty/standing/contract.tiers.ts';
import type { CategoryView } from '@server/orders/contract.ts';
import { queryOptions, useQuery } from '@tanstack/react-query';
import { api } from '../../../api/client.ts';
import { segments } from '../../../api/segments.ts';
import { categories } from '../../../api/standing.ts';
import { useList } from '../../../lib/list.ts';
import { useMe } from '../../../lib/me.ts';

const MANY = 200;
const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** Tiers of all ladders in force. */
export const everyTier = queryOptions({
  queryKey: ['standing', 'every-tier'],
  queryFn: async () =>
    (await api.get<{ items: LadderView[] }>('/api/tier-ladders')).items
      .filter(({ state }) => state === 'active')
      .flatMap(({ tiers }) => tiers),
});

/** Categories of goods by our ids, each with its way from the root. */
export const goodsCategories = queryOptions({
  queryKey: ['categories', 'by-id'],
  queryFn: async () => {
    const { items } = await api.get<{ items: CategoryView[] }>('/api/categories');
    const names = new Map(items.map(({ id, name }) => [id, name]));
    return items.map(({ id, path }) => ({ id, name: path.map((one) => names.get(one) ?? '').join(' › ') }));
  },
  staleTime: 60_000,
});

/**
 * Names of what conditions are about: segments, tiers, categories of people and goods. What nobody knows is told as it is,
 * what is not known yet by dots.
 */
export function useNames(): (id: string) => string {
  const { may } = useMe();
  const { rows = [], at } = useList(segments.list(MANY));
  const { data: people = [], isLoading: peopleComing } = useQuery(categories.all);
  const { data: tiers = [], isLoading: tiersComing } = useQuery(everyTier);
  const { data: goods = [], isLoading: goodsComing } = useQuery({
    ...goodsCategories,
    enabled: may('orders:read'),
  });
  const coming = at === 0 || peopleComing || tiersComing || goodsComing;
  const known = new Map(
    [...rows, ...people, ...tiers, ...goods].map(({ id, name }): [string, string] => [id, name]),
  );
  return (id) => known.get(id) ?? (coming && UUID.test(id) ? '…' : id);
}
