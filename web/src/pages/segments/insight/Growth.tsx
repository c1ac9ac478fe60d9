import { SegmentedControl, SimpleGrid, Text } from '@mantine/core';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Growth as Grown } from '../../../api/segments.ts';
import { LIVE_MS, segments } from '../../../api/segments.ts';
import { locale } from '../../../i18n/index.ts';
import { dateText, numberText, signedText } from '../../../lib/format.ts';
import { Chart } from '../../../ui/Chart.tsx';
import { Section } from '../../../ui/Section.tsx';
import { Loaded } from '../../../ui/states.tsx';
import { Fresh } from './Fresh.tsx';
import { dayText, daysAgo } from './days.ts';

const SPANS = ['30', '90', '365'] as const;

/** How many there were at the end of each day, and who came and went. */
export function Growth({ id, since }: { id: string; since: string }) {
  const { t } = useTranslation('segments');
  const [span, setSpan] = useState<(typeof SPANS)[number]>('30');
  const query = useQuery({
    ...segments.growth(id, daysAgo(Number(span) - 1), daysAgo(0)),
    placeholderData: keepPreviousData,
    refetchInterval: LIVE_MS,
  });
  return (
    <Section
      title={t('growth.title')}
      hint={t('growth.hint')}
      actions={
        <SegmentedControl
          size="xs"
          aria-label={t('growth.span')}
          value={span}
          onChange={setSpan}
          data={SPANS.map((value) => ({ value, label: t('growth.days', { shown: value }) }))}
        />
      }
    >
      <Loaded query={query} lines={5}>
        {(grown) => (
          <>
            <Picture grown={grown} since={since} />
            <Fresh at={query.dataUpdatedAt} />
          </>
        )}
      </Loaded>
    </Section>
  );
}

/** Days before there was the segment say nothing; a week is the least that reads as a line. */
const LEAST_DAYS = 7;

function Picture({ grown, since }: { grown: Grown; since: string }) {
  const { t } = useTranslation('segments');
  const first = grown.items.findIndex(({ day }) => day >= since.slice(0, 10));
  const items = grown.items.slice(Math.max(0, Math.min(first - 1, grown.items.length - LEAST_DAYS)));
  const figure = (value: number) => numberText(Math.abs(value), locale());
  const sum = (pick: (day: Grown['items'][number]) => number) =>
    items.reduce((all, day) => all + pick(day), 0);
  const [entered, left] = [sum((day) => day.entered), sum((day) => day.left)];
  const net =
    (items.at(-1)?.members ?? 0) -
    ((items[0]?.members ?? 0) - (items[0]?.entered ?? 0) + (items[0]?.left ?? 0));
  const signed = signedText(net, locale());
  const young = (grown.items[0]?.day ?? since) < since.slice(0, 10);
  return (
    <>
      {young && (
        <Text size="sm" c="dimmed" mb="sm">
          {t('growth.young', { day: dateText(since, locale()) })}
        </Text>
      )}
      <SimpleGrid cols={3} mb="sm" spacing="xs">
        <Sum label={t('growth.entered')} value={figure(entered)} />
        <Sum label={t('growth.left')} value={figure(left)} />
        <Sum label={t('growth.net')} value={signed} />
      </SimpleGrid>
      <Chart
        label={t('growth.membersChart')}
        kind="line"
        steps
        whole
        height={180}
        categories={items.map(({ day }) => dayText(day))}
        series={[{ name: t('growth.members'), values: items.map(({ members }) => members) }]}
        format={figure}
      />
      <Chart
        label={t('growth.chart')}
        kind="bar"
        stacked
        whole
        height={190}
        categories={items.map(({ day }) => dayText(day))}
        series={[
          { name: t('growth.entered'), tone: 'cool', values: items.map((day) => day.entered) },
          { name: t('growth.left'), tone: 'hot', values: items.map((day) => -day.left) },
        ]}
        format={figure}
      />
    </>
  );
}

function Sum({ label, value }: { label: string; value: string }) {
  return (
    <div>
      <Text size="xs" c="dimmed">
        {label}
      </Text>
      <Text fw={650} className="otk-figure">
        {value}
      </Text>
    </div>
  );
}
