import { Select } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import type { LeafProps } from './LeafRow.tsx';

/** Days of 24 hours, or days as the calendar of here counts them. */
export function AgeUnit({ leaf, onChange, errorAt }: LeafProps) {
  const { t } = useTranslation('conditions');
  return (
    <Select
      size="sm"
      w={180}
      allowDeselect={false}
      aria-label={t('unit')}
      data={(['days', 'calendarDays'] as const).map((value) => ({
        value: value as string,
        label: t(`units.${value}`),
      }))}
      value={leaf['zone'] === undefined ? 'days' : 'calendarDays'}
      error={errorAt('zone') !== undefined}
      onChange={(next) => {
        const { zone: _zone, ...rest } = leaf;
        const { timeZone } = Intl.DateTimeFormat().resolvedOptions();
        onChange(next === 'calendarDays' ? { ...rest, zone: timeZone } : rest);
      }}
    />
  );
}
