import { Alert, Button, Group, SegmentedControl, SimpleGrid, Stack, Text, TextInput } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { IconAdjustments, IconRefresh } from '@tabler/icons-react';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { getRouteApi } from '@tanstack/react-router';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { RfmReport } from '../../../api/segments.ready.ts';
import { rfm } from '../../../api/segments.ready.ts';
import { useMe } from '../../../lib/me.ts';
import { DateTime, Figure, Money } from '../../../ui/format.tsx';
import { useWrite } from '../../../ui/mutation.ts';
import { PageHeader } from '../../../ui/PageHeader.tsx';
import { Section } from '../../../ui/Section.tsx';
import { EmptyState, Loaded } from '../../../ui/states.tsx';
import { StatTile } from '../../../ui/StatTile.tsx';
import { daysAgo } from '../insight/days.ts';
import { CellsTable } from './CellsTable.tsx';
import { HeatMap } from './HeatMap.tsx';
import { MethodDrawer } from './MethodDrawer.tsx';

const route = getRouteApi('/app/segments/rfm');

/** Buyers by how lately, how often and for how much they buy. */
export default function RfmPage() {
  const { t } = useTranslation('segments');
  const { may } = useMe();
  const { asOf } = route.useSearch();
  const navigate = route.useNavigate();
  const [opened, { open, close }] = useDisclosure(false);
  const settings = useQuery(rfm.settings);
  const report = useQuery({ ...rfm.report(endOf(asOf)), placeholderData: keepPreviousData });
  const compute = useWrite({
    run: () => rfm.compute(),
    touches: ['segments'],
    done: t('rfm.computing'),
  });
  return (
    <>
      <PageHeader
        title={t('rfm.title')}
        up={{ to: '/segments', label: t('title') }}
        description={t('rfm.description')}
        actions={
          may('segments:write') && (
            <>
              <Button
                variant="default"
                leftSection={<IconRefresh size={16} />}
                loading={compute.isPending || settings.data?.state === 'waiting'}
                onClick={() => compute.mutate(undefined)}
              >
                {t('rfm.compute')}
              </Button>
              <Button variant="default" leftSection={<IconAdjustments size={16} />} onClick={open}>
                {t('rfm.settings')}
              </Button>
            </>
          )
        }
      />
      <Group mb="lg" align="flex-end">
        <TextInput
          type="date"
          label={t('rfm.asOf')}
          value={asOf ?? ''}
          onChange={(event) =>
            void navigate({
              search: event.currentTarget.value === '' ? {} : { asOf: event.currentTarget.value },
              replace: true,
            })
          }
        />
        {asOf !== undefined && (
          <Button variant="subtle" onClick={() => void navigate({ search: {}, replace: true })}>
            {t('rfm.present')}
          </Button>
        )}
      </Group>
      {settings.data?.state === 'waiting' && (
        <Alert color="sky" mb="md" role="status">
          {t('rfm.waiting')}
        </Alert>
      )}
      <Loaded query={report} lines={8}>
        {(found) => (
          <Report
            report={found}
            past={endOf(asOf) !== undefined}
            mayWrite={may('segments:write')}
            compute={() => compute.mutate(undefined)}
            busy={compute.isPending || settings.data?.state === 'waiting'}
          />
        )}
      </Loaded>
      {settings.data !== undefined && (
        <MethodDrawer
          key={JSON.stringify([settings.data.settings, opened])}
          opened={opened}
          onClose={close}
          settings={settings.data}
        />
      )}
    </>
  );
}

/** The last moment of a day that is over, as the reader's calendar has it; the present for any other. */
function endOf(day: string | undefined): string | undefined {
  if (day === undefined || day >= daysAgo(0)) return undefined;
  return new Date(`${day}T23:59:59.999`).toISOString();
}

type ReportProps = {
  report: RfmReport;
  /** Of a day that is over. */
  past: boolean;
  mayWrite: boolean;
  compute: () => void;
  busy: boolean;
};

function Report({ report, past, mayWrite, compute, busy }: ReportProps) {
  const { t } = useTranslation('segments');
  const [map, setMap] = useState<'grid' | 'cells'>('grid');
  if (report.asOf === null || report.contacts === 0)
    return past ? (
      <EmptyState title={t('rfm.emptyThen')} text={t('rfm.emptyThenText')} />
    ) : (
      <EmptyState
        title={t('rfm.empty')}
        text={t('rfm.emptyText')}
        action={
          mayWrite && (
            <Button leftSection={<IconRefresh size={16} />} loading={busy} onClick={compute}>
              {t('rfm.compute')}
            </Button>
          )
        }
      />
    );
  const mean = Math.round(report.revenue / report.contacts);
  return (
    <Stack gap="lg">
      <SimpleGrid cols={{ base: 1, xs: 3 }} spacing="md">
        <StatTile
          label={t('rfm.buyers')}
          value={<Figure value={report.contacts} />}
          hint={
            <>
              {t('rfm.asOfHint')} <DateTime at={report.asOf} />
            </>
          }
        />
        <StatTile
          label={t('rfm.revenue')}
          why={t('rfm.revenueWhy')}
          value={<Money minor={report.revenue} currency={report.currency} compact />}
        />
        <StatTile label={t('rfm.mean')} value={<Money minor={mean} currency={report.currency} />} />
      </SimpleGrid>
      <Section
        title={t('rfm.map')}
        hint={map === 'grid' ? t('rfm.gridHint') : t('rfm.cellsHint')}
        actions={
          <SegmentedControl
            size="xs"
            aria-label={t('rfm.map')}
            value={map}
            onChange={setMap}
            data={(['grid', 'cells'] as const).map((value) => ({ value, label: t(`rfm.maps.${value}`) }))}
          />
        }
      >
        <HeatMap report={report} map={map} mayWrite={mayWrite} past={past} />
      </Section>
      <Section
        title={t('rfm.cellsTitle')}
        hint={past && mayWrite ? `${t('rfm.cellsText')} ${t('rfm.makeNow')}` : t('rfm.cellsText')}
        flush
      >
        <CellsTable report={report} mayWrite={mayWrite} />
      </Section>
      <Section title={t('rfm.boundaries')} hint={t(`rfm.methodHint.${report.settings.method}`)}>
        <Boundaries report={report} />
      </Section>
    </Stack>
  );
}

const SCORES = [5, 4, 3, 2, 1] as const;

/** What a score means in days, orders and money. */
function Boundaries({ report }: { report: RfmReport }) {
  const { t } = useTranslation('segments');
  const { boundaries, currency } = report;
  const of = (measure: keyof typeof boundaries, score: number) => {
    const found = boundaries[measure].find((one) => one.score === score);
    if (found === undefined) return '—';
    if (measure === 'money')
      return (
        <>
          <Money minor={found.from} currency={currency} /> – <Money minor={found.to} currency={currency} />
        </>
      );
    return found.from === found.to ? found.from : `${found.from} – ${found.to}`;
  };
  return (
    <SimpleGrid cols={{ base: 1, sm: 3 }} spacing="lg">
      {(['recency', 'frequency', 'money'] as const).map((measure) => (
        <div key={measure}>
          <Text fw={600} size="sm" mb={4}>
            {t(`rfm.measures.${measure}`)}
          </Text>
          {SCORES.map((score) => (
            <Group key={score} justify="space-between" gap="xs">
              <Text size="sm" c="dimmed">
                {t('rfm.score', { score })}
              </Text>
              <Text size="sm" className="otk-figure">
                {of(measure, score)}
              </Text>
            </Group>
          ))}
        </div>
      ))}
    </SimpleGrid>
  );
}
