import { Badge } from '@mantine/core';
import { IconFileImport, IconPlus } from '@tabler/icons-react';
import { useNavigate } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import type { ImportView } from '../../api/imports.ts';
import { imports } from '../../api/imports.ts';
import { useList } from '../../lib/list.ts';
import type { Column } from '../../ui/DataTable.tsx';
import { DateTime, Figure } from '../../ui/format.tsx';
import { AnchorLink, ButtonLink } from '../../ui/links.tsx';
import { ListPage } from '../../ui/ListPage.tsx';
import { STATE_COLORS, useKindName } from './words.ts';

export default function ImportsPage() {
  const { t } = useTranslation('imports');
  const navigate = useNavigate();
  const kindName = useKindName();
  const list = useList(imports.list());
  const columns: Column<ImportView>[] = [
    {
      key: 'name',
      header: t('name'),
      main: true,
      cell: (row) => (
        <AnchorLink to="/imports/$id" params={{ id: row.id }} c="inherit" fw={550}>
          {row.name}
        </AnchorLink>
      ),
    },
    { key: 'kind', header: t('kind'), cell: (row) => kindName(row.kind) },
    {
      key: 'state',
      header: t('state'),
      cell: (row) => <Badge color={STATE_COLORS[row.state]}>{t(`states.${row.state}`)}</Badge>,
    },
    { key: 'rows', header: t('rows'), align: 'right', cell: (row) => <Figure value={row.rowsDone} /> },
    {
      key: 'failed',
      header: t('failedRows'),
      align: 'right',
      cell: (row) => <Figure value={row.rowsFailed} />,
    },
    { key: 'started', header: t('started'), cell: (row) => <DateTime at={row.createdAt} /> },
  ];
  const create = (
    <ButtonLink to="/imports/new" leftSection={<IconPlus size={17} />}>
      {t('create')}
    </ButtonLink>
  );
  return (
    <ListPage
      title={t('title')}
      description={t('description')}
      create={create}
      icon={<IconFileImport />}
      empty={t('empty')}
      emptyText={t('emptyText')}
      columns={columns}
      list={list}
      rowKey={(row) => row.id}
      onOpen={(row) => void navigate({ to: '/imports/$id', params: { id: row.id } })}
    />
  );
}
