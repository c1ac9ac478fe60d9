import type { TFunction } from 'i18next';
import { useTranslation } from 'react-i18next';
import type { PriceListView } from '../../../api/prices.ts';
import { locale } from '../../../i18n/index.ts';
import { dateText, numberText } from '../../../lib/format.ts';
import { useNameOf } from '../coupons/useOfferWords.ts';

export const KINDS = ['retail', 'small_wholesale', 'wholesale', 'custom'] as const;

/** Prices are finer than money: up to six digits behind the point. */
const PRICE_DIGITS = 6;

export const priceText = (price: string, currency: string): string =>
  new Intl.NumberFormat(locale(), {
    style: 'currency',
    currency,
    maximumFractionDigits: PRICE_DIGITS,
  }).format(Number(price));

const QUANTITY_DIGITS = 3;
/** The least there is stands for any quantity. */
const ANY_QUANTITY = 0.001;

export const quantityText = (quantity: string): string =>
  numberText(Number(quantity) <= ANY_QUANTITY ? 1 : Number(quantity), locale(), QUANTITY_DIGITS);

export function validWords(
  t: TFunction<'prices'>,
  of: { from: string | null; until: string | null },
): string {
  const from = of.from === null ? '' : dateText(of.from, locale());
  const until = of.until === null ? '' : dateText(of.until, locale());
  if (of.from !== null && of.until !== null) return t('validity.both', { from, until });
  if (of.from !== null) return t('validity.from', { from });
  return of.until === null ? t('validity.always') : t('validity.until', { until });
}

type Audience = Pick<PriceListView, 'contacts' | 'personCategories' | 'tiers' | 'segments' | 'channels'>;

/** For whom a list holds, in a few words. */
export function useAudience(): (list: Audience) => string {
  const { t } = useTranslation('prices');
  const name = useNameOf();
  return (list) => {
    const named = [
      ...(list.contacts.length === 0 ? [] : [t('contacts', { count: list.contacts.length })]),
      ...[...list.personCategories, ...list.tiers, ...list.segments, ...list.channels].map(name),
    ];
    return named.length === 0 ? t('everybody') : named.join(', ');
  };
}
