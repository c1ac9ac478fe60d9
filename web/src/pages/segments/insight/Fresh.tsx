import { Text } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { locale } from '../../../i18n/index.ts';

const timeText = (ms: number): string =>
  new Intl.DateTimeFormat(locale(), { hour: '2-digit', minute: '2-digit', second: '2-digit' }).format(ms);

/** When what is shown was asked for last, to the second: it is asked again by itself. Nothing before the first answer. */
export function Fresh({ at }: { at: number }) {
  const { t } = useTranslation('segments');
  if (at === 0) return null;
  return (
    <Text size="xs" c="dimmed" className="otk-figure">
      {t('asOf', { time: timeText(at) })}
    </Text>
  );
}
