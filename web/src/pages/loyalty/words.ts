import { useTranslation } from 'react-i18next';
import type { ProgramSettings } from '../../api/loyalty.ts';
import { locale } from '../../i18n/index.ts';
import { lifeWords } from './program/examples.ts';

/** How long points last, in a few words. */
export function useLife(): (expiry: ProgramSettings['expiry']) => string {
  const { t } = useTranslation('loyalty');
  return (expiry) => {
    if (expiry.kind === 'never') return t('programs.life.never');
    if (expiry.kind === 'dates')
      return t('programs.life.dates', { dates: expiry.dates.map(dateWords).join(', ') });
    const life = lifeWords(t, expiry.count, expiry.unit);
    return expiry.kind === 'term' ? life : t('programs.life.inactivity', { life });
  };
}

/** "12-31" → "31 December". */
function dateWords(date: string): string {
  return new Intl.DateTimeFormat(locale(), { day: 'numeric', month: 'long', timeZone: 'UTC' }).format(
    new Date(`2024-${date}T00:00:00Z`),
  );
}
