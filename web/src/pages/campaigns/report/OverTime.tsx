import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import type { OverTimeView } from '../../../api/campaigns.ts';
import { campaigns } from '../../../api/campaigns.ts';
import { locale } from '../../../i18n/index.ts';
import { numberText } from '../../../lib/format.ts';
import { Chart } from '../../../ui/Chart.tsx';
import { Section } from '../../../ui/Section.tsx';
import { Loaded } from '../../../ui/states.tsx';

const LABELS: Record<OverTimeView['step'], Intl.DateTimeFormatOptions> = {
  minute: { hour: '2-digit', minute: '2-digit' },
  hour: { day: 'numeric', month: 'short', hour: '2-digit', minute: '2-digit' },
  day: { day: 'numeric', month: 'short' },
};

/** When messages went out and people answered; each message counts once, at its first open and click. */
export function OverTime({ campaignId, live }: { campaignId: string; live: boolean }) {
  const { t } = useTranslation('campaigns');
  const query = useQuery(campaigns.overTime(campaignId, live));
  return (
    <Section title={t('report.overTime')}>
      <Loaded query={query}>
        {({ step, timeZone, points }) => {
          // Days are the installation's, hours and minutes the reader's.
          const words = new Intl.DateTimeFormat(locale(), {
            ...LABELS[step],
            ...(step === 'day' ? { timeZone } : {}),
          });
          return (
            <Chart
              label={t('report.overTime')}
              kind={points.length < 3 ? 'bar' : 'line'}
              categories={points.map(({ at }) => words.format(new Date(at)))}
              series={[
                { name: t('report.sent'), values: points.map(({ sent }) => sent), tone: 'quiet' },
                { name: t('report.opened'), values: points.map(({ opened }) => opened) },
                { name: t('report.clicked'), values: points.map(({ clicked }) => clicked), tone: 'cool' },
                {
                  name: t('report.converted'),
                  values: points.map(({ converted }) => converted),
                  tone: 'hot',
                },
              ]}
              format={(value) => numberText(value, locale())}
            />
          );
        }}
      </Loaded>
    </Section>
  );
}
