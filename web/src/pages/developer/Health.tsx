import { SegmentedControl, SimpleGrid, Stack } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { SourceView } from '../../api/sources.ts';
import { sources } from '../../api/sources.ts';
import { locale } from '../../i18n/index.ts';
import { numberText, shareText } from '../../lib/format.ts';
import { Chart } from '../../ui/Chart.tsx';
import { DateTime, Figure, None } from '../../ui/format.tsx';
import { Section } from '../../ui/Section.tsx';
import { Loaded } from '../../ui/states.tsx';
import { StatTile } from '../../ui/StatTile.tsx';
import { bucketsOf, rejectedShare } from './health.ts';

const SPANS = [1, 24, 168] as const;
const BARS = { 1: 60, 24: 48, 168: 56 } as const;

/** The clock for a day, the day too for a week. */
const momentText = (at: number, hours: number): string =>
  new Intl.DateTimeFormat(locale(), {
    hour: '2-digit',
    minute: '2-digit',
    ...(hours > 24 ? { day: 'numeric', month: 'short' } : {}),
  }).format(new Date(at));

/** How a source fares: what came, what was set aside, when it was last heard of. */
export function Health({ source }: { source: SourceView }) {
  const { t } = useTranslation('developer');
  const [hours, setHours] = useState<(typeof SPANS)[number]>(24);
  const query = useQuery(sources.health(source.id, hours));
  const share = rejectedShare(source);
  return (
    <Stack gap="lg">
      <SimpleGrid cols={{ base: 2, md: 4 }} spacing="sm">
        <StatTile
          label={t('lastSeen')}
          value={
            source.lastEventAt === null ? <None /> : <DateTime at={source.lastEventAt} mode="relative" />
          }
        />
        <StatTile
          label={t('events24h')}
          why={t('events24hWhy')}
          value={<Figure value={source.events24h} />}
        />
        <StatTile
          label={t('rejectedShare')}
          why={t('rejectedShareWhy')}
          value={share === null ? <None /> : shareText(share, locale())}
          {...(share !== null && share > 0 ? { tone: 'bad' as const } : {})}
        />
        <StatTile
          label={t('perMinute')}
          why={t('perMinuteWhy')}
          value={<Figure value={source.perMinute} />}
        />
      </SimpleGrid>
      <Section
        title={t('health')}
        actions={
          <SegmentedControl
            size="xs"
            aria-label={t('span')}
            value={String(hours)}
            onChange={(value) => setHours(SPANS.find((one) => String(one) === value) ?? 24)}
            data={SPANS.map((value) => ({ value: String(value), label: t(`spans.h${value}`) }))}
          />
        }
      >
        <Loaded query={query}>
          {(minutes) => {
            const buckets = bucketsOf(minutes, hours, BARS[hours], Date.now());
            return (
              <Chart
                label={t('health')}
                kind="bar"
                stacked
                whole
                categories={buckets.map(({ from }) => momentText(from, hours))}
                series={[
                  { name: t('verdicts.accepted'), values: buckets.map((one) => one.accepted) },
                  { name: t('duplicate'), values: buckets.map((one) => one.duplicate), tone: 'quiet' },
                  { name: t('verdicts.rejected'), values: buckets.map((one) => one.rejected), tone: 'hot' },
                ]}
                format={(value) => numberText(value, locale())}
              />
            );
          }}
        </Loaded>
      </Section>
    </Stack>
  );
}
