import { useTranslation } from 'react-i18next';
import type { CodeCheck } from '../../../api/coupons.ts';
import { locale } from '../../../i18n/index.ts';
import { dateTimeText, numberText } from '../../../lib/format.ts';
import { useOfferWords } from './useOfferWords.ts';

/** The answer to "why does my code not work?" in one sentence. */
export function useWhy(): (check: CodeCheck) => string {
  const { t } = useTranslation('coupons');
  const offerWords = useOfferWords();
  const time = (at: string | null | undefined): string => (at ? dateTimeText(at, locale()) : '');
  const count = (n: number | null | undefined): string => numberText(n ?? 0, locale());
  return ({ refused, campaign, coupon, buyer, owner }) => {
    if (refused === null) {
      if (campaign === null) return t('check.works');
      const { when } = offerWords(campaign.offer, campaign.currency);
      return when.length === 0 ? t('check.works') : t('check.worksIf', { when: when.join(', ') });
    }
    const limits = campaign?.limits;
    const inPeriod = refused === 'contact_period_limit_reached';
    const period = inPeriod ? limits?.perContactPeriod : limits?.perPeriod;
    const limitOf = (): number | undefined =>
      refused === 'contact_limit_reached'
        ? (limits?.perContact ?? undefined)
        : refused === 'limit_reached'
          ? (limits?.total ?? undefined)
          : period?.uses;
    return t(`check.why.${refused}`, {
      name: campaign?.name ?? '',
      currency: campaign?.currency ?? '',
      owner: owner?.name ? t('check.ownerNamed', { name: owner.name }) : '',
      from: time(campaign?.validFrom),
      until: time(campaign?.validUntil),
      at: coupon?.usedAt ? t('check.usedAt', { at: time(coupon.usedAt) }) : '',
      buyer: buyer?.name || t('check.thisBuyer'),
      uses: count(buyer?.uses),
      limit: count(limitOf()),
      unit: period ? t(`limits.units.${period.unit}`) : '',
    });
  };
}
