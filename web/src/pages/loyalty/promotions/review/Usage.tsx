import { useTranslation } from 'react-i18next';
import type { PromotionDetail } from '../../../../api/promotions.ts';
import { useMe } from '../../../../lib/me.ts';
import { DateTime, Figure, Money } from '../../../../ui/format.tsx';
import { StatTile } from '../../../../ui/StatTile.tsx';
import classes from '../promotions.module.css';

/** What it has done so far. */
export function Usage({ promotion }: { promotion: PromotionDetail }) {
  const { t } = useTranslation('launch');
  const { settings } = useMe();
  const { usage, definition, launchedAt } = promotion;
  const currency = definition.currency ?? settings.baseCurrency;
  const { limits, effect } = definition;
  const missed = usage.desiredMinor - usage.actualMinor;
  return (
    <div className={classes['tiles']}>
      <StatTile
        label={t('usage.uses')}
        value={<Figure value={usage.uses} />}
        why={t('usage.usesWhy')}
        hint={limits.uses === undefined ? undefined : t('usage.of', { limit: limits.uses })}
      />
      {effect.type === 'bonus_points' ? (
        <StatTile label={t('usage.points')} value={<Figure value={usage.points} />} />
      ) : (
        <StatTile
          label={t('usage.cost')}
          value={<Money minor={usage.actualMinor} currency={currency} compact />}
          why={t('usage.costWhy')}
          hint={
            limits.budgetMinor === undefined ? undefined : (
              <>
                {t('usage.ofBudget')} <Money minor={limits.budgetMinor} currency={currency} />
              </>
            )
          }
        />
      )}
      {missed > 0 && (
        <StatTile
          label={t('usage.missed')}
          value={<Money minor={missed} currency={currency} compact />}
          why={t('usage.missedWhy')}
        />
      )}
      {launchedAt !== null && (
        <StatTile label={t('usage.since')} value={<DateTime at={launchedAt} mode="date" />} />
      )}
    </div>
  );
}
