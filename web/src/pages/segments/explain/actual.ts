import { useTranslation } from 'react-i18next';
import type { ExplainNode } from '../../../api/segments.ts';
import { locale } from '../../../i18n/index.ts';
import { dateText, dateTimeText, moneyText, numberText } from '../../../lib/format.ts';
import { useFactWords } from './words.ts';

const MINUTE_S = 60;
const HOUR_S = 3_600;

/** The figure a condition compared, as people say it; undefined where it compares none. */
export function useActualText(): (node: ExplainNode) => string | undefined {
  const { t } = useTranslation(['segments', 'conditions']);
  const { cellWord, gradeWord, valueWord } = useFactWords();
  return ({ type, actual, facts }) => {
    const word = (text: string): string =>
      type === 'rfm'
        ? cellWord(text)
        : type === 'sales'
          ? gradeWord(valueWord(text))
          : valueWord(text, facts[0]?.what ?? undefined);
    if (actual === null) return undefined;
    const { kind, value, currency } = actual;
    if (value === null || value === '' || (Array.isArray(value) && value.length === 0))
      return t('segments:explain.nothing');
    if (typeof value === 'boolean') return t(value ? 'conditions:yes' : 'conditions:no');
    if (Array.isArray(value)) return value.map(word).join(', ');
    if (kind === 'date') return whenText(String(value));
    if (typeof value === 'string') return word(value);
    if (kind === 'money' && currency !== null) return moneyText(value, currency, locale());
    if (kind === 'days')
      return t('segments:explain.days', { count: value, shown: numberText(value, locale(), 1) });
    if (kind === 'seconds') return durationText(value, t);
    return numberText(value, locale(), 2);
  };
}

const whenText = (value: string): string =>
  /^\d{4}-\d{2}-\d{2}$/.test(value) ? dateText(value, locale()) : dateTimeText(value, locale());

function durationText(
  seconds: number,
  t: ReturnType<typeof useTranslation<['segments', 'conditions']>>['t'],
): string {
  const figure = (value: number) => numberText(value, locale(), 1);
  if (seconds < MINUTE_S) return t('segments:explain.duration.seconds', { shown: figure(seconds) });
  if (seconds < HOUR_S) return t('segments:explain.duration.minutes', { shown: figure(seconds / MINUTE_S) });
  return t('segments:explain.duration.hours', { shown: figure(seconds / HOUR_S) });
}
