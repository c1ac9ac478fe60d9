import type { TFunction } from 'i18next';
import { useTranslation } from 'react-i18next';
import type { CouponCampaignView } from '../../../api/coupons.ts';
import { locale } from '../../../i18n/index.ts';
import { dateText, moneyText, numberText } from '../../../lib/format.ts';

type Kinds = Pick<CouponCampaignView, 'codeKind' | 'personal'>;

const kindOf = ({ codeKind, personal }: Kinds): 'generic' | 'unique' | 'personal' =>
  codeKind === 'generic' ? 'generic' : personal ? 'personal' : 'unique';

type Validity = Pick<CouponCampaignView, 'validFrom' | 'validUntil' | 'validDays'>;

/** From when to when its codes work. */
function validityWords(t: TFunction<'coupons'>, { validFrom, validUntil, validDays }: Validity): string {
  const from = validFrom === null ? '' : dateText(validFrom, locale());
  const until = validUntil === null ? '' : dateText(validUntil, locale());
  const span =
    validFrom !== null && validUntil !== null
      ? t('validity.both', { from, until })
      : validUntil !== null
        ? t('validity.until', { until })
        : validFrom === null
          ? undefined
          : t('validity.from', { from });
  const days = validDays === null ? undefined : t('validity.days', { count: validDays });
  const told = [span, days].filter((words) => words !== undefined);
  return told.length === 0 ? t('validity.always') : told.join(', ');
}

type Limits = Pick<CouponCampaignView, 'limits' | 'budgetMinor' | 'currency'>;

/** Every limit in a few words; none at all is an empty list. */
function limitWords(t: TFunction<'coupons'>, { limits, budgetMinor, currency }: Limits): string[] {
  const shown = (uses: number) => ({ count: uses, shown: numberText(uses, locale()) });
  const { total, perContact, perPeriod, perContactPeriod } = limits;
  return [
    total ? t('limits.total', shown(total)) : undefined,
    perPeriod
      ? t('limits.perPeriod', { ...shown(perPeriod.uses), unit: t(`limits.units.${perPeriod.unit}`) })
      : undefined,
    perContact ? t('limits.perContact', shown(perContact)) : undefined,
    perContactPeriod
      ? t('limits.perContactPeriod', {
          ...shown(perContactPeriod.uses),
          unit: t(`limits.units.${perContactPeriod.unit}`),
        })
      : undefined,
    budgetMinor === null
      ? undefined
      : t('limits.budget', { money: moneyText(budgetMinor, currency, locale()) }),
  ].filter((words) => words !== undefined);
}

/** Codes that are out: issued, or held while nobody knows whether their message arrived. */
export const outOf = ({ counts }: CouponCampaignView): number => (counts.issued ?? 0) + (counts.held ?? 0);

/** Uses that a limit still leaves; null without one. */
export const leftOf = ({ limits, taken }: CouponCampaignView): number | null =>
  limits.total ? Math.max(0, limits.total - taken.uses) : null;

export function useCouponWords() {
  const { t } = useTranslation('coupons');
  return {
    kind: (campaign: Kinds): string => t(`kinds.${kindOf(campaign)}`),
    validity: (campaign: Validity): string => validityWords(t, campaign),
    limits: (campaign: Limits): string[] => limitWords(t, campaign),
  };
}
