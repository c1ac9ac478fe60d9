import { Paper } from '@mantine/core';
import type { ReactNode } from 'react';
import type { Column, Rows } from './DataTable.tsx';
import { DataTable } from './DataTable.tsx';
import { PageHeader } from './PageHeader.tsx';
import { EmptyState } from './states.tsx';

/** A page that is one list: what it is, what one can add, the rows, and what to do while there are none. */
export function ListPage<Row>(props: {
  title: string;
  description: string;
  /** In the header, and in the empty list where it is the next step. */
  create?: ReactNode;
  /** Beside `create` in the header. */
  actions?: ReactNode;
  /** Above the list: what waits for somebody. */
  notice?: ReactNode;
  icon: ReactNode;
  empty: string;
  emptyText: string;
  columns: readonly Column<Row>[];
  list: Rows<Row>;
  rowKey: (row: Row) => string;
  onOpen?: (row: Row) => void;
}) {
  const { title, create, list, onOpen } = props;
  return (
    <>
      <PageHeader
        title={title}
        description={props.description}
        actions={
          <>
            {props.actions}
            {create}
          </>
        }
      />
      {props.notice}
      <Paper>
        <DataTable
          label={title}
          columns={props.columns}
          {...list}
          rowKey={props.rowKey}
          {...(onOpen === undefined ? {} : { onOpen })}
          empty={<EmptyState icon={props.icon} title={props.empty} text={props.emptyText} action={create} />}
        />
      </Paper>
    </>
  );
}
