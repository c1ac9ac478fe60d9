import { SimpleGrid } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import type { CouponCampaignView } from '../../../api/coupons.ts';
import { locale } from '../../../i18n/index.ts';
import { moneyText, numberText } from '../../../lib/format.ts';
import { Figure, Money } from '../../../ui/format.tsx';
import { StatTile } from '../../../ui/StatTile.tsx';
import { leftOf, outOf } from './words.ts';

/** What became of the codes so far, each figure with what it counts. */
export function Figures({ campaign }: { campaign: CouponCampaignView }) {
  const { t } = useTranslation('coupons');
  const { taken, limits, currency, budgetMinor } = campaign;
  const left = leftOf(campaign);
  const money = (minor: number): string => moneyText(minor, currency, locale());
  const budgetLeft = budgetMinor === null ? null : Math.max(0, budgetMinor - taken.discountMinor);
  return (
    <SimpleGrid cols={{ base: 1, xs: 2, md: 4 }} spacing="md">
      {campaign.codeKind === 'unique' && (
        <StatTile
          label={t('figures.out')}
          value={<Figure value={outOf(campaign)} />}
          why={t('figures.outWhy')}
        />
      )}
      <StatTile
        label={t('figures.uses')}
        value={<Figure value={taken.uses} />}
        why={t('figures.usesWhy')}
        hint={limits.total ? t('figures.usesOf', { total: numberText(limits.total, locale()) }) : undefined}
      />
      <StatTile
        label={t('figures.given')}
        value={<Money minor={taken.discountMinor} currency={currency} compact />}
        why={t('figures.givenWhy')}
        hint={
          taken.uses === 0
            ? undefined
            : t('figures.perUse', { money: money(Math.round(taken.discountMinor / taken.uses)) })
        }
      />
      <StatTile
        label={t('figures.left')}
        value={
          budgetLeft !== null ? (
            <Money minor={budgetLeft} currency={currency} compact />
          ) : left === null ? (
            t('noLimit')
          ) : (
            <Figure value={left} />
          )
        }
        why={t('figures.leftWhy')}
        hint={
          budgetLeft !== null && left !== null
            ? t('figures.leftUses', { count: left, shown: numberText(left, locale()) })
            : undefined
        }
      />
    </SimpleGrid>
  );
}
