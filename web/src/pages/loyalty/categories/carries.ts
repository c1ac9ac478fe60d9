import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import type { CategoryView } from '../../../api/standing.ts';
import { ladders } from '../../../api/standing.ts';
import { locale } from '../../../i18n/index.ts';
import { decimalText } from '../../../lib/format.ts';

/** What a category gives, a few words each. */
export function useCarries(): (category: CategoryView) => string[] {
  const { t } = useTranslation('categories');
  const { data = [] } = useQuery(ladders.all);
  const tiers = data.flatMap((ladder) => ladder.tiers);
  return ({ discountPercent, tierId, priceLists }) =>
    [
      discountPercent === null
        ? undefined
        : t('carries.discount', { percent: decimalText(discountPercent, locale()) }),
      tierId === null
        ? undefined
        : t('carries.tier', { tier: tiers.find(({ id }) => id === tierId)?.name ?? '—' }),
      ...priceLists.map(({ name }) => t('carries.priceList', { name })),
    ].filter((one) => one !== undefined);
}
