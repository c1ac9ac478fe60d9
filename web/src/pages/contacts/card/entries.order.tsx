import { useTranslation } from 'react-i18next';
import { Money } from '../../../ui/format.tsx';
import type { Data, Words } from './entries.tsx';
import { Mark } from './Mark.tsx';
import { text } from './values.ts';

/** Numbers the program gives to what takes an order back: of the order's own with what it is behind it. */
const TAKEN_BACK = /^(?<order>.+)#(?:(?<cancelled>cancelled)|(?<refunded>refunded)|refund-.+)$/;

/** Which order or return it is, by its number; what takes an order back by the order's. */
export function useOrderTitle(): (id: string, kind: 'order' | 'return') => string {
  const { t } = useTranslation('contacts');
  return (id, kind) => {
    const back = kind === 'return' ? TAKEN_BACK.exec(id)?.groups : undefined;
    if (back === undefined) return t(`timeline.${kind}`, { id });
    const which =
      back['cancelled'] !== undefined
        ? 'orderCancelled'
        : back['refunded'] !== undefined
          ? 'orderRefunded'
          : 'orderPartRefunded';
    return t(`timeline.${which}`, { id: back['order'] ?? '' });
  };
}

/** An order or a return in words: which one, how much, and whether it counts. */
export function useOrderWords(): (data: Data, kind: 'order' | 'return') => Words {
  const { t } = useTranslation('contacts');
  const titleOf = useOrderTitle();
  return (data, kind) => ({
    title: (
      <>
        {titleOf(text(data['externalId']) ?? '', kind)}
        {typeof data['totalMinor'] === 'number' && (
          <>
            {' · '}
            <Money minor={data['totalMinor']} currency={text(data['currency']) ?? 'EUR'} />
          </>
        )}
        {data['status'] === 'cancelled' && <Mark word={t('timeline.cancelled')} />}
        {data['status'] !== 'cancelled' && data['fullyReturned'] === true && (
          <Mark word={t('timeline.returned')} />
        )}
        {data['claimed'] === true && <Mark word={t('timeline.claimed')} why={t('timeline.claimedText')} />}
      </>
    ),
    body: [
      typeof data['lineCount'] === 'number' ? t('timeline.lines', { count: data['lineCount'] }) : undefined,
      text(data['channel']),
      Array.isArray(data['couponCodes']) ? data['couponCodes'].join(', ') : undefined,
    ]
      .filter((part) => part !== undefined && part !== '')
      .join(' · '),
  });
}
