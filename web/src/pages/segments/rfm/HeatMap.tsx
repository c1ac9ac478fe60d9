import { Button, Group, Popover, Stack, Text } from '@mantine/core';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { RfmReport } from '../../../api/segments.ready.ts';
import { locale } from '../../../i18n/index.ts';
import { moneyText, numberText, shareText } from '../../../lib/format.ts';
import { ButtonLink } from '../../../ui/links.tsx';
import { CELL_TONES } from './cells.ts';
import classes from './rfm.module.css';

const ROWS = [5, 4, 3, 2, 1] as const;
const COLUMNS = [1, 2, 3, 4, 5] as const;

type Field = {
  recency: number;
  column: number;
  contacts: number;
  revenue: number;
  cell?: RfmReport['map'][number]['cell'];
};

/** 25 fields: how lately (rows) by how often, or by the mean of how often and how much (columns). */
export function HeatMap({
  report,
  map,
  mayWrite,
  past,
}: {
  report: RfmReport;
  map: 'grid' | 'cells';
  mayWrite: boolean;
  /** A past day is shown: a segment goes by the present scores. */
  past: boolean;
}) {
  const { t } = useTranslation('segments');
  const [open, setOpen] = useState<string>();
  const fields: Field[] =
    map === 'grid'
      ? report.grid.map(({ frequency, ...rest }) => ({ ...rest, column: frequency }))
      : report.map.map(({ frequencyMoney, ...rest }) => ({ ...rest, column: frequencyMoney }));
  const most = Math.max(1, ...fields.map(({ contacts }) => contacts));
  const axis = map === 'grid' ? t('rfm.axis.frequency') : t('rfm.axis.frequencyMoney');
  return (
    <div className={classes['wrap']} onMouseLeave={() => setOpen(undefined)}>
      <table className={classes['map']}>
        <caption className="otk-hidden">{t('rfm.map')}</caption>
        <thead>
          <tr>
            <th scope="col" className={classes['corner']}>
              {t('rfm.axis.recency')} ↑
            </th>
            {COLUMNS.map((column) => (
              <th key={column} scope="col">
                {column}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {ROWS.map((recency) => (
            <tr key={recency}>
              <th scope="row">{recency}</th>
              {COLUMNS.map((column) => {
                const found = fields.find((one) => one.recency === recency && one.column === column);
                const key = `${recency} ${column}`;
                return (
                  <td key={column}>
                    {found !== undefined && (
                      <FieldButton
                        field={found}
                        report={report}
                        most={most}
                        mayWrite={mayWrite}
                        past={past}
                        opened={open === key}
                        onOpen={(opened) => setOpen(opened ? key : undefined)}
                      />
                    )}
                  </td>
                );
              })}
            </tr>
          ))}
        </tbody>
      </table>
      <Text size="xs" c="dimmed" ta="right" mt={4}>
        {axis} →
      </Text>
    </div>
  );
}

function FieldButton(props: {
  field: Field;
  report: RfmReport;
  most: number;
  mayWrite: boolean;
  past: boolean;
  opened: boolean;
  onOpen: (opened: boolean) => void;
}) {
  const { t } = useTranslation('segments');
  const { field, report, most, opened, onOpen } = props;
  const { contacts, revenue, cell } = field;
  const shown = numberText(contacts, locale());
  const title =
    cell === undefined ? t('rfm.field', { r: field.recency, f: field.column }) : t(`rfm.cells.${cell}`);
  // Half of the tint at most: figures stay readable on it, light and dark.
  const weight = contacts === 0 ? 0 : 8 + Math.round((42 * contacts) / most);
  const tone = cell === undefined ? 'pine' : CELL_TONES[cell];
  return (
    <Popover opened={opened} onChange={onOpen} withArrow shadow="md" position="top" width={250}>
      <Popover.Target>
        <button
          type="button"
          className={classes['field']}
          style={{
            background: `color-mix(in srgb, var(--mantine-color-${tone}-5) ${weight}%, var(--mantine-color-body))`,
          }}
          aria-label={`${title}: ${t('preview.count', { count: contacts, shown })}, ${moneyText(revenue, report.currency, locale())}`}
          aria-expanded={opened}
          onMouseEnter={() => onOpen(true)}
          onFocus={(event) => event.currentTarget.matches(':focus-visible') && onOpen(true)}
          onClick={() => onOpen(true)}
        >
          <span className={classes['count']}>{shown}</span>
          {cell !== undefined && <span className={classes['cell']}>{t(`rfm.cells.${cell}`)}</span>}
        </button>
      </Popover.Target>
      <Popover.Dropdown>
        <Stack gap={4}>
          <Text fw={600} size="sm">
            {title}
          </Text>
          <Line
            label={t('count')}
            value={`${shown} · ${shareText(contacts / Math.max(1, report.contacts), locale())}`}
          />
          <Line
            label={t('rfm.revenue')}
            value={`${moneyText(revenue, report.currency, locale())} · ${shareText(revenue / Math.max(1, report.revenue), locale())}`}
          />
          {props.mayWrite && contacts > 0 && (
            <>
              {props.past && <Text size="xs">{t('rfm.makeNow')}</Text>}
              <MakeSegment field={field} title={title} />
            </>
          )}
          <Button size="compact-xs" variant="subtle" color="gray" onClick={() => onOpen(false)}>
            {t('rfm.close')}
          </Button>
        </Stack>
      </Popover.Dropdown>
    </Popover>
  );
}

function Line({ label, value }: { label: string; value: string }) {
  return (
    <Group justify="space-between" gap="xs" wrap="nowrap">
      <Text size="sm" c="dimmed">
        {label}
      </Text>
      <Text size="sm" className="otk-figure" ta="right">
        {value}
      </Text>
    </Group>
  );
}

const score = (measure: string, value: number) => ({ type: 'rfm', measure, op: 'is', value });

/** A field of the grid is two scores; of the other map, its named cell. */
function MakeSegment({ field, title }: { field: Field; title: string }) {
  const { t } = useTranslation('segments');
  const rule =
    field.cell === undefined
      ? { type: 'all', children: [score('recency', field.recency), score('frequency', field.column)] }
      : { type: 'rfm', measure: 'cell', op: 'in', value: [field.cell] };
  return (
    <ButtonLink to="/segments/new" search={{ name: title, rule }} size="compact-sm" variant="light">
      {t('rfm.make')}
    </ButtonLink>
  );
}
