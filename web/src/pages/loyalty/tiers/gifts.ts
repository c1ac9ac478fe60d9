import { useTranslation } from 'react-i18next';
import type { LadderView } from '../../../api/standing.ts';
import { locale } from '../../../i18n/index.ts';
import { decimalText } from '../../../lib/format.ts';

type Benefits = LadderView['tiers'][number]['benefits'];

/** What a tier gives, a few words each. */
export function useGifts(): (benefits: Benefits) => string[] {
  const { t } = useTranslation('ladders');
  return ({ multiplier, discountPercent, freeShipping, couponCampaignIds }) =>
    [
      Number(multiplier) === 1
        ? undefined
        : t('gifts.multiplier', { factor: decimalText(multiplier, locale()) }),
      discountPercent === null
        ? undefined
        : t('gifts.discount', { percent: decimalText(discountPercent, locale()) }),
      freeShipping ? t('gifts.freeShipping') : undefined,
      couponCampaignIds.length === 0 ? undefined : t('gifts.coupons', { count: couponCampaignIds.length }),
    ].filter((one) => one !== undefined);
}
