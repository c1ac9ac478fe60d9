import { useTranslation } from 'react-i18next';
import type { LadderView } from '../../../api/standing.ts';
import { locale } from '../../../i18n/index.ts';
import { moneyText, numberText } from '../../../lib/format.ts';

/** A ladder with what its figures and months are told in. */
export type Tiers = { ladder: LadderView; currency: string; zone: string };

/** A figure of the ladder: money, points or orders. */
export function useFigure({
  ladder,
  currency,
}: Pick<Tiers, 'currency'> & {
  ladder: Pick<LadderView, 'measure'>;
}): (value: number) => string {
  const { t } = useTranslation('loyalty');
  return (value) => {
    if (ladder.measure === 'spend') return moneyText(value, currency, locale());
    const shown = numberText(value, locale());
    return ladder.measure === 'points'
      ? t('points', { count: value, shown })
      : t('tiers.orders', { count: value, shown });
  };
}

/** The name of a tier; those without one have one too. A tier that was taken out of the ladder is a dash. */
export function useTierName({ ladder }: Tiers): (id: string | null) => string {
  const { t } = useTranslation('loyalty');
  return (id) =>
    id === null ? t('tiers.without') : (ladder.tiers.find((tier) => tier.id === id)?.name ?? '—');
}

export function useWindow(): (window: LadderView['window']) => string {
  const { t } = useTranslation('loyalty');
  return (window) => {
    if (window.kind !== 'rolling') return t(`tiers.window.${window.kind}`);
    const { count } = window;
    return window.unit === 'days'
      ? t('tiers.window.rollingDays', { count })
      : t('tiers.window.rollingMonths', { count });
  };
}
