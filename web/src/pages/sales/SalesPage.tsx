import { Group, SegmentedControl, SimpleGrid, Stack, TextInput } from '@mantine/core';
import { IconChartBar } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { getRouteApi } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import type { SalesReport } from '../../api/orders.ts';
import { orders } from '../../api/orders.ts';
import { locale } from '../../i18n/index.ts';
import { dateText, monthText } from '../../lib/format.ts';
import type { Column } from '../../ui/DataTable.tsx';
import { DataTable } from '../../ui/DataTable.tsx';
import { Figure, Money } from '../../ui/format.tsx';
import { PageHeader } from '../../ui/PageHeader.tsx';
import { Section } from '../../ui/Section.tsx';
import { EmptyState, Loaded } from '../../ui/states.tsx';
import { StatTile } from '../../ui/StatTile.tsx';
import { SalesChart } from './SalesChart.tsx';
import type { SalesSearch } from './search.ts';

const route = getRouteApi('/app/sales');

export default function SalesPage() {
  const { t } = useTranslation('sales');
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const by = search.by ?? 'month';
  const { from, to } = search;
  const report = useQuery(
    orders.sales({ by, ...(from === undefined ? {} : { from }), ...(to === undefined ? {} : { to }) }),
  );
  const go = (change: Partial<SalesSearch>) =>
    void navigate({ search: (now) => ({ ...now, ...change }), replace: true });
  return (
    <>
      <PageHeader title={t('title')} description={t('description')} />
      <Group mb="lg" align="flex-end">
        <SegmentedControl
          aria-label={t('by')}
          value={by}
          onChange={(value) => go({ by: value === 'day' ? 'day' : undefined })}
          data={[
            { value: 'month', label: t('month') },
            { value: 'day', label: t('day') },
          ]}
        />
        <TextInput
          type="date"
          label={t('from')}
          value={from ?? ''}
          onChange={(event) => go({ from: event.currentTarget.value || undefined })}
        />
        <TextInput
          type="date"
          label={t('to')}
          value={to ?? ''}
          onChange={(event) => go({ to: event.currentTarget.value || undefined })}
        />
      </Group>
      <Loaded query={report}>{(found) => <Report report={found} by={by} />}</Loaded>
    </>
  );
}

function Report({ report, by }: { report: SalesReport; by: 'day' | 'month' }) {
  const { t } = useTranslation('sales');
  const { rows, currency } = report;
  if (rows.length === 0)
    return <EmptyState icon={<IconChartBar />} title={t('empty')} text={t('emptyText')} />;
  const sum = (pick: (row: SalesReport['rows'][number]) => number) =>
    rows.reduce((total, row) => total + pick(row), 0);
  const net = sum((row) => row.netMinor);
  const count = sum((row) => row.orders);
  const money = (minor: number) => <Money minor={minor} currency={currency} />;
  const columns: Column<SalesReport['rows'][number]>[] = [
    {
      key: 'period',
      header: t('period'),
      main: true,
      cell: (row) => (by === 'month' ? monthText(row.period, locale()) : dateText(row.period, locale())),
    },
    { key: 'gross', header: t('gross'), align: 'right', cell: (row) => money(row.grossMinor) },
    { key: 'returns', header: t('returns'), align: 'right', cell: (row) => money(row.returnsMinor) },
    { key: 'net', header: t('net'), align: 'right', cell: (row) => money(row.netMinor) },
    { key: 'orders', header: t('orders'), align: 'right', cell: (row) => <Figure value={row.orders} /> },
    {
      key: 'customers',
      header: t('customers'),
      align: 'right',
      cell: (row) => <Figure value={row.customers} />,
    },
    { key: 'claimed', header: t('claimed'), align: 'right', cell: (row) => money(row.claimedMinor) },
  ];
  return (
    <Stack gap="lg">
      <SimpleGrid cols={{ base: 1, xs: 3 }} spacing="md">
        <StatTile label={t('net')} value={money(net)} why={t('why.net')} />
        <StatTile label={t('orders')} value={<Figure value={count} />} why={t('why.orders')} />
        <StatTile
          label={t('average')}
          value={count === 0 ? '—' : money(Math.round(net / count))}
          why={t('why.average')}
        />
      </SimpleGrid>
      <Section title={t('chart')}>
        <SalesChart report={report} by={by} />
      </Section>
      <Section title={t('total')} flush>
        <DataTable
          label={t('title')}
          columns={columns}
          rows={rows.toReversed()}
          rowKey={(row) => row.period}
          empty={null}
        />
      </Section>
    </Stack>
  );
}
