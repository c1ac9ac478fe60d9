import { useTranslation } from 'react-i18next';
import { language, locale } from '../../../i18n/index.ts';
import { dateText, numberText } from '../../../lib/format.ts';
import { Money } from '../../../ui/format.tsx';
import { aboutWords, reasonWords } from '../../loyalty/member/about.ts';
import { Signed } from '../../loyalty/member/Signed.tsx';
import type { Data, Words } from './entries.tsx';
import { isRecord, text } from './values.ts';

const numberOf = (value: unknown): number => (typeof value === 'number' ? value : 0);

/** In the reader's language, where the reward has words in it. */
function rewardName(name: unknown): string {
  if (!isRecord(name)) return '';
  const own = language() === 'ru' ? text(name['ru']) : undefined;
  return own === undefined || own === '' ? (text(name['en']) ?? '') : own;
}

/** How movements of points, tiers and person categories read. */
export function useLoyaltyWords(): Record<
  'points' | 'sale' | 'tier' | 'personCategory' | 'reward',
  (data: Data) => Words
> {
  const { t } = useTranslation('wallet');
  const { t: ofReward } = useTranslation('rewards');
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
        body: lines(
          reasonWords(t, text(data['reason'])),
          aboutWords(t, { ref: text(data['ref']), orderNumber: text(data['orderNumber']) }),
          text(data['program']),
        ),
      };
    },
    sale: (data) => ({
      title: (
        <>
          {t('sale.title', { number: text(data['externalId']) ?? '' })}
          {' · '}
          <Money minor={numberOf(data['totalMinor'])} currency={text(data['currency']) ?? ''} />
        </>
      ),
      body: lines(
        t(`sale.states.${(text(data['state']) ?? 'reserved') as 'reserved'}`),
        numberOf(data['points']) === 0
          ? undefined
          : t('sale.points', { shown: numberText(numberOf(data['points']), locale()) }),
      ),
    }),
    reward: (data) => ({
      title: ofReward('timeline.redeemed', { name: rewardName(data['name']) }),
      body: lines(
        ofReward(`queue.states.${(text(data['state']) ?? 'open') as 'open'}`),
        ofReward('timeline.points', { count: numberOf(data['points']) }),
      ),
    }),
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
