import { Badge } from '@mantine/core';
import { IconForms, IconPlus } from '@tabler/icons-react';
import { useNavigate } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import type { FormListed } from '../../api/forms.ts';
import { forms } from '../../api/forms.ts';
import { useList } from '../../lib/list.ts';
import type { Column } from '../../ui/DataTable.tsx';
import { Figure } from '../../ui/format.tsx';
import { AnchorLink, ButtonLink } from '../../ui/links.tsx';
import { ListPage } from '../../ui/ListPage.tsx';
import { useMayWriteForms } from './may.ts';

export default function FormsPage() {
  const { t } = useTranslation('forms');
  const navigate = useNavigate();
  const writes = useMayWriteForms();
  const list = useList(forms.list());
  const count = (key: 'views' | 'submits' | 'confirmed' | 'spam'): Column<FormListed> => ({
    key,
    header: t(key),
    align: 'right',
    cell: (row) => <Figure value={row.counts[key]} />,
  });
  const columns: Column<FormListed>[] = [
    {
      key: 'name',
      header: t('name'),
      main: true,
      cell: (row) => (
        <AnchorLink to="/forms/$id" params={{ id: row.id }} c="inherit" fw={550}>
          {row.name}
        </AnchorLink>
      ),
    },
    { key: 'source', header: t('source'), cell: (row) => row.sourceName },
    {
      key: 'state',
      header: t('state'),
      cell: (row) => <Badge color={row.live ? 'pine' : 'gray'}>{row.live ? t('live') : t('closed')}</Badge>,
    },
    count('views'),
    count('submits'),
    count('confirmed'),
    count('spam'),
  ];
  return (
    <ListPage
      title={t('title')}
      description={t('description')}
      create={
        writes && (
          <ButtonLink to="/forms/new" leftSection={<IconPlus size={17} />}>
            {t('create')}
          </ButtonLink>
        )
      }
      icon={<IconForms />}
      empty={t('empty')}
      emptyText={t('emptyText')}
      columns={columns}
      list={list}
      rowKey={(row) => row.id}
      onOpen={(row) => void navigate({ to: '/forms/$id', params: { id: row.id } })}
    />
  );
}
