import { Badge, Button, Paper, Stack } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { IconPlus, IconTags, IconUpload } from '@tabler/icons-react';
import { useNavigate } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import type { PriceListView } from '../../../api/prices.ts';
import { priceLists } from '../../../api/prices.ts';
import { useList } from '../../../lib/list.ts';
import { useMe } from '../../../lib/me.ts';
import type { Column } from '../../../ui/DataTable.tsx';
import { DataTable } from '../../../ui/DataTable.tsx';
import { Figure } from '../../../ui/format.tsx';
import { AnchorLink, ButtonLink } from '../../../ui/links.tsx';
import { PageHeader } from '../../../ui/PageHeader.tsx';
import { EmptyState } from '../../../ui/states.tsx';
import { Areas } from '../Areas.tsx';
import { ListDrawer } from './ListDrawer.tsx';
import { LookUp } from './LookUp.tsx';
import { useAudience, validWords } from './words.ts';

export default function PricesPage() {
  const { t } = useTranslation('prices');
  const { may } = useMe();
  const navigate = useNavigate();
  const list = useList(priceLists.list());
  const [making, make] = useDisclosure(false);
  const create = may('loyalty:write') && (
    <Button leftSection={<IconPlus size={17} />} onClick={make.open}>
      {t('create')}
    </Button>
  );
  return (
    <>
      <PageHeader
        title={t('title')}
        description={t('description')}
        actions={
          <>
            <ImportLink />
            {create}
          </>
        }
      />
      <Areas now="prices" />
      <Stack gap="lg">
        <LookUp />
        <Paper>
          <DataTable
            label={t('title')}
            columns={useColumns()}
            {...list}
            rowKey={({ id }) => id}
            onOpen={({ id }) => void navigate({ to: '/loyalty/prices/$id', params: { id }, search: {} })}
            empty={
              <EmptyState icon={<IconTags />} title={t('empty')} text={t('emptyText')} action={create} />
            }
          />
        </Paper>
      </Stack>
      {making && (
        <ListDrawer
          onClose={make.close}
          onSaved={({ id }) => void navigate({ to: '/loyalty/prices/$id', params: { id }, search: {} })}
        />
      )}
    </>
  );
}

/** Files of prices go the way of all files. */
export function ImportLink() {
  const { t } = useTranslation('prices');
  const { may } = useMe();
  if (!may('contacts:import') || !may('loyalty:write')) return null;
  return (
    <ButtonLink
      to="/imports/new"
      search={{ kind: 'prices' }}
      variant="default"
      leftSection={<IconUpload size={16} />}
    >
      {t('import')}
    </ButtonLink>
  );
}

export function ListState({ state }: { state: PriceListView['state'] }) {
  const { t } = useTranslation('prices');
  return <Badge color={state === 'active' ? 'pine' : 'gray'}>{t(`states.${state}`)}</Badge>;
}

function useColumns(): Column<PriceListView>[] {
  const { t } = useTranslation('prices');
  const audience = useAudience();
  return [
    {
      key: 'name',
      header: t('name'),
      main: true,
      cell: ({ id, name }) => (
        <AnchorLink to="/loyalty/prices/$id" params={{ id }} c="inherit" fw={550}>
          {name}
        </AnchorLink>
      ),
    },
    { key: 'kind', header: t('kind'), cell: ({ kind }) => t(`kinds.${kind}`) },
    { key: 'currency', header: t('currency'), cell: ({ currency }) => currency },
    { key: 'valid', header: t('valid'), cell: (row) => validWords(t, row) },
    { key: 'forWhom', header: t('forWhom'), cell: (row) => audience(row) },
    {
      key: 'count',
      header: t('count'),
      align: 'right',
      cell: ({ prices }) => <Figure value={prices} />,
    },
    { key: 'state', header: t('state'), cell: ({ state }) => <ListState state={state} /> },
  ];
}
