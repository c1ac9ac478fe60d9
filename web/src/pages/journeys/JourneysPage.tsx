import { Badge, Button, Group, Modal, Paper, Text, Title } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { IconPlus, IconRoute } from '@tabler/icons-react';
import { useNavigate } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import type { JourneyListed } from '../../api/journeys.ts';
import { journeys } from '../../api/journeys.ts';
import { useList } from '../../lib/list.ts';
import { useMe } from '../../lib/me.ts';
import type { Column } from '../../ui/DataTable.tsx';
import { DateTime, Figure } from '../../ui/format.tsx';
import { AnchorLink } from '../../ui/links.tsx';
import { ListPage } from '../../ui/ListPage.tsx';
import { PageHeader } from '../../ui/PageHeader.tsx';
import { Starters } from './Starters.tsx';
import { STATE_COLORS } from './states.ts';

const REFRESH_MS = 10_000;

export default function JourneysPage() {
  const { t } = useTranslation('journeys');
  const { may } = useMe();
  const navigate = useNavigate();
  const [making, { open, close }] = useDisclosure(false);
  const list = useList(journeys.list(), REFRESH_MS);
  const writes = may('campaigns:write');
  const columns: Column<JourneyListed>[] = [
    {
      key: 'name',
      header: t('name'),
      main: true,
      cell: (row) => (
        <AnchorLink to="/journeys/$id" params={{ id: row.id }} c="inherit" fw={550}>
          {row.name}
        </AnchorLink>
      ),
    },
    {
      key: 'state',
      header: t('state'),
      cell: (row) => (
        <Group gap={4}>
          <Badge color={STATE_COLORS[row.state]}>{t(`states.${row.state}`)}</Badge>
          {row.version !== null && row.changed && row.state !== 'stopped' && (
            <Badge color="sky" title={t('changedHint')}>
              {t('changed')}
            </Badge>
          )}
        </Group>
      ),
    },
    { key: 'inside', header: t('inside'), align: 'right', cell: (row) => <Figure value={row.inside} /> },
    {
      key: 'entered',
      header: t('entered'),
      align: 'right',
      cell: (row) => <Figure value={row.inside + row.left} />,
    },
    { key: 'goals', header: t('goals'), align: 'right', cell: (row) => <Figure value={row.goals} /> },
    {
      key: 'published',
      header: t('published'),
      cell: (row) =>
        row.publishedAt === null ? t('never') : <DateTime at={row.publishedAt} mode="relative" />,
    },
  ];
  if (writes && list.rows?.length === 0)
    return (
      <>
        <PageHeader title={t('title')} description={t('description')} />
        <Paper p="lg">
          <Title order={2}>{t('createTitle')}</Title>
          <Text size="sm" c="dimmed" mb="md">
            {t('emptyText')} {t('createText')}
          </Text>
          <Starters />
        </Paper>
      </>
    );
  return (
    <>
      <ListPage
        title={t('title')}
        description={t('description')}
        create={
          writes && (
            <Button leftSection={<IconPlus size={17} />} onClick={open}>
              {t('create')}
            </Button>
          )
        }
        icon={<IconRoute />}
        empty={t('empty')}
        emptyText={t('emptyText')}
        columns={columns}
        list={list}
        rowKey={(row) => row.id}
        onOpen={(row) => void navigate({ to: '/journeys/$id', params: { id: row.id } })}
      />
      <Modal opened={making} onClose={close} title={t('createTitle')} size="lg">
        <Text size="sm" c="dimmed" mb="md">
          {t('createText')}
        </Text>
        <Starters />
      </Modal>
    </>
  );
}
