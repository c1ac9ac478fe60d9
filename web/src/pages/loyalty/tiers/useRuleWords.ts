import { useTranslation } from 'react-i18next';
import type { LadderView } from '../../../api/standing.ts';
import { useWindow } from './words.ts';

type Rules = Pick<LadderView, 'measure' | 'window' | 'downgrade' | 'graceDays' | 'stepDays' | 'counts'>;

/** What a ladder's rules do, in sentences. */
export function useRuleWords(): (rules: Rules) => string {
  const { t } = useTranslation(['ladders', 'loyalty']);
  const windowOf = useWindow();
  return ({ measure, window, downgrade, graceDays, stepDays, counts }) => {
    const down =
      downgrade === 'never'
        ? t('ladders:words.never')
        : t(`ladders:words.${downgrade}`, {
            grace:
              graceDays === 0 ? t('ladders:words.atOnce') : t('ladders:words.after', { count: graceDays }),
            step: t('ladders:words.days', { count: stepDays }),
          });
    return [
      `${t(`loyalty:tiers.measure.${measure}`)} ${windowOf(window)}.`,
      counts === 'membership' ? t('ladders:words.membership') : undefined,
      t('ladders:words.up'),
      down,
    ]
      .filter(Boolean)
      .join(' ');
  };
}
