import { Badge, Button } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { IconPlugConnected, IconPlus } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { SourceView } from '../../api/sources.ts';
import { sources } from '../../api/sources.ts';
import { useMe } from '../../lib/me.ts';
import type { Column } from '../../ui/DataTable.tsx';
import { DateTime, Figure } from '../../ui/format.tsx';
import { ListPage } from '../../ui/ListPage.tsx';
import { ConnectDrawer } from './ConnectDrawer.tsx';
import { SourceDrawer } from './SourceDrawer.tsx';

const REFRESH_MS = 10_000;

export default function SourcesPage() {
  const { t } = useTranslation(['settings', 'common']);
  const { may } = useMe();
  const list = useQuery({ ...sources.all, refetchInterval: REFRESH_MS });
  const [adding, add] = useDisclosure(false);
  const [shown, setShown] = useState<SourceView>();
  const writes = may('tracking:write');

  const columns: Column<SourceView>[] = [
    {
      key: 'name',
      header: t('settings:sources.name'),
      main: true,
      cell: (row) => (
        <>
          {row.name} {row.disabled && <Badge color="gray">{t('settings:sources.off')}</Badge>}
        </>
      ),
    },
    {
      key: 'kind',
      header: t('settings:sources.kind'),
      cell: (row) => t(`settings:sources.kinds.${row.kind}`),
    },
    {
      key: 'last',
      header: t('settings:sources.last'),
      cell: (row) =>
        row.lastEventAt === null ? (
          t('settings:sources.never')
        ) : (
          <DateTime at={row.lastEventAt} mode="relative" />
        ),
    },
    {
      key: 'today',
      header: t('settings:sources.today'),
      align: 'right',
      cell: (row) => <Figure value={row.events24h} />,
    },
    {
      key: 'bad',
      header: t('settings:sources.rejected'),
      align: 'right',
      cell: (row) => <Figure value={row.rejected24h} />,
    },
    {
      key: 'connect',
      header: t('common:action.actions'),
      align: 'right',
      cell: (row) => (
        <Button
          size="compact-sm"
          variant="subtle"
          onClick={() => setShown(row)}
          aria-label={`${t('settings:sources.connect')}: ${row.name}`}
        >
          {t('settings:sources.connect')}
        </Button>
      ),
    },
  ];

  return (
    <>
      <ListPage
        title={t('settings:sources.title')}
        description={t('settings:sources.description')}
        create={
          writes && (
            <Button leftSection={<IconPlus size={17} />} onClick={add.open}>
              {t('settings:sources.add')}
            </Button>
          )
        }
        icon={<IconPlugConnected />}
        empty={t('settings:sources.empty')}
        emptyText={t('settings:sources.emptyText')}
        columns={columns}
        list={{ rows: list.data, error: list.error, onRetry: () => void list.refetch() }}
        rowKey={(row) => row.id}
        onOpen={setShown}
      />
      <SourceDrawer
        opened={adding}
        onClose={add.close}
        onAdded={(source) => {
          add.close();
          setShown(source);
        }}
      />
      <ConnectDrawer source={shown} onClose={() => setShown(undefined)} />
    </>
  );
}
