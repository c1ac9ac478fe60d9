import { Text } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import type { LiabilityView } from '../../../api/loyalty.ts';
import { locale } from '../../../i18n/index.ts';
import { monthText, numberText } from '../../../lib/format.ts';
import { Chart } from '../../../ui/Chart.tsx';

/** Outstanding points by the month of their end. */
export function Expiring({ owed }: { owed: LiabilityView }) {
  const { t } = useTranslation('loyalty');
  const rows = owed.expiringByMonth.filter(({ points }) => points !== 0);
  if (rows.length === 0)
    return (
      <Text size="sm" c="dimmed">
        {t('liability.noneExpiring')}
      </Text>
    );
  return (
    <Chart
      label={t('liability.expiringHint')}
      kind="bar"
      whole
      categories={rows.map(({ month }) =>
        month === null ? t('liability.never') : monthText(month, locale()),
      )}
      series={[{ name: t('liability.outstanding'), values: rows.map(({ points }) => points) }]}
      format={(value) => numberText(value, locale())}
    />
  );
}
