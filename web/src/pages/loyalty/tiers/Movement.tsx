import { SimpleGrid, Stack } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import type { Movement as Moved } from '../../../api/standing.ts';
import { ladders } from '../../../api/standing.ts';
import { locale } from '../../../i18n/index.ts';
import { monthText, numberText } from '../../../lib/format.ts';
import { Chart } from '../../../ui/Chart.tsx';
import type { Column } from '../../../ui/DataTable.tsx';
import { DataTable } from '../../../ui/DataTable.tsx';
import { Figure } from '../../../ui/format.tsx';
import { Section } from '../../../ui/Section.tsx';
import { EmptyState, Loaded } from '../../../ui/states.tsx';
import { StatTile } from '../../../ui/StatTile.tsx';
import { monthIn } from '../days.ts';
import type { Tiers } from './words.ts';
import { useTierName } from './words.ts';

const MONTHS = 6;
const DIRECTIONS = ['up', 'down', 'other'] as const;
type Direction = (typeof DIRECTIONS)[number];

/** How many moved up and down: this month in figures and between which tiers, the last months as a picture. */
export function Movement({ tiers }: { tiers: Tiers }) {
  const { zone, ladder } = tiers;
  const months = Array.from({ length: MONTHS }, (_, index) => monthIn(zone, MONTHS - 1 - index));
  const now = months.at(-1) ?? '';
  return (
    <Loaded query={useQuery(ladders.movements(ladder.id, months[0] ?? now, now))}>
      {(items) => <Shown tiers={tiers} months={months} items={items} />}
    </Loaded>
  );
}

function Shown({ tiers, months, items }: { tiers: Tiers; months: string[]; items: Moved[] }) {
  const { t } = useTranslation('loyalty');
  const count = (month: string, direction: Direction): number =>
    items
      .filter((item) => item.month === month && item.direction === direction)
      .reduce((sum, { moves }) => sum + moves, 0);
  const now = months.at(-1) ?? '';
  const other = months.some((month) => count(month, 'other') > 0);
  if (items.length === 0)
    return (
      <Section title={t('tiers.month')} hint={t('tiers.monthHint')}>
        <EmptyState title={t('tiers.nobodyMoved')} text={t('tiers.nobodyMovedText')} />
      </Section>
    );
  const tones = { up: 'main', down: 'hot', other: 'quiet' } as const;
  return (
    <Section title={t('tiers.month')} hint={t('tiers.monthHint')}>
      <Stack gap="lg">
        <SimpleGrid cols={{ base: 2, sm: 3 }} spacing="md">
          {DIRECTIONS.filter((one) => one !== 'other' || other).map((direction) => (
            <StatTile
              key={direction}
              label={t(`tiers.${direction}`)}
              value={<Figure value={count(now, direction)} />}
            />
          ))}
        </SimpleGrid>
        <Between tiers={tiers} rows={items.filter(({ month }) => month === now)} />
        <Chart
          label={t('tiers.movement')}
          kind="bar"
          whole
          categories={months.map((month) => monthText(month, locale()))}
          series={DIRECTIONS.filter((one) => one !== 'other' || other).map((direction) => ({
            name: t(`tiers.${direction}`),
            values: months.map((month) => count(month, direction)),
            tone: tones[direction],
          }))}
          format={(value) => numberText(value, locale())}
        />
      </Stack>
    </Section>
  );
}

function Between({ tiers, rows }: { tiers: Tiers; rows: Moved[] }) {
  const { t } = useTranslation('loyalty');
  const nameOf = useTierName(tiers);
  if (rows.length === 0) return null;
  const columns: Column<Moved>[] = [
    {
      key: 'move',
      header: t('tiers.fromTo'),
      main: true,
      cell: ({ fromTierId, toTierId }) => `${nameOf(fromTierId)} → ${nameOf(toTierId)}`,
    },
    {
      key: 'moves',
      header: t('tiers.moves'),
      align: 'right',
      cell: ({ moves }) => <Figure value={moves} />,
    },
  ];
  return (
    <DataTable
      label={t('tiers.month')}
      columns={columns}
      rows={rows}
      rowKey={({ fromTierId, toTierId }) => `${fromTierId} ${toTierId}`}
      empty={null}
    />
  );
}
