import { Checkbox, Skeleton, Table, UnstyledButton } from '@mantine/core';
import { IconArrowDown, IconArrowUp, IconArrowsSort } from '@tabler/icons-react';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import type { MoreRows } from './More.tsx';
import { More } from './More.tsx';
import { ErrorState } from './states.tsx';
import classes from './ui.module.css';

export type Column<Row> = {
  key: string;
  header: string;
  cell: (row: Row) => ReactNode;
  align?: 'right';
  /** The API's sort key, when the list can be sorted by this column. */
  sort?: string;
  /** The column that names the row; on a phone it heads the row's card. */
  main?: boolean;
  width?: number | string;
};

export type Picking = { picked: ReadonlySet<string>; onChange: (picked: ReadonlySet<string>) => void };

/** The state of a list, as useList gives it. */
export type Rows<Row> = {
  rows: readonly Row[] | undefined;
  error?: unknown;
  onRetry?: () => void;
  more?: MoreRows;
};

type Props<Row> = Rows<Row> & {
  label: string;
  columns: readonly Column<Row>[];
  rowKey: (row: Row) => string;
  rowName?: (row: Row) => string;
  empty: ReactNode;
  /** "name" or "-name". */
  sort?: string | undefined;
  onSort?: (sort: string) => void;
  onOpen?: (row: Row) => void;
  picking?: Picking;
};

const SKELETON_ROWS = 8;

/** The one list of the console: skeleton, error, empty, sort, selection, keyset "more", cards on a phone. */
export function DataTable<Row>(props: Props<Row>) {
  const { rows, columns } = props;
  if (props.error !== undefined && props.error !== null && rows === undefined)
    return (
      <ErrorState error={props.error} {...(props.onRetry === undefined ? {} : { retry: props.onRetry })} />
    );
  if (rows?.length === 0) return props.empty;
  return (
    <div>
      <div className={classes['wrap']}>
        <Table
          className={classes['table'] ?? ''}
          aria-label={props.label}
          role="table"
          aria-busy={rows === undefined}
        >
          <Table.Thead>
            <Table.Tr role="row">
              {props.picking !== undefined && rows !== undefined && (
                <PickAll {...props} picking={props.picking} />
              )}
              {columns.map((column) => (
                <Head key={column.key} column={column} {...props} />
              ))}
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {rows === undefined ? (
              <SkeletonRows columns={columns.length} />
            ) : (
              rows.map((row) => <Row key={props.rowKey(row)} row={row} {...props} />)
            )}
          </Table.Tbody>
        </Table>
      </div>
      {props.more !== undefined && <More more={props.more} />}
    </div>
  );
}

function Head<Row>({ column, sort, onSort }: Pick<Props<Row>, 'sort' | 'onSort'> & { column: Column<Row> }) {
  const key = column.sort;
  const direction =
    key === undefined
      ? undefined
      : sort === key
        ? 'ascending'
        : sort === `-${key}`
          ? 'descending'
          : undefined;
  const Icon =
    direction === 'ascending' ? IconArrowUp : direction === 'descending' ? IconArrowDown : IconArrowsSort;
  return (
    <Table.Th
      role="columnheader"
      className={classes['cell'] ?? ''}
      data-align={column.align}
      style={column.width === undefined ? {} : { width: column.width }}
      aria-sort={direction ?? (key === undefined ? undefined : 'none')}
    >
      {key === undefined || onSort === undefined ? (
        column.header
      ) : (
        <UnstyledButton
          className={classes['sort'] ?? ''}
          onClick={() => onSort(direction === 'ascending' ? `-${key}` : key)}
        >
          {column.header}
          <Icon size={14} aria-hidden="true" opacity={direction === undefined ? 0.45 : 1} />
        </UnstyledButton>
      )}
    </Table.Th>
  );
}

function Row<Row>(props: Props<Row> & { row: Row }) {
  const { t } = useTranslation();
  const { row, columns, picking, onOpen } = props;
  const key = props.rowKey(row);
  const name = props.rowName?.(row) ?? key;
  const picked = picking?.picked.has(key) ?? false;
  return (
    <Table.Tr
      role="row"
      className={classes['row'] ?? ''}
      data-link={onOpen !== undefined}
      data-picked={picked}
      onClick={(event) => {
        // Links and controls inside the row act for themselves.
        if (event.target instanceof Element && event.target.closest('a,button,input,label') !== null) return;
        if (window.getSelection()?.toString() === '') onOpen?.(row);
      }}
    >
      {picking !== undefined && (
        <Table.Td role="cell" className={classes['cell'] ?? ''} data-pick="true" w={40}>
          <Checkbox
            size="sm"
            aria-label={t('action.pick', { name })}
            checked={picked}
            onChange={() => picking.onChange(toggled(picking.picked, key))}
          />
        </Table.Td>
      )}
      {columns.map((column) => (
        <Table.Td
          key={column.key}
          role="cell"
          className={classes['cell'] ?? ''}
          data-align={column.align}
          data-main={column.main}
          data-label={column.header}
        >
          {column.cell(row)}
        </Table.Td>
      ))}
    </Table.Tr>
  );
}

function toggled(picked: ReadonlySet<string>, key: string): ReadonlySet<string> {
  const next = new Set(picked);
  if (!next.delete(key)) next.add(key);
  return next;
}

function PickAll<Row>({ rows = [], rowKey, picking }: Props<Row> & { picking: Picking }) {
  const { t } = useTranslation();
  const keys = rows.map(rowKey);
  const all = keys.length > 0 && keys.every((key) => picking.picked.has(key));
  return (
    <Table.Th role="columnheader" w={40}>
      <Checkbox
        size="sm"
        aria-label={t('action.pickAll')}
        checked={all}
        indeterminate={!all && picking.picked.size > 0}
        onChange={() => picking.onChange(new Set(all ? [] : keys))}
      />
    </Table.Th>
  );
}

function SkeletonRows({ columns }: { columns: number }) {
  return Array.from({ length: SKELETON_ROWS }, (_, row) => (
    <Table.Tr key={row}>
      {Array.from({ length: columns }, (_, column) => (
        <Table.Td key={column}>
          <Skeleton height={14} width={column === 0 ? '70%' : '50%'} />
        </Table.Td>
      ))}
    </Table.Tr>
  ));
}
