import { useTranslation } from 'react-i18next';
import { locale } from '../../../i18n/index.ts';
import { dateText } from '../../../lib/format.ts';
import { Signed } from '../../loyalty/member/Signed.tsx';
import type { Data, Words } from './entries.tsx';
import { text } from './values.ts';

const numberOf = (value: unknown): number => (typeof value === 'number' ? value : 0);

/** How movements of points, tiers and person categories read. */
export function useLoyaltyWords(): Record<'points' | 'tier' | 'personCategory', (data: Data) => Words> {
  const { t } = useTranslation('wallet');
  const lines = (...parts: (string | undefined)[]): string => parts.filter(Boolean).join(' · ');
  return {
    points: (data) => {
      const kind = text(data['kind']) ?? '';
      const points = numberOf(data['points']);
      return {
        title: (
          <>
            {t(`kind.${kind as 'accrue'}`, { defaultValue: kind })}
            {points !== 0 && (
              <>
                {': '}
                <Signed points={points} /> {t('pointsWord', { count: Math.abs(points) })}
              </>
            )}
          </>
        ),
        body: lines(text(data['reason']), text(data['ref']), text(data['program'])),
      };
    },
    tier: (data) => ({
      title: `${t('tier')}: ${text(data['from']) ?? t('noTier')} → ${text(data['to']) ?? t('noTier')}`,
    }),
    personCategory: (data) => {
      const state = text(data['state']) ?? '';
      const until = text(data['validUntil']);
      return {
        title: `${t('categories.category')}: ${text(data['name']) ?? ''}`,
        body: lines(
          t(`categories.states.${state as 'approved'}`, { defaultValue: state }),
          until === undefined
            ? t('categories.forGood')
            : `${t('categories.untilDay')} ${dateText(until, locale())}`,
        ),
      };
    },
  };
}
