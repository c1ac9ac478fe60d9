import { Badge, Button, Text } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { IconPlugConnected, IconPlus } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import type { SourceView } from '../../api/sources.ts';
import { sources } from '../../api/sources.ts';
import { locale } from '../../i18n/index.ts';
import { shareText } from '../../lib/format.ts';
import { useMe } from '../../lib/me.ts';
import type { Column } from '../../ui/DataTable.tsx';
import { DateTime, Figure } from '../../ui/format.tsx';
import { AnchorLink } from '../../ui/links.tsx';
import { ListPage } from '../../ui/ListPage.tsx';
import { rejectedShare } from '../developer/health.ts';
import { Sparkline } from '../developer/Sparkline.tsx';
import { SourceDrawer } from './SourceDrawer.tsx';

const REFRESH_MS = 10_000;

export default function SourcesPage() {
  const { t } = useTranslation('settings');
  const { may } = useMe();
  const list = useQuery({ ...sources.all, refetchInterval: REFRESH_MS });
  const [adding, add] = useDisclosure(false);
  const navigate = useNavigate();
  const open = (id: string) => void navigate({ to: '/sources/$id', params: { id } });
  const writes = may('tracking:write');

  const columns: Column<SourceView>[] = [
    {
      key: 'name',
      header: t('sources.name'),
      main: true,
      cell: (row) => (
        <>
          <AnchorLink to="/sources/$id" params={{ id: row.id }} fw={550} c="inherit">
            {row.name}
          </AnchorLink>{' '}
          {row.disabled && <Badge color="gray">{t('sources.off')}</Badge>}
        </>
      ),
    },
    {
      key: 'kind',
      header: t('sources.kind'),
      cell: (row) => t(`sources.kinds.${row.kind}`),
    },
    {
      key: 'last',
      header: t('sources.last'),
      cell: (row) =>
        row.lastEventAt === null ? t('sources.never') : <DateTime at={row.lastEventAt} mode="relative" />,
    },
    {
      key: 'today',
      header: t('sources.today'),
      align: 'right',
      cell: (row) => <Figure value={row.events24h} />,
    },
    {
      key: 'bad',
      header: t('sources.rejected'),
      align: 'right',
      cell: (row) => <Rejected source={row} />,
    },
    {
      key: 'day',
      header: t('sources.day'),
      cell: (row) => <Sparkline sourceId={row.id} events={row.events24h} rejected={row.rejected24h} />,
    },
  ];

  return (
    <>
      <ListPage
        title={t('sources.title')}
        description={t('sources.description')}
        create={
          writes && (
            <Button leftSection={<IconPlus size={17} />} onClick={add.open}>
              {t('sources.add')}
            </Button>
          )
        }
        icon={<IconPlugConnected />}
        empty={t('sources.empty')}
        emptyText={t('sources.emptyText')}
        columns={columns}
        list={{ rows: list.data, error: list.error, onRetry: () => void list.refetch() }}
        rowKey={(row) => row.id}
        onOpen={({ id }) => open(id)}
      />
      <SourceDrawer
        opened={adding}
        onClose={add.close}
        onAdded={({ id }) => {
          add.close();
          open(id);
        }}
      />
    </>
  );
}

function Rejected({ source }: { source: SourceView }) {
  const share = rejectedShare(source);
  return (
    <span>
      <Figure value={source.rejected24h} />
      {share !== null && share > 0 && (
        <Text span size="sm" c="red">
          {' '}
          {shareText(share, locale())}
        </Text>
      )}
    </span>
  );
}
