import { Stack, Text } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import type { LiabilityView } from '../../../api/loyalty.ts';
import { locale } from '../../../i18n/index.ts';
import { numberText } from '../../../lib/format.ts';
import { Chart } from '../../../ui/Chart.tsx';

const dayText = (day: string): string =>
  new Intl.DateTimeFormat(locale(), { day: 'numeric', month: 'short', timeZone: 'UTC' }).format(
    new Date(`${day}T00:00:00Z`),
  );

/** What was owed at the end of each day, and what was given, spent and lost on it. */
export function History({ owed }: { owed: LiabilityView }) {
  const { t } = useTranslation('loyalty');
  const categories = owed.history.map(({ day }) => dayText(day));
  const format = (value: number) => numberText(value, locale());
  const of = (pick: (day: LiabilityView['history'][number]) => number) => owed.history.map(pick);
  const flows = owed.history.some(({ issued, redeemed, expired }) => issued + redeemed + expired > 0);
  return (
    <Stack gap="xl">
      <div>
        <Text size="sm" fw={550} mb={4}>
          {t('liability.level')}
        </Text>
        <Chart
          label={t('liability.level')}
          kind="line"
          whole
          steps
          categories={categories}
          series={[
            { name: t('liability.outstanding'), values: of(({ outstanding }) => outstanding) },
            { name: t('liability.pending'), values: of(({ pending }) => pending), tone: 'cool' },
          ]}
          format={format}
        />
      </div>
      {flows && (
        <div>
          <Text size="sm" fw={550} mb={4}>
            {t('liability.flow')}
          </Text>
          <Chart
            label={t('liability.flow')}
            kind="bar"
            whole
            categories={categories}
            series={[
              { name: t('liability.issued'), values: of(({ issued }) => issued) },
              { name: t('liability.redeemed'), values: of(({ redeemed }) => redeemed), tone: 'cool' },
              { name: t('liability.expired'), values: of(({ expired }) => expired), tone: 'quiet' },
            ]}
            format={format}
          />
        </div>
      )}
    </Stack>
  );
}
