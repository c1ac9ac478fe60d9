import { useTranslation } from 'react-i18next';
import { FitSelect } from './FitSelect.tsx';

const zonesWith = (current: string): string[] => [
  ...new Set([current, 'UTC', ...Intl.supportedValuesOf('timeZone')]),
];

/** Whose calendar counts the days: one of the world's time zones, found by typing. */
export function ZoneField(props: {
  value: unknown;
  error: string | undefined;
  onChange: (zone: string) => void;
}) {
  const { t } = useTranslation('segments');
  const zone = typeof props.value === 'string' ? props.value : '';
  return (
    <FitSelect
      least={170}
      searchable
      allowDeselect={false}
      aria-label={t('builder.zone')}
      placeholder={t('builder.zone')}
      nothingFoundMessage={t('builder.noZone')}
      limit={60}
      data={zonesWith(zone)
        .filter((one) => one !== '')
        .map((one) => ({ value: one, label: one.replaceAll('_', ' ') }))}
      value={zone === '' ? null : zone}
      error={props.error !== undefined}
      onChange={(next) => next !== null && props.onChange(next)}
    />
  );
}
