import { Alert, Button, Drawer, Group, SegmentedControl, SimpleGrid, Stack, Text } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { IconPlayerPlay } from '@tabler/icons-react';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Simulation as Simulated } from '../../../api/segments.ts';
import { segments } from '../../../api/segments.ts';
import { locale } from '../../../i18n/index.ts';
import { numberText, shareText } from '../../../lib/format.ts';
import { Chart } from '../../../ui/Chart.tsx';
import { Loaded } from '../../../ui/states.tsx';
import { StatTile } from '../../../ui/StatTile.tsx';
import { dayText } from './days.ts';

const SPANS = ['7', '30', '90'] as const;

/** Asks what a rule would have done; in a drawer, as counting many days takes a while. */
export function SimulateButton({ rule, segmentId }: { rule: unknown; segmentId: string | undefined }) {
  const { t } = useTranslation('segments');
  const [opened, { open, close }] = useDisclosure(false);
  return (
    <>
      <Button size="xs" variant="default" leftSection={<IconPlayerPlay size={15} />} onClick={open}>
        {t('simulation.open')}
      </Button>
      <Drawer opened={opened} onClose={close} size="lg" title={t('simulation.title')}>
        {opened && <Simulation rule={rule} segmentId={segmentId} />}
      </Drawer>
    </>
  );
}

/** Who would have come and gone, day by day, had the rule been there. */
function Simulation({ rule, segmentId }: { rule: unknown; segmentId: string | undefined }) {
  const { t } = useTranslation('segments');
  const [span, setSpan] = useState<(typeof SPANS)[number]>('7');
  const query = useQuery({
    ...segments.simulate(rule, Number(span), segmentId),
    placeholderData: keepPreviousData,
  });
  return (
    <Stack>
      <Text size="sm" c="dimmed">
        {t('simulation.hint')}
      </Text>
      <Group>
        <SegmentedControl
          size="xs"
          aria-label={t('growth.span')}
          value={span}
          onChange={setSpan}
          data={SPANS.map((value) => ({ value, label: t('growth.days', { shown: value }) }))}
        />
        {query.isFetching && (
          <Text size="sm" c="dimmed" role="status">
            {t('simulation.counting')}
          </Text>
        )}
      </Group>
      <Loaded query={query} lines={6}>
        {(found) => <Found found={found} />}
      </Loaded>
    </Stack>
  );
}

function Found({ found }: { found: Simulated }) {
  const { t } = useTranslation('segments');
  const { items } = found;
  const figure = (value: number) => numberText(Math.abs(value), locale());
  const sum = (pick: (day: Simulated['items'][number]) => number) =>
    items.reduce((all, day) => all + pick(day), 0);
  const entered = sum((day) => day.entered);
  const sent = sum((day) => day.sent);
  return (
    <Stack>
      {found.partial && <Alert color="gold">{t('simulation.partial', { count: items.length })}</Alert>}
      <SimpleGrid cols={{ base: 1, xs: 3 }} spacing="xs">
        <StatTile
          label={t('simulation.perDay')}
          value={items.length === 0 ? '—' : numberText(entered / items.length, locale(), 1)}
          hint={t('simulation.inAll', { shown: figure(entered) })}
        />
        <StatTile
          label={t('simulation.sent')}
          why={t('simulation.sentWhy')}
          value={entered === 0 ? '—' : shareText(sent / entered, locale())}
          hint={t('simulation.sentOf', { sent: figure(sent), of: figure(entered) })}
        />
        <StatTile
          label={t('simulation.left')}
          value={figure(sum((day) => day.left))}
          hint={t('simulation.members', { shown: figure(items.at(-1)?.members ?? 0) })}
        />
      </SimpleGrid>
      <Chart
        label={t('simulation.chart')}
        kind="bar"
        whole
        categories={items.map(({ day }) => dayText(day))}
        series={[
          { name: t('simulation.entered'), tone: 'cool', values: items.map((day) => day.entered) },
          { name: t('simulation.ofThemSent'), tone: 'main', values: items.map((day) => day.sent) },
        ]}
        format={figure}
      />
      <Text size="xs" c="dimmed">
        {t('simulation.note')}
      </Text>
    </Stack>
  );
}
