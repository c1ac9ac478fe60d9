import type { CouponOffer } from '@server/loyalty/coupons/contract.ts';
import type { CategoryView } from '@server/orders/contract.ts';
import { queryOptions, useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { api } from '../../../api/client.ts';
import { useMe } from '../../../lib/me.ts';
import { useNames } from '../cart/names.ts';
import type { NameOf } from './offerWords.ts';
import { givesWords, whenWords } from './offerWords.ts';

/** The shop's tree of goods. */
export const goodsCategories = queryOptions({
  queryKey: ['products', 'categories'],
  queryFn: async () => (await api.get<{ items: CategoryView[] }>('/api/categories')).items,
  staleTime: 60_000,
});

/** Names of everything an offer may name; products are told by their codes. */
export function useNameOf(): NameOf {
  const { may } = useMe();
  const named = useNames();
  const { data = [] } = useQuery({ ...goodsCategories, enabled: may('orders:read') });
  return (id) => data.find((one) => one.id === id)?.name ?? named(id);
}

type Words = { gives: string; when: string[]; sentence: string };

/** What an offer gives, when, and both as one sentence without its end. */
export function useOfferWords(): (offer: CouponOffer, currency: string) => Words {
  const { t } = useTranslation('offers');
  const name = useNameOf();
  return (offer, currency) => {
    const gives = givesWords(offer.effect, { t, currency, name });
    const when = whenWords(offer, { t, currency, name });
    return { gives, when, sentence: [gives, ...when].join(', ') };
  };
}
