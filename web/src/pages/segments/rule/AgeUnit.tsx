import { useTranslation } from 'react-i18next';
import { useMe } from '../../../lib/me.ts';
import { ZoneField } from './ZoneField.tsx';
import type { LeafProps } from './LeafRow.tsx';
import { FitSelect } from './FitSelect.tsx';

/** Days of 24 hours, or days as the calendar of here counts them. */
export function AgeUnit({ leaf, onChange, errorAt }: LeafProps) {
  const { t } = useTranslation('conditions');
  const { settings } = useMe();
  return (
    <>
      <FitSelect
        least={180}
        allowDeselect={false}
        aria-label={t('unit')}
        data={(['days', 'calendarDays'] as const).map((value) => ({
          value,
          label: t(`units.${value}`),
        }))}
        value={leaf['zone'] === undefined ? 'days' : 'calendarDays'}
        error={errorAt('zone') !== undefined}
        onChange={(next) => {
          const { zone: _zone, ...rest } = leaf;
          onChange(next === 'calendarDays' ? { ...rest, zone: settings.timeZone } : rest);
        }}
      />
      {leaf['zone'] !== undefined && (
        <ZoneField
          value={leaf['zone']}
          error={errorAt('zone')}
          onChange={(zone) => onChange({ ...leaf, zone })}
        />
      )}
    </>
  );
}
