import { Text } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import type { RfmReport } from '../../../api/segments.ready.ts';
import { language, locale } from '../../../i18n/index.ts';
import { numberText, shareText } from '../../../lib/format.ts';
import type { Column } from '../../../ui/DataTable.tsx';
import { DataTable } from '../../../ui/DataTable.tsx';
import { Figure, Money, None } from '../../../ui/format.tsx';
import { ButtonLink } from '../../../ui/links.tsx';
import { CELL_TONES } from './cells.ts';
import classes from './rfm.module.css';

type Row = RfmReport['cells'][number];

/** The 11 cells: who they are, what is usually done about them, and a segment by one click. */
export function CellsTable({ report, mayWrite }: { report: RfmReport; mayWrite: boolean }) {
  const { t } = useTranslation('segments');
  const columns: Column<Row>[] = [
    {
      key: 'cell',
      header: t('rfm.cell'),
      main: true,
      cell: (row) => (
        <div>
          <span
            className={classes['dot']}
            style={{ background: `var(--mantine-color-${CELL_TONES[row.cell]}-5)` }}
            aria-hidden="true"
          />
          <Text span fw={600} size="sm">
            {row.label[language()]}
          </Text>
          <Text size="sm" c="dimmed" fw={400} maw={420}>
            {row.advice[language()]}
          </Text>
        </div>
      ),
    },
    {
      key: 'contacts',
      header: t('count'),
      align: 'right',
      cell: (row) => (
        <span>
          <Figure value={row.contacts} />
          <Text size="xs" c="dimmed">
            {shareText(row.share, locale())}
          </Text>
        </span>
      ),
    },
    {
      key: 'revenue',
      header: t('rfm.revenue'),
      align: 'right',
      cell: (row) => (
        <span>
          <Money minor={row.revenue} currency={report.currency} />
          <Text size="xs" c="dimmed">
            {shareText(row.revenueShare, locale())}
          </Text>
        </span>
      ),
    },
    {
      key: 'days',
      header: t('rfm.averageDays'),
      align: 'right',
      cell: (row) => (row.averageDays === null ? <None /> : numberText(row.averageDays, locale())),
    },
    {
      key: 'orders',
      header: t('rfm.averageOrders'),
      align: 'right',
      cell: (row) => (row.averageOrders === null ? <None /> : numberText(row.averageOrders, locale(), 1)),
    },
    {
      key: 'mean',
      header: t('rfm.averageRevenue'),
      align: 'right',
      cell: (row) =>
        row.averageRevenue === null ? (
          <None />
        ) : (
          <Money minor={Math.round(row.averageRevenue)} currency={report.currency} />
        ),
    },
    ...(mayWrite ? [makeColumn(t('rfm.segment'), t('rfm.make'))] : []),
  ];
  return (
    <DataTable
      label={t('rfm.cellsTitle')}
      columns={columns}
      rows={report.cells}
      rowKey={(row) => row.cell}
      empty={null}
    />
  );
}

const makeColumn = (header: string, make: string): Column<Row> => ({
  key: 'make',
  header,
  cell: (row) => {
    const name = row.label[language()];
    return (
      <ButtonLink
        to="/segments/new"
        search={{ name, rule: { type: 'rfm', measure: 'cell', op: 'in', value: [row.cell] } }}
        size="compact-sm"
        variant="light"
        aria-label={`${make}: ${name}`}
      >
        {make}
      </ButtonLink>
    );
  },
});
